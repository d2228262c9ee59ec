import type { Frame } from '../frame.ts';
import { ReplayWindow, type ReplayCache } from '../metadata/replay.ts';
import {
  NO_BINDING,
  OUTSIDE_WINDOW,
  OWN_PACKET,
  TOO_SHORT,
  sealedDigestAt,
  sealedSequence,
  type Seal,
} from '../metadata/trailer.ts';
import { counter, type Counters } from '../stats/counters.ts';
import { after, seconds, type Instant } from '../time.ts';
import { firstSequence, type FlowTable } from './flow-table.ts';

/** What `open` returns for a packet that is refused; the counter that says why is given to `refused`. */
export const REFUSED = -1;

export interface SealingParts {
  readonly flows: FlowTable;
  readonly counters: Counters;
  readonly replayCache: ReplayCache;
  /** Digests of fragments, kept apart: however many come, they do not make that of any session's metadata forgotten. */
  readonly fragmentReplayCache: ReplayCache;
  readonly startedAt: Instant;
  /** Writes the UUID of a flow's session to the first 16 bytes of `target`. */
  readonly sessionUuid: (flow: number, target: Uint8Array) => void;
  /** Counts and traces a packet that goes no further. */
  readonly refused: (frame: Frame, reason: number) => void;
}

/** How late a packet may be and still pass for one of the same peer (emulator choice). */
const OVERTAKEN_MAX = seconds(1);

/**
 * Puts the HMAC trailer on packets that leave to a peer, and takes it off those that come from one.
 *
 * A bare packet is bound to its session by the session's UUID, and to its direction; and it is numbered: its number is
 * checked against the flow's replay window. A packet with metadata must be understood by a router that has lost the
 * session, so it is bound to nothing; its digest is remembered for as long as a copy would be accepted. So is that of a
 * fragment, whose packet has a trailer of its own inside.
 */
export class Sealing {
  readonly #parts: SealingParts;
  readonly #counters: Float64Array;
  readonly #window: ReplayWindow;
  /** UUID and direction: what a router has sent does not pass for what its peer sends. */
  readonly #binding = new Uint8Array(17);
  /** Number of the last packet with metadata. */
  #lastUnbound: number | undefined;
  /** What was sealed before may have come to somebody who is gone, and cannot tell. */
  #remembersFrom: Instant;

  constructor(parts: SealingParts) {
    this.#parts = parts;
    this.#counters = parts.counters.values;
    this.#remembersFrom = parts.startedAt;
    this.#window = new ReplayWindow(parts.flows.capacity);
  }

  /** Seals what is in `frame` from `at` on, as the next packet of a flow. */
  seal(flow: number, frame: Frame, at: number, seal: Seal, isMetadata: boolean, now: Instant): void {
    const binding = isMetadata ? NO_BINDING : this.#bindingOf(flow);
    const { sequence: next } = this.#parts.flows;
    const sequence = isMetadata ? this.#unique(next[flow], now) : next[flow];
    next[flow] = sequence + 1;
    frame.end = seal.seal(frame.bytes, at, frame.end, binding, sequence, inSeconds(now));
    this.#counters[counter.digestAdded]++;
  }

  /** Seals a packet of metadata that belongs to no flow. */
  sealUnbound(frame: Frame, at: number, seal: Seal, now: Instant): void {
    const sequence = this.#unique(firstSequence(now), now);
    frame.end = seal.seal(frame.bytes, at, frame.end, NO_BINDING, sequence, inSeconds(now));
    this.#counters[counter.digestAdded]++;
  }

  /**
   * The number of a packet with metadata: `least`, the time, or the first that no such packet has had. Messages about two
   * sessions may read alike, and must not be the same bytes, or one would pass for a copy of the other.
   */
  #unique(least: number, now: Instant): number {
    let sequence = later(least, firstSequence(now));
    if (this.#lastUnbound !== undefined) sequence = later(sequence, (this.#lastUnbound + 1) >>> 0);
    this.#lastUnbound = sequence;
    return sequence;
  }

