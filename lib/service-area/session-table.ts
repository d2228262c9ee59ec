import { formatUuid } from '../address.ts';
import { assert } from '../assert.ts';
import type { Context } from '../metadata/layout.ts';
import type { Instant } from '../time.ts';

const NONE = -1;

/** What a session is set up from. */
export interface SessionSeed {
  readonly uuid: Uint8Array;
  /** Index of its service and its source tenant in the router's tables. */
  readonly service: number;
  readonly tenant: string;
  /** The router where the session began. */
  readonly sourceRouter: string;
  /** Its endpoints, if it passes through to another router: neither of its flows shows them. */
  readonly transit?: Context;
  /** Packets of each direction that the router before wants captured, if it does. */
  readonly captureAsked?: number | undefined;
}

/**
 * The sessions of a router, in columns of typed arrays. Session `s` has flows `2 * s` and `2 * s + 1` of the flow table.
 * Texts, of which there are few, are kept once each.
 */
export class SessionTable {
  readonly capacity: number;
  readonly #uuids: Uint8Array;
  readonly service: Uint16Array;
  readonly #tenant: Uint16Array;
  readonly #sourceRouter: Uint16Array;
  readonly createdAt: Float64Array;
  /** Silence in both directions that ends the session, in milliseconds. */
  readonly timeoutMs: Float64Array;
  readonly tcpState: Uint8Array;
  /** Times that metadata was turned on again. */
  readonly renewals: Uint16Array;
  readonly #alive: Uint8Array;
  /** The next free session behind a free one. */
  readonly #nextFree: Int32Array;
  readonly #texts: string[] = [];
  readonly #textIndex = new Map<string, number>();
  readonly #transitContexts = new Map<number, Context>();
  readonly #transits = new Map<string, number>();
  /** Sessions of each service, by its index. */
  readonly countOfService: number[] = [];
  #firstFree = NONE;
  /** Sessions from here on have never been used. */
  #fresh = 0;
  #count = 0;
  /** It takes no more, as if it were full. */
  isClosed = false;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#uuids = new Uint8Array(capacity * 16);
    this.service = new Uint16Array(capacity);
    this.#tenant = new Uint16Array(capacity);
    this.#sourceRouter = new Uint16Array(capacity);
    this.createdAt = new Float64Array(capacity);
    this.timeoutMs = new Float64Array(capacity);
    this.tcpState = new Uint8Array(capacity);
    this.renewals = new Uint16Array(capacity);
    this.#alive = new Uint8Array(capacity);
    this.#nextFree = new Int32Array(capacity);
  }

  get count(): number {
    return this.#count;
  }

  /** A new session, or -1 if the table is full. */
  add(seed: SessionSeed, now: Instant): number {
    const session = this.#firstFree !== NONE ? this.#firstFree : this.#fresh;
    if (session === this.capacity || this.isClosed) return NONE;
    if (session === this.#fresh) this.#fresh++;
    else this.#firstFree = this.#nextFree[session];
    this.#uuids.set(seed.uuid, session * 16);
    this.service[session] = seed.service;
    this.#tenant[session] = this.#indexOf(seed.tenant);
    this.#sourceRouter[session] = this.#indexOf(seed.sourceRouter);
    this.createdAt[session] = now;
    this.timeoutMs[session] = 0;
    this.tcpState[session] = 0;
    this.renewals[session] = 0;
    if (seed.transit) {
      this.#transitContexts.set(session, seed.transit);
      this.#transits.set(formatUuid(seed.uuid), session);
    }
    this.#alive[session] = 1;
    this.countOfService[seed.service] = (this.countOfService[seed.service] ?? 0) + 1;
    this.#count++;
    return session;
  }

  remove(session: number): void {
    assert(this.isAlive(session), 'a session was removed twice');
    this.#alive[session] = 0;
    this.countOfService[this.service[session]]--;
    this.#nextFree[session] = this.#firstFree;
    this.#firstFree = session;
    if (this.#transitContexts.delete(session)) this.#transits.delete(this.uuidText(session));
    this.#count--;
  }

  /** The services have other indices: `indexOf[i]` is that of service `i`, of which there are sessions. */
  renumberServices(indexOf: readonly number[]): void {
    this.countOfService.length = 0;
    for (const session of this.all()) {
      const service = indexOf[this.service[session]];
      this.service[session] = service;
      this.countOfService[service] = (this.countOfService[service] ?? 0) + 1;
    }
  }

  isAlive(session: number): boolean {
    return this.#alive[session] === 1;
  }

  *all(): Generator<number> {
    for (let session = 0; session < this.#fresh; session++) if (this.isAlive(session)) yield session;
  }

  tenant(session: number): string {
    return this.#texts[this.#tenant[session]];
  }

  sourceRouter(session: number): string {
    return this.#texts[this.#sourceRouter[session]];
  }

  uuid(session: number): Uint8Array {
    return this.#uuids.slice(session * 16, session * 16 + 16);
  }

  uuidText(session: number): string {
    return formatUuid(this.uuid(session));
  }

  copyUuid(session: number, target: Uint8Array): void {
    for (let i = 0; i < 16; i++) target[i] = this.#uuids[session * 16 + i];
  }

  hasUuid(session: number, uuid: Uint8Array): boolean {
    if (!this.isAlive(session)) return false;
    for (let i = 0; i < 16; i++) if (this.#uuids[session * 16 + i] !== uuid[i]) return false;
    return true;
  }

  transitContext(session: number): Context | undefined {
    return this.#transitContexts.get(session);
  }

  /** The session of this UUID that only passes through here; -1 if there is none. */
  findTransit(uuid: Uint8Array): number {
    return this.#transits.get(formatUuid(uuid)) ?? NONE;
  }

  /** Names come from the configuration, never from a wire, so that there are few. */
  #indexOf(text: string): number {
    let index = this.#textIndex.get(text);
    if (index === undefined) {
      index = this.#texts.push(text) - 1;
      assert(index <= 0xffff, 'more names than a configuration can hold');
      this.#textIndex.set(text, index);
    }
    return index;
  }
}
