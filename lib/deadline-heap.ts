import { NEVER, type Instant } from './time.ts';

/**
 * Deadlines of entries 0 to capacity - 1, one each; the earliest is always at hand. A binary heap in which each entry
 * knows its place, so that its deadline can be changed. Exact, where a TimerWheel counts in ticks.
 */
export class DeadlineHeap {
  readonly #deadlines: Float64Array;
  /** Entries, earliest first as a heap has it. */
  readonly #heap: Int32Array;
  /** Where each entry stands in the heap. */
  readonly #place: Int32Array;

  constructor(capacity: number) {
    this.#deadlines = new Float64Array(capacity).fill(NEVER);
    this.#heap = Int32Array.from({ length: capacity }, (_, entry) => entry);
    this.#place = this.#heap.slice();
  }

  nextDeadline(): Instant {
    return this.#heap.length === 0 ? NEVER : (this.#deadlines[this.#heap[0]] as Instant);
  }

  /** The entry whose deadline is the earliest. There must be one. */
  get first(): number {
    return this.#heap[0];
  }

  /** NEVER takes the entry out of the running. */
  set(entry: number, deadline: Instant): void {
    if (this.#deadlines[entry] === deadline) return;
    this.#deadlines[entry] = deadline;
    this.#sink(this.#rise(this.#place[entry]));
  }

  #rise(at: number): number {
    for (let parent = (at - 1) >> 1; at > 0 && this.#isBefore(at, parent); parent = (at - 1) >> 1) {
      this.#swap(at, parent);
      at = parent;
    }
    return at;
  }

  #sink(at: number): void {
    for (;;) {
      let least = at;
      for (let child = 2 * at + 1; child <= 2 * at + 2 && child < this.#heap.length; child++)
        if (this.#isBefore(child, least)) least = child;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  /** At the same time, the entry with the lower number comes first. */
  #isBefore(at: number, other: number): boolean {
    const a = this.#heap[at];
    const b = this.#heap[other];
    return this.#deadlines[a] < this.#deadlines[b] || (this.#deadlines[a] === this.#deadlines[b] && a < b);
  }

  #swap(at: number, other: number): void {
    const a = this.#heap[at];
    const b = this.#heap[other];
    this.#heap[at] = b;
    this.#heap[other] = a;
    this.#place[a] = other;
    this.#place[b] = at;
  }
}
