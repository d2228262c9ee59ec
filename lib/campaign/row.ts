import { INVARIANTS_HOLD } from '../lab/invariants/violation.ts';
import type { RunResult } from '../lab/runner.ts';
import type { Unit } from '../lab/scenario.ts';

/** What a campaign keeps of one run. */
export interface RunRow {
  readonly seed: number;
  readonly passed: boolean;
  /** Texts of the expectations that did not hold, and one for invariants. */
  readonly failed: readonly string[];
  readonly measures: readonly MeasuredValue[];
  /** Why there is no result: the run itself broke. */
  readonly fault?: string;
}

export interface MeasuredValue {
  /** The text of an expectation, `recovery of TRAFFIC after STEP`, or `lost of TRAFFIC`. */
  readonly what: string;
  readonly unit: Unit;
  /** Null for what never came to be. */
  readonly value: number | null;
}

/**
 * Of every expectation its value, and of all traffic how soon it was answered after each step, and what was lost unless an
 * expectation tells that already.
 */
export function rowOf({ seed, passed, verdicts, violations, traffic }: RunResult): RunRow {
  const expected = verdicts.map(({ text, unit, value }): MeasuredValue => ({ what: text, unit, value }));
  const isTold = (what: string): boolean =>
    verdicts.some(({ text }) => text.startsWith(`${what} `) && !text.includes(' since '));
  const ofTraffic = traffic.flatMap(({ name, lost, recoveries }): MeasuredValue[] => [
    ...(isTold(`lost of ${name}`) ? [] : [{ what: `lost of ${name}`, unit: 'count', value: lost } as const]),
    ...recoveries.map(({ after, took }): MeasuredValue => ({
      what: `recovery of ${name} after ${after}`,
      unit: 'microseconds',
      value: took,
    })),
  ]);
  return {
    seed,
    passed,
    failed: [
      ...verdicts.filter(({ held }) => !held).map(({ text }) => text),
      ...(violations.length > 0 ? [INVARIANTS_HOLD] : []),
    ],
    measures: numbered([...expected, ...ofTraffic]),
  };
}

/** The row of a run that broke. */
export const brokenRow = (seed: number, fault: string): RunRow => ({
  seed,
  passed: false,
  failed: [],
  measures: [],
  fault,
});

/** Steps of a timeline may be alike: the second one of them is called `... (2)`. */
function numbered(measures: readonly MeasuredValue[]): MeasuredValue[] {
  const times = new Map<string, number>();
  return measures.map((measure) => {
    const time = (times.get(measure.what) ?? 0) + 1;
    times.set(measure.what, time);
    return time === 1 ? measure : { ...measure, what: `${measure.what} (${time})` };
  });
}
