import type { Random } from '../random.ts';

/**
 * Numbers that lean on the one before, each drawn evenly from [0, 1).
 *
 * With the chance `correlation` a number is the one before again, else it is drawn anew. Whatever is made of them, a loss
 * or a delay, has then exactly this coefficient of correlation from one to the next, and still the share or distribution
 * that it has without. Emulator choice: netem mixes both numbers, which changes the distribution.
 */
export class CorrelatedRandom {
  readonly #random: Random;
  #last = -1;

  constructor(random: Random) {
    this.#random = random;
  }

  unit(correlation: number): number {
    if (correlation > 0 && this.#last >= 0 && this.#random.unit() < correlation) return this.#last;
    this.#last = this.#random.unit();
    return this.#last;
  }

  /** Whether something of this chance happens. What never happens draws nothing. */
  happens(chance: number, correlation: number): boolean {
    return chance > 0 && this.unit(correlation) < chance;
  }
}
