import type { Random } from '../random.ts';
import type { Duration, Instant } from '../time.ts';
import type { Impairment } from './impairment.ts';

/** How long after the slot before it a slot opens. */
export interface SlotSpan {
  readonly min: Duration;
  readonly max: Duration;
}

/**
 * Frames leave in slots, as on a medium that is shared: those that wait leave together when one opens, as many as it
 * takes, and the rest with the next. After a slot that nobody waited for, the next one is counted from the frame that comes first.
 */
export class Slots {
  readonly #random: Random;
  #opensAt = -1;
  #framesLeft = 0;
  #bytesLeft = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** When a frame leaves that could at `ready`, which never decreases from call to call. */
  take(ready: Instant, lengthBytes: number, span: SlotSpan, impairment: Impairment): Instant {
    if (ready > this.#opensAt) this.#open(ready, span, impairment);
    else if (this.#framesLeft <= 0 || this.#bytesLeft <= 0) this.#open(this.#opensAt, span, impairment);
    this.#framesLeft--;
    this.#bytesLeft -= lengthBytes;
    return this.#opensAt as Instant;
  }

  #open(after: number, { min, max }: SlotSpan, { slotPackets, slotBytes }: Impairment): void {
    this.#opensAt = after + (max > min ? min + this.#random.below(max - min + 1) : min);
    this.#framesLeft = slotPackets || Infinity;
    this.#bytesLeft = slotBytes || Infinity;
  }
}
