import type { IpAddress } from '../address.ts';
import { assert } from '../assert.ts';
import { KEY_WORDS, keyDestinationPort, keyProtocol } from '../highway/flow-key.ts';
import { flowFlags } from '../highway/flow-table.ts';
import type { PeerPath } from '../highway/peer-path.ts';
import { counter, type CounterName } from '../stats/counters.ts';
import type { SessionTimers } from '../config/index.ts';
import { after, earliest, milliseconds, seconds, type Instant } from '../time.ts';
import { TimerWheel } from '../timer-wheel.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import { FormerKeys } from './former-keys.ts';
import { KeepAlives } from './keep-alives.ts';
import type { ServiceAreaParts } from './parts.ts';
import type { SessionSeed } from './session-table.ts';
import { followTcp, isTcpClosed, isTcpEstablished } from './tcp-state.ts';

/** How exactly sessions time out. */
const TICK = milliseconds(250);

/** How long a TCP session stays after its end, for what is still on its way (emulator choice). */
const TCP_CLOSED_TIMEOUT_MS = 2_000;

/** One side of a session: the key of the packets that come from there, and how to send there. */
export interface SessionSide {
  readonly key: Uint32Array;
  readonly networkInterface: number;
  readonly nextHop: IpAddress;
  /** The path to the peer on this side; undefined for a host. */
  readonly path: PeerPath | undefined;
}

export type RemovalReason =
  | 'timed-out'
  | 'closed'
  | 'replaced'
  | 'forgotten'
  | 'deleted-by-peer'
  | 'deleted-by-twin'
  | 'deleted-by-operator'
  /** The configuration has no place for it any more. */
  | 'reconfigured';

/** Who is told what becomes of sessions. */
export interface SessionObserver {
  installed(session: number, now: Instant): void;
  /** Its state is another one than before. */
  changed(session: number): void;
  /** It is about to be removed. */
  removed(session: number): void;
  /** Whether it is somebody else's, and does not time out here. */
  isForeign(session: number): boolean;
}

const removalCounters: Readonly<Record<RemovalReason, CounterName>> = {
  'timed-out': 'sessionsTimedOut',
  closed: 'sessionsClosed',
  replaced: 'sessionsReplaced',
  forgotten: 'sessionsForgotten',
  'deleted-by-peer': 'sessionsClosed',
  'deleted-by-twin': 'sessionsDeletedByTwin',
  'deleted-by-operator': 'sessionsDeletedByOperator',
  reconfigured: 'sessionsReconfigured',
};

/** Installs and removes sessions with their flows, and lets them time out. */
export class Sessions {
  readonly #parts: ServiceAreaParts;
  readonly formerKeys = new FormerKeys();
  readonly #keepAlives: KeepAlives;
  readonly #timers: TimerWheel;
  readonly #expire: (session: number) => void;
  #observer: SessionObserver | undefined;
  #waypointsInUse = 0;
  #now: Instant = 0 as Instant;

  constructor(parts: ServiceAreaParts) {
    this.#parts = parts;
    this.#timers = new TimerWheel(parts.sessions.capacity, TICK);
    this.#keepAlives = new KeepAlives(parts, this);
    this.#expire = (session) => this.#expireIfIdle(session);
  }

  observe(observer: SessionObserver): void {
    this.#observer = observer;
  }

  /**
   * Sets up a session between the side that packets of its forward flow come from and the side that they go to.
   * Returns the session, or -1 if there is no room; then nothing has changed. Neither key may be in the flow table.
   */
  install(seed: SessionSeed, from: SessionSide, to: SessionSide, now: Instant): number {
    const { flows, sessions, counters } = this.#parts;
    const fromNeighbor = this.#parts.neighbors.hold(from.networkInterface, from.nextHop, now);
    const toNeighbor = fromNeighbor < 0 ? -1 : this.#parts.neighbors.hold(to.networkInterface, to.nextHop, now);
    const session = toNeighbor < 0 ? -1 : sessions.add(seed, now);
    if (session < 0) {
      if (toNeighbor >= 0) this.#parts.neighbors.release(toNeighbor);
      if (fromNeighbor >= 0) this.#parts.neighbors.release(fromNeighbor);
      if (sessions.count === sessions.capacity || sessions.isClosed) counters.values[counter.sessionTableFull]++;
      return -1;
    }
    const forward = session * 2;
    flows.install(session, from.key, to.key, now);
    this.#attach(forward, to.path, toNeighbor);
    this.#attach(forward + 1, from.path, fromNeighbor);
    counters.values[
      this.#parts.neighbors.isKnown(toNeighbor) ? counter.arpResolveSuccess : counter.arpResolvePending
    ]++;
    this.#startTimer(session, now);
    this.#keepAlives.follow(session, now);
    this.#setEncryption(session);
    this.#countEntries();
    this.#observer?.installed(session, now);
    return session;
  }

