import type { Unit } from '../lab/scenario.ts';
import type { Cell, Variation } from './cells.ts';
import type { FailureTally, FirstFailure, Tally } from './tally.ts';

/** What a campaign came to, as `campaign.json` holds it: the same bytes however many workers there were. */
export interface CampaignResult {
  readonly scenario: string;
  readonly about: string;
  readonly fabric: 'sim';
  readonly version: string;
  /** Both included. */
  readonly seeds: { readonly first: number; readonly last: number };
  readonly vary: readonly Variation[];
  /** Runs that were asked for, and those that were made: fewer if the campaign was ended early. */
  readonly planned: number;
  readonly runs: number;
  readonly passed: number;
  readonly failed: number;
  readonly cells: readonly CellResult[];
}

export interface CellResult extends Cell {
  readonly runs: number;
  readonly passed: number;
  readonly failed: number;
  /** Runs that came to no result; they are among the failed. */
  readonly broken: number;
  readonly firstFailure: (FirstFailure & { readonly command: string }) | null;
  /** What did not hold in some run, with the first ten seeds of such runs. */
  readonly failures: readonly FailureResult[];
  readonly measures: readonly MeasureResult[];
}

/** `what` is the text of an expectation, 'invariants hold', or 'every run comes to a result'. */
export type FailureResult = { readonly what: string } & FailureTally;

/** How a measure was spread over the runs of a cell. */
export interface MeasureResult {
  /** The text of an expectation, `lost of TRAFFIC`, or `recovery of TRAFFIC after STEP`. */
  readonly what: string;
  readonly unit: Unit;
  /** Runs in which it was measured. */
  readonly runs: number;
  /** Runs in which the expectation did not hold; 0 for what is none. */
  readonly failed: number;
  /** Whether percentiles are values that were measured; else they are rounded to three digits. */
  readonly exact: boolean;
  /** In `unit`; null for what never came to be. */
  readonly percentiles: Readonly<Record<PercentileName, number | null>>;
  /** Percentiles 0, 5, 10 ... 100. */
  readonly curve: readonly (number | null)[];
}

export const percentileNames = ['p0', 'p50', 'p90', 'p99', 'max'] as const;
export type PercentileName = (typeof percentileNames)[number];

const percents: Readonly<Record<PercentileName, number>> = { p0: 0, p50: 50, p90: 90, p99: 99, max: 100 };
const curvePercents = Array.from({ length: 21 }, (_, i) => 5 * i);

/** `command` gives the command line that makes one run of a cell again. */
export function cellResult(cell: Cell, tally: Tally, command: (cell: Cell, seed: number) => string): CellResult {
  const { runs, passed, failed, broken, firstFailure } = tally;
  return {
    ...cell,
    ...{ runs, passed, failed, broken },
    firstFailure: firstFailure ? { ...firstFailure, command: command(cell, firstFailure.seed) } : null,
    failures: Array.from(tally.failures, ([what, failure]) => ({ what, ...failure })),
    measures: tally.measures.map(({ what, unit, values }): MeasureResult => {
      const found = values.percentiles(percentileNames.map((name) => percents[name])) ?? [];
      return {
        ...{ what, unit, runs: values.count, failed: tally.failures.get(what)?.runs ?? 0, exact: values.isExact },
        percentiles: Object.fromEntries(
          percentileNames.map((name, i) => [name, written(found[i])]),
        ) as MeasureResult['percentiles'],
        curve: (values.percentiles(curvePercents) ?? []).map(written),
      };
    }),
  };
}

/** JSON has no Infinity. */
const written = (value: number): number | null => (value === Infinity ? null : value);

/** Whether a measure came out the same in every run. */
export const isConstant = ({ percentiles }: MeasureResult): boolean => percentiles.p0 === percentiles.max;

/** Names of all measures, in their order; cells have the same ones, unless runs broke. */
export const measureNames = ({ cells }: CampaignResult): string[] => [
  ...new Set(cells.flatMap(({ measures }) => measures.map(({ what }) => what))),
];

/** Measures that say something about the cells or the seeds: those that did not come out the same everywhere. */
export function tellingMeasures(result: CampaignResult): string[] {
  return measureNames(result).filter((name) => {
    const found = result.cells.flatMap(({ measures }) => measures.filter(({ what }) => what === name));
    return found.some((measure) => !isConstant(measure) || measure.percentiles.p0 !== found[0].percentiles.p0);
  });
}
