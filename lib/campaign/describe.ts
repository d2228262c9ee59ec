import { describeDuration } from '../lab/describe.ts';
import type { Unit } from '../lab/scenario.ts';
import type { Duration } from '../time.ts';

/** A measured value as the verdict table of a run shows it; null is what never came to be. */
export function describeMeasured(value: number | null | undefined, unit: Unit): string {
  if (value === undefined) return '';
  if (value === null) return 'never';
  if (unit === 'microseconds') return describeDuration(value as Duration);
  return String(Number(value.toFixed(2)));
}

/** 'inactivity-timeout 5, wan.loss 1%'. */
export const describeCell = (overrides: readonly string[]): string =>
  overrides.map((text) => text.replace('=', ' ')).join(', ');
