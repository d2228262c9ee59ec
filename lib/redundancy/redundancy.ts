import { svr } from '../../proto/svr/v1/state.ts';
import type { Redundancy as RedundancyConfiguration } from '../config/index.ts';
import type { NetworkInterfaces } from '../highway/interfaces.ts';
import type { Neighbors } from '../highway/neighbors.ts';
import type { Replication } from '../service-area/replication.ts';
import type { StateChange, StateStore } from '../state-store.ts';
import { counter, type Counters } from '../stats/counters.ts';
import { NEVER, after, earliest, seconds, type Duration, type Instant } from '../time.ts';
import type { Trace } from '../trace.ts';
import { Election, type Beat, type Role } from './election.ts';

const { NodeState, NodeRole } = svr.v1;

/** Where a node puts its beats. It sorts before all other keys: who reads everything learns first who speaks. */
const BEAT_KEY = 'beat';

/** Changes taken in one go, so that packets get their turn (emulator choice). */
const CHANGES_IN_A_ROW_MAX = 512;

/** Announcements of our addresses after a takeover, one may be lost, and the time between them (RFC 4861, section 10). */
const ANNOUNCEMENTS = 3;
const ANNOUNCE_EVERY = seconds(1);

export interface RedundancyParts {
  readonly configuration: RedundancyConfiguration;
  readonly detectionTime: Duration;
  readonly store: StateStore;
  readonly replication: Replication;
  readonly interfaces: NetworkInterfaces;
  readonly neighbors: Neighbors;
  readonly counters: Counters;
  readonly trace: Trace | undefined;
}

/**
 * One of the two nodes of a router (SVR sheet, section 4.8): agrees with its twin who works on the ports that they share,
 * and hands the sessions over. The other one neither sends on these ports nor hears what comes there.
 */
export class Redundancy {
  readonly #parts: RedundancyParts;
  /** By port: whether it works on one node at a time. */
  readonly #sharedPorts: readonly boolean[];
  readonly #sharedInterfaces: readonly number[];
  readonly #portsDown = new Set<number>();
  #election: Election | undefined;
  #role: Role = 'standby';
  #knowsAll = false;
  #now = 0 as Instant;
  #nextBeat = 0 as Instant;
  #announcementsLeft = 0;
  #nextAnnouncement: Instant = NEVER;

  constructor(parts: RedundancyParts, portNames: readonly string[]) {
    const { configuration, interfaces } = parts;
    this.#parts = parts;
    this.#sharedPorts = portNames.map((name) => configuration.deviceInterfaces.has(name));
    this.#sharedInterfaces = interfaces.list
      .filter(({ deviceName }) => configuration.deviceInterfaces.has(deviceName))
      .map(({ index }) => index);
  }

  get role(): Role {
    return this.#role;
  }

  /** Whether nothing comes in or goes out by a port, as it is the twin's now. */
  isSilent(port: number): boolean {
    return this.#role === 'standby' && this.#sharedPorts[port];
  }

