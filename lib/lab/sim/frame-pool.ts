import { Frame } from '../../frame.ts';

/** Frames on their way over links. Buffers are used again, so that there are never more than were once in flight. */
export class FramePool {
  readonly #free: Frame[] = [];

  /** A copy of `frame` with its id; undefined if it is longer than any port takes. */
  copy(frame: Frame): Frame | undefined {
    const copy = this.#free.pop() ?? Frame.allocate();
    if (!copy.load(frame.bytes.subarray(frame.start, frame.end))) {
      this.#free.push(copy);
      return undefined;
    }
    copy.id = frame.id;
    return copy;
  }

  release(frame: Frame): void {
    this.#free.push(frame);
  }
}
