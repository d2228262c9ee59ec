import type { IpAddress } from '../address.ts';
import { KEY_WORDS, keySource, setKeyAddresses } from '../highway/flow-key.ts';
import type { PeerPath } from '../highway/peer-path.ts';
import { counter } from '../stats/counters.ts';
import { NEVER, type Instant } from '../time.ts';
import { equalBytes } from '../wire/bytes.ts';
import type { Handshake } from './handshake.ts';
import type { ServiceAreaParts } from './parts.ts';
import type { Sessions } from './sessions.ts';
import type { SessionSetup } from './setup.ts';

/** Sessions that are looked at before other work gets its turn. */
const BATCH = 4_096;

/** A walk over all sessions that began when something happened to a path. */
interface Walk {
  readonly isConcerned: (session: number) => boolean;
  readonly act: (session: number, now: Instant) => void;
  next: number;
}

/**
 * Sessions whose path has failed, or has become worse or better than another, go on over the path that their service
 * policy wants (SVR sheet, sections 2.4, 2.6 and 4.6). The router where a session leaves to a peer decides; the peer
 * follows. A failure may concern every session there is, so the work is done in batches.
 */
export class Moves {
  readonly #parts: ServiceAreaParts;
  readonly #sessions: Sessions;
  readonly #setup: SessionSetup;
  readonly #handshake: Handshake;
  readonly #walks: Walk[] = [];
  /** Names of the services whose objectives a path did not keep when it was last measured. */
  readonly #bad = new WeakMap<PeerPath, Set<string>>();
  #now: Instant = 0 as Instant;

  constructor(parts: ServiceAreaParts, sessions: Sessions, setup: SessionSetup, handshake: Handshake) {
    this.#parts = parts;
    this.#sessions = sessions;
    this.#setup = setup;
    this.#handshake = handshake;
  }

  /** A path went down, or misses objectives that it kept before: what may move from it does. */
  pathWorsened(path: PeerPath, now: Instant): void {
    this.#walk({ isConcerned: (session) => this.#pathOf(session) === path, act: this.#moveIfBad }, now);
  }

  /** A path came up, or keeps objectives again: sessions that want the best path there is return to it. */
  pathImproved(path: PeerPath, now: Instant): void {
    const isConcerned = (session: number): boolean => {
      const current = this.#pathOf(session);
      return current !== undefined && current !== path;
    };
    this.#walk({ isConcerned, act: this.#moveIfBetter }, now);
  }

  /** A path was measured: services for which it is no longer good enough, or good enough again, have their sessions moved. */
  measured(path: PeerPath, now: Instant): void {
    const { services, routes, judged } = this.#parts;
    let hasWorsened = false;
    let hasImproved = false;
    const bad = this.#bad.get(path) ?? new Set();
    this.#bad.set(path, bad);
    for (const entry of services.list) {
      const isGood = routes.isGood(entry, path);
      if (isGood === !bad.has(entry.name)) continue;
      if (isGood) bad.delete(entry.name);
      else bad.add(entry.name);
      judged(path, entry.name, isGood, now);
      hasImproved ||= isGood;
      hasWorsened ||= !isGood;
    }
    if (hasWorsened) this.pathWorsened(path, now);
    if (hasImproved) this.pathImproved(path, now);
  }

  /** The peer behind a path began anew, or sees us from another address: every flow to it checks once what it knows. */
  peerChanged(path: PeerPath, reason: string, now: Instant): void {
    const { flows } = this.#parts;
    const leaves = (flow: number): boolean => flows.path[flow] === path.index + 1;
    const isConcerned = (session: number): boolean => leaves(session * 2) || leaves(session * 2 + 1);
    const act = (session: number, at: Instant): void => {
      for (const flow of [session * 2, session * 2 + 1]) {
        if (!leaves(flow)) continue;
        // What the peer sends meanwhile goes where nobody is any more: it cannot wait for a host to speak.
        if (reason === 'local-nat-change') this.#handshake.announceMove(flow, reason, at);
        else this.#handshake.renew(flow, reason);
      }
    };
    this.#walk({ isConcerned, act }, now);
  }

