import { formatAddress } from '../address.ts';
import { assert } from '../assert.ts';
import { DeadlineHeap } from '../deadline-heap.ts';
import type { ColourFate } from '../highway/marking.ts';
import type { FramePool } from '../highway/frame-pool.ts';
import type { NetworkInterfaces } from '../highway/interfaces.ts';
import type { Neighbors } from '../highway/neighbors.ts';
import type { Packet } from '../highway/packet.ts';
import { SVR_BFD_PORT, type PeerPath } from '../highway/peer-path.ts';
import type { WaysOut } from '../highway/ways-out.ts';
import type { PortIndex } from '../device.ts';
import type { Random } from '../random.ts';
import type { PathQuality, PathStates } from '../service-area/path-states.ts';
import { counter, type Counters } from '../stats/counters.ts';
import { PathCounters } from '../stats/path-counters.ts';
import type { bfdTable } from '../stats/peer-path-table.ts';
import { NEVER, earliest, milliseconds, seconds, type Duration, type Instant } from '../time.ts';
import type { Trace, TraceType } from '../trace.ts';
import { takeDiscriminator } from './bfd/udp.ts';
import { Datagrams } from './datagrams.ts';
import type { Journal } from './journal.ts';
import { LiveMetrics, withPeerLoss } from './live-metrics.ts';
import { sameBytes, sameEndPoint } from './peer-end.ts';
import { isUsable, pathCondition, type PathCondition } from './path-status.ts';
import { PathWatch, type MtuEvent, type PeerChange, type WatchedPath, type WatchParts } from './path-watch.ts';
import { quotedProbe } from './quoted-probe.ts';
import type { PeerRow } from './rows.ts';
import { sourceOf, watchAt } from './whereabouts.ts';
import type { ServiceLoad } from './svr-bfd/metadata.ts';
import { readSvrBfd, type SvrBfdFault, type SvrBfdPacket } from './svr-bfd/packet.ts';

/** What is told about the paths to peers, to whoever has sessions on them. */
export interface PathListener {
  /** Sessions may not be sent over the path any more. */
  pathWorsened(path: PeerPath, now: Instant): void;
  /** Sessions may be sent over the path again. */
  pathImproved(path: PeerPath, now: Instant): void;
  /** Its quality has been measured anew. */
  measured(path: PeerPath, now: Instant): void;
  /** The peer has another address than before. */
  peerReaddressed(path: PeerPath, before: Uint8Array, now: Instant): void;
  /** The peer was restarted, another of its nodes took over, or it sees us come from another address. */
  peerChanged(path: PeerPath, reason: PeerChange, now: Instant): void;
}

export interface PeeringParts {
  readonly router: string;
  /** In the order of the paths' indices. */
  readonly paths: readonly WatchedPath[];
  readonly interfaces: NetworkInterfaces;
  readonly neighbors: Neighbors;
  readonly pool: FramePool;
  readonly counters: Counters;
  readonly random: Random;
  readonly trace: Trace | undefined;
  /** What the averages of measurements look back on. */
  readonly averageOver: Duration;
  readonly mtuProbeTimeout: Duration;
  readonly serviceLoads: () => readonly ServiceLoad[];
  /** Is told how many sessions of a service a peer says it has. */
  readonly toldLoad: (peerRouter: string, load: ServiceLoad, now: Instant) => void;
  readonly journal: Journal;
  /** Is told where BFD finds each peer. */
  readonly waysOut: WaysOut;
  readonly listener: () => PathListener;
  /** Tells the peer what has come of its marked packets, if that is due. */
  readonly sendReport: (path: PeerPath, now: Instant) => void;
}

/** What is known of a path, watched or not. */
interface PathState {
  watched: WatchedPath;
  readonly live: LiveMetrics;
  watch: PathWatch | undefined;
  condition: PathCondition;
  isUsable: boolean;
  upSince: Instant | undefined;
}

