import type { Fate, LinkDrop } from '../../link/fate.ts';
import type { Impairment } from '../../link/impairment.ts';
import { linkChance, LinkModel } from '../../link/link-model.ts';
import type { Frame } from '../../frame.ts';
import type { Instant } from '../../time.ts';
import { equalBytes } from '../../wire/bytes.ts';
import { ETHERNET_HEADER_LENGTH, MAC_LENGTH } from '../../wire/ethernet.ts';
import type { FrameAction } from '../actions/action.ts';
import { HeldFrames } from '../frames/held-frames.ts';
import type { LinkFaults } from '../frames/link-faults.ts';
import type { Direction, LabLink, LinkEnd } from '../scenario.ts';
import type { FramePool } from './frame-pool.ts';

/** An end of a link, and the address by which the others know it. */
export interface SegmentEnd extends LinkEnd {
  readonly mac: Uint8Array;
}

export interface SegmentOptions {
  readonly seed: number;
  readonly leadsToHost: boolean;
  readonly faults: LinkFaults;
  readonly pool: FramePool;
}

/** A link in the simulator: one model for what each end sends, and the choice of who gets it. */
export class Segment {
  readonly link: LabLink;
  /** Whether a host is connected to it. */
  readonly leadsToHost: boolean;
  readonly #ends: readonly SegmentEnd[];
  readonly #models: readonly LinkModel[];
  /** When each end was heard last, counted in frames; 0 for never. */
  readonly #lastHeard: number[];
  /** For each end, all others. */
  readonly #others: readonly (readonly number[])[];
  #heard = 0;
  readonly #faults: LinkFaults;
  readonly #pool: FramePool;
  /** Of the directions that are clogged. */
  readonly #held = new Map<number, HeldFrames>();

  constructor(link: LabLink, ends: readonly SegmentEnd[], { seed, leadsToHost, faults, pool }: SegmentOptions) {
    this.link = link;
    this.leadsToHost = leadsToHost;
    this.#faults = faults;
    this.#pool = pool;
    this.#ends = ends;
    this.#lastHeard = ends.map(() => 0);
    this.#others = ends.map((_, own) => ends.map((_, i) => i).filter((i) => i !== own));
    this.#models = ends.map(
      ({ node, port }, i) =>
        new LinkModel(link.impairments[i], linkChance(seed, `link ${link.name} from ${node}:${port}`)),
    );
  }

  /** What becomes of a frame that `from` sends now. */
  admit(from: number, frame: Frame, now: Instant): readonly Fate[] {
    if (this.#held.size > 0) {
      const held = this.#held.get(from);
      if (held) return held.hold(frame) ? NOTHING : this.#models[from].refuse();
    }
    if (this.#faults.isActive) return this.#faults.admit(from, frame, now, this.#models[from]);
    return this.#models[from].admit(now, frame);
  }

  /** A frame of `from` cannot be carried after all. */
  fail(from: number, fate: Fate, drop: LinkDrop, frame: Frame): void {
    this.#models[from].fail(fate, drop, frame);
  }

  /**
   * The ends that get a frame of `from`: the one whose address it bears, all others if it is for all or for nobody here.
   * Of ends that share an address it is the one that was heard last, as a switch learns it.
   */
  receivers(from: number, frame: Frame): readonly number[] {
    const others = this.#others[from];
    if (others.length === 1 || frame.length < ETHERNET_HEADER_LENGTH) return others;
    if (hasMac(frame, MAC_LENGTH, this.#ends[from].mac)) this.#lastHeard[from] = ++this.#heard;
    const owners = others
      .filter((i) => hasMac(frame, 0, this.#ends[i].mac))
      .sort((a, b) => this.#lastHeard[b] - this.#lastHeard[a]);
    if (owners.length === 0) return others;
    // Nobody of several that have the address has spoken yet.
    return this.#lastHeard[owners[0]] === 0 ? owners : [owners[0]];
  }

  cut(direction: Direction): void {
    for (const model of this.#of(direction)) model.cut();
  }

  heal(direction: Direction): void {
    for (const model of this.#of(direction)) model.heal();
  }

  impair(direction: Direction, impairment: Impairment): void {
    for (const model of this.#of(direction)) model.impair(impairment);
  }

  /** Each direction is again as the lab has it. */
  restore(direction: Direction): void {
    this.#models.forEach((model, end) => {
      if (direction === 'both' || direction === end) model.impair(this.link.impairments[end]);
    });
  }

  /** What is done to some frames only. */
  meddle(action: FrameAction): void {
    this.#faults.apply(action);
  }

  clog(direction: Direction): void {
    for (const end of this.#endsOf(direction))
      if (!this.#held.has(end)) this.#held.set(end, new HeldFrames(this.#pool));
  }

  /** Hands over what has waited, with the end that has sent it. */
  unclog(direction: Direction, pass: (end: number, frame: Frame) => void): void {
    for (const end of this.#endsOf(direction)) {
      const held = this.#held.get(end);
      this.#held.delete(end);
      held?.release((frame) => pass(end, frame));
    }
  }

  #endsOf(direction: Direction): number[] {
    return this.#ends.map((_, end) => end).filter((end) => direction === 'both' || direction === end);
  }

  #of(direction: Direction): readonly LinkModel[] {
    return direction === 'both' ? this.#models : [this.#models[direction]];
  }
}

/** It waits. */
const NOTHING: readonly Fate[] = [];

/** Whether the Ethernet header has this address `at` bytes from its beginning. */
export const hasMac = (frame: Frame, at: number, mac: Uint8Array): boolean =>
  equalBytes(mac, 0, frame.bytes, frame.start + at, MAC_LENGTH);
