import { Redis, type ChainableCommander } from 'ioredis';
import { svr } from '../../proto/svr/v1/state.ts';
import type { StateChange } from '../../lib/state-store.ts';
import type { RedisPlace } from './redis-place.ts';

const { StoreChange } = svr.v1;
const { Kind } = StoreChange;

/** Entries that are read in one go when everything is read. */
const SCAN_COUNT = 512;

/** Keys are as long as a StateStore lets them be. */
const KEY_LENGTH_MAX = 255;

/** What a node does to its own entries. */
export type Write = Exclude<StateChange, { kind: 'connected' | 'lost' }>;

/** An answer that a Redis would not give. */
export class WrongAnswer extends Error {}

export interface RedisLinkOptions {
  readonly place: RedisPlace;
  /** Names of the hashes that hold the entries of this node and of its twin; what else is there is named after them. */
  readonly own: string;
  readonly twin: string;
  readonly answerTimeoutMs: number;
  /** The twin has done something. */
  readonly changed: (change: Write) => void;
  /** A message that makes no sense has come where the twin's are expected. */
  readonly misunderstood: () => void;
  /** What `write` was given as its mark has come back. */
  readonly echoed: (mark: number) => void;
  /** Nothing works any more. Told once. */
  readonly broken: (error: Error) => void;
}

const changesOf = (hash: string): string => `${hash}:changes`;
const completeOf = (hash: string): string => `${hash}:complete`;
const echoOf = (hash: string): string => `${hash}:echo`;

/**
 * One life of the connection to a Redis, up to the first thing that goes wrong. Entries are the fields of a hash;
 * every change is also published, in one transaction with it. Our own marks are published and heard like the twin's
 * changes, on the same connection: when one comes back, so has everything that the twin published before it.
 */
export class RedisLink {
  readonly #options: RedisLinkOptions;
  readonly #commands: Redis;
  readonly #listener: Redis;
  #isBroken = false;

  constructor(options: RedisLinkOptions) {
    this.#options = options;
    this.#commands = this.#client();
    this.#listener = this.#client();
    this.#listener.on('messageBuffer', (channel: Buffer, message: Buffer) => this.#hear(channel.toString(), message));
  }

