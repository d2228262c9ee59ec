import { NEVER, type Instant } from '../lib/time.ts';
import { wallClock } from './clock.ts';

/** Node's longest timer, in milliseconds. */
const TIMEOUT_MAX_MS = 2_147_483_647;

/**
 * One timer for a deadline that moves all the time. It is set anew only when the deadline comes nearer; when the
 * deadline has gone further away, it fires early, and whoever is called arms it again.
 */
export class DeadlineTimer {
  readonly #fire: () => void;
  #armedFor = NEVER;
  #timer: NodeJS.Timeout | undefined;

  constructor(fire: () => void) {
    this.#fire = fire;
  }

  arm(deadline: Instant): void {
    if (deadline >= this.#armedFor) return;
    clearTimeout(this.#timer);
    this.#armedFor = deadline;
    const waitMs = Math.ceil((deadline - wallClock()) / 1_000);
    this.#timer = setTimeout(
      () => {
        this.#armedFor = NEVER;
        this.#fire();
      },
      Math.min(Math.max(waitMs, 0), TIMEOUT_MAX_MS),
    );
  }

  disarm(): void {
    clearTimeout(this.#timer);
    this.#armedFor = NEVER;
  }
}
