/** Different values that are told apart exactly. */
const EXACT_MAX = 16_384;

/** Significant digits that are kept of a value once there are more. */
const DIGITS = 3;

/** The shares of all values, below which the columns of a table lie. */
export const percentiles = [0, 50, 90, 99, 100] as const;
export type Percentile = (typeof percentiles)[number];

/**
 * How many times each value came, in bounded memory: exact for 16,384 different values; with more of them all are
 * rounded to three significant digits, of which there are few thousands. Least and greatest stay exact.
 */
export class Distribution {
  #counts = new Map<number, number>();
  #count = 0;
  #isExact = true;
  #least = Infinity;
  #greatest = -Infinity;

  get count(): number {
    return this.#count;
  }

  /** Whether no value has been rounded. */
  get isExact(): boolean {
    return this.#isExact;
  }

  /** `Infinity` stands for what never came to be. */
  add(value: number): void {
    this.#count++;
    this.#least = Math.min(this.#least, value);
    this.#greatest = Math.max(this.#greatest, value);
    this.#tally(value, 1);
    if (this.#isExact && this.#counts.size > EXACT_MAX) this.#coarsen();
  }

  /** The least value that at least `percent` of all values do not exceed (nearest rank); undefined without any value. */
  percentile(percent: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = Math.max(1, Math.ceil((percent / 100) * this.#count));
    if (rank === 1) return this.#least;
    if (rank === this.#count) return this.#greatest;
    let seen = 0;
    for (const [value, count] of this.#sorted()) if ((seen += count) >= rank) return value;
    return this.#greatest;
  }

  /** Values in order, each with how often it came. */
  #sorted(): [value: number, count: number][] {
    return [...this.#counts].sort(([a], [b]) => a - b);
  }

  #tally(value: number, count: number): void {
    const key = this.#isExact ? value : rounded(value);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
  }

  #coarsen(): void {
    const exact = this.#counts;
    this.#counts = new Map();
    this.#isExact = false;
    for (const [value, count] of exact) this.#tally(value, count);
  }
}

const rounded = (value: number): number => Number(value.toPrecision(DIGITS));
