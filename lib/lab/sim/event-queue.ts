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
    let hole = this.#items.length;
    if (hole >= this.#capacity) return false;
    const sequence = this.#sequence++;
    for (let parent = (hole - 1) >> 1; hole > 0 && this.#isBehind(parent, time, sequence); parent = (hole - 1) >> 1) {
      this.#move(parent, hole);
      hole = parent;
    }
    this.#put(hole, time, sequence, item);
    return true;
  }

  pop(): T | undefined {
    const last = this.#items.length - 1;
    if (last < 0) return undefined;
    const first = this.#items[0];
    // The last one goes where a hole is left when others have moved up.
    const time = this.#times[last];
    const sequence = this.#sequences[last];
    const item = this.#items[last];
    this.#times.pop();
    this.#sequences.pop();
    this.#items.pop();
    if (last === 0) return first;
    let hole = 0;
    for (let child = 1; child < last; child = 2 * hole + 1) {
      if (child + 1 < last && this.#isBehind(child, this.#times[child + 1], this.#sequences[child + 1])) child++;
      if (this.#isBehind(child, time, sequence)) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#put(hole, time, sequence, item);
    return first;
  }

  #isBehind(at: number, time: Instant, sequence: number): boolean {
    const own = this.#times[at];
    return own > time || (own === time && this.#sequences[at] > sequence);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#times[from], this.#sequences[from], this.#items[from]);
  }

  #put(at: number, time: Instant, sequence: number, item: T): void {
    this.#times[at] = time;
    this.#sequences[at] = sequence;
    this.#items[at] = item;
  }
}