/** Of a path that is watched, before it is. */
const startingCondition = ({ outboundOnly }: PeerPath): PathCondition => ({
  status: 'initializing',
  // A peer that only reaches out has to do so first.
  reason: outboundOnly === 'remote' ? 'awaits-pinhole' : 'bfd-starting',
});

/**
 * The paths of a router to its peers: owns what is known about each, watches them by BFD, and tells whoever asks or has
 * to know. Alarms and events come from here.
 */
export class PeerPaths implements PathStates {
  readonly #parts: PeeringParts;
  readonly #counters: PathCounters;
  /** In the order of the paths' indices. */
  #states: readonly PathState[];
  #averageOver: Duration;
  #watchParts: WatchParts | undefined;
  readonly #byDiscriminator = new Map<number, PathWatch>();
  #deadlines: DeadlineHeap;
  readonly #journal: Journal;
  readonly #interfacesDown = new Set<number>();
  readonly #interfacesStandby = new Set<number>();
  /** Network-interfaces with a path whose packets are not sealed though the interface has a seal. */
  #bareInterfaces: ReadonlySet<number>;
  #failoverCounter = 0;

  constructor(parts: PeeringParts) {
    this.#parts = parts;
    this.#journal = parts.journal;
    this.#deadlines = new DeadlineHeap(parts.paths.length);
    this.#counters = new PathCounters(
      parts.counters,
      parts.paths.map(({ path }) => this.#labels(path)),
    );
    this.#averageOver = parts.averageOver;
    this.#bareInterfaces = bareInterfaces(parts.paths);
    this.#states = parts.paths.map((watched) => stateOf(watched, parts.averageOver));
  }

  /**
   * The router has other paths, or watches them otherwise. Those that it had before are the same objects, which bear their
   * new indices; what is known of them stays.
   */
  reconfigure(paths: readonly WatchedPath[], averageOver: Duration, now: Instant): void {
    const before = new Map(this.#states.map((state) => [state.watched.path, state]));
    this.#averageOver = averageOver;
    this.#bareInterfaces = bareInterfaces(paths);
    this.#counters.relabel(paths.map(({ path }) => ({ labels: this.#labels(path), before: this.#rowOf(path) })));
    this.#states = paths.map((watched) => this.#goOnAs(before.get(watched.path), watched));
    this.#deadlines = new DeadlineHeap(paths.length);
    for (const [path, state] of before) if (!paths.some((watched) => watched.path === path)) this.#forget(state, now);
    if (this.#watchParts === undefined) return;
    for (const state of this.#states) this.#watchAnew(state, now);
  }

  /** What is known of a path, if anything is, from now on with what another configuration says of it. */
  #goOnAs(known: PathState | undefined, watched: WatchedPath): PathState {
    if (!known) return stateOf(watched, this.#averageOver);
    known.watched = watched;
    known.live.averageOver = this.#averageOver;
    return known;
  }

  /** Row of the counters that a path had until now. */
  #rowOf(path: PeerPath): number | undefined {
    const row = this.#states.findIndex(({ watched }) => watched.path === path);
    return row < 0 ? undefined : row;
  }

  #watchAnew(state: PathState, now: Instant): void {
    const { watched } = state;
    const isWatched = watched.settings.state === 'enabled';
    if (!isWatched || !watched.mtuDiscovery.enabled) this.#journal.clear(this.#aboutMtu(watched.path), now);
    if (state.watch && isWatched) state.watch.reconfigure(watched, now);
    else if (state.watch) this.#unwatch(state, now);
    else if (isWatched) this.#watch(state, now);
    this.#schedule(state);
    this.#update(state, now);
  }

  #unwatch(state: PathState, now: Instant): void {
    const { watch } = state;
    if (!watch) return;
    state.watch = undefined;
    this.#byDiscriminator.delete(watch.discriminator);
    watch.close(now);
  }

