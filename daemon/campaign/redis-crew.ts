import { randomUUID } from 'node:crypto';
import { Queue, QueueEvents } from 'bullmq';
import type { RunRow } from '../../lib/campaign/row.ts';
import { codeVersion } from '../code-version.ts';
import type { Crew } from '../pool/pool.ts';
import { inOrder, type End, type Outcome } from '../pool/in-order.ts';
import type { RedisPlace } from '../stores/redis-place.ts';
import type { Batch } from './batch.ts';
import { Connection } from './connection.ts';
import { Members } from './members.ts';
import { prefix, queueName } from './queue.ts';

/** Batches that are out at a time, for all workers together. */
const WINDOW = 256;

/** Events of the queue that are kept for those who have been away; each result is one. */
const EVENTS_MAX = 2 * WINDOW;

/** Nothing may depend on an event that never came: a batch of which nothing was heard is asked about. */
const ASK_EVERY_MS = 3_000;

interface Order {
  readonly batch: Batch;
  readonly settle: (end: End<RunRow[]>) => void;
  readonly fail: (error: Error) => void;
}

/**
 * Workers on any machine, who take batches from a Redis. A batch is known by its id: however often it is done, because
 * a worker died over it or was thought to, its result is counted once.
 */
export class RedisCrew implements Crew<Batch, RunRow[]> {
  readonly #id = randomUUID();
  readonly #connection: Connection;
  readonly #members: Members;
  readonly #queue: Queue;
  readonly #events: QueueEvents;
  readonly #orders = new Map<string, Order>();
  readonly #timer: NodeJS.Timeout;
  #lastId = 0;
  #workers = 0;
  #failure: Error | undefined;

  private constructor(connection: Connection, code: string, lastEventId: string) {
    this.#connection = connection;
    this.#members = new Members(connection.client, 'campaign', { id: this.#id, code });
    const options = { connection: connection.client, prefix };
    this.#queue = new Queue(queueName(code), { ...options, streams: { events: { maxLen: EVENTS_MAX } } });
    this.#events = new QueueEvents(queueName(code), { ...options, lastEventId });
    // A lost connection is looked for again.
    this.#queue.on('error', () => undefined);
    this.#events.on('error', () => undefined);
    this.#events.on('completed', ({ jobId, returnvalue }) => this.#settle(jobId, { result: readRows(returnvalue) }));
    this.#events.on('failed', ({ jobId, failedReason }) => this.#settle(jobId, { fault: failedReason }));
    this.#timer = setInterval(() => void this.#ask().catch((error: Error) => this.#fail(error)), ASK_EVERY_MS);
  }

  /** Fails with a LabError that says why there is no use of this Redis, or of its workers. */
  static async open(place: RedisPlace): Promise<RedisCrew> {
    const code = codeVersion();
    let lose: (error: Error) => void = () => undefined;
    let crew: RedisCrew | undefined;
    const connection = await Connection.open(place, (error) => lose(error));
    try {
      const stream = `${prefix}:${queueName(code)}:events`;
      const [last] = await connection.client.xrevrange(stream, '+', '-', 'COUNT', 1);
      const made = new RedisCrew(connection, code, last?.[0] ?? '0-0');
      crew = made;
      lose = (error) => made.#fail(error);
      await made.#begin();
      return made;
    } catch (error) {
      await crew?.close();
      connection.close();
      throw error;
    }
  }

  async #begin(): Promise<void> {
    await Promise.all([this.#queue.waitUntilReady(), this.#events.waitUntilReady()]);
    await this.#members.checkCode('worker');
    await this.#members.join();
    await this.#countWorkers();
  }

  /** What a person should know who waits; empty when all is well. */
  get note(): string {
    if (this.#connection.isAway) return 'the Redis is away';
    return this.#workers === 0 ? 'no worker is there: svrlab campaign worker --redis ...' : '';
  }

  run(batches: Iterable<Batch>): AsyncGenerator<Outcome<Batch, RunRow[]>, void, undefined> {
    return inOrder(batches, WINDOW, (batch) => this.#do(batch));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#connection.farewell(async () => {
      // What no worker has begun need not be done any more.
      await Promise.allSettled(Array.from(this.#orders.keys(), (id) => this.#queue.remove(id)));
      await this.#members.leave();
      await Promise.all([this.#events.close(), this.#queue.close()]);
    });
    this.#connection.close();
  }

  async #do(batch: Batch): Promise<End<RunRow[]>> {
    const id = `${this.#id}-${++this.#lastId}`;
    return new Promise((settle, fail) => {
      if (this.#failure) return fail(this.#failure);
      this.#orders.set(id, { batch, settle, fail });
      this.#add(id, batch).catch((error: Error) => this.#fail(error));
    });
  }

  /** Nothing happens if it is there already. */
  async #add(id: string, batch: Batch): Promise<void> {
    await this.#queue.add('batch', batch, { jobId: id, removeOnFail: true, removeOnComplete: { count: EVENTS_MAX } });
  }

  #settle(id: string, end: End<RunRow[]>): void {
    const order = this.#orders.get(id);
    if (!order) return;
    this.#orders.delete(id);
    order.settle(end);
    void this.#queue.remove(id).catch(() => undefined);
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
    for (const { fail } of this.#orders.values()) fail(this.#failure);
    this.#orders.clear();
  }

  /** Looks for batches whose end was not heard of, and for batches that a Redis has forgotten. */
  async #ask(): Promise<void> {
    if (this.#connection.isAway) return;
    await this.#countWorkers();
    for (const [id, { batch }] of this.#orders) {
      const job = await this.#queue.getJob(id);
      if (!job) await this.#add(id, batch);
      else if (job.finishedOn !== undefined)
        this.#settle(id, job.failedReason ? { fault: job.failedReason } : { result: readRows(job.returnvalue) });
    }
  }

  async #countWorkers(): Promise<void> {
    this.#workers = (await this.#members.all('worker')).length;
    if (this.#workers > 0) await this.#members.checkCode('worker');
  }
}

/** Rows were made by the same code, and come as they were. */
const readRows = (value: unknown): RunRow[] => (typeof value === 'string' ? JSON.parse(value) : value) as RunRow[];
