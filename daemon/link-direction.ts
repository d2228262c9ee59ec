import { FramePool } from '../lib/lab/sim/frame-pool.ts';
import { DROPPED, type LinkDrop, type LinkModel } from '../lib/link/impairment.ts';
import type { Frame } from '../lib/frame.ts';
import { NEVER, type Instant } from '../lib/time.ts';

/** Frames that one direction of a link holds at once. 20 ms of 1 Gbit/s in full frames are 1,700. */
const FRAMES_MAX = 8_192;

/** Why a frame does not come out at the far end. */
export type LinkLoss = LinkDrop | 'queue-full';

/** One direction of a link on a real fabric: the link model, and the frames that are on their way. */
export class LinkDirection {
  readonly model: LinkModel;
  readonly #deliver: (frame: Frame, now: Instant) => void;
  readonly #pool = new FramePool();
  readonly #queue: { readonly arrival: Instant; readonly frame: Frame }[] = [];
  #head = 0;

  constructor(model: LinkModel, deliver: (frame: Frame, now: Instant) => void) {
    this.model = model;
    this.#deliver = deliver;
  }

  /** Delivers the frame, or a copy of it when it is due; or tells why it never will. */
  send(frame: Frame, now: Instant): LinkLoss | undefined {
    const arrival = this.model.admit(now, frame.length);
    if (arrival === DROPPED) return this.model.whyDropped(frame.length);
    if (arrival <= now && this.#isEmpty) {
      this.#deliver(frame, now);
      return undefined;
    }
    if (this.#queue.length - this.#head >= FRAMES_MAX) return 'queue-full';
    const copy = this.#pool.copy(frame);
    if (!copy) return 'too-long';
    this.#queue.push({ arrival, frame: copy });
    return undefined;
  }

  nextDeadline(): Instant {
    return this.#isEmpty ? NEVER : this.#queue[this.#head].arrival;
  }

  /** Delivers every frame that is due. */
  poll(now: Instant): void {
    while (this.nextDeadline() <= now) {
      const { frame } = this.#queue[this.#head++];
      this.#deliver(frame, now);
      this.#pool.release(frame);
    }
    if (this.#isEmpty) this.#head = this.#queue.length = 0;
    if (this.#head >= FRAMES_MAX) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
  }

  get #isEmpty(): boolean {
    return this.#head === this.#queue.length;
  }
}