  /** Nobody asks about the path any more. */
  #forget(state: PathState, now: Instant): void {
    this.#unwatch(state, now);
    this.#journal.clear(this.#aboutPath(state.watched.path), now);
    this.#journal.clear(this.#aboutMtu(state.watched.path), now);
    const { peer } = state.watched.path;
    const sibling = this.#states.find(({ watched }) => watched.path.peer === peer);
    // It may have been the last one that was not down.
    if (sibling) this.#alarm(sibling, now);
    else this.#journal.clear(`peer ${peer}`, now);
  }

  isUp(path: PeerPath): boolean {
    return this.#states[path.index].isUsable;
  }

  quality(path: PeerPath): PathQuality | undefined {
    const { watch, live, watched } = this.#states[path.index];
    if (!path.marking || watched.isMonitorOnly) return watch?.quality;
    // Live traffic knows better than link tests (SVR sheet, section 4.7).
    return withPeerLoss(live.quality ?? watch?.quality, watch?.peerLiveLoss);
  }

  /** The fate of a colour on a path has become known. */
  settled(index: number, fate: ColourFate, now: Instant): void {
    const state = this.#states[index];
    const { latencyMs, jitterMs, lossPercent, mos } = state.live.add(fate, now);
    this.#counters.set(index, 'liveLatency', rounded(latencyMs));
    this.#counters.set(index, 'liveJitter', rounded(jitterMs));
    this.#counters.set(index, 'liveLoss', rounded(lossPercent));
    this.#counters.set(index, 'liveMos', Math.round(mos * 100));
    this.#counters.count(index, 'liveUpdated');
    this.deadlineChanged(index);
    this.#measured(state, now);
  }

  #measured({ watched: { path } }: PathState, now: Instant): void {
    this.#parts.listener().measured(path, now);
  }

  /** What was measured keeps the objectives of a service's policy no more, or does again. */
  judged({ index }: PeerPath, service: string, isGood: boolean, now: Instant): void {
    const state = this.#states[index];
    const { path, node } = state.watched;
    if (!state.isUsable) return;
    const id = this.#describe(path);
    this.#parts.trace?.event({
      type: isGood ? 'objectives-kept' : 'objectives-missed',
      packet: 0,
      path: id,
      reason: service,
    });
    const verdict = isGood ? 'keeps' : 'misses';
    const message = `Peer ${path.peer} path ${id}: ${verdict} the objectives of service ${service} (${this.#told(state)})`;
    this.#journal.event({ time: now, category: 'peer', node, message });
  }

  /** What is measured of a path, and by what. */
  #told({ watched: { path, isMonitorOnly }, live }: PathState): string {
    const quality = this.quality(path);
    if (!quality) return 'nothing is measured';
    const by = path.marking && !isMonitorOnly && live.quality ? 'live traffic' : 'link tests';
    const { lossPercent, latencyMs, jitterMs } = quality;
    const figures = `loss ${lossPercent.toFixed(1)} %, latency ${latencyMs.toFixed(1)} ms, jitter ${jitterMs.toFixed(1)} ms`;
    return `${by}: ${figures}`;
  }

  /** When something is to be done about a path has changed. */
  deadlineChanged(index: number): void {
    this.#schedule(this.#states[index]);
  }

  /** At once before the first `poll`, which begins the watch. */
  nextDeadline(): Instant {
    if (!this.#watchParts) return this.#states.length > 0 ? (0 as Instant) : NEVER;
    return this.#deadlines.nextDeadline();
  }

  poll(now: Instant): void {
    if (!this.#watchParts) this.#start(now);
    while (this.#deadlines.nextDeadline() <= now) {
      const { first } = this.#deadlines;
      const state = this.#states[first];
      state.watch?.poll(now);
      this.#parts.sendReport(state.watched.path, now);
      if (now >= state.live.expiresAt) {
        state.live.clear();
        this.#measured(state, now);
      }
      this.#schedule(state);
    }
  }

  #start(now: Instant): void {
    this.#watchParts = this.#newWatchParts(now);
    for (const state of this.#states) this.#watch(state, now);
  }

  /** Begins to watch a path, if it is to be watched. */
  #watch(state: PathState, now: Instant): void {
    if (state.watched.settings.state === 'enabled') {
      assert(this.#watchParts !== undefined, 'a path is watched before the router has started');
      const taken = (discriminator: number): boolean => this.#byDiscriminator.has(discriminator);
      const discriminator = takeDiscriminator(this.#parts.random, taken);
      state.watch = new PathWatch(state.watched, discriminator, this.#watchParts, now);
      this.#byDiscriminator.set(discriminator, state.watch);
      const { networkInterface } = state.watched.path;
      if (this.#interfacesDown.has(networkInterface)) state.watch.setInterfaceUp(false, now);
      if (this.#interfacesStandby.has(networkInterface)) state.watch.setStandby(true, now);
      this.#schedule(state);
    } else {
      state.condition = this.#unwatched(state);
      state.upSince = now;
    }
  }

  #newWatchParts(now: Instant): WatchParts {
    const { router, interfaces, neighbors, pool, random, mtuProbeTimeout, serviceLoads, toldLoad } = this.#parts;
    return {
      router,
      interfaces,
      neighbors,
      datagrams: new Datagrams(neighbors, pool),
      counters: this.#counters,
      random,
      averageOver: () => this.#averageOver,
      mtuProbeTimeout,
      bootCounter: now,
      failoverCounter: () => this.#failoverCounter,
      serviceLoads,
      found: ({ path }, { address, port }, before, at) => {
        this.#parts.waysOut.setPinhole(path, address, port);
        // A NAT that gave it another address would have given it another port as well.
        const isItself = port === SVR_BFD_PORT && before.port === port;
        if (isItself) this.#parts.listener().peerReaddressed(path, before.address, at);
      },
      toldLoad,
      changed: ({ path }, at) => this.#update(this.#states[path.index], at),
      liveLoss: ({ index }) => this.#states.at(index)?.live.quality?.lossPercent,
      measured: ({ path, peerLiveLoss = 0 }, at) => {
        this.#counters.set(path.index, 'livePeerLoss', rounded(peerLiveLoss));
        this.#measured(this.#states[path.index], at);
      },
      mtuSearched: (watch, event, at) => this.#mtuSearched(watch, event, at),
      peerChanged: (watch, change, at) => this.#peerChanged(watch, change, at),
    };
  }

  #schedule({ watched: { path }, watch, live }: PathState): void {
    const ofMarks = earliest(path.marking?.nextDeadline() ?? NEVER, live.expiresAt);
    this.#deadlines.set(path.index, earliest(watch?.nextDeadline() ?? NEVER, ofMarks));
  }

  /** Takes in a packet for the port of SVR BFD; false if it is for another. */
  receive(packet: Packet, now: Instant): boolean {
    if (packet.destinationPort !== SVR_BFD_PORT) return false;
    if (!this.#watchParts) this.#start(now);
    const read = this.#read(packet, now);
    if (typeof read === 'string') {
      this.#refuse(packet, faultCounters[read] ?? 'bfdMalformed');
      return true;
    }
    const watch = this.#watchOf(packet, read);
    if (!watch) this.#refuse(packet, 'bfdMiss');
    else if (watch.isAuthenticated && watch.path.seal && read.sequence === undefined)
      this.#refuse(packet, 'bfdUnauthentic');
    else if (!watch.admits(read)) this.#refuse(packet, 'bfdReplayed');
    else if (hasWrongSize(packet, read)) this.#refuse(packet, 'bfdWrongSize');
    else {
      watch.receive(read, sourceOf(packet), now);
      this.#schedule(this.#states[watch.path.index]);
    }
    return true;
  }

  /** A packet that is not sealed is read too where a path does without; whether its own does shows when that is known. */
  #read(packet: Packet, now: Instant): SvrBfdPacket | SvrBfdFault {
    const { frame, payloadAt, end, networkInterface } = packet;
    const { seal } = this.#parts.interfaces.list[networkInterface];
    const read = seal ? readSvrBfd(frame.bytes, payloadAt, end, seal, now) : 'unauthentic';
    if (read !== 'unauthentic') return read;
    if (seal && !this.#bareInterfaces.has(networkInterface)) return 'unauthentic';
    return packet.hasRightUdpChecksum ? readSvrBfd(frame.bytes, payloadAt, end, undefined, now) : 'wrong-length';
  }

  /** Takes in an ICMP error about a probe of ours; false if it is about another packet. */
  hearIcmpError(packet: Packet, now: Instant): boolean {
    const quoted = quotedProbe(packet);
    if (!quoted) return false;
    const { remote, tooBig } = quoted;
    const isWay = (watch: PathWatch): boolean => this.#isAt(watch, packet) && sameEndPoint(watch.remote, remote);
    const state = this.#states.find(({ watch }) => watch && isWay(watch));
    if (state?.watch?.tooBig(tooBig, now)) this.#schedule(state);
    else this.#refuse(packet, 'pathMtuTooBigRefused');
    return true;
  }

  /** Whether it has the address of a peer: that of the configuration, or where a NAT lets the peer come from since. */
  comesFromPeer(packet: Packet): boolean {
    const { address } = sourceOf(packet);
    return this.#states.some(
      ({ watched: { path }, watch }) =>
        path.networkInterface === packet.networkInterface &&
        (sameBytes(path.remote.bytes, address) || (watch !== undefined && sameBytes(watch.remote.address, address))),
    );
  }

  /** A router on the way has refused a packet of `length` bytes on the path of this index. */
  tooLong(index: number, length: number, now: Instant): void {
    const state = this.#states[index];
    state.watch?.mtuDiscovery.doubt(length, now);
    this.#schedule(state);
  }

  #isAt(watch: PathWatch | undefined, { networkInterface }: Packet): boolean {
    return watch?.path.networkInterface === networkInterface;
  }

  /** The path that a packet belongs to: by our discriminator, and before the peer knows that, by who sends from where. */
  #watchOf(packet: Packet, { control, metadata, sequence }: SvrBfdPacket): PathWatch | undefined {
    const isFromPeer = (watch: PathWatch | undefined): watch is PathWatch =>
      this.#isAt(watch, packet) && watch?.path.peerRouter === metadata.router;
    if (control.yourDiscriminator !== 0) {
      const watch = this.#byDiscriminator.get(control.yourDiscriminator);
      return isFromPeer(watch) ? watch : undefined;
    }
    const here = this.#states.map(({ watch }) => watch).filter(isFromPeer);
    return watchAt(here, packet, { metadata, sequence });
  }

  #refuse(packet: Packet, name: keyof typeof bfdTable): void {
    this.#parts.counters.values[counter[name]]++;
    this.#parts.counters.values[counter.framesDropped]++;
    this.#parts.trace?.event({ type: 'packet-dropped', packet: packet.frame.id, reason: name });
  }

  /** A port of the router has lost or found its carrier. */
  setCarrier(port: PortIndex, isUp: boolean, now: Instant): void {
    for (const { index, name, deviceName, port: of } of this.#parts.interfaces.list) {
      if (of !== port || isUp === !this.#interfacesDown.has(index)) continue;
      const about = `interface ${index}`;
      if (isUp) {
        this.#interfacesDown.delete(index);
        this.#journal.clear(about, now);
      } else {
        this.#interfacesDown.add(index);
        const message = `Interface ${name} on ${deviceName} is operationally down`;
        const source = this.#states[0]?.watched.node ?? this.#parts.router;
        this.#journal.raise(about, { severity: 'critical', source, category: 'interface', message }, now);
      }
      for (const state of this.#states.filter(({ watched }) => watched.path.networkInterface === index))
        this.#tell(state, (watch) => watch.setInterfaceUp(isUp, now), now);
    }
  }

  /** Another node of this router has the interface, or gives it back. */
  setStandby(networkInterface: number, isStandby: boolean, now: Instant): void {
    if (isStandby === this.#interfacesStandby.has(networkInterface)) return;
    if (isStandby) this.#interfacesStandby.add(networkInterface);
    else {
      this.#interfacesStandby.delete(networkInterface);
      this.#failoverCounter++;
    }
    for (const state of this.#states.filter(({ watched }) => watched.path.networkInterface === networkInterface))
      this.#tell(state, (watch) => watch.setStandby(isStandby, now), now);
  }

  #tell(state: PathState, act: (watch: PathWatch) => void, now: Instant): void {
    if (state.watch) {
      act(state.watch);
      this.#schedule(state);
    } else {
      this.#update(state, now);
    }
  }

  /** Looks at a path anew, and tells what has become of it. */
  #update(state: PathState, now: Instant): void {
    const { path } = state.watched;
    const before = state.condition;
    state.condition = state.watch?.condition(now) ?? this.#unwatched(state);
    if (before.status === state.condition.status && before.reason === state.condition.reason) return;
    const { status, reason } = state.condition;
    state.upSince = status === 'up' ? (state.upSince ?? now) : undefined;
    if (status !== before.status) this.#note(state, status === 'up' ? 'peer-path-up' : 'peer-path-down', reason, now);
    this.#alarm(state, now);
    if (status === 'down' || status === 'standby') this.#forgetLive(state);
    // Sessions on this path are the other node's now: there is nothing to be done about them here.
    if (status === 'standby') return;
    const wasUsable = state.isUsable;
    state.isUsable = isUsable(state.condition);
    if (state.isUsable === wasUsable) return;
    if (state.isUsable) this.#parts.listener().pathImproved(path, now);
    else this.#parts.listener().pathWorsened(path, now);
  }

  #unwatched({ watched: { path, settings } }: PathState): PathCondition {
    return pathCondition({
      isInterfaceUp: !this.#interfacesDown.has(path.networkInterface),
      isStandby: this.#interfacesStandby.has(path.networkInterface),
      isWatched: settings.state === 'enabled',
      isNextHopSilent: false,
      isSessionUp: false,
      isHeldDown: false,
      isStarting: true,
      isPeerOutboundOnly: false,
      lastDown: 'timer-expiry',
    });
  }

  /** What marked packets have told of a path, and were about to tell, is over. */
  #forgetLive({ watched: { path }, live }: PathState): void {
    path.marking?.reset();
    live.clear();
  }

  #peerChanged({ path }: PathWatch, change: PeerChange, now: Instant): void {
    if (change === 'peer-restart' || change === 'peer-failover') this.#forgetLive(this.#states[path.index]);
    this.#note(this.#states[path.index], 'peer-changed', change, now);
    // Where the peer comes from is no matter for our flows to it: their own NAT bindings are.
    if (change !== 'peer-nat-change') this.#parts.listener().peerChanged(path, change, now);
  }

  #mtuSearched({ path }: PathWatch, event: MtuEvent, now: Instant): void {
    const state = this.#states[path.index];
    if (event === 'mtu-changed') {
      return this.#note(state, 'path-mtu-changed', String(path.mtu), now);
    }
    const about = this.#aboutMtu(path);
    const message = `Peer ${path.peer} path MTU is unresolvable: ${this.#describe(path)}`;
    const alarm = { source: state.watched.node, category: 'peer', severity: 'major', message } as const;
    if (event === 'unresolvable') this.#journal.raise(about, alarm, now);
    else this.#journal.clear(about, now);
  }

  #note({ watched: { path, node }, condition }: PathState, type: TraceType, reason: string, now: Instant): void {
    const id = this.#describe(path);
    this.#parts.trace?.event({ type, packet: 0, path: id, reason });
    const whats: Partial<Record<TraceType, string>> = { 'peer-changed': reason, 'path-mtu-changed': `MTU ${reason}` };
    const what = whats[type] ?? `${condition.status} (${reason})`;
    this.#journal.event({ time: now, category: 'peer', node, message: `Peer ${path.peer} path ${id}: ${what}` });
  }

  #alarm({ watched: { path, node }, condition }: PathState, now: Instant): void {
    const about = this.#aboutPath(path);
    const common = { source: node, category: 'peer' } as const;
    if (condition.status === 'down') {
      const message = `Peer ${path.peer} path is down: ${this.#describe(path)} (${condition.reason})`;
      this.#journal.raise(about, { ...common, severity: 'major', message }, now);
    } else {
      this.#journal.clear(about, now);
    }
    const siblings = this.#states.filter(({ watched }) => watched.path.peer === path.peer);
    const isLost = siblings.every((sibling) => sibling.condition.status === 'down');
    const message = `Peer ${path.peer} is not reachable`;
    if (isLost) this.#journal.raise(`peer ${path.peer}`, { ...common, severity: 'critical', message }, now);
    else this.#journal.clear(`peer ${path.peer}`, now);
  }

  #aboutMtu(path: PeerPath): string {
    return `MTU of ${this.#aboutPath(path)}`;
  }

  #aboutPath(path: PeerPath): string {
    return `path ${path.peer} ${this.#describe(path)}`;
  }

  #describe(path: PeerPath): string {
    return `${this.#parts.interfaces.list[path.networkInterface].name} to ${formatAddress(path.remote)}`;
  }

  #labels(path: PeerPath): ConstructorParameters<typeof PathCounters>[1][number] {
    const { deviceName, vlan } = this.#parts.interfaces.list[path.networkInterface];
    return { peerName: path.peer, peerHost: formatAddress(path.remote), deviceName, vlan };
  }

  rows(now: Instant): PeerRow[] {
    return this.#states.map((state) => this.#row(state, now));
  }

  #row({ watched: { path, node }, live, watch, condition, upSince }: PathState, now: Instant): PeerRow {
    const { name } = this.#parts.interfaces.list[path.networkInterface];
    const quality = watch?.quality;
    return {
      peer: path.peer,
      node,
      networkInterface: name,
      destination: formatAddress(path.remote),
      status: condition.status,
      reason: condition.reason,
      hostname: watch?.peerNode ?? '',
      pathMtu: watch?.mtuDiscovery.found ?? 0,
      latencyMs: quality?.latencyMs ?? null,
      jitterMs: quality?.jitterMs ?? null,
      loss: quality?.lossPercent ?? null,
      mos: quality?.mos ?? null,
      live: live.quality ? { ...live.quality, lossFromPeerPercent: watch?.peerLiveLoss ?? null } : null,
      uptime: upSince === undefined ? 0 : Math.floor((now - upSince) / seconds(1)),
      bfdState: watch?.session.state ?? '',
      transmitIntervalMs: finite((watch?.session.transmitInterval ?? 0) / milliseconds(1)),
      detectionTimeMs: (watch?.session.detectionTime ?? 0) / milliseconds(1),
    };
  }
}

