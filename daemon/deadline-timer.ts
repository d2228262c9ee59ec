import { NEVER, type Instant } from '../lib/time.ts';
import { wallClock } from './clock.ts';

/** Node's longest timer, in milliseconds. */
const TIMEOUT_MAX_MS = 2_147_483_647;

/**
 * One timer for a deadline that moves all the time. It is set anew only when the deadline comes nearer; when the
 * deadline has gone further away, it fires early, and whoever is called arms it again.
 *
 * What has arrived goes first, as in the simulator: a process that had to wait for its turn must not take for silence
 * what lies in its ring.
 */
export class DeadlineTimer {
  readonly #fire: () => void;
  #armedFor = NEVER;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;

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
        // Node asks for input between its timers and this.
        this.#immediate = setImmediate(this.#fire);
      },
      Math.min(Math.max(waitMs, 0), TIMEOUT_MAX_MS),
    );
  }

  disarm(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#armedFor = NEVER;
  }
}
