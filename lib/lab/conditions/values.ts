import type { Duration } from '../../time.ts';
import { describeDuration } from '../describe.ts';
import type { Condition, Unit } from '../scenario.ts';
import type { Decider } from './series.ts';

/** A counter that went down belongs to a router that was restarted since, and counts from 0 again. */
export const growth = (value: number, earlier: number): number => (value >= earlier ? value - earlier : value);

export const isWithin = ({ atLeast = -Infinity, atMost = Infinity }: Condition, value: number): boolean =>
  value >= atLeast && value <= atMost;

/** `packet 812 at spoke:wan, 4.021s`, `session-created at hub, 4.021s, packet 812`. */
export function describeDecider({ time, node, port, packet, event }: Decider): string {
  const place = port === undefined ? node : `${node}:${port}`;
  const at = describeDuration(time as Duration);
  if (event !== undefined) return `${event} at ${place}, ${at}${packet === undefined ? '' : `, packet ${packet}`}`;
  return packet === undefined ? `seen at ${place}, ${at}` : `packet ${packet} at ${place}, ${at}`;
}

export function describeWanted({ unit, atLeast, atMost }: Condition): string {
  if (atLeast !== undefined && atMost !== undefined)
    return atLeast === atMost
      ? describeValue(atLeast, unit)
      : `${describeValue(atLeast, unit)} to ${describeValue(atMost, unit)}`;
  if (atLeast !== undefined) return `at least ${describeValue(atLeast, unit)}`;
  return `at most ${describeValue(atMost ?? 0, unit)}`;
}

export function describeValue(value: number, unit: Unit): string {
  if (unit === 'microseconds') return describeDuration(value as Duration);
  if (unit === 'round-trips') return `${Number(value.toFixed(2))} round trips`;
  return String(value);
}
