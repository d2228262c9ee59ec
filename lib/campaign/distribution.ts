/** Different values that are told apart exactly. */
const EXACT_MAX = 16_384;

/** Significant digits that are kept of a value once there are more. */
const DIGITS = 3;

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

  /**
   * For each of `percents`, which rise, the least value that so many percent of all do not exceed (nearest rank).
   * Undefined without any value.
   */
  percentiles(percents: readonly number[]): number[] | undefined {
    if (this.#count === 0) return undefined;
    const values = [...this.#counts].sort(([a], [b]) => a - b);
    let at = 0;
    let seen = values[0][1];
    return percents.map((percent) => {
      const rank = Math.max(1, Math.ceil((percent / 100) * this.#count));
      while (seen < rank) seen += values[++at][1];
      // Of rounded values the ends are known better.
      if (rank === 1) return this.#least;
      return rank === this.#count ? this.#greatest : values[at][0];
    });
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
