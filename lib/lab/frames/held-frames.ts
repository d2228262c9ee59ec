import type { Frame } from '../../frame.ts';
import { FramePool } from '../sim/frame-pool.ts';

/** Frames that a clogged direction of a link holds; what comes when it is full is lost. */
const HELD_MAX = 1_000;

/** Frames that wait, in the order in which they came. */
export class HeldFrames {
  readonly #pool: FramePool;
  readonly #frames: Frame[] = [];

  constructor(pool: FramePool) {
    this.#pool = pool;
  }

  /** Keeps a copy; false if there is no room for it. */
  hold(frame: Frame): boolean {
    const copy = this.#frames.length < HELD_MAX ? this.#pool.copy(frame) : undefined;
    if (copy) this.#frames.push(copy);
    return copy !== undefined;
  }

  /** Lets all of them go, one after the other. */
  release(pass: (frame: Frame) => void): void {
    for (const frame of this.#frames.splice(0)) {
      pass(frame);
      this.#pool.release(frame);
    }
  }
}
