import { NEVER } from '../../time.ts';
import type { Instant } from '../../time.ts';

/**
 * What is going to happen, earliest first; at the same time, in the order in which it was pushed. A binary heap in
 * columns: nothing is made for an item.
 */
export class EventQueue<T> {
  readonly #capacity: number;
  readonly #times: Instant[] = [];
  readonly #sequences: number[] = [];
  readonly #items: T[] = [];
  #sequence = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#items.length;
  }

  /** When the next item is due; NEVER if there is none. */
  get nextTime(): Instant {
    return this.#items.length > 0 ? this.#times[0] : NEVER;
  }

  /** False, and nothing is done, if the queue is full. */
  push(time: Instant, item: T): boolean {
    let at = this.#items.length;
    if (at >= this.#capacity) return false;
    this.#times.push(time);
    this.#sequences.push(this.#sequence++);
    this.#items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
    return true;
  }

  pop(): T | undefined {
    const last = this.#items.length - 1;
    if (last < 0) return undefined;
    this.#swap(0, last);
    this.#times.pop();
    this.#sequences.pop();
    const first = this.#items.pop();
    let at = 0;
    for (;;) {
      let least = at;
      for (let child = 2 * at + 1; child <= 2 * at + 2 && child < last; child++)
        if (this.#isBefore(child, least)) least = child;
      if (least === at) return first;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const times = this.#times;
    return times[a] < times[b] || (times[a] === times[b] && this.#sequences[a] < this.#sequences[b]);
  }

  #swap(a: number, b: number): void {
    const [times, sequences, items] = [this.#times, this.#sequences, this.#items];
    const [time, sequence, item] = [times[a], sequences[a], items[a]];
    times[a] = times[b];
    sequences[a] = sequences[b];
    items[a] = items[b];
    times[b] = time;
    sequences[b] = sequence;
    items[b] = item;
  }
}
