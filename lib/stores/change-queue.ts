import type { StateChange } from '../state-store.ts';

/** Changes that wait to be taken, oldest first, up to a number. */
export class ChangeQueue<Change = StateChange> {
  readonly #capacity: number;
  readonly #changes: Change[] = [];
  #head = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get length(): number {
    return this.#changes.length - this.#head;
  }

  /** False, and nothing is done, if the queue is full. */
  push(change: Change): boolean {
    if (this.length >= this.#capacity) return false;
    this.#changes.push(change);
    return true;
  }

  /** Replaces all that waits, by however much: it is bounded by what is in the store. */
  load(changes: Iterable<Change>): void {
    this.clear();
    for (const change of changes) this.#changes.push(change);
  }

  peek(): Change | undefined {
    return this.#changes[this.#head];
  }

  shift(): Change | undefined {
    const change = this.#changes[this.#head];
    if (change === undefined) return undefined;
    this.#head++;
    // Taking from the front one by one would move all that stand behind each time.
    if (this.#head >= 1_024 || this.#head === this.#changes.length) {
      this.#changes.splice(0, this.#head);
      this.#head = 0;
    }
    return change;
  }

  clear(): void {
    this.#changes.length = this.#head = 0;
  }
}
