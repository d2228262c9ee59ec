import { formatUuid } from '../address.ts';
import { KEY_WORDS, sameKey } from '../highway/flow-key.ts';
import type { StateStore } from '../state-store.ts';
import { counter, type CounterName } from '../stats/counters.ts';
import { after, milliseconds, seconds, type Duration, type Instant } from '../time.ts';
import { TimerWheel } from '../timer-wheel.ts';
import type { Handshake } from './handshake.ts';
import type { ServiceAreaParts } from './parts.ts';
import { decodeSession, encodeSession, type SessionRecord } from './session-record.ts';
import type { SessionObserver, Sessions } from './sessions.ts';

/**
 * Packets of a session, of both directions together, from which on it is shared (SVR sheet, section 2.6: "about 12
 * packets in both directions"; that they are counted together is an emulator choice, so that one-way sessions count).
 */
export const PACKETS_BEFORE_SYNC = 12;

/** How soon a new session is looked at for its packets; an old one with few is looked at less often (emulator choice). */
const LOOK_AFTER_MIN = milliseconds(100);
const LOOK_AFTER_MAX = seconds(5);

/** How often a session that is in use is shared anew, for the numbers of its packets (emulator choice). */
const REFRESH_EVERY = seconds(30);

/**
 * How far a node that takes over begins behind the last number it knows of the twin's: more packets than a session
 * sends between two refreshes, and less than a window of 2^31 takes for old. No number is used by both nodes.
 */
const TAKEOVER_STEP = 2 ** 28;

/** Records handed to the store in one go, so that packets get their turn (emulator choice). */
const RECORDS_IN_A_ROW_MAX = 512;

const TICK = milliseconds(50);

const KEY_PREFIX = 'session/';

const marks = { unshared: 0, shared: 1, foreign: 2 } as const;

/** What `show sessions` says of a session's redundancy (SVR sheet, section 6). */
export type RedundancyState = 'SYNCED' | 'NOT_SYNCED';

/**
 * Shares the sessions of the active node with its twin (SVR sheet, section 2.6). The active node puts each session into
 * the store once it has proved to last, and again when it changes; the standby node takes them into its own tables,
 * where they wait until it is the active one.
 */
export class Replication implements SessionObserver {
  readonly #parts: ServiceAreaParts;
  readonly #sessions: Sessions;
  readonly #handshake: Handshake;
  readonly #store: StateStore;
  readonly #mark: Uint8Array;
  readonly #sharedAt: Float64Array;
  /** When a session comes up to be looked at: for its packets, or for a refresh. */
  readonly #timers: TimerWheel;
  readonly #look: (session: number) => void;
  readonly #isDue: Uint8Array;
  readonly #due: number[] = [];
  readonly #ended: string[] = [];
  /** Sessions of the twin's, by the keys of their records. */
  readonly #foreign = new Map<string, number>();
  /** Of each of them, in which telling of all that the twin has it was last named. */
  readonly #telling: Uint32Array;
  #tellings = 0;
  #isActive = false;
  #isImporting = false;
  #owesComplete = false;
  #now = 0 as Instant;

  constructor(parts: ServiceAreaParts, sessions: Sessions, handshake: Handshake, store: StateStore) {
    const { capacity } = parts.sessions;
    this.#parts = parts;
    this.#sessions = sessions;
    this.#handshake = handshake;
    this.#store = store;
    this.#mark = new Uint8Array(capacity);
    this.#sharedAt = new Float64Array(capacity);
    this.#timers = new TimerWheel(capacity, TICK);
    this.#look = (session) => this.#lookAt(session);
    this.#isDue = new Uint8Array(capacity);
    this.#telling = new Uint32Array(capacity);
    sessions.observe(this);
  }

  state(session: number): RedundancyState {
    return this.#mark[session] === marks.unshared ? 'NOT_SYNCED' : 'SYNCED';
  }

