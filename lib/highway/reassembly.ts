import { counter, type Counters } from '../stats/counters.ts';
import { NEVER, after, type Duration, type Instant } from '../time.ts';
import { copyBytes, equalBytes } from '../wire/bytes.ts';
import { hashKey, sameKey } from './flow-key.ts';

/** Most fragments of one packet (emulator choice): 64 KiB in pieces for the smallest MTU that IPv4 hosts must take. */
export const FRAGMENTS_MAX = 128;

/** One fragment of a packet, as it lies in the frame that it came in. */
export interface Fragment {
  /** A flow key and a number that all fragments of the packet have, and no other packet of that time. */
  readonly key: Uint32Array;
  readonly id: number;
  /** What else all fragments of the packet must agree on, as one number. */
  readonly about: number;
  /** Where its content belongs in that of the packet, in bytes. */
  readonly offset: number;
  readonly isLast: boolean;
  /** How long the fragment was as a packet of its own; of all of them the largest is told. */
  readonly size: number;
  /** Its headers are bytes[headerAt, headerEnd), its content is bytes[contentAt, contentEnd). */
  readonly bytes: Uint8Array;
  readonly headerAt: number;
  readonly headerEnd: number;
  readonly contentAt: number;
  readonly contentEnd: number;
}

interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A packet all of whose fragments have come. */
export interface Whole {
  /** Those of the fragment that the packet begins with. */
  readonly header: Uint8Array;
  /** Its content, in order and without gaps. */
  readonly pieces: readonly Piece[];
  readonly length: number;
  readonly about: number;
  /** Size of its largest fragment. */
  readonly largest: number;
}

/** What became of a fragment that does not complete its packet. */
export type FragmentFate =
  | 'held'
  /** It has come before, byte for byte. */
  | 'duplicate'
  /** It overlaps or contradicts another fragment, or the packet has been refused before. */
  | 'refused'
  /** It cannot be a fragment of any packet. */
  | 'malformed';

/** Indices of the counters of one kind of fragments. */
export interface ReassemblyCounters {
  readonly received: number;
  readonly reassembled: number;
  readonly duplicate: number;
  readonly refused: number;
  readonly malformed: number;
  readonly timedOut: number;
  readonly evicted: number;
}

export const fabricReassemblyCounters: ReassemblyCounters = {
  received: counter.fabricFragmentsReceived,
  reassembled: counter.fabricReassembled,
  duplicate: counter.fabricFragmentsDuplicate,
  refused: counter.fabricReassemblyRefused,
  malformed: counter.fabricFragmentsMalformed,
  timedOut: counter.fabricReassemblyTimedOut,
  evicted: counter.fabricReassemblyEvicted,
};

export const ipReassemblyCounters: ReassemblyCounters = {
  received: counter.ipFragmentsReceived,
  reassembled: counter.ipReassembled,
  duplicate: counter.ipFragmentsDuplicate,
  refused: counter.ipReassemblyRefused,
  malformed: counter.ipFragmentsMalformed,
  timedOut: counter.ipReassemblyTimedOut,
  evicted: counter.ipReassemblyEvicted,
};

export interface ReassemblyLimits {
  /** Packets that may wait for fragments at once, and bytes of content that they may hold together. */
  readonly packets: number;
  readonly bytes: number;
  /** Longest content of a packet, in bytes. */
  readonly lengthMax: number;
  /** How long after its first fragment a packet may be completed. */
  readonly timeout: Duration;
}

interface Entry {
  readonly key: Uint32Array;
  readonly id: number;
  readonly about: number;
  readonly deadline: Instant;
  readonly pieces: Piece[];
  header: Uint8Array | undefined;
  held: number;
  /** Length of the whole content; -1 until the last fragment has come. */
  length: number;
  largest: number;
  isRefused: boolean;
}

/**
 * Packets that wait for their other fragments, for IP (RFC 791, RFC 8200) and for SVR alike.
 *
 * Fragments may come in any order, and again. One that overlaps another or contradicts it spoils its packet, with all
 * that is still to come of it (RFC 5722). When there is no room, the packet that has waited longest goes.
 */
