import { after, NEVER, type Instant } from '../../time.ts';
import type { Pace } from './traffic.ts';

/**
 * When the next of a number of things is to be sent. What would fall into a silence waits for its end, and what comes
 * after follows at the usual spacing from there, so that always all of them are sent.
 */
export class Schedule {
  readonly #pace: Pace;
  readonly #runStart: Instant;
  #next: Instant;
  #taken = 0;

  /** `runStart` is the instant from which the times of `pace` count; nothing is sent before `notBefore`. */
  constructor(pace: Pace, runStart: Instant, notBefore: Instant = runStart) {
    this.#pace = pace;
    this.#runStart = runStart;
    this.#next = this.#behindSilence(Math.max(after(runStart, pace.start), notBefore) as Instant);
  }

  /** NEVER once everything has been taken. */
  get next(): Instant {
    return this.#taken < this.#pace.count ? this.#next : NEVER;
  }

  /** Calls `send` for each thing that is due at `now`, with its number, counted from 0. */
  sendDue(now: Instant, send: (sequence: number) => void): void {
    while (now >= this.next) {
      this.#next = this.#behindSilence(after(this.#next, this.#pace.every));
      send(this.#taken++);
    }
  }

  #behindSilence(time: Instant): Instant {
    let at = time;
    for (const silence of this.#pace.silences)
      if (at >= after(this.#runStart, silence.start) && at < after(this.#runStart, silence.end))
        at = after(this.#runStart, silence.end);
    return at;
  }
}