  /** Checks the trailer of a bare packet whose UDP payload is bytes[at, end). Returns the end without it, or REFUSED. */
  open(flow: number, frame: Frame, at: number, end: number, seal: Seal, now: Instant): number {
    const opened = seal.open(frame.bytes, at, end, this.#bindingOf(flow), inSeconds(now));
    if (opened < 0) return this.#refuse(frame, faultCounter(opened));
    if (!this.#window.accept(flow, sealedSequence(frame.bytes, opened))) return this.#refuse(frame, counter.replayed);
    this.#counters[counter.digestRemoved]++;
    return opened;
  }

  /** The same for a packet with metadata, for which no flow is needed. Whether it has come before, `admit` tells. */
  openUnbound(frame: Frame, at: number, end: number, seal: Seal, now: Instant): number {
    const opened = seal.open(frame.bytes, at, end, NO_BINDING, inSeconds(now));
    if (opened < 0) return this.#refuse(frame, faultCounter(opened));
    if (this.#isBeforeMemory(sealedSequence(frame.bytes, opened), seal, now))
      return this.#refuse(frame, counter.outsideTimeWindow);
    this.#counters[counter.digestRemoved]++;
    return opened;
  }

  /**
   * From now on the memory of what has come is this router's own: packets with metadata that were sealed before are
   * refused, while their time alone would let them pass (emulator choice). Mode regular knows no time.
   */
  rememberFrom(now: Instant): void {
    this.#remembersFrom = now;
  }

  /** The number of a packet with metadata is no less than the time when it was sealed. */
  #isBeforeMemory(sequence: number, { copyLifetime }: Seal, now: Instant): boolean {
    if (copyLifetime === Infinity || now >= after(this.#remembersFrom, copyLifetime)) return false;
    return ((sequence - firstSequence(this.#remembersFrom)) | 0) < 0;
  }

  /** Whether a packet with metadata, opened and with its content ending at `end`, is new; if not, it is refused. */
  admit(frame: Frame, end: number, isFragment: boolean, now: Instant): boolean {
    const { replayCache, fragmentReplayCache } = this.#parts;
    const cache = isFragment ? fragmentReplayCache : replayCache;
    if (!cache.admit(frame.bytes, sealedDigestAt(end), now)) {
      this.#refuse(frame, counter.replayed);
      return false;
    }
    this.#counters[counter.replayCacheEvictions] = replayCache.evictions;
    return true;
  }

  /** Takes note of the number of a packet with metadata on a flow that is known: bare packets may come behind it. */
  noteSequence(flow: number, frame: Frame, end: number): void {
    this.#window.accept(flow, sealedSequence(frame.bytes, end));
  }

  /**
   * Whether a packet with metadata, whose content ends at `end`, was sent shortly before another one that has come on its flow
   * already: where it came from, its session may have left since. Numbers far behind are of a peer that counts anew.
   */
  isOvertaken(flow: number, frame: Frame, end: number): boolean {
    const highest = this.#window.highest(flow);
    if (highest === undefined) return false;
    const behind = (highest - sealedSequence(frame.bytes, end)) | 0;
    return behind > 0 && behind < firstSequence(OVERTAKEN_MAX);
  }

  /** The flow's peer counts anew from the number in the trailer of a packet whose content ends at `end`. */
  restartSequence(flow: number, frame: Frame, end: number): void {
    this.#window.reset(flow, sealedSequence(frame.bytes, end));
  }

  /** The highest number that has come on a flow; undefined if none has. */
  highestSequence(flow: number): number | undefined {
    return this.#window.highest(flow);
  }

  /** Goes on where somebody else has seen everything up to `sequence`. */
  resumeSequence(flow: number, sequence: number): void {
    this.#window.reset(flow, sequence);
  }

  clearSequence(flow: number): void {
    this.#window.clear(flow);
  }

  #bindingOf(flow: number): Uint8Array {
    this.#parts.sessionUuid(flow, this.#binding);
    this.#binding[16] = flow & 1;
    return this.#binding;
  }

  #refuse(frame: Frame, reason: number): typeof REFUSED {
    this.#parts.refused(frame, reason);
    return REFUSED;
  }
}

function faultCounter(fault: number): number {
  if (fault === TOO_SHORT) return counter.digestNotFound;
  if (fault === OWN_PACKET) return counter.replayed;
  return fault === OUTSIDE_WINDOW ? counter.outsideTimeWindow : counter.digestCompare;
}

/** Numbers wrap: what is less than 2^31 ahead is later. */
const later = (a: number, b: number): number => (((b - a) | 0) > 0 ? b : a);

const inSeconds = (now: Instant): number => Math.floor(now / 1_000_000);
