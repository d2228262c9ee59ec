import { noStatistics, type StateChange, type StateStore, type StoreHealth } from '../state-store.ts';
import { NEVER, after, milliseconds, type Duration, type Instant } from '../time.ts';
import { ChangeQueue } from './change-queue.ts';

export interface MemoryStoreOptions {
  /** From a node that puts something to its twin that can take it. */
  readonly delay?: Duration;
  /** Changes that may be on their way to a node at once; when there are more, it is told everything anew. */
  readonly queueLength?: number;
}

/** Which of the two nodes of a router, in the order of its configuration. */
export type TwinEnd = 0 | 1;

interface Delayed {
  readonly due: Instant;
  readonly change: StateChange;
}

/** What one node has in the store. */
interface Side {
  readonly entries: Map<string, Uint8Array>;
  isComplete: boolean;
  reader: MemoryEnd | undefined;
}

/** A store in memory for the two nodes of a router in a simulation. It can be made to fail, and to lose what it has. */
export class MemoryStore {
  readonly #usualDelay: Duration;
  #delay: Duration;
  readonly #queueLength: number;
  readonly #sides: readonly [Side, Side] = [newSide(), newSide()];
  #isUp = true;

  constructor({ delay = milliseconds(1), queueLength = 4_096 }: MemoryStoreOptions = {}) {
    this.#usualDelay = this.#delay = delay;
    this.#queueLength = queueLength;
  }

  /** What is put from now on takes so long; as long as ever without. */
  setDelay(delay: Duration | undefined): void {
    this.#delay = delay ?? this.#usualDelay;
  }

  /** The store as one node sees it from its start on. Whoever had that end before has lost it. */
  open(end: TwinEnd, now: Instant): StateStore {
    const [own, twin] = [this.#sides[end], this.#sides[1 - end]];
    twin.reader?.close();
    const opened = new MemoryEnd(own, twin, () => this.#delay, this.#queueLength);
    twin.reader = opened;
    if (this.#isUp) opened.connect(now);
    return opened;
  }

  /** Nobody reaches the store any more. */
  fail(now: Instant): void {
    this.#isUp = false;
    for (const { reader } of this.#sides) reader?.lose(now);
  }

  /** The store is back, with what it had; or without, if it has been emptied. */
  recover(now: Instant): void {
    if (this.#isUp) return;
    this.#isUp = true;
    for (const { reader } of this.#sides) reader?.connect(now);
  }

  empty(): void {
    for (const side of this.#sides) {
      side.entries.clear();
      side.isComplete = false;
    }
  }
}

const newSide = (): Side => ({ entries: new Map(), isComplete: false, reader: undefined });

class MemoryEnd implements StateStore {
  readonly #own: Side;
  readonly #twin: Side;
  readonly #delay: () => Duration;
  readonly #arriving: ChangeQueue<Delayed>;
  /** When what the twin has is to be told anew; undefined while changes are enough. */
  #rereadAt: Instant | undefined;
  #isOpen = true;
  health: StoreHealth = 'lost';
  reachedAt: Instant | undefined;
  readonly statistics = noStatistics();

  constructor(own: Side, twin: Side, delay: () => Duration, queueLength: number) {
    this.#own = own;
    this.#twin = twin;
    this.#delay = delay;
    this.#arriving = new ChangeQueue(queueLength);
  }

  connect(now: Instant): void {
    this.health = 'connected';
    this.reachedAt = undefined;
    this.#arriving.clear();
    this.#arriving.push({ due: now, change: { kind: 'connected' } });
    this.#rereadAt = after(now, this.#delay());
  }

  lose(now: Instant): void {
    if (this.health === 'lost') return;
    this.health = 'lost';
    this.statistics.losses++;
    this.#rereadAt = undefined;
    this.#arriving.clear();
    this.#arriving.push({ due: now, change: { kind: 'lost' } });
  }

  close(): void {
    this.#isOpen = false;
    this.health = 'lost';
  }

  put(key: string, value: Uint8Array, now: Instant): void {
    if (!this.#mayWrite()) return;
    this.#own.entries.set(key, value);
    this.#tell({ kind: 'put', key, value }, now);
  }

  delete(key: string, now: Instant): void {
    if (!this.#mayWrite()) return;
    this.#own.entries.delete(key);
    this.#tell({ kind: 'deleted', key }, now);
  }

  #mayWrite(): boolean {
    const may = this.#isOpen && this.health === 'connected';
    this.statistics[may ? 'sent' : 'dropped']++;
    return may;
  }

  restart(now: Instant): void {
    if (!this.#isOpen || this.health === 'lost') return;
    this.#own.entries.clear();
    this.#own.isComplete = false;
    this.#tell({ kind: 'restarted' }, now);
  }

  complete(now: Instant): void {
    if (!this.#isOpen || this.health === 'lost') return;
    this.#own.isComplete = true;
    this.#tell({ kind: 'complete' }, now);
  }

  #tell(change: StateChange, now: Instant): void {
    this.reachedAt = now;
    this.#own.reader?.hear(change, after(now, this.#delay()));
  }

  /** The twin did something. */
  hear(change: StateChange, due: Instant): void {
    if (this.health === 'lost' || this.#rereadAt !== undefined) return;
    if (!this.#arriving.push({ due, change })) this.#rereadAt = due;
  }

  take(now: Instant): StateChange | undefined {
    const next = this.#arriving.peek();
    if (next === undefined && this.#rereadAt !== undefined && this.#rereadAt <= now) {
      this.#reread(now);
      return this.take(now);
    }
    if (next === undefined || next.due > now) return undefined;
    this.#arriving.shift();
    if (next.change.kind === 'put' || next.change.kind === 'deleted') this.statistics.received++;
    return next.change;
  }

  #reread(now: Instant): void {
    this.#rereadAt = undefined;
    const { entries, isComplete } = this.#twin;
    const puts = Array.from(entries, ([key, value]): StateChange => ({ kind: 'put', key, value }));
    this.#arriving.load([
      ...[{ kind: 'restarted' } as const, ...puts].map((change) => ({ due: now, change })),
      ...(isComplete ? [{ due: now, change: { kind: 'complete' } as const }] : []),
    ]);
  }

  nextDeadline(): Instant {
    return this.#arriving.peek()?.due ?? this.#rereadAt ?? NEVER;
  }
}