  /** A port that does not work here may work at the twin: it hears of it at once. */
  setCarrier(port: number, hasCarrier: boolean, now: Instant): void {
    if (!this.#sharedPorts[port]) return;
    if (hasCarrier) this.#portsDown.delete(port);
    else this.#portsDown.add(port);
    if (this.#election) this.#beat(this.#election, now);
  }

  nextDeadline(): Instant {
    const { store, replication } = this.#parts;
    const own = earliest(this.#nextBeat, this.#nextAnnouncement);
    const decision = this.#election?.nextDeadline(this.#now) ?? NEVER;
    return earliest(earliest(own, decision), earliest(store.nextDeadline(), replication.nextDeadline()));
  }

  poll(now: Instant): void {
    const { store, replication, configuration, detectionTime } = this.#parts;
    this.#now = now;
    this.#election ??= new Election(
      { priority: configuration.priority, isFirst: configuration.place === 0, detectionTime },
      now,
    );
    this.#takeChanges(this.#election, now);
    if (now >= this.#nextBeat) this.#beat(this.#election, now);
    this.#election.decide(store.health === 'connected' ? store.reachedAt : undefined, this.#knowsAll, now);
    this.#follow(this.#election, now);
    replication.poll(now);
    if (now >= this.#nextAnnouncement) this.#announce(now);
    this.#count();
  }

  #takeChanges(election: Election, now: Instant): void {
    const { store } = this.#parts;
    for (let taken = 0; taken < CHANGES_IN_A_ROW_MAX; taken++) {
      const change = store.take(now);
      if (!change) return;
      this.#take(change, election, now);
      // What follows a beat is to be seen in the role that the beat has led to.
      this.#follow(election, now);
    }
  }

  #take(change: StateChange, election: Election, now: Instant): void {
    const { replication } = this.#parts;
    switch (change.kind) {
      case 'connected':
        this.#tell('store-changed', 'connected');
        election.listen(now);
        replication.shareAll(now);
        this.#beat(election, now);
        return;
      case 'lost':
        this.#tell('store-changed', 'lost');
        return;
      case 'put':
        if (change.key === BEAT_KEY) this.#hear(change.value, election, now);
        else if (election.isTwinActive) replication.twinPut(change.key, change.value, now);
        return;
      case 'deleted':
        return replication.twinDeleted(change.key);
      case 'restarted':
        this.#knowsAll = false;
        return replication.twinRestarted();
      case 'complete':
        this.#knowsAll = true;
        if (election.isTwinActive) replication.twinComplete();
        return;
    }
  }

  #hear(bytes: Uint8Array, election: Election, now: Instant): void {
    const beat = readBeat(bytes);
    if (beat) election.heard(beat, now);
    else this.#parts.counters.values[counter.redundancyRefused]++;
  }

  #beat(election: Election, now: Instant): void {
    election.portsDown = this.#portsDown.size;
    const { beat, interval } = election;
    const role = beat.role === 'active' ? NodeRole.NODE_ROLE_ACTIVE : NodeRole.NODE_ROLE_STANDBY;
    this.#parts.store.put(BEAT_KEY, NodeState.encode({ ...beat, role }).finish(), now);
    this.#nextBeat = after(now, interval);
  }

  /** Becomes what the election says. */
  #follow(election: Election, now: Instant): void {
    const { role } = election;
    if (role === this.#role) return;
    const { replication, neighbors, counters } = this.#parts;
    this.#role = role;
    this.#tell('role-changed', role);
    if (role === 'active') {
      counters.values[counter.redundancyTakeovers]++;
      replication.activate(now);
      this.#announcementsLeft = ANNOUNCEMENTS;
      this.#announce(now);
      neighbors.askAgain(now);
    } else {
      counters.values[counter.redundancyStepDowns]++;
      this.#nextAnnouncement = NEVER;
      replication.deactivate(now);
    }
    // Behind the restart that both begin with: sessions are taken from the active node only.
    this.#beat(election, now);
  }

  #announce(now: Instant): void {
    for (const index of this.#sharedInterfaces) this.#parts.neighbors.announce(index);
    this.#announcementsLeft--;
    this.#nextAnnouncement = this.#announcementsLeft > 0 ? after(now, ANNOUNCE_EVERY) : NEVER;
  }

  #count(): void {
    const { store, counters } = this.#parts;
    const { sent, dropped, received, losses, refused } = store.statistics;
    counters.values[counter.storeSent] = sent;
    counters.values[counter.storeDropped] = dropped;
    counters.values[counter.storeReceived] = received;
    counters.values[counter.storeLosses] = losses;
    counters.values[counter.storeRefused] = refused;
  }

  #tell(type: 'role-changed' | 'store-changed', reason: string): void {
    this.#parts.trace?.event({ type, packet: 0, reason });
  }
}

function readBeat(bytes: Uint8Array): Beat | undefined {
  try {
    const { role, priority, portsDown } = NodeState.decode(bytes);
    if (priority > 100) return undefined;
    if (role === NodeRole.NODE_ROLE_ACTIVE) return { role: 'active', priority, portsDown };
    return role === NodeRole.NODE_ROLE_STANDBY ? { role: 'standby', priority, portsDown } : undefined;
  } catch {
    return undefined;
  }
}
