import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import { LabError } from '../../lib/lab/fabric.ts';

export type Role = 'campaign' | 'worker';

/** Somebody who is there at a Redis. */
export interface Member {
  readonly id: string;
  readonly host: string;
  readonly code: string;
}

const ANNOUNCE_EVERY_MS = 3_000;
const FORGOTTEN_AFTER_S = 10;
const SCAN_COUNT = 256;

const keyOf = (role: Role, id: string): string => `svrlab:${role}:${id}`;

/** Who is there: everybody says so again and again, and who has not for a while is gone. */
export class Members {
  readonly #redis: Redis;
  readonly #role: Role;
  readonly #self: Member;
  #timer: NodeJS.Timeout | undefined;

  constructor(redis: Redis, role: Role, { id, code }: Pick<Member, 'id' | 'code'>) {
    this.#redis = redis;
    this.#role = role;
    this.#self = { id, host: hostname(), code };
  }

  async join(): Promise<void> {
    await this.#announce();
    this.#timer = setInterval(() => void this.#announce().catch(() => undefined), ANNOUNCE_EVERY_MS);
  }

  async leave(): Promise<void> {
    clearInterval(this.#timer);
    await this.#redis.del(keyOf(this.#role, this.#self.id));
  }

  async all(role: Role): Promise<Member[]> {
    const keys: string[] = [];
    let cursor = '0';
    do {
      const [next, some] = await this.#redis.scan(cursor, 'MATCH', keyOf(role, '*'), 'COUNT', SCAN_COUNT);
      keys.push(...some);
      cursor = next;
    } while (cursor !== '0');
    const texts = keys.length > 0 ? await this.#redis.mget(keys) : [];
    return texts.flatMap((text) => (text === null ? [] : (JSON.parse(text) as Member)));
  }

  /** Fails with a LabError if there are others, and none of them runs the same code as we. */
  async checkCode(role: Role): Promise<void> {
    const others = await this.all(role);
    if (others.length === 0 || others.some(({ code }) => code === this.#self.code)) return;
    const [{ host, code }] = others;
    throw new LabError(
      `the ${role} on ${host} runs svrlab ${code}, and this is ${this.#self.code}: results of both would not go together`,
      2,
    );
  }

  async #announce(): Promise<void> {
    await this.#redis.set(keyOf(this.#role, this.#self.id), JSON.stringify(this.#self), 'EX', FORGOTTEN_AFTER_S);
  }
}