  #setEncryption(session: number): void {
    const { flows, sessions, payloadKeys } = this.#parts;
    const [forward, reverse] = [session * 2, session * 2 + 1];
    // A router that both sides are peers of passes on what it cannot read.
    const isBetweenHostAndPeer = (flows.path[forward] === 0) !== (flows.path[reverse] === 0);
    for (const flow of [forward, reverse]) {
      flows.flags[flow] &= ~flowFlags.encrypted;
      if (isBetweenHostAndPeer && payloadKeys[sessions.service[session]]) flows.flags[flow] |= flowFlags.encrypted;
    }
  }

  /** The configuration is another one: a session that goes on does so with its timers, and encrypted or not. */
  reconfigured(session: number, now: Instant): void {
    const { flows, sessions } = this.#parts;
    this.#setEncryption(session);
    this.#keepAlives.reconfigured(session, now);
    if (isTcpClosed(sessions.tcpState[session])) return;
    const { initialTimeout, timeout } = this.timers(session);
    const isOpening = (flows.flags[session * 2] & flowFlags.tcpOpening) !== 0;
    sessions.timeoutMs[session] = (isOpening ? initialTimeout : timeout) / 1_000;
    this.#timers.set(session, this.#deadline(session), now);
  }

  #attach(flow: number, path: PeerPath | undefined, neighbor: number): void {
    const { flows } = this.#parts;
    flows.neighbor[flow] = neighbor;
    flows.path[flow] = path ? path.index + 1 : 0;
    if (path) {
      this.#waypointsInUse++;
      this.#parts.pathLoad[path.index]++;
    }
    this.#parts.highway().sealing.clearSequence(flow ^ 1);
  }

  /**
   * Moves a session to another path or address: `side` is where the packets of `flow` come from from now on, and where
   * those of the opposite flow go to. False, and nothing is done, if its next hop cannot be remembered.
   */
  move(flow: number, side: SessionSide, now: Instant): boolean {
    const { flows, neighbors } = this.#parts;
    const neighbor = neighbors.hold(side.networkInterface, side.nextHop, now);
    if (neighbor < 0) return false;
    const leaving = flow ^ 1;
    neighbors.release(flows.neighbor[leaving]);
    flows.neighbor[leaving] = neighbor;
    if (flows.path[leaving] !== 0) this.#parts.pathLoad[flows.path[leaving] - 1]--;
    if (side.path) this.#parts.pathLoad[side.path.index]++;
    flows.path[leaving] = side.path ? side.path.index + 1 : 0;
    this.formerKeys.remember(flows.keys, flow * KEY_WORDS, flow, this.#parts.sessions.uuid(flow >> 1), now);
    flows.rekey(flow, side.key);
    this.#keepAlives.follow(flow >> 1, now);
    this.#observer?.changed(flow >> 1);
    return true;
  }

  /** Whether one more session may take waypoints. */
  get hasWaypointsLeft(): boolean {
    return this.#waypointsInUse < this.#parts.waypointsMax;
  }

  remove(session: number, reason: RemovalReason): void {
    const { flows, sessions, neighbors, counters, trace } = this.#parts;
    this.#observer?.removed(session);
    this.#parts.captures().ended(session);
    trace?.event({ type: 'session-removed', packet: 0, session: sessions.uuidText(session), reason });
    for (const flow of [session * 2, session * 2 + 1]) {
      neighbors.release(flows.neighbor[flow]);
      if (flows.path[flow] === 0) continue;
      this.#waypointsInUse--;
      this.#parts.pathLoad[flows.path[flow] - 1]--;
    }
    assert(this.#waypointsInUse >= 0, 'more waypoints given back than taken');
    this.#timers.clear(session);
    this.#keepAlives.end(session);
    flows.remove(session);
    sessions.remove(session);
    this.#countEntries();
    counters.values[counter[removalCounters[reason]]]++;
  }

  #countEntries(): void {
    const { sessions, counters } = this.#parts;
    counters.values[counter.sessionsEntries] = sessions.count;
    counters.values[counter.waypointsEntries] = this.#waypointsInUse;
  }

  nextDeadline(): Instant {
    return earliest(this.#timers.nextDeadline(), this.#keepAlives.nextDeadline());
  }

  poll(now: Instant): void {
    this.#now = now;
    this.#timers.expire(now, this.#expire);
    this.#keepAlives.poll(now);
  }

  /** A segment that may open or close the session's connection. */
  tcpSegment(flow: number, flags: number, now: Instant): void {
    const { flows, sessions } = this.#parts;
    const session = flow >> 1;
    const before = sessions.tcpState[session];
    const state = followTcp(before, flags, (flow & 1) === 1);
    if (state === before) return;
    sessions.tcpState[session] = state;
    if (isTcpClosed(before) && !isTcpClosed(state)) return this.#startTimer(session, now);
    if (isTcpEstablished(state) && !isTcpEstablished(before)) {
      flows.flags[session * 2] &= ~flowFlags.tcpOpening;
      flows.flags[session * 2 + 1] &= ~flowFlags.tcpOpening;
      sessions.timeoutMs[session] = this.timers(session).timeout / 1_000;
    }
    if (isTcpClosed(state)) sessions.timeoutMs[session] = TCP_CLOSED_TIMEOUT_MS;
    this.#timers.set(session, this.#deadline(session), now);
    this.#observer?.changed(session);
  }

  /** Lets a session be as it was elsewhere: the state of its connection, and the silence that ends it. */
  restore(session: number, tcpState: number, timeoutMs: number, now: Instant): void {
    const { flows, sessions } = this.#parts;
    sessions.tcpState[session] = tcpState;
    sessions.timeoutMs[session] = timeoutMs;
    for (const flow of [session * 2, session * 2 + 1]) {
      if (isTcpEstablished(tcpState)) flows.flags[flow] &= ~flowFlags.tcpOpening;
      flows.activity[flow] = now;
    }
    this.#timers.set(session, this.#deadline(session), now);
  }

  #startTimer(session: number, now: Instant): void {
    const { flows, sessions } = this.#parts;
    // What passes through to another router is not looked into: a connection there counts as open.
    const isTcp = this.protocol(session) === ipProtocols.tcp && !sessions.transitContext(session);
    const timers = this.timers(session);
    sessions.timeoutMs[session] = (isTcp ? timers.initialTimeout : timers.timeout) / 1_000;
    if (isTcp) {
      flows.flags[session * 2] |= flowFlags.tcpOpening;
      flows.flags[session * 2 + 1] |= flowFlags.tcpOpening;
    }
    this.#timers.set(session, this.#deadline(session), now);
  }

  timers(session: number): SessionTimers {
    const { sessions, services } = this.#parts;
    const entry = services.list[sessions.service[session]];
    return services.timers(entry, this.protocol(session), this.#servicePort(session));
  }

  /** The protocol inside: that of the end which faces a host, or of the context when none does. */
  protocol(session: number): number {
    const { flows, sessions } = this.#parts;
    const transit = sessions.transitContext(session);
    if (transit) return transit.protocol;
    return keyProtocol(flows.keys, (flows.path[session * 2 + 1] === 0 ? session * 2 : session * 2 + 1) * KEY_WORDS);
  }

  #servicePort(session: number): number {
    const { flows, sessions } = this.#parts;
    const transit = sessions.transitContext(session);
    if (transit) return transit.destinationPort;
    const forward = session * 2;
    if (flows.path[forward + 1] === 0) return keyDestinationPort(flows.keys, forward * KEY_WORDS);
    // The reverse flow's packets come from the service.
    return flows.keys[(forward + 1) * KEY_WORDS + 1] >>> 16;
  }

  #deadline(session: number): Instant {
    const { flows, sessions } = this.#parts;
    const lastActivity = Math.max(flows.activity[session * 2], flows.activity[session * 2 + 1]) as Instant;
    return after(lastActivity, milliseconds(sessions.timeoutMs[session]));
  }

  /** Seconds until the session ends if nothing more comes. */
  secondsLeft(session: number, now: Instant): number {
    return Math.max(0, (this.#deadline(session) - now) / seconds(1));
  }

  /** Whether the twin node works on the session. */
  isForeign(session: number): boolean {
    return this.#observer?.isForeign(session) ?? false;
  }

  /** Activity only stamps a time; whether it has moved the deadline is looked at here. */
  #expireIfIdle(session: number): void {
    const { sessions } = this.#parts;
    if (!sessions.isAlive(session)) return;
    if (this.isForeign(session)) {
      this.#timers.set(session, after(this.#now, milliseconds(sessions.timeoutMs[session])), this.#now);
      return;
    }
    const deadline = this.#deadline(session);
    if (deadline > this.#now) this.#timers.set(session, deadline, this.#now);
    else this.remove(session, isTcpClosed(sessions.tcpState[session]) ? 'closed' : 'timed-out');
  }
}