export class Reassembly {
  readonly #limits: ReassemblyLimits;
  readonly #counters: Float64Array;
  readonly #counter: ReassemblyCounters;
  readonly #seed: number;
  /** By a hash of key and id, in the order of their first fragments, which is that of their deadlines. */
  readonly #entries = new Map<number, Entry>();
  #bytes = 0;

  constructor(limits: ReassemblyLimits, counters: Counters, counter: ReassemblyCounters, seed: number) {
    this.#limits = limits;
    this.#counters = counters.values;
    this.#counter = counter;
    this.#seed = seed;
  }

  /** Packets that are waited for, those that were refused included. */
  get entries(): number {
    return this.#entries.size;
  }

  /** Bytes of content that are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a fragment in; what it keeps, it copies. */
  add(fragment: Fragment, now: Instant): Whole | FragmentFate {
    this.#counters[this.#counter.received]++;
    const result = this.#add(fragment, now);
    if (typeof result !== 'string') this.#counters[this.#counter.reassembled]++;
    else if (result === 'duplicate' || result === 'malformed') this.#counters[this.#counter[result]]++;
    return result;
  }

  /** Counts a fragment whose headers do not add up. */
  reject(): 'malformed' {
    this.#counters[this.#counter.received]++;
    this.#counters[this.#counter.malformed]++;
    return 'malformed';
  }

  #add(fragment: Fragment, now: Instant): Whole | FragmentFate {
    const { offset, isLast } = fragment;
    const length = fragment.contentEnd - fragment.contentAt;
    const isAligned = isLast || length % 8 === 0;
    if (length <= 0 || !isAligned || offset + length > this.#limits.lengthMax) return 'malformed';
    // Nothing else belongs to it, whatever goes by the same number (RFC 6946).
    if (offset === 0 && isLast) return wholeOf(newEntry(fragment, now), fragment);
    const hash = this.#hash(fragment);
    const entry = this.#find(hash, fragment) ?? this.#enter(hash, fragment, now);
    if (entry.isRefused) return 'refused';
    const place = placeOf(entry, offset);
    if (isDuplicate(entry, place, fragment)) return 'duplicate';
    if (!fits(entry, place, fragment) || !this.#makeRoom(entry, length)) return this.#refuse(entry);
    entry.pieces.splice(place, 0, pieceOf(fragment));
    entry.held += length;
    this.#bytes += length;
    note(entry, fragment);
    if (entry.held !== entry.length || entry.header === undefined) return 'held';
    this.#remove(hash, entry);
    return { ...entry, header: entry.header };
  }

  nextDeadline(): Instant {
    return this.#oldest()?.[1].deadline ?? NEVER;
  }

  /** Gives up the packets whose time is over. */
  poll(now: Instant): void {
    for (let oldest = this.#oldest(); oldest && oldest[1].deadline <= now; oldest = this.#oldest()) {
      this.#remove(...oldest);
      if (!oldest[1].isRefused) this.#counters[this.#counter.timedOut]++;
    }
  }

  #hash({ key, id }: Fragment): number {
    return (hashKey(key, 0, this.#seed) ^ Math.imul(id, 0x9e3779b1)) >>> 0;
  }

  #find(hash: number, fragment: Fragment): Entry | undefined {
    const entry = this.#entries.get(hash);
    if (!entry) return undefined;
    if (entry.id === fragment.id && sameKey(entry.key, 0, fragment.key, 0)) return entry;
    // Two packets of one hash, which nobody can bring about on purpose: the later one stays.
    this.#evict(hash, entry);
    return undefined;
  }

  #enter(hash: number, fragment: Fragment, now: Instant): Entry {
    if (this.#entries.size >= this.#limits.packets) this.#evictOldest();
    const entry = newEntry(fragment, after(now, this.#limits.timeout));
    this.#entries.set(hash, entry);
    return entry;
  }

  /** False if the entry would hold more than all entries may together. */
  #makeRoom(entry: Entry, length: number): boolean {
    if (entry.pieces.length === FRAGMENTS_MAX) return false;
    if (entry.held + length > this.#limits.bytes) return false;
    for (const [hash, other] of this.#entries) {
      if (this.#bytes + length <= this.#limits.bytes) break;
      if (other !== entry && other.held > 0) this.#evict(hash, other);
    }
    return true;
  }

  /** The entry stays until its time is over, so that what else comes of the packet is known. */
  #refuse(entry: Entry): 'refused' {
    this.#counters[this.#counter.refused]++;
    this.#bytes -= entry.held;
    entry.held = 0;
    entry.pieces.length = 0;
    entry.header = undefined;
    entry.isRefused = true;
    return 'refused';
  }

  #oldest(): [number, Entry] | undefined {
    return this.#entries.size === 0 ? undefined : this.#entries.entries().next().value;
  }

  #evictOldest(): void {
    const oldest = this.#oldest();
    if (oldest) this.#evict(...oldest);
  }

  #evict(hash: number, entry: Entry): void {
    this.#remove(hash, entry);
    if (!entry.isRefused) this.#counters[this.#counter.evicted]++;
  }

