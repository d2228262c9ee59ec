import type { Random } from '../../random.ts';

/** Draws in the terms in which a swarm is described. */
export class Chance {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** True once in `every` times. */
  once(every: number): boolean {
    return this.#random.below(every) === 0;
  }

  /** A whole number from `min` to `max`. */
  between(min: number, max: number): number {
    return min + this.#random.below(max - min + 1);
  }

  of<T>(items: readonly T[]): T {
    return items[this.#random.below(items.length)];
  }

  /** Each item, or not: a subset. */
  some<T>(items: readonly T[]): T[] {
    return items.filter(() => this.once(2));
  }
}
