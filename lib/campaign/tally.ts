import type { Unit } from '../lab/scenario.ts';
import { Distribution } from './distribution.ts';
import type { RunRow } from './row.ts';

/** Measures that a cell keeps; a scenario has far fewer. */
const MEASURES_MAX = 1_024;

/** Failing seeds of a cell that are named, of each expectation; there may be as many as there are runs. */
const SEEDS_MAX = 10;

/** What runs that break do not keep to. */
export const EVERY_RUN_ENDS = 'every run comes to a result';

/** The first run of a cell that failed, by the order of seeds. */
export interface FirstFailure {
  readonly seed: number;
  /** Expectations that did not hold, or the fault that broke the run. */
  readonly why: readonly string[];
}

/** In how many runs of a cell something did not hold, and the first of their seeds. */
export interface FailureTally {
  readonly runs: number;
  readonly seeds: readonly number[];
}

export interface MeasureTally {
  readonly what: string;
  readonly unit: Unit;
  readonly values: Distribution;
}

/** What all runs of one cell came to, taken in one by one; its size does not depend on their number. */
export class Tally {
  readonly #measures = new Map<string, MeasureTally>();
  readonly #failures = new Map<string, FailureTally>();
  #runs = 0;
  #passed = 0;
  #broken = 0;
  #firstFailure: FirstFailure | undefined;

  get runs(): number {
    return this.#runs;
  }

  get passed(): number {
    return this.#passed;
  }

  get failed(): number {
    return this.#runs - this.#passed;
  }

  /** Runs that came to no result; they are among the failed. */
  get broken(): number {
    return this.#broken;
  }

  get firstFailure(): FirstFailure | undefined {
    return this.#firstFailure;
  }

  get measures(): readonly MeasureTally[] {
    return [...this.#measures.values()];
  }

  /** Of what did not hold in some run: the texts of expectations, and what holds for every run. */
  get failures(): ReadonlyMap<string, FailureTally> {
    return this.#failures;
  }

  /** Rows come in the order of their seeds. */
  add({ seed, passed, failed, measures, fault }: RunRow): void {
    this.#runs++;
    if (passed) this.#passed++;
    else this.#firstFailure ??= { seed, why: fault === undefined ? failed : [fault] };
    if (fault !== undefined) this.#broken++;
    for (const what of fault === undefined ? failed : [EVERY_RUN_ENDS]) this.#fail(what, seed);
    for (const { what, unit, value } of measures) this.#measure(what, unit)?.values.add(value ?? Infinity);
  }

  #fail(what: string, seed: number): void {
    const { runs, seeds } = this.#failures.get(what) ?? { runs: 0, seeds: [] };
    this.#failures.set(what, { runs: runs + 1, seeds: seeds.length < SEEDS_MAX ? [...seeds, seed] : seeds });
  }

  #measure(what: string, unit: Unit): MeasureTally | undefined {
    const known = this.#measures.get(what);
    if (known || this.#measures.size >= MEASURES_MAX) return known;
    const made = { what, unit, values: new Distribution() };
    this.#measures.set(what, made);
    return made;
  }
}
