import type { Frame } from '../../frame.ts';
import { HeldFrames } from '../frames/held-frames.ts';
import type { FramePool } from './frame-pool.ts';

/** What comes to a node that is paused, port by port. It is looked at when the node goes on. */
export class Inbox {
  readonly #ports: readonly HeldFrames[];

  constructor(ports: number, pool: FramePool) {
    this.#ports = Array.from({ length: ports }, () => new HeldFrames(pool));
  }

  /** Keeps a copy; false if there is no room for it. */
  take(port: number, frame: Frame): boolean {
    return this.#ports[port].hold(frame);
  }

  empty(pass: (port: number, frame: Frame) => void): void {
    this.#ports.forEach((held, port) => held.release((frame) => pass(port, frame)));
  }
}
