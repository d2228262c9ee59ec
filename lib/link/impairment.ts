import type { Random } from '../random.ts';
import { after, type Duration, type Instant } from '../time.ts';
import { ETHERNET_HEADER_LENGTH } from '../wire/ethernet.ts';

/** What a link does to the frames of one direction, in netem's vocabulary; 0 means none. */
export interface Impairment {
  /** Time on the way. */
  readonly delay: Duration;
  /** The delay of each frame is drawn from `delay` ± `jitter`, uniformly, and is never below 0. */
  readonly jitter: Duration;
  /** Chance of a frame to be lost, in [0, 1], independent of the frames before it. */
  readonly loss: number;
  /** Longest frame that passes, in bytes behind its Ethernet header; what is longer is lost in silence. */
  readonly mtu: number;
}

export const NO_IMPAIRMENT: Impairment = Object.freeze({
  delay: 0 as Duration,
  jitter: 0 as Duration,
  loss: 0,
  mtu: 0,
});

/** What `LinkModel.admit` returns for a frame that does not arrive. */
export const DROPPED = -1 as Instant;

/** Why a link loses a frame. */
export type LinkDrop = 'cut' | 'too-long' | 'loss';

/** Frames and bytes of one direction since it was made. Every frame is in exactly one of the frame counts. */
export interface LinkStatistics {
  readonly framesPassed: number;
  readonly framesLost: number;
  readonly framesCut: number;
  readonly framesTooLong: number;
  readonly bytesPassed: number;
}

/**
 * One direction of a link: tells when a frame comes out at the far end, if it does.
 *
 * Frames keep their order: jitter delays a frame behind the one before it, and never lets it overtake. (netem reorders
 * when the jitter is larger than the spacing; order is kept here, because reordering by accident teaches nothing.)
 * The model keeps no frames. It draws from `random` only for what is switched on, so that a loss that is added later
 * does not change what was drawn before.
 */
export class LinkModel {
  readonly #random: Random;
  #impairment: Impairment;
  #isCut = false;
  #lastArrival = 0;
  readonly #statistics = { framesPassed: 0, framesLost: 0, framesCut: 0, framesTooLong: 0, bytesPassed: 0 };

  constructor(impairment: Impairment, random: Random) {
    this.#impairment = impairment;
    this.#random = random;
  }

  get impairment(): Impairment {
    return this.#impairment;
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  get statistics(): LinkStatistics {
    return this.#statistics;
  }

  /** Takes effect with the next frame; frames on their way arrive as they would have. */
  impair(impairment: Impairment): void {
    this.#impairment = impairment;
  }

  /** From now on every frame of this direction is lost. */
  cut(): void {
    this.#isCut = true;
  }

  heal(): void {
    this.#isCut = false;
  }

  /** When a frame that enters at `now` arrives, or DROPPED. `now` never decreases from call to call. */
  admit(now: Instant, lengthBytes: number): Instant {
    if (this.#isCut) {
      this.#statistics.framesCut++;
      return DROPPED;
    }
    if (this.#isTooLong(lengthBytes)) {
      this.#statistics.framesTooLong++;
      return DROPPED;
    }
    const { loss } = this.#impairment;
    if (loss > 0 && this.#random.unit() < loss) {
      this.#statistics.framesLost++;
      return DROPPED;
    }
    this.#statistics.framesPassed++;
    this.#statistics.bytesPassed += lengthBytes;
    const arrival = Math.max(after(now, this.#drawDelay()), this.#lastArrival);
    this.#lastArrival = arrival;
    return arrival as Instant;
  }

  /** Why a frame of this length, for which `admit` has just said DROPPED, does not arrive. */
  whyDropped(lengthBytes: number): LinkDrop {
    if (this.#isCut) return 'cut';
    return this.#isTooLong(lengthBytes) ? 'too-long' : 'loss';
  }

  #isTooLong(lengthBytes: number): boolean {
    const { mtu } = this.#impairment;
    return mtu > 0 && lengthBytes - ETHERNET_HEADER_LENGTH > mtu;
  }

  #drawDelay(): Duration {
    const { delay, jitter } = this.#impairment;
    if (jitter === 0) return delay;
    const drawn = delay - jitter + this.#random.below(2 * jitter + 1);
    return Math.max(0, drawn) as Duration;
  }
}
