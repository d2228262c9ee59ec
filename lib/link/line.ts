import type { Random } from '../random.ts';
import { NEVER, type Instant } from '../time.ts';
import type { Impairment } from './impairment.ts';
import { Transmitter } from './rate.ts';
import { Slots } from './slot.ts';

/** Frames that wait where no limit is named, as in netem. */
const FRAMES_WAITING = 1_000;

/** Frames that wait at most where a number of bytes is the limit. */
const FRAMES_MAX = 65_536;

/** What is before the wire: a bounded queue for the transmitter and its slots, first in, first out. */
export class Line {
  readonly #transmitter = new Transmitter();
  readonly #slots: Slots;
  #lastLeaves = -1;
  /** When each frame that waits leaves, and its length: a ring of `#times.length` places, a power of two. */
  #times = new Float64Array(16);
  #lengths = new Float64Array(16);
  #first = 0;
  #frames = 0;
  #bytes = 0;

  constructor(random: Random) {
    this.#slots = new Slots(random);
  }

  /** When a frame that comes at `now` has left; NEVER if there is no room for it. */
  leave(now: Instant, lengthBytes: number, impairment: Impairment): Instant {
    this.#forgetThoseThatLeft(now);
    const { rate, slot } = impairment;
    if (rate === 0 && !slot && this.#frames === 0) return now;
    if (this.#isFull(lengthBytes, impairment)) return NEVER;
    let leaves = rate > 0 ? this.#transmitter.send(now, lengthBytes, impairment) : now;
    if (slot) leaves = this.#slots.take(leaves, lengthBytes, slot, impairment);
    // Only when a slot has just been taken away is this not so anyway.
    leaves = Math.max(leaves, this.#lastLeaves) as Instant;
    this.#lastLeaves = leaves;
    this.#remember(leaves, lengthBytes);
    return leaves;
  }

  #isFull(lengthBytes: number, { limit, limitBytes }: Impairment): boolean {
    const framesMax = limit || (limitBytes > 0 ? FRAMES_MAX : FRAMES_WAITING);
    return this.#frames >= framesMax || (limitBytes > 0 && this.#bytes + lengthBytes > limitBytes);
  }

  #forgetThoseThatLeft(now: Instant): void {
    while (this.#frames > 0 && this.#times[this.#first] <= now) {
      this.#bytes -= this.#lengths[this.#first];
      this.#first = (this.#first + 1) & (this.#times.length - 1);
      this.#frames--;
    }
  }

  #remember(leaves: Instant, lengthBytes: number): void {
    if (this.#frames === this.#times.length) this.#grow();
    const at = (this.#first + this.#frames) & (this.#times.length - 1);
    this.#times[at] = leaves;
    this.#lengths[at] = lengthBytes;
    this.#frames++;
    this.#bytes += lengthBytes;
  }

  #grow(): void {
    this.#times = unrolled(this.#times, this.#first);
    this.#lengths = unrolled(this.#lengths, this.#first);
    this.#first = 0;
  }
}

/** A ring of twice the places, its first at 0. */
function unrolled(ring: Float64Array<ArrayBuffer>, first: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * ring.length);
  larger.set(ring.subarray(first));
  larger.set(ring.subarray(0, first), ring.length - first);
  return larger;
}