function stateOf(watched: WatchedPath, averageOver: Duration): PathState {
  const condition = startingCondition(watched.path);
  const isTrusted = watched.settings.state === 'disabled' || isUsable(condition);
  const live = new LiveMetrics(averageOver);
  return { watched, live, watch: undefined, condition, isUsable: isTrusted, upSince: undefined };
}

const bareInterfaces = (paths: readonly WatchedPath[]): ReadonlySet<number> =>
  new Set(
    paths.filter(({ settings }) => settings.authenticationType === 'simple').map(({ path }) => path.networkInterface),
  );

const faultCounters: Partial<Record<SvrBfdFault, keyof typeof bfdTable>> = {
  unauthentic: 'bfdUnauthentic',
  'bad-metadata': 'bfdBadMetadata',
};

/** Thousandths are as exact as microseconds are. */
const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;

/** A probe of the path's MTU that is not what it says, or has been cut on its way and put together again. */
function hasWrongSize({ ipAt, end, largestFragment }: Packet, { metadata: { mtuProbe } }: SvrBfdPacket): boolean {
  return mtuProbe?.kind === 'request' && (end - ipAt !== mtuProbe.size || largestFragment !== 0);
}

/** A session that the peer wants to be silent has no interval. */
const finite = (value: number): number => (Number.isFinite(value) ? value : 0);
