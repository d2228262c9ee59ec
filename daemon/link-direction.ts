import type { Frame } from '../lib/frame.ts';
import { EventQueue } from '../lib/lab/sim/event-queue.ts';
import { HeldFrames } from '../lib/lab/frames/held-frames.ts';
import type { LinkFaults } from '../lib/lab/frames/link-faults.ts';
import { FramePool } from '../lib/lab/sim/frame-pool.ts';
import { change, commentOf, eventsOf, isChanged, type Fate, type FrameEvent, type LinkDrop } from '../lib/link/fate.ts';
import type { LinkModel } from '../lib/link/link-model.ts';
import type { Instant } from '../lib/time.ts';

/** Frames that one direction of a link holds at once. 20 ms of 1 Gbit/s in full frames are 1,700. */
const FRAMES_MAX = 8_192;

/** Takes a frame at the far end; `comments` tell how it is not the one that was sent. */
export type Deliver = (frame: Frame, now: Instant, comments: readonly string[]) => void;

export const NO_COMMENTS: readonly string[] = [];

const NO_EVENTS: readonly FrameEvent[] = [];

/** What is done to some of the frames that one end of a link sends. */
export interface EndFaults {
  readonly of: LinkFaults;
  readonly end: number;
}

/** One direction of a link on a real fabric: the link model, and the frames that are on their way. */
export class LinkDirection {
  readonly model: LinkModel;
  readonly #faults: EndFaults | undefined;
  #held: HeldFrames | undefined;
  readonly #deliver: Deliver;
  readonly #pool = new FramePool();
  readonly #onTheirWay = new EventQueue<Frame>(FRAMES_MAX);
  /** What is to be said of those on their way that were changed. */
  readonly #comments = new Map<Frame, readonly string[]>();

  constructor(model: LinkModel, deliver: Deliver, faults?: EndFaults) {
    this.model = model;
    this.#faults = faults;
    this.#deliver = deliver;
  }

  /** Delivers the frame, or copies of it when they are due. What is to be told of it; nothing if it passes as it is. */
  send(frame: Frame, now: Instant): readonly FrameEvent[] {
    if (this.#held) return this.#held.hold(frame) ? NO_EVENTS : eventsOf(this.model.refuse());
    const fates = this.#faults?.of.isActive
      ? this.#faults.of.admit(this.#faults.end, frame, now, this.model)
      : this.model.admit(now, frame);
    for (const fate of fates) {
      const drop = fate.lost === undefined ? this.#carry(frame, fate, now) : undefined;
      if (drop !== undefined) this.model.fail(fate, drop, frame);
    }
    const events = eventsOf(fates);
    // What was changed and is not delayed waits as a copy, so that the frame itself stays what was sent.
    if (events.length > 0) this.poll(now);
    return events;
  }

  clog(): void {
    this.#held ??= new HeldFrames(this.#pool);
  }

  /** Sends what has waited. */
  unclog(now: Instant): void {
    const held = this.#held;
    this.#held = undefined;
    held?.release((frame) => void this.send(frame, now));
  }

  nextDeadline(): Instant {
    return this.#onTheirWay.nextTime;
  }

  /** Delivers every frame that is due. */
  poll(now: Instant): void {
    while (this.#onTheirWay.nextTime <= now) {
      const frame = this.#onTheirWay.pop();
      if (!frame) return;
      const comments = this.#comments.get(frame) ?? NO_COMMENTS;
      this.#comments.delete(frame);
      this.#deliver(frame, now, comments);
      this.#pool.release(frame);
    }
  }

  #carry(frame: Frame, fate: Fate, now: Instant): LinkDrop | undefined {
    const isAsItIs = !isChanged(fate);
    if (isAsItIs && fate.arrival <= now && this.#onTheirWay.nextTime > now) {
      this.#deliver(frame, now, NO_COMMENTS);
      return undefined;
    }
    const copy = this.#pool.copy(frame);
    if (!copy) return 'too-long';
    change(copy, fate);
    if (!this.#onTheirWay.push(fate.arrival, copy)) {
      this.#pool.release(copy);
      return 'queue-full';
    }
    if (!isAsItIs) this.#comments.set(copy, eventsOf([fate]).map(commentOf));
    return undefined;
  }
}