  /**
   * A path leads from another address of ours: the waypoints of its sessions are there from now on, and their peers hear of
   * it at once. What the twin node works on is the twin's to tell.
   */
  readdressed(path: PeerPath, now: Instant): void {
    const toOwn = (key: Uint32Array): void => setKeyAddresses(key, keySource(key, 0), path.local.bytes);
    this.#rekey(path, toOwn, now, (flow, at) => {
      if (!this.#sessions.isForeign(flow >> 1)) this.#handshake.announceMove(flow, 'address-change', at);
    });
  }

  /**
   * The peer is at another address than `before`, with all of its waypoints. It tells of its sessions itself; but who heard
   * nothing of that would speak to nobody.
   */
  peerReaddressed(path: PeerPath, before: Uint8Array, now: Instant): void {
    const toPeer = (key: Uint32Array): void => {
      if (equalBytes(keySource(key, 0), 0, before, 0, before.length))
        setKeyAddresses(key, path.peerAt.bytes, path.local.bytes);
    };
    this.#rekey(path, toPeer, now, (flow) => {
      const { trace, sessions } = this.#parts;
      trace?.event({
        type: 'session-moved',
        packet: 0,
        session: sessions.uuidText(flow >> 1),
        reason: 'peer-nat-change',
      });
    });
  }

  /** Changes the keys of what comes by a path, and tells of each flow that leaves by it whose opposite has another one. */
  #rekey(
    path: PeerPath,
    change: (key: Uint32Array) => void,
    now: Instant,
    moved: (flow: number, now: Instant) => void,
  ): void {
    const { flows } = this.#parts;
    const act = (session: number, at: Instant): void => {
      for (const flow of [session * 2, session * 2 + 1]) {
        if (flows.path[flow] !== path.index + 1) continue;
        const opposite = flow ^ 1;
        const key = flows.keys.slice(opposite * KEY_WORDS, (opposite + 1) * KEY_WORDS);
        change(key);
        // One that is there already needs nothing.
        if (flows.find(key, 0) >= 0) continue;
        const peerAt: IpAddress = { family: path.family, bytes: keySource(key, 0) };
        if (this.#sessions.move(opposite, this.#setup.sideAt(key, peerAt, path), at)) moved(flow, at);
      }
    };
    this.#walk({ isConcerned: () => true, act }, now);
  }

  /** A path is no more: a session on it goes on over another at once, or not at all. */
  pathRemoved(session: number, now: Instant): void {
    const { services, sessions } = this.#parts;
    const current = this.#pathOf(session);
    const entry = services.list[sessions.service[session]];
    const isMoved = current && mayFailOver(entry.policy?.sessionResiliency) && this.#moveToBest(session, current, now);
    if (!isMoved) this.#sessions.remove(session, 'reconfigured');
  }

  nextDeadline(): Instant {
    return this.#walks.length === 0 ? NEVER : this.#now;
  }

  poll(now: Instant): void {
    this.#now = now;
    const [walk] = this.#walks;
    if (!walk) return;
    const end = Math.min(walk.next + BATCH, this.#parts.sessions.capacity);
    for (; walk.next < end; walk.next++) {
      if (this.#parts.sessions.isAlive(walk.next) && walk.isConcerned(walk.next)) walk.act(walk.next, now);
    }
    if (walk.next === this.#parts.sessions.capacity) this.#walks.shift();
  }

  #walk(walk: Omit<Walk, 'next'>, now: Instant): void {
    this.#walks.push({ ...walk, next: 0 });
    this.poll(now);
  }

  /** The path that a session leaves by in its forward direction; undefined if that is to a host. */
  #pathOf(session: number): PeerPath | undefined {
    const { flows, paths } = this.#parts;
    const index = flows.path[session * 2];
    return index === 0 ? undefined : paths[index - 1];
  }

  readonly #moveIfBad = (session: number, now: Instant): void => {
    const { services, sessions, routes } = this.#parts;
    const entry = services.list[sessions.service[session]];
    const current = this.#pathOf(session);
    if (!mayFailOver(entry.policy?.sessionResiliency) || !current || routes.isGood(entry, current)) return;
    this.#moveToBest(session, current, now);
  };

  readonly #moveIfBetter = (session: number, now: Instant): void => {
    const { services, sessions } = this.#parts;
    const entry = services.list[sessions.service[session]];
    const current = this.#pathOf(session);
    if (entry.policy?.sessionResiliency !== 'revertible-failover' || !current) return;
    this.#moveToBest(session, current, now);
  };

  /** Whether there was a path to move to. */
  #moveToBest(session: number, current: PeerPath, now: Instant): boolean {
    const { services, sessions, routes, counters } = this.#parts;
    const entry = services.list[sessions.service[session]];
    const target = routes.goodPath(entry);
    if (!target || target === current) return false;
    // A path to another peer leads to another router, which only a policy that allows it may put in the place of this one.
    if (target.peer !== current.peer && entry.policy?.peerPathResiliency !== true) return false;
    counters.values[counter.modifyDetected]++;
    const side = this.#setup.sideTowardsPeer(target);
    if (!side || !this.#sessions.move(session * 2 + 1, side, now)) return false;
    this.#handshake.announceMove(session * 2, 'path-move', now);
    return true;
  }
}

function mayFailOver(resiliency: string | undefined): boolean {
  return resiliency === 'failover' || resiliency === 'revertible-failover';
}