  installed(session: number, now: Instant): void {
    this.#mark[session] = marks.unshared;
    if (this.#isActive && !this.#isImporting) this.#timers.set(session, after(now, LOOK_AFTER_MIN), now);
  }

  changed(session: number): void {
    if (this.#isActive && this.#mark[session] === marks.shared) this.#makeDue(session);
  }

  removed(session: number): void {
    const key = this.#keyOf(session);
    this.#timers.clear(session);
    this.#isDue[session] = 0;
    this.#foreign.delete(key);
    if (this.#isActive && this.#mark[session] === marks.shared) this.#ended.push(key);
    this.#mark[session] = marks.unshared;
  }

  isForeign(session: number): boolean {
    return this.#mark[session] === marks.foreign;
  }

  /** This node is the active one from now on: it goes on with what its twin has shared. */
  activate(now: Instant): void {
    const { sessions } = this.#parts;
    this.#isActive = true;
    this.#foreign.clear();
    for (const session of sessions.all()) {
      if (this.#mark[session] === marks.foreign) {
        this.#mark[session] = marks.shared;
        this.#handshake.takeOver(session);
        this.#sessions.restore(session, sessions.tcpState[session], sessions.timeoutMs[session], now);
        this.#timers.set(session, after(now, REFRESH_EVERY), now);
      } else {
        this.#timers.set(session, after(now, LOOK_AFTER_MIN), now);
      }
    }
    this.shareAll(now);
  }

  /** The twin is the active one from now on. What it does not share by the end of its telling is no more. */
  deactivate(now: Instant): void {
    const { sessions } = this.#parts;
    this.#isActive = false;
    this.#owesComplete = false;
    this.#ended.length = 0;
    for (const session of sessions.all()) {
      this.#timers.clear(session);
      this.#isDue[session] = 0;
      if (this.#mark[session] !== marks.shared) continue;
      this.#mark[session] = marks.foreign;
      this.#telling[session] = this.#tellings - 1;
      this.#foreign.set(this.#keyOf(session), session);
    }
    this.#due.length = 0;
    this.#store.restart(now);
  }

  /** Begins anew in a store that has nothing of ours. */
  shareAll(now: Instant): void {
    this.#store.restart(now);
    this.#ended.length = 0;
    if (!this.#isActive) return;
    for (const session of this.#parts.sessions.all()) if (this.#mark[session] === marks.shared) this.#makeDue(session);
    this.#owesComplete = true;
  }

  nextDeadline(): Instant {
    const hasWork = this.#due.length > 0 || this.#ended.length > 0 || this.#owesComplete;
    return hasWork ? this.#now : this.#timers.nextDeadline();
  }

  poll(now: Instant): void {
    this.#now = now;
    this.#timers.expire(now, this.#look);
    for (const key of this.#ended.splice(0, RECORDS_IN_A_ROW_MAX)) this.#store.delete(key, now);
    for (const session of this.#due.splice(0, RECORDS_IN_A_ROW_MAX)) this.#share(session, now);
    if (!this.#owesComplete || this.#due.length > 0) return;
    this.#owesComplete = false;
    this.#store.complete(now);
  }

  #lookAt(session: number): void {
    const { flows, sessions } = this.#parts;
    const forward = session * 2;
    if (this.#mark[session] === marks.shared) {
      const lastActivity = Math.max(flows.activity[forward], flows.activity[forward + 1]);
      if (lastActivity > this.#sharedAt[session]) this.#makeDue(session);
      this.#timers.set(session, after(this.#now, REFRESH_EVERY), this.#now);
    } else if (flows.packets[forward] + flows.packets[forward + 1] >= PACKETS_BEFORE_SYNC) {
      this.#makeDue(session);
      this.#timers.set(session, after(this.#now, REFRESH_EVERY), this.#now);
    } else {
      const age = this.#now - sessions.createdAt[session];
      const wait = Math.min(Math.max(LOOK_AFTER_MIN, age / 2), LOOK_AFTER_MAX) as Duration;
      this.#timers.set(session, after(this.#now, wait), this.#now);
    }
  }

  #makeDue(session: number): void {
    if (this.#isDue[session] === 1) return;
    this.#isDue[session] = 1;
    this.#due.push(session);
  }

  #share(session: number, now: Instant): void {
    // One that has been removed since is no longer due, though its place may have been taken by another.
    if (this.#isDue[session] === 0) return;
    this.#isDue[session] = 0;
    const bytes = encodeSession(this.#parts, session);
    if (!bytes) {
      // An interface that the twin does not have cannot move to it: nor can the session.
      this.#timers.clear(session);
      return;
    }
    this.#mark[session] = marks.shared;
    this.#sharedAt[session] = now;
    this.#store.put(this.#keyOf(session), bytes, now);
    this.#count('redundancyPublished');
  }

  /** The twin has put something. What is no session, or makes no sense, is counted and left alone. */
  twinPut(key: string, value: Uint8Array, now: Instant): void {
    if (this.#isActive) return;
    const record = decodeSession(this.#parts, value);
    if (typeof record === 'string' || key !== KEY_PREFIX + formatUuid(record.seed.uuid)) {
      this.#refuse(typeof record === 'string' ? record : 'misplaced');
      return;
    }
    const session = this.#place(key, record, now);
    if (session < 0) return this.#refuse('no-room');
    this.#restore(session, record, now);
    this.#telling[session] = this.#tellings;
    this.#count('redundancyImported');
    this.#parts.trace?.event({ type: 'session-synced', packet: 0, session: formatUuid(record.seed.uuid) });
  }

  /** The session of a record, in place of whatever has its keys now; -1 if there is no room. */
  #place(key: string, { seed, from, to }: SessionRecord, now: Instant): number {
    const { flows } = this.#parts;
    const known = this.#foreign.get(key);
    if (known !== undefined && this.#hasKeys(known, from.key, to.key)) return known;
    if (known !== undefined) this.#sessions.remove(known, 'replaced');
    for (const { key } of [from, to]) {
      const inTheWay = flows.find(key, 0);
      if (inTheWay >= 0) this.#sessions.remove(inTheWay >> 1, 'replaced');
    }
    this.#isImporting = true;
    const session = this.#sessions.install(seed, from, to, now);
    this.#isImporting = false;
    if (session < 0) return -1;
    this.#handshake.begin(session, undefined, now);
    this.#mark[session] = marks.foreign;
    this.#foreign.set(key, session);
    return session;
  }

  #hasKeys(session: number, forward: Uint32Array, reverse: Uint32Array): boolean {
    const { keys } = this.#parts.flows;
    return (
      sameKey(keys, session * 2 * KEY_WORDS, forward, 0) && sameKey(keys, (session * 2 + 1) * KEY_WORDS, reverse, 0)
    );
  }

  #restore(session: number, record: SessionRecord, now: Instant): void {
    const { flows, sessions } = this.#parts;
    const { sealing } = this.#parts.highway();
    sessions.createdAt[session] = record.createdAt;
    sessions.renewals[session] = record.renewals;
    this.#sessions.restore(session, record.tcpState, record.timeoutMs, now);
    for (const [flow, side] of [
      [session * 2, record.from],
      [session * 2 + 1, record.to],
    ] as const) {
      flows.sequence[flow ^ 1] = side.nextSequence + TAKEOVER_STEP;
      if (side.receivedSequence !== undefined) sealing.resumeSequence(flow, side.receivedSequence);
    }
  }

  twinDeleted(key: string): void {
    const session = this.#foreign.get(key);
    if (!this.#isActive && session !== undefined) this.#sessions.remove(session, 'deleted-by-twin');
  }

  twinRestarted(): void {
    this.#tellings++;
  }

  /** The twin has told everything: what it has not named is over. */
  twinComplete(): void {
    if (this.#isActive) return;
    for (const session of [...this.#foreign.values()])
      if (this.#telling[session] !== this.#tellings) this.#sessions.remove(session, 'deleted-by-twin');
  }

  #refuse(reason: string): void {
    this.#count('redundancyRefused');
    this.#parts.trace?.event({ type: 'packet-dropped', packet: 0, reason: `record refused: ${reason}` });
  }

  #keyOf(session: number): string {
    return KEY_PREFIX + this.#parts.sessions.uuidText(session);
  }

  #count(name: CounterName): void {
    this.#parts.counters.values[counter[name]]++;
  }
}
