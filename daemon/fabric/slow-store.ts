import { rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Scenario } from '../../lib/lab/scenario.ts';
import type { Duration } from '../../lib/time.ts';
import { redisSocket } from './redis-server.ts';

/** Where nodes reach the Redis of a lab whose timeline makes it slow. */
const slowSocket = (folder: string): string => join(folder, '-redis-slow.sock');

const isSlowed = ({ timeline }: Scenario): boolean => timeline.some(({ action }) => action.kind === 'store-slow');

/** Where the nodes of a lab reach its Redis: itself, or who stands before it. */
export const storeSocket = (scenario: Scenario, folder: string): string =>
  isSlowed(scenario) ? slowSocket(folder) : redisSocket(folder);

/** Stands between nodes and the Redis of their lab, in the process of whoever runs it, and lets what they say take its time. */
export class SlowStore {
  readonly #folder: string;
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  #delayMs = 0;

  constructor(folder: string) {
    this.#folder = folder;
    this.#server = createServer((node) => this.#connect(node));
  }

  /** Undefined where no step makes it slow: nodes speak to Redis themselves. */
  static async before(scenario: Scenario, folder: string): Promise<SlowStore | undefined> {
    if (!isSlowed(scenario)) return undefined;
    const store = new SlowStore(folder);
    await new Promise<void>((resolve, reject) => {
      store.#server.once('error', reject);
      store.#server.listen({ path: slowSocket(folder), writableAll: true }, resolve);
    });
    return store;
  }

  setDelay(by: Duration): void {
    this.#delayMs = by / 1_000;
  }

  close(): void {
    this.#server.close();
    for (const connection of this.#connections) connection.destroy();
    rmSync(slowSocket(this.#folder), { force: true });
  }

  #connect(node: Socket): void {
    const redis = createConnection(redisSocket(this.#folder));
    let heardAt = 0;
    node.on('data', (bytes: Buffer) => {
      const now = performance.now();
      // What was said before is heard before, whatever the delay was then.
      heardAt = Math.max(heardAt, now + this.#delayMs);
      if (heardAt <= now) redis.write(bytes);
      else setTimeout(() => redis.write(bytes), heardAt - now);
    });
    redis.on('data', (bytes: Buffer) => node.write(bytes));
    this.#end(node, redis);
    this.#end(redis, node);
  }

  /** One end that is gone takes the other with it. */
  #end(one: Socket, other: Socket): void {
    this.#connections.add(one);
    one.on('error', () => one.destroy());
    one.on('close', () => {
      this.#connections.delete(one);
      other.destroy();
    });
  }
}
