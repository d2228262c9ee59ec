import { NEVER, type Instant } from '../time.ts';

/** At most this many ICMP errors at once, and this many a second in the long run (RFC 1812, section 4.3.2.8: a bound is a must). */
const BURST = 10;
const PER_SECOND = 50;

/** Bounds the rate of ICMP errors: they must not be a way to make a router busy. */
export class TokenBucket {
  #tokens = BURST;
  #filledAt: Instant = NEVER;

  mayPass(now: Instant): boolean {
    const gained = this.#filledAt === NEVER ? 0 : ((now - this.#filledAt) * PER_SECOND) / 1_000_000;
    this.#tokens = Math.min(BURST, this.#tokens + gained);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
