import type { Random } from '../random.ts';
import { CorrelatedRandom } from './correlated.ts';
import type { Impairment } from './impairment.ts';

/**
 * The chances of going between received (1), received within a burst of losses (2), lost within a burst (3) and lost
 * alone (4), which is always followed by 1. netem's `loss state`: General and Intuitive model.
 */
export interface FourStates {
  readonly p13: number;
  readonly p31: number;
  readonly p32: number;
  readonly p23: number;
  readonly p14: number;
}

/** Two states with a chance of loss of their own, as by Gilbert and Elliott. netem's `loss gemodel`. */
export interface GilbertElliott {
  /** From good to bad. */
  readonly p: number;
  /** From bad to good. */
  readonly r: number;
  /** netem's 1-h. */
  readonly lossInBad: number;
  /** netem's 1-k. */
  readonly lossInGood: number;
}

/** Which frames are lost. Each model goes on where it was when it is switched on again. */
export class Loss {
  readonly #random: Random;
  readonly #alone: CorrelatedRandom;
  #state: 1 | 2 | 3 | 4 = 1;
  #isBad = false;

  constructor(random: Random) {
    this.#random = random;
    this.#alone = new CorrelatedRandom(random);
  }

  isNext({ loss, lossCorrelation, lossState, lossGemodel }: Impairment): boolean {
    if (lossState) return this.#fourStates(lossState);
    if (lossGemodel) return this.#gilbertElliott(lossGemodel);
    return this.#alone.happens(loss, lossCorrelation);
  }

  /** The frame's fate is that of the state which is entered. */
  #fourStates({ p13, p31, p32, p23, p14 }: FourStates): boolean {
    const drawn = this.#random.unit();
    switch (this.#state) {
      case 1:
        this.#state = drawn < p14 ? 4 : drawn < p14 + p13 ? 3 : 1;
        break;
      case 2:
        this.#state = drawn < p23 ? 3 : 2;
        break;
      case 3:
        this.#state = drawn < p32 ? 2 : drawn < p32 + p31 ? 1 : 3;
        break;
      case 4:
        this.#state = 1;
        break;
    }
    return this.#state > 2;
  }

  /** The frame's fate is that of the state which is left or stayed in. */
  #gilbertElliott({ p, r, lossInBad, lossInGood }: GilbertElliott): boolean {
    const wasBad = this.#isBad;
    if (this.#random.unit() < (wasBad ? r : p)) this.#isBad = !wasBad;
    const chance = wasBad ? lossInBad : lossInGood;
    return chance === 1 || (chance > 0 && this.#random.unit() < chance);
  }
}
