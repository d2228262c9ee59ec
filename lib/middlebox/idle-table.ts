import { assert } from '../assert.ts';
import type { Counters } from '../stats/counters.ts';
import { after, milliseconds, type Duration, type Instant } from '../time.ts';
import { TimerWheel } from '../timer-wheel.ts';

/** An idle entry is taken out at most this long after its time. Nobody finds it in between. */
const TICK = milliseconds(100);

/** The most entries that a table may be made for: as many as there are ports. */
export const ENTRIES_MAX = 65_536;

/** The counters of a table, by their indices. */
export interface TableCounters {
  readonly created: number;
  readonly timedOut: number;
  readonly forgotten: number;
  readonly entries: number;
  readonly maximum: number;
}

/** What stands in the table, with the keys by which it is found. */
export interface Idle<Value> {
  readonly value: Value;
  readonly keys: readonly string[];
}

interface Entry<Value> extends Idle<Value> {
  keys: readonly string[];
  readonly slot: number;
  endsAt: Instant;
}

export interface IdleTableOptions<Value> {
  readonly capacity: number;
  readonly counters: Counters;
  readonly counted: TableCounters;
  /** Told of everything that is taken out. */
  readonly removed: (value: Value, reason: 'timed-out' | 'forgotten') => void;
}

/**
 * A bounded table of what ends by itself when nothing refreshes it for long enough: the mappings of a NAT, the states
 * of a firewall. When it is full, nothing new gets in: what is there is in use.
 */
export class IdleTable<Value> {
  readonly #options: IdleTableOptions<Value>;
  readonly #byKey = new Map<string, Entry<Value>>();
  readonly #bySlot: (Entry<Value> | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  readonly #timers: TimerWheel;
  #size = 0;

  constructor(options: IdleTableOptions<Value>) {
    assert(options.capacity > 0 && options.capacity <= ENTRIES_MAX, 'a table has between 1 and ENTRIES_MAX entries');
    this.#options = options;
    this.#timers = new TimerWheel(options.capacity, TICK);
  }

  get size(): number {
    return this.#size;
  }

  /** Every entry, those too whose time has come and that have not been taken out yet. */
  *all(): Iterable<Idle<Value>> {
    for (const entry of this.#bySlot) if (entry) yield entry;
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  find(key: string, now: Instant): Idle<Value> | undefined {
    const entry = this.#byKey.get(key);
    if (!entry || now < entry.endsAt) return entry;
    this.#remove(entry, 'timed-out');
    return undefined;
  }

  /** A new entry, found by any of `keys`, of which none is taken. Undefined if the table is full. */
  add(keys: readonly string[], value: Value, timeout: Duration, now: Instant): Idle<Value> | undefined {
    const { capacity, counters, counted } = this.#options;
    if (this.#size >= capacity) this.poll(now);
    if (this.#size >= capacity) return undefined;
    const slot = this.#freeSlots.pop() ?? this.#bySlot.length;
    const entry: Entry<Value> = { value, keys, slot, endsAt: after(now, timeout) };
    this.#bySlot[slot] = entry;
    this.#index(entry);
    this.#timers.set(slot, entry.endsAt, now);
    this.#size++;
    counters.values[counted.created]++;
    counters.values[counted.entries] = this.#size;
    counters.values[counted.maximum] = Math.max(counters.values[counted.maximum], this.#size);
    return entry;
  }

  /** From now on the entry may be idle for `timeout`. */
  refresh(idle: Idle<Value>, timeout: Duration, now: Instant): void {
    const entry = this.#own(idle);
    const endedAt = entry.endsAt;
    entry.endsAt = after(now, timeout);
    // One that ends later than its timer says is found to live on when the timer runs.
    if (entry.endsAt < endedAt) this.#timers.set(entry.slot, entry.endsAt, now);
  }

  /** Has the entry found by other keys. */
  rename(idle: Idle<Value>, keys: readonly string[]): void {
    const entry = this.#own(idle);
    for (const key of entry.keys) this.#byKey.delete(key);
    entry.keys = keys;
    this.#index(entry);
  }

  forget(idle: Idle<Value>): void {
    this.#remove(this.#own(idle), 'forgotten');
  }

  /** Returns how many there were. */
  forgetAll(): number {
    const count = this.#size;
    for (const entry of this.#bySlot) if (entry) this.#remove(entry, 'forgotten');
    return count;
  }

  poll(now: Instant): void {
    this.#timers.expire(now, (slot) => {
      const entry = this.#bySlot[slot];
      if (!entry) return;
      if (now < entry.endsAt) this.#timers.set(slot, entry.endsAt, now);
      else this.#remove(entry, 'timed-out');
    });
  }

  nextDeadline(): Instant {
    return this.#timers.nextDeadline();
  }

  #own(idle: Idle<Value>): Entry<Value> {
    const entry = this.#byKey.get(idle.keys[0]);
    assert(entry === idle, 'an entry stands in the table that is asked about it');
    return entry;
  }

  #index(entry: Entry<Value>): void {
    for (const key of entry.keys) {
      assert(!this.#byKey.has(key), 'a key leads to one entry');
      this.#byKey.set(key, entry);
    }
  }

  #remove(entry: Entry<Value>, reason: 'timed-out' | 'forgotten'): void {
    const { counters, counted, removed } = this.#options;
    for (const key of entry.keys) this.#byKey.delete(key);
    this.#bySlot[entry.slot] = undefined;
    this.#freeSlots.push(entry.slot);
    this.#timers.clear(entry.slot);
    this.#size--;
    counters.values[reason === 'timed-out' ? counted.timedOut : counted.forgotten]++;
    counters.values[counted.entries] = this.#size;
    removed(entry.value, reason);
  }
}
