import { assert } from '../assert.ts';
import { Frame } from '../frame.ts';

/** A bounded number of frames for packets that a router makes itself, and for packets that wait for an address. */
export class FramePool {
  readonly capacity: number;
  readonly #free: Frame[] = [];
  #made = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get inUse(): number {
    return this.#made - this.#free.length;
  }

  /** An empty frame with headroom, or undefined if all are in use. Give it back with `release`. */
  take(): Frame | undefined {
    const frame = this.#free.pop() ?? this.#make();
    frame?.load(new Uint8Array(0));
    return frame;
  }

  release(frame: Frame): void {
    assert(this.#free.length < this.#made, 'a frame was released that was not taken');
    this.#free.push(frame);
  }

  #make(): Frame | undefined {
    if (this.#made === this.capacity) return undefined;
    this.#made++;
    return Frame.allocate();
  }
}
