import { NEVER } from '../../time.ts';
import type { Instant } from '../../time.ts';

/** What is going to happen, earliest first; at the same time, in the order in which it was pushed. A binary heap. */
export class EventQueue<T> {
  readonly #capacity: number;
  readonly #heap: { readonly time: Instant; readonly sequence: number; readonly item: T }[] = [];
  #sequence = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** When the next item is due; NEVER if there is none. */
  get nextTime(): Instant {
    return this.#heap.length > 0 ? this.#heap[0].time : NEVER;
  }

  /** False, and nothing is done, if the queue is full. */
  push(time: Instant, item: T): boolean {
    const heap = this.#heap;
    if (heap.length >= this.#capacity) return false;
    heap.push({ time, sequence: this.#sequence++, item });
    let at = heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
    return true;
  }

  pop(): T | undefined {
    const heap = this.#heap;
    if (heap.length === 0) return undefined;
    this.#swap(0, heap.length - 1);
    const first = heap.pop();
    let at = 0;
    for (;;) {
      let least = at;
      for (let child = 2 * at + 1; child <= 2 * at + 2 && child < heap.length; child++)
        if (this.#isBefore(child, least)) least = child;
      if (least === at) return first?.item;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    return first.time < second.time || (first.time === second.time && first.sequence < second.sequence);
  }

  #swap(a: number, b: number): void {
    [this.#heap[a], this.#heap[b]] = [this.#heap[b], this.#heap[a]];
  }
}
