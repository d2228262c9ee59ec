import type { Duration, Instant } from '../time.ts';
import { readU32 } from '../wire/bytes.ts';

/** Sequence numbers that a flow looks back on (RFC 4303, section 3.4.3). */
export const REPLAY_WINDOW_LENGTH = 64;

/** Columns of a row: the highest sequence number seen, then a bit for each of the 32 up to it, then for the 32 before those. */
const COLUMNS = 3;

/**
 * Sliding windows against replay, one per flow (RFC 4303, section 3.4.3; RFC 6479), 12 bytes each.
 *
 * A sequence number is accepted once, and only while it is less than 64 behind the highest seen. Numbers wrap: what is
 * less than 2^31 ahead is newer. Only numbers of packets whose digest was right may be shown to it.
 */
export class ReplayWindow {
  readonly #rows: Uint32Array;

  constructor(rows: number) {
    this.#rows = new Uint32Array(rows * COLUMNS);
  }

  /** Whether the number is new to the flow; from then on it is not. An empty row accepts any number. */
  accept(row: number, sequence: number): boolean {
    const at = row * COLUMNS;
    const ahead = (sequence - this.#rows[at]) | 0;
    // The highest number seen has the lowest bit, so that only an empty row has none in it.
    if (ahead > 0 || this.#rows[at + 1] === 0) {
      this.#advance(at, ahead);
      this.#rows[at] = sequence;
      this.#rows[at + 1] |= 1;
      return true;
    }
    const behind = -ahead;
    if (behind >= REPLAY_WINDOW_LENGTH) return false;
    const word = behind < 32 ? at + 1 : at + 2;
    const bit = 1 << (behind & 31);
    if ((this.#rows[word] & bit) !== 0) return false;
    this.#rows[word] |= bit;
    return true;
  }

  /** Starts the row at a number: it and all before it count as seen. */
  reset(row: number, sequence: number): void {
    const at = row * COLUMNS;
    this.#rows[at] = sequence;
    this.#rows[at + 1] = 0xffff_ffff;
    this.#rows[at + 2] = 0xffff_ffff;
  }

  /** The highest number seen; undefined for an empty row. */
  highest(row: number): number | undefined {
    const at = row * COLUMNS;
    return this.#rows[at + 1] === 0 ? undefined : this.#rows[at];
  }

  /** Empties the row, for another flow. */
  clear(row: number): void {
    this.#rows.fill(0, row * COLUMNS, (row + 1) * COLUMNS);
  }

  #advance(at: number, by: number): void {
    const recent = this.#rows[at + 1];
    const older = this.#rows[at + 2];
    if (by <= 0 || by >= 64) {
      this.#rows[at + 1] = 0;
      this.#rows[at + 2] = 0;
    } else if (by >= 32) {
      this.#rows[at + 1] = 0;
      this.#rows[at + 2] = recent << (by - 32);
    } else {
      this.#rows[at + 1] = recent << by;
      this.#rows[at + 2] = (older << by) | (recent >>> (32 - by));
    }
  }
}

/**
 * The digests of packets with metadata that came lately: such packets belong to no window yet, and a copy of one must
 * not create a session again.
 *
 * Digests are known by their first 8 bytes, which nobody without the key can choose. They stand in a ring in the order
 * of arrival; an open-addressing table with linear probing finds them there. When the ring is full the oldest goes.
 */
export class ReplayCache {
  readonly capacity: number;
  /** How long a digest is remembered; Seal's `copyLifetime` leaves no gap. */
  lifetime: Duration;
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  readonly #arrivals: Float64Array;
  /** Place in the ring, plus 1; 0 is free. At least half of the slots are free. */
  readonly #slots: Int32Array;
  readonly #mask: number;
  #oldest = 0;
  #entries = 0;
  #evictions = 0;

  constructor(capacity: number, lifetime: Duration) {
    this.capacity = capacity;
    this.lifetime = lifetime;
    this.#high = new Uint32Array(capacity);
    this.#low = new Uint32Array(capacity);
    this.#arrivals = new Float64Array(capacity);
    const slots = 2 ** Math.ceil(Math.log2(2 * capacity));
    this.#slots = new Int32Array(slots);
    this.#mask = slots - 1;
  }

  get entries(): number {
    return this.#entries;
  }

  /** Digests that were forgotten before their time because there was no room: each could have come again. */
  get evictions(): number {
    return this.#evictions;
  }

  /** Whether the digest that starts at `digestAt` is new; from then on it is not. */
  admit(bytes: Uint8Array, digestAt: number, now: Instant): boolean {
    this.#forgetExpired(now);
    const high = readU32(bytes, digestAt);
    const low = readU32(bytes, digestAt + 4);
    if (this.#slots[this.#find(high, low)] !== 0) return false;
    if (this.#entries === this.capacity) {
      this.#forgetOldest();
      this.#evictions++;
    }
    const place = (this.#oldest + this.#entries) % this.capacity;
    this.#high[place] = high;
    this.#low[place] = low;
    this.#arrivals[place] = now;
    this.#slots[this.#find(high, low)] = place + 1;
    this.#entries++;
    return true;
  }

  /** The slot of a digest, or the free one where it would go. */
  #find(high: number, low: number): number {
    let slot = low & this.#mask;
    for (;;) {
      const place = this.#slots[slot] - 1;
      if (place < 0 || (this.#high[place] === high && this.#low[place] === low)) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }

  #forgetExpired(now: Instant): void {
    const kept = now - this.lifetime;
    while (this.#entries > 0 && this.#arrivals[this.#oldest] < kept) this.#forgetOldest();
  }

  #forgetOldest(): void {
    this.#free(this.#find(this.#high[this.#oldest], this.#low[this.#oldest]));
    this.#oldest = (this.#oldest + 1) % this.capacity;
    this.#entries--;
  }

  /** Frees a slot, and moves up those behind it that would no longer be found. */
  #free(slot: number): void {
    let hole = slot;
    for (let next = (hole + 1) & this.#mask; this.#slots[next] !== 0; next = (next + 1) & this.#mask) {
      const home = this.#low[this.#slots[next] - 1] & this.#mask;
      const fromHome = (next - home) & this.#mask;
      const fromHole = (next - hole) & this.#mask;
      if (fromHome < fromHole) continue;
      this.#slots[hole] = this.#slots[next];
      hole = next;
    }
    this.#slots[hole] = 0;
  }
}
