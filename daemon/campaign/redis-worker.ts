import { randomUUID } from 'node:crypto';
import { UnrecoverableError, Worker } from 'bullmq';
import type { RunRow } from '../../lib/campaign/row.ts';
import { codeVersion } from '../code-version.ts';
import { Pool } from '../pool/pool.ts';
import type { RedisPlace } from '../stores/redis-place.ts';
import { batchModule, type Batch } from './batch.ts';
import { Connection } from './connection.ts';
import { Members } from './members.ts';
import { DEATHS_MAX, LOCK_MS, LOOK_FOR_DEAD_EVERY_MS, prefix, queueName } from './queue.ts';

export interface RedisWorkerOptions {
  readonly place: RedisPlace;
  /** Threads that run batches. */
  readonly jobs: number;
  /** A batch is done. */
  readonly done: (runs: number) => void;
}

/** Takes batches of any campaign from a Redis, and runs them on threads of its own. */
export class RedisWorker {
  /** Fails when there is no use of the Redis any more. */
  readonly ended: Promise<never>;
  readonly #connection: Connection;
  readonly #members: Members;
  readonly #pool: Pool<undefined, Batch, RunRow[]>;
  readonly #worker: Worker<Batch, RunRow[]>;

  private constructor(connection: Connection, ended: Promise<never>, code: string, options: RedisWorkerOptions) {
    const { jobs, done } = options;
    this.ended = ended;
    this.#connection = connection;
    this.#members = new Members(connection.client, 'worker', { id: randomUUID(), code });
    this.#pool = new Pool({ module: batchModule, setup: undefined, workers: jobs });
    this.#worker = new Worker<Batch, RunRow[]>(
      queueName(code),
      async ({ data }) => {
        const end = await this.#pool.do(data);
        if ('fault' in end) throw new UnrecoverableError(end.fault);
        done(end.result.length);
        return end.result;
      },
      {
        connection: connection.client,
        prefix,
        // One more than run, so that a thread need not wait for the Redis.
        concurrency: jobs + 1,
        lockDuration: LOCK_MS,
        stalledInterval: LOOK_FOR_DEAD_EVERY_MS,
        maxStalledCount: DEATHS_MAX,
      },
    );
    // A lost connection is looked for again; a batch that was given to another meanwhile is counted once.
    this.#worker.on('error', () => undefined);
  }

  /** Fails with a LabError that says why there is no use of this Redis, or of the campaigns there. */
  static async open(options: RedisWorkerOptions): Promise<RedisWorker> {
    const code = codeVersion();
    let lose: (error: Error) => void = () => undefined;
    const ended = new Promise<never>((_, reject) => (lose = reject));
    ended.catch(() => undefined);
    const connection = await Connection.open(options.place, (error) => lose(error));
    let worker: RedisWorker | undefined;
    try {
      worker = new RedisWorker(connection, ended, code, options);
      await worker.#worker.waitUntilReady();
      await worker.#members.checkCode('campaign');
      await worker.#members.join();
      return worker;
    } catch (error) {
      await worker?.close();
      connection.close();
      throw error;
    }
  }

  /** Ends after the batches that are being run, if there is still somebody to tell of them. */
  async close(): Promise<void> {
    await this.#connection.farewell(async () => {
      await this.#members.leave();
      await this.#worker.close();
    });
    await this.#worker.close(true);
    await this.#pool.close();
    this.#connection.close();
  }
}
