import {
  noStatistics,
  type MutableStoreStatistics,
  type StateChange,
  type StateStore,
  type StoreHealth,
} from '../../lib/state-store.ts';
import { ChangeQueue } from '../../lib/stores/change-queue.ts';
import { NEVER, type Instant } from '../../lib/time.ts';
import type { Write } from './redis-link.ts';
import type { RedisPlace } from './redis-place.ts';
import { RedisThread } from './redis-thread.ts';

/** How long an answer may take before the store counts as lost. */
const ANSWER_TIMEOUT_MS = 1_000;

/** Wait before a lost store is looked for again: twice as long each time, up to the maximum. */
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 2_000;

/** Changes that wait in either direction. More of ours than that, and Redis is too slow to be of use. */
const QUEUE_LENGTH = 65_536;

/** Writes in one transaction: Redis serves nobody else meanwhile. */
const BATCH = 256;

export interface RedisStoreOptions {
  readonly place: RedisPlace;
  /** Names of the hashes with the entries of this node and of its twin. */
  readonly own: string;
  readonly twin: string;
  /** There is something to take, or soon will be. */
  readonly onArrival: () => void;
  readonly answerTimeoutMs?: number;
  readonly queueLength?: number;
}

/**
 * A StateStore in Redis. What is put goes out in batches, one at a time; whatever goes wrong ends the connection, and
 * another one is tried until the store is closed. Nobody waits for any of it.
 */
export class RedisStore implements StateStore {
  readonly #options: RedisStoreOptions;
  readonly #arrived: ChangeQueue;
  readonly #leaving: ChangeQueue<Write>;
  /** What the twin does while all that it has is being read; undefined at other times. */
  #meanwhile: Write[] | undefined;
  #link: RedisThread | undefined;
  #isWriting = false;
  #lastPut = 0 as Instant;
  #retryMs = RETRY_MIN_MS;
  #retry: NodeJS.Timeout | undefined;
  health: StoreHealth = 'lost';
  reachedAt: Instant | undefined;
  readonly statistics: MutableStoreStatistics = noStatistics();

  constructor(options: RedisStoreOptions) {
    const { queueLength = QUEUE_LENGTH } = options;
    this.#options = options;
    this.#arrived = new ChangeQueue(queueLength);
    this.#leaving = new ChangeQueue(queueLength);
    this.#connect();
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#link?.close();
    this.health = 'lost';
  }

  put(key: string, value: Uint8Array, now: Instant): void {
    this.#write({ kind: 'put', key, value }, now);
  }

  delete(key: string, now: Instant): void {
    this.#write({ kind: 'deleted', key }, now);
  }

  restart(now: Instant): void {
    this.#write({ kind: 'restarted' }, now);
  }

  complete(now: Instant): void {
    this.#write({ kind: 'complete' }, now);
  }

  take(): StateChange | undefined {
    return this.#arrived.shift();
  }

  nextDeadline(): Instant {
    return this.#arrived.length > 0 ? (0 as Instant) : NEVER;
  }

  #write(write: Write, now: Instant): void {
    const isEntry = write.kind === 'put' || write.kind === 'deleted';
    const isTaken = this.health === 'connected' && this.#leaving.push(write);
    if (isEntry) this.statistics[isTaken ? 'sent' : 'dropped']++;
    if (this.health === 'lost') return;
    this.#lastPut = now;
    if (!isTaken) this.#link?.break(false);
    else if (!this.#isWriting) this.#startWriting();
  }

  /** Writes after whoever is putting things has put them all: they leave together. */
  #startWriting(): void {
    this.#isWriting = true;
    setImmediate(() => this.#writeBatch());
  }

  #writeBatch(): void {
    const batch: Write[] = [];
    for (let write = this.#leaving.shift(); write; write = batch.length < BATCH ? this.#leaving.shift() : undefined)
      batch.push(write);
    this.#isWriting = batch.length > 0;
    if (this.#isWriting) this.#link?.write(batch, this.#lastPut);
  }

  #connect(): void {
    const { place, own, twin, answerTimeoutMs = ANSWER_TIMEOUT_MS } = this.#options;
    this.#meanwhile = [];
    this.#link = new RedisThread(
      { place, own, twin, answerTimeoutMs },
      {
        opened: (entries) => this.#connected(entries),
        changed: (change) => this.#hear(change),
        echoed: (mark) => this.#reached(mark),
        misunderstood: () => this.statistics.refused++,
        written: () => this.#writeBatch(),
        broken: (isWrong) => this.#lose(isWrong),
      },
    );
  }

  #connected(entries: readonly Write[]): void {
    this.health = 'connected';
    this.reachedAt = undefined;
    this.#retryMs = RETRY_MIN_MS;
    this.#arrived.load([{ kind: 'connected' }, ...entries, ...(this.#meanwhile ?? [])]);
    this.#meanwhile = undefined;
    this.#options.onArrival();
  }

  #hear(change: Write): void {
    if (change.kind === 'put' || change.kind === 'deleted') this.statistics.received++;
    const { queueLength = QUEUE_LENGTH } = this.#options;
    const isKept = this.#meanwhile
      ? this.#meanwhile.length < queueLength && this.#meanwhile.push(change) > 0
      : this.#arrived.push(change);
    // What was missed is told anew by the next life of the link.
    if (!isKept) this.#link?.break(false);
    else if (!this.#meanwhile) this.#options.onArrival();
  }

  #reached(mark: number): void {
    // Marks of an earlier life of this node may still come.
    if (this.health === 'connected' && mark <= this.#lastPut) this.reachedAt = mark as Instant;
  }

  #lose(isWrong: boolean): void {
    if (isWrong) this.statistics.refused++;
    this.#link = undefined;
    this.#meanwhile = undefined;
    this.#leaving.clear();
    this.#isWriting = false;
    if (this.health === 'connected') {
      this.health = 'lost';
      this.statistics.losses++;
      this.#arrived.load([{ kind: 'lost' }]);
      this.#options.onArrival();
    }
    this.#retry = setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(2 * this.#retryMs, RETRY_MAX_MS);
  }
}
