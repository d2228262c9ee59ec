/** At most so many separate runs of bytes wait for what is missing before them. */
export const RUNS_MAX = 128;

/** Bytes [start, end) that came early; offsets count from the first byte that the application has not taken. */
interface Run {
  start: number;
  end: number;
}

/**
 * Puts a stream together again: bytes arrive with holes and twice, and leave in order. One ring holds what is ready for
 * the application and, behind it, what came early; both together never exceed the capacity.
 */
export class ReceiveBuffer {
  readonly #ring: Uint8Array;
  #head = 0;
  #readable = 0;
  /** In order, neither touching nor overlapping, all behind `#readable`. */
  readonly #early: Run[] = [];

  constructor(capacity: number) {
    this.#ring = new Uint8Array(capacity);
  }

  /** Bytes in order that wait for the application. */
  get readable(): number {
    return this.#readable;
  }

  /** Bytes that may still come, counted from the next one expected. */
  get window(): number {
    return this.#ring.length - this.#readable;
  }

  get hasHoles(): boolean {
    return this.#early.length > 0;
  }

  /**
   * Takes in `bytes` that lie `offset` behind the next one expected; what was there already, or does not fit, is cut
   * off. Returns by how many bytes that moved the next one expected.
   */
  write(offset: number, bytes: Uint8Array): number {
    const start = this.#readable + Math.max(0, offset);
    const end = Math.min(this.#readable + offset + bytes.length, this.#ring.length);
    if (start >= end || !this.#addRun(start, end)) return 0;
    const skipped = start - this.#readable - offset;
    this.#copyIn(start, bytes.subarray(skipped, skipped + end - start));
    const first = this.#early[0];
    if (first.start > this.#readable) return 0;
    this.#early.shift();
    const advance = first.end - this.#readable;
    this.#readable = first.end;
    return advance;
  }

  /** The next bytes in order, as a view that is valid until the next `write`; empty if there are none. */
  take(): Uint8Array {
    const count = Math.min(this.#readable, this.#ring.length - this.#head);
    const bytes = this.#ring.subarray(this.#head, this.#head + count);
    this.#head = (this.#head + count) % this.#ring.length;
    this.#readable -= count;
    for (const run of this.#early) {
      run.start -= count;
      run.end -= count;
    }
    return bytes;
  }

  /** False, and nothing is done, if that would be one run too many. */
  #addRun(start: number, end: number): boolean {
    let first = 0;
    while (first < this.#early.length && this.#early[first].end < start) first++;
    let behind = first;
    while (behind < this.#early.length && this.#early[behind].start <= end) behind++;
    if (first === behind && this.#early.length >= RUNS_MAX) return false;
    const joined = this.#early.slice(first, behind);
    const run = {
      start: Math.min(start, ...joined.map((each) => each.start)),
      end: Math.max(end, ...joined.map((each) => each.end)),
    };
    this.#early.splice(first, behind - first, run);
    return true;
  }

  #copyIn(offset: number, bytes: Uint8Array): void {
    const at = (this.#head + offset) % this.#ring.length;
    const untilWrap = Math.min(bytes.length, this.#ring.length - at);
    this.#ring.set(bytes.subarray(0, untilWrap), at);
    this.#ring.set(bytes.subarray(untilWrap), 0);
  }
}
