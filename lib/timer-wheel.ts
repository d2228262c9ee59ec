import { NEVER, type Duration, type Instant } from './time.ts';

const SLOTS = 1024;
const NONE = -1;

/**
 * Timers for entries 0 to capacity - 1, one each, in columns of typed arrays: setting and clearing cost the same
 * however many there are. Deadlines are kept to a tick, and those behind the horizon are asked about at the horizon:
 * the owner is told of an entry when its time may have come, and sets it again if it has not.
 */
export class TimerWheel {
  readonly #tick: Duration;
  readonly #heads = new Int32Array(SLOTS).fill(NONE);
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  /** Slot of each entry; NONE if it is not set. */
  readonly #slot: Int16Array;
  /** The tick up to which, itself included, everything has expired. */
  #current = 0;
  #count = 0;
  /** A tick before which no entry expires. */
  #nextTick = Infinity;

  constructor(capacity: number, tick: Duration) {
    this.#tick = tick;
    this.#next = new Int32Array(capacity);
    this.#previous = new Int32Array(capacity);
    this.#slot = new Int16Array(capacity).fill(NONE);
  }

  nextDeadline(): Instant {
    return this.#count === 0 ? NEVER : ((this.#nextTick * this.#tick) as Instant);
  }

  has(entry: number): boolean {
    return this.#slot[entry] !== NONE;
  }

  set(entry: number, deadline: Instant, now: Instant): void {
    this.clear(entry);
    if (this.#count === 0) this.#current = Math.max(this.#current, Math.floor(now / this.#tick));
    const wanted = Math.max(this.#current + 1, Math.ceil(deadline / this.#tick));
    const tick = Math.min(wanted, this.#current + SLOTS - 1);
    const slot = tick % SLOTS;
    const head = this.#heads[slot];
    this.#next[entry] = head;
    this.#previous[entry] = NONE;
    if (head !== NONE) this.#previous[head] = entry;
    this.#heads[slot] = entry;
    this.#slot[entry] = slot;
    this.#count++;
    this.#nextTick = this.#count === 1 ? tick : Math.min(this.#nextTick, tick);
  }

  clear(entry: number): void {
    const slot = this.#slot[entry];
    if (slot === NONE) return;
    const next = this.#next[entry];
    const previous = this.#previous[entry];
    if (previous === NONE) this.#heads[slot] = next;
    else this.#next[previous] = next;
    if (next !== NONE) this.#previous[next] = previous;
    this.#slot[entry] = NONE;
    this.#count--;
  }

  /** Takes out every entry whose time may have come, and tells of each. `expired` may set entries again. */
  expire(now: Instant, expired: (entry: number) => void): void {
    const due = Math.floor(now / this.#tick);
    if (this.#count === 0 || due < this.#nextTick) return;
    // More than a turn behind, each slot is visited once.
    const from = Math.max(this.#nextTick, due - SLOTS + 1);
    this.#current = due;
    for (let tick = from; tick <= due; tick++) this.#expireSlot(tick % SLOTS, expired);
    this.#nextTick = this.#findNext();
  }

  #expireSlot(slot: number, expired: (entry: number) => void): void {
    // The list is taken off first: what is set again meanwhile, a whole turn later, may go into the same slot.
    let entry = this.#heads[slot];
    this.#heads[slot] = NONE;
    for (let at = entry; at !== NONE; at = this.#next[at]) {
      this.#slot[at] = NONE;
      this.#count--;
    }
    while (entry !== NONE) {
      const next = this.#next[entry];
      expired(entry);
      entry = next;
    }
  }

  #findNext(): number {
    if (this.#count === 0) return Infinity;
    let tick = this.#current + 1;
    while (this.#heads[tick % SLOTS] === NONE) tick++;
    return tick;
  }
}