  #remove(hash: number, entry: Entry): void {
    this.#entries.delete(hash);
    this.#bytes -= entry.held;
  }
}

function newEntry({ key, id, about }: Fragment, deadline: Instant): Entry {
  return {
    key: key.slice(),
    id,
    about,
    deadline,
    pieces: [],
    header: undefined,
    held: 0,
    length: -1,
    largest: 0,
    isRefused: false,
  };
}

function pieceOf({ bytes, offset, contentAt, contentEnd }: Fragment): Piece {
  return { offset, bytes: copyOf(bytes, contentAt, contentEnd) };
}

/** Not `slice`, which of another kind of array than Uint8Array may be a view. */
function copyOf(bytes: Uint8Array, at: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - at);
  copy.set(bytes.subarray(at, end));
  return copy;
}

/** What a fragment tells about its packet, besides its content. */
function note(
  entry: Entry,
  { bytes, offset, isLast, size, headerAt, headerEnd, contentAt, contentEnd }: Fragment,
): void {
  if (size > entry.largest) entry.largest = size;
  if (isLast) entry.length = offset + contentEnd - contentAt;
  if (offset === 0) entry.header = copyOf(bytes, headerAt, headerEnd);
}

function wholeOf(entry: Entry, fragment: Fragment): Whole {
  note(entry, fragment);
  return { ...entry, header: entry.header ?? new Uint8Array(0), pieces: [pieceOf(fragment)] };
}

/** Index of the first piece that does not begin before `offset`. */
function placeOf({ pieces }: Entry, offset: number): number {
  const place = pieces.findIndex((piece) => piece.offset >= offset);
  return place < 0 ? pieces.length : place;
}

function isDuplicate(entry: Entry, place: number, fragment: Fragment): boolean {
  const { offset, isLast, about, bytes, contentAt, contentEnd } = fragment;
  const piece = entry.pieces[place] as Piece | undefined;
  const length = contentEnd - contentAt;
  return (
    piece?.offset === offset &&
    piece.bytes.length === length &&
    about === entry.about &&
    isLast === (entry.length === offset + length) &&
    equalBytes(piece.bytes, 0, bytes, contentAt, length)
  );
}

/** Whether a fragment overlaps and contradicts no other. */
function fits(entry: Entry, place: number, { offset, isLast, about, contentAt, contentEnd }: Fragment): boolean {
  const end = offset + contentEnd - contentAt;
  const before = entry.pieces[place - 1] as Piece | undefined;
  const behind = entry.pieces[place] as Piece | undefined;
  if (about !== entry.about) return false;
  if (before && before.offset + before.bytes.length > offset) return false;
  if (behind && (end > behind.offset || isLast)) return false;
  return entry.length < 0 || (!isLast && end <= entry.length);
}

/** Writes the content of a packet to `target` at `at`, and returns its end. */
export function writeContent({ pieces, length }: Whole, target: Uint8Array, at: number): number {
  for (const piece of pieces) {
    if (piece.bytes.length > 64) target.set(piece.bytes, at + piece.offset);
    else copyBytes(piece.bytes, 0, target, at + piece.offset, piece.bytes.length);
  }
  return at + length;
}
