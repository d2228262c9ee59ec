import type { Duration } from '../time.ts';
import { describeAction } from './describe.ts';
import type { LabEvent } from './fabric.ts';
import type { Action, LabLink } from './scenario.ts';

/** The event that stands for a step of the timeline, the same on every fabric. */
export function faultEvent(time: Duration, action: Action, links: readonly LabLink[]): LabEvent {
  const port = 'port' in action ? { port: action.port } : {};
  return { time, node: placeOf(action), type: action.kind, ...port, what: describeAction(action, links) };
}

/** The node or the link that something is done to. */
export function placeOf(action: Action): string {
  if (action.kind === 'configure') return 'authority';
  return 'node' in action ? action.node : action.link;
}
