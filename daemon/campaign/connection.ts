import { setTimeout as sleep } from 'node:timers/promises';
import { Redis, type RedisOptions } from 'ioredis';
import { LabError } from '../../lib/lab/fabric.ts';
import type { RedisPlace } from '../stores/redis-place.ts';

/** How long a Redis may take to answer at first. */
const CONNECT_TIMEOUT_MS = 5_000;

/** How long one that was there may be away. */
const AWAY_MAX_MS = 30_000;

/** How long it may take to tell it that we go. */
const FAREWELL_MS = 5_000;

const RETRY_MAX_MS = 1_000;
const LOOK_EVERY_MS = 1_000;

const common = { protocol: 2, lazyConnect: true, connectTimeout: CONNECT_TIMEOUT_MS } as const satisfies RedisOptions;

/** A Redis that answers, and is found again when it was away for a while. */
export class Connection {
  readonly client: Redis;
  readonly #timer: NodeJS.Timeout;
  #awaySince: number | undefined;

  /** `lost` is called once, when the Redis has been away for too long. */
  private constructor(place: RedisPlace, describedAs: string, lost: (error: LabError) => void) {
    this.client = new Redis({
      ...place,
      ...common,
      maxRetriesPerRequest: null,
      retryStrategy: (times) => Math.min(RETRY_MAX_MS, 100 * times),
    });
    this.client.on('error', () => undefined);
    this.client.on('close', () => (this.#awaySince ??= performance.now()));
    this.client.on('ready', () => (this.#awaySince = undefined));
    this.#timer = setInterval(() => {
      if (this.#awaySince === undefined || performance.now() - this.#awaySince < AWAY_MAX_MS) return;
      clearInterval(this.#timer);
      lost(new LabError(`the Redis at ${describedAs} has been away for ${AWAY_MAX_MS / 1_000} s`, 3));
    }, LOOK_EVERY_MS);
  }

  /** Fails with a LabError that says why there is no use of this Redis. */
  static async open(place: RedisPlace, lost: (error: LabError) => void): Promise<Connection> {
    const describedAs = place.path ?? `${place.host}:${place.port}`;
    await probe(place, describedAs);
    const connection = new Connection(place, describedAs, lost);
    await connection.client.connect();
    return connection;
  }

  get isAway(): boolean {
    return this.#awaySince !== undefined;
  }

  /** Does what a Redis should still be told, as long as it listens. */
  async farewell(work: () => Promise<unknown>): Promise<void> {
    if (this.isAway) return;
    await Promise.race([work().catch(() => undefined), sleep(FAREWELL_MS, undefined, { ref: false })]);
  }

  close(): void {
    clearInterval(this.#timer);
    this.client.disconnect();
  }
}

/** Asks once, and takes the first thing that goes wrong for an answer. */
async function probe(place: RedisPlace, describedAs: string): Promise<void> {
  const client = new Redis({
    ...place,
    ...common,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    commandTimeout: CONNECT_TIMEOUT_MS,
  });
  let reason: string | undefined;
  client.on('error', (error: Error) => (reason ??= error.message));
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    const said = reason ?? (error as Error).message;
    if (/WRONGPASS|NOAUTH|NOPERM|AUTH|password/i.test(said))
      throw new LabError(
        `the Redis at ${describedAs} does not let us in: ${said}; the password stands in the URL or in SVRLAB_REDIS_PASSWORD`,
        2,
      );
    throw new LabError(`there is no Redis at ${describedAs}: ${said}`, 3);
  } finally {
    client.disconnect();
  }
}
