import { StandingActions } from '../actions/lift.ts';
import { actionTable, liftingKinds } from '../actions/table.ts';
import type { LabLink } from '../scenario.ts';
import type { PlacedEntry } from './step.ts';

/**
 * Reports steps that make no sense after the ones before them. When a step comes that waits for an event is not known:
 * what it may do or undo at any time is not held against the others.
 */
export function checkOrder(entries: readonly PlacedEntry[], links: readonly LabLink[]): void {
  const standing = new StandingActions(links);
  const anyTime = new StandingActions(links);
  for (const { action } of entries.filter(({ trigger }) => trigger)) {
    const { liftedBy } = actionTable[action.kind];
    if (liftedBy !== undefined) anyTime.note(action);
  }
  const isFree = anyTime.covers.bind(anyTime);
  const upAgain = new Map<string, number>();
  const faulty = new Set<unknown>();
  for (const { at, action, value, trigger } of entries) {
    if (trigger || faulty.has(value)) continue;
    const wrong = (message: string): void => {
      faulty.add(value);
      value.wrong(message);
    };
    const { target, state, liftedBy, isReplaceable } = actionTable[action.kind];
    const until = 'node' in action ? (upAgain.get(action.node) ?? 0) : 0;
    if (action.kind === 'restart' || action.kind === 'kill') {
      if (at < until) wrong(`${action.node} is still down${until < Infinity ? ' from the restart before' : ''}`);
      upAgain.set(action.node, action.kind === 'kill' ? Infinity : at + action.downFor);
    } else if (action.kind === 'start') {
      if (until !== Infinity && isFree(action) === 'none') wrong(`${action.node} has not been killed`);
      upAgain.set(action.node, at);
    } else if (liftedBy !== undefined || liftingKinds.has(action.kind)) {
      const covered = standing.covers(action);
      if ('node' in action && at < until) wrong(`${action.node} is down then`);
      else if (liftedBy !== undefined && covered === 'all' && !isReplaceable)
        wrong(`${target.describe(action, links)} is ${state} already`);
      else if (liftedBy === undefined && covered === 'none' && isFree(action) === 'none')
        wrong(`${target.describe(action, links)} is not ${stateBefore(action.kind)}`);
    }
    standing.note(action);
  }
}

/** What something is that an action of this kind undoes. */
const stateBefore = (lifting: string): string =>
  Object.values(actionTable)
    .filter(({ liftedBy }) => liftedBy === lifting)
    .map(({ state }) => state)
    .join(' or ');
