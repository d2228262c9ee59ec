import type { LabEvent } from '../fabric.ts';
import { describeDuration } from '../describe.ts';
import type { LabLink, TimelineEntry } from '../scenario.ts';
import type { Duration } from '../../time.ts';
import type { Action } from './action.ts';
import { frameActions, silenceActions } from './frames.ts';
import { addressActions, interfaceActions } from './interfaces.ts';
import { linkActions } from './links.ts';
import { middleboxActions } from './middleboxes.ts';
import { labActions, processActions, routerActions, storeActions } from './routers.ts';
import { hostActions, serviceActions } from './services.ts';
import type { ActionRow, RowsOf } from './row.ts';

const rows: RowsOf<Action> = {
  ...routerActions,
  ...labActions,
  ...processActions,
  ...storeActions,
  ...middleboxActions,
  ...linkActions,
  ...frameActions,
  ...silenceActions,
  ...serviceActions,
  ...hostActions,
  ...interfaceActions,
  ...addressActions,
};

/** Every kind of action, in the order in which they are explained. */
export const actionTable: Readonly<Record<Action['kind'], ActionRow>> = rows;

export const actionKinds: readonly Action['kind'][] = Object.keys(rows) as Action['kind'][];

/** Kinds that undo others. */
export const liftingKinds: ReadonlySet<string> = new Set(
  Object.values(actionTable).map(({ liftedBy }) => liftedBy ?? ''),
);

/** An action as a person writes it in a timeline. */
export function describeAction(action: Action, links: readonly LabLink[]): string {
  const row = actionTable[action.kind];
  return `${action.kind} ${row.target.describe(action, links)}${row.more?.(action) ?? ''}`;
}

/** A step with its time, for messages: `at 2s, 'cut wan'`. */
export function describeEntry({ at, action, trigger }: TimelineEntry, links: readonly LabLink[]): string {
  const time = describeDuration(at);
  return `${trigger ? `${time} after '${trigger.text}'` : `at ${time}`}, '${describeAction(action, links)}'`;
}

/** The event that stands for a step of the timeline, the same on every fabric. */
export function faultEvent(time: Duration, action: Action, links: readonly LabLink[]): LabEvent {
  const port = 'port' in action ? { port: action.port } : {};
  return { time, node: placeOf(action), type: action.kind, ...port, what: describeAction(action, links) };
}

/** The node or the link that it is done to. */
export function placeOf(action: Action): string {
  if (action.kind === 'configure') return 'authority';
  if ('on' in action) return action.on;
  if ('router' in action) return action.router;
  return 'node' in action ? action.node : action.link;
}
