import { milliseconds, seconds, type Duration } from '../../time.ts';

const INITIAL = seconds(1);
/** RFC 6298 asks for one second; 200 ms is what Linux does. */
const MINIMUM = milliseconds(200);
const MAXIMUM = seconds(60);

/** How long to wait for an acknowledgement, RFC 6298. */
export class RetransmissionTimeout {
  #smoothed = 0;
  #variation = 0;
  #base: number = INITIAL;
  #backoffs = 0;

  get current(): Duration {
    return Math.min(MAXIMUM, this.#base * 2 ** this.#backoffs) as Duration;
  }

  /** A round trip of a segment that was sent once only (Karn's rule). */
  measured(roundTrip: Duration): void {
    if (this.#smoothed === 0) {
      this.#smoothed = roundTrip;
      this.#variation = roundTrip / 2;
    } else {
      this.#variation = 0.75 * this.#variation + 0.25 * Math.abs(this.#smoothed - roundTrip);
      this.#smoothed = 0.875 * this.#smoothed + 0.125 * roundTrip;
    }
    this.#base = Math.round(Math.max(MINIMUM, this.#smoothed + 4 * this.#variation));
  }

  /** The timer ran out: wait twice as long for the next one. */
  backOff(): void {
    this.#backoffs = Math.min(this.#backoffs + 1, 16);
  }

  /** Something new was acknowledged: the path is alive. */
  recover(): void {
    this.#backoffs = 0;
  }
}
