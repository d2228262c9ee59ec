import { NEVER, type Duration, type Instant } from '../time.ts';

/**
 * Flows to come back to after a delay that is the same for all, in order of time. A flow that needs no visit any more is
 * not taken out: whoever is told of it looks whether there is still something to do.
 */
export class DelayQueue {
  /** May be changed at any time: those that wait, wait for as long as the others. */
  delay: Duration;
  readonly #flows: Int32Array;
  readonly #enteredAt: Float64Array;
  #oldest = 0;
  #entries = 0;

  constructor(capacity: number, delay: Duration) {
    this.delay = delay;
    this.#flows = new Int32Array(capacity);
    this.#enteredAt = new Float64Array(capacity);
  }

  /** False, and nothing is done, if the queue is full. */
  push(flow: number, now: Instant): boolean {
    if (this.#entries === this.#flows.length) return false;
    const place = (this.#oldest + this.#entries) % this.#flows.length;
    this.#flows[place] = flow;
    this.#enteredAt[place] = now;
    this.#entries++;
    return true;
  }

  nextDeadline(): Instant {
    return this.#entries === 0 ? NEVER : ((this.#enteredAt[this.#oldest] + this.delay) as Instant);
  }

  /** The next flow whose delay is over, with the time it was entered; undefined if there is none. */
  pop(now: Instant): { readonly flow: number; readonly enteredAt: Instant } | undefined {
    if (this.nextDeadline() > now) return undefined;
    const place = this.#oldest;
    this.#oldest = (place + 1) % this.#flows.length;
    this.#entries--;
    return { flow: this.#flows[place], enteredAt: this.#enteredAt[place] as Instant };
  }
}