  #client(): Redis {
    const { place, answerTimeoutMs } = this.#options;
    const client = new Redis({
      ...place,
      protocol: 2,
      lazyConnect: true,
      // Who uses the link makes another when it has broken, and tells everything anew.
      retryStrategy: null,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      connectTimeout: answerTimeoutMs,
      commandTimeout: answerTimeoutMs,
      disableClientInfo: true,
    });
    client.on('error', (error: Error) => this.break(error));
    client.on('close', () => this.break(new Error('the connection was closed')));
    return client;
  }

  /** Connects, and begins to listen. Returns what the twin has; changes of its that come meanwhile are told already. */
  async open(): Promise<Write[]> {
    const { own, twin, answerTimeoutMs } = this.#options;
    // A server that takes connections and says nothing is one that is not there.
    const timer = setTimeout(() => this.break(new Error('no answer in time')), 3 * answerTimeoutMs);
    try {
      await Promise.all([this.#commands.connect(), this.#listener.connect()]);
      await this.#listener.subscribe(changesOf(twin), echoOf(own));
    } finally {
      clearTimeout(timer);
    }
    return this.#readTwin(twin);
  }

  async #readTwin(twin: string): Promise<Write[]> {
    const entries = new Map<string, Uint8Array>();
    let cursor = '0';
    do {
      const [next, fields] = readScan(await this.#commands.hscanBuffer(twin, cursor, 'COUNT', SCAN_COUNT));
      for (let i = 0; i < fields.length; i += 2) entries.set(fields[i].toString(), fields[i + 1]);
      cursor = next;
    } while (cursor !== '0');
    const isComplete = (await this.#commands.exists(completeOf(twin))) === 1;
    const keys = [...entries.keys()].filter((key) => key.length <= KEY_LENGTH_MAX).sort();
    return [
      { kind: 'restarted' },
      ...keys.map((key): Write => ({ kind: 'put', key, value: entries.get(key) ?? new Uint8Array() })),
      ...(isComplete ? [{ kind: 'complete' } as const] : []),
    ];
  }

  /** Hands over changes of ours. `mark` comes back by `echoed` once everybody could have heard of them. */
  async write(writes: readonly Write[], mark: number): Promise<void> {
    const { own } = this.#options;
    const transaction = this.#commands.multi();
    for (const write of writes) addTo(transaction, own, write);
    transaction.publish(echoOf(own), String(mark));
    const replies = await transaction.exec();
    // Two for each write, one for the mark; each counts something, but for the OK of SET.
    if (!Array.isArray(replies) || replies.length !== 2 * writes.length + 1)
      throw new WrongAnswer('no list of replies');
    for (const [error, reply] of replies) {
      if (error) throw error;
      if (typeof reply !== 'number' && reply !== 'OK') throw new WrongAnswer('a reply that counts nothing');
    }
  }

  #hear(channel: string, message: Buffer): void {
    if (this.#isBroken) return;
    const { own, echoed, changed, misunderstood } = this.#options;
    if (channel === echoOf(own)) {
      const mark = Number(message.toString());
      if (Number.isFinite(mark)) echoed(mark);
      else misunderstood();
      return;
    }
    const change = readChange(message);
    if (change) changed(change);
    else misunderstood();
  }

  /** Ends this life; the reason is told if it was alive until now. */
  break(error: Error): void {
    if (this.#isBroken) return;
    this.close();
    this.#options.broken(error);
  }

  close(): void {
    this.#isBroken = true;
    for (const client of [this.#commands, this.#listener]) client.disconnect();
  }
}

function addTo(transaction: ChainableCommander, own: string, write: Write): void {
  switch (write.kind) {
    case 'put':
      transaction.hset(own, write.key, Buffer.from(write.value));
      break;
    case 'deleted':
      transaction.hdel(own, write.key);
      break;
    case 'restarted':
      transaction.del(own, completeOf(own));
      break;
    case 'complete':
      transaction.set(completeOf(own), '1');
      break;
  }
  transaction.publish(changesOf(own), Buffer.from(encodeChange(write)));
}

function encodeChange(write: Write): Uint8Array {
  const kinds = {
    put: Kind.KIND_PUT,
    deleted: Kind.KIND_DELETED,
    restarted: Kind.KIND_RESTARTED,
    complete: Kind.KIND_COMPLETE,
  } as const;
  const { kind, ...rest } = write;
  return StoreChange.encode({ kind: kinds[kind], ...rest }).finish();
}

function readChange(bytes: Uint8Array): Write | undefined {
  try {
    // A copy: what is told outlives the buffer that it came in.
    const { kind, key, value } = StoreChange.decode(Uint8Array.from(bytes));
    const hasKey = key.length > 0 && key.length <= KEY_LENGTH_MAX;
    if (kind === Kind.KIND_PUT && hasKey) return { kind: 'put', key, value };
    if (kind === Kind.KIND_DELETED && hasKey) return { kind: 'deleted', key };
    if (kind === Kind.KIND_RESTARTED) return { kind: 'restarted' };
    return kind === Kind.KIND_COMPLETE ? { kind: 'complete' } : undefined;
  } catch {
    return undefined;
  }
}

function readScan(reply: unknown): [cursor: string, fields: Buffer[]] {
  const [cursor, fields] = Array.isArray(reply) ? (reply as unknown[]) : [];
  const isRight =
    Buffer.isBuffer(cursor) &&
    Array.isArray(fields) &&
    fields.length % 2 === 0 &&
    fields.every((f) => Buffer.isBuffer(f));
  if (!isRight) throw new WrongAnswer('no answer to HSCAN');
  return [cursor.toString(), fields];
}
