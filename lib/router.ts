import { assert } from './assert.ts';
import type { Authority, Router as RouterConfiguration } from './config/index.ts';
import { peerPaths, redundancyOf, restartReasons } from './config/index.ts';
import type { CryptoProvider } from './crypto.ts';
import type { Device, PortIndex, Wire } from './device.ts';
import type { Frame } from './frame.ts';
import { CapturePoints } from './highway/capture-points.ts';
import { FABRIC_CONTENT_MAX } from './highway/fabric-fragments.ts';
import { FlowTable } from './highway/flow-table.ts';
import { FramePool } from './highway/frame-pool.ts';
import { Highway, type HighwayParts } from './highway/highway.ts';
import { IcmpErrors } from './highway/icmp-errors.ts';
import { NetworkInterfaces } from './highway/interfaces.ts';
import { IP_CONTENT_MAX } from './highway/ip-fragments.ts';
import { Marking } from './highway/marking.ts';
import { Neighbors } from './highway/neighbors.ts';
import { Reassembly, fabricReassemblyCounters, ipReassemblyCounters } from './highway/reassembly.ts';
import { Journal } from './peering/journal.ts';
import { PeerPaths } from './peering/peer-paths.ts';
import { PlainBfd } from './peering/plain-bfd.ts';
import type { AlarmRow, BfdRow, EventRow, PeerRow } from './peering/rows.ts';
import { fittingLoads } from './peering/svr-bfd/metadata.ts';
import type { KeyRing } from './metadata/key-ring.ts';
import { ReplayCache } from './metadata/replay.ts';
import type { SealClock } from './metadata/seal-clock.ts';
import { SeededRandom, type Random } from './random.ts';
import {
  bfdNeighborsOf,
  interfacesOf,
  isMarkedAlike,
  isReaddressed,
  isSamePath,
  pathsOf,
  routerNamed,
  watchedPath,
  type ConfiguredPeerPath,
  type NamedPort,
} from './router-configuration.ts';
import { SecurityPolicies } from './security-policies.ts';
import { Redundancy } from './redundancy/redundancy.ts';
import type { Role } from './redundancy/election.ts';
import { Capacity } from './service-area/capacity.ts';
import type { ServiceAreaParts } from './service-area/parts.ts';
import { PeerLoads } from './service-area/peer-loads.ts';
import { Routes } from './service-area/routes.ts';
import type { FlowRow, SessionRow } from './service-area/rows.ts';
import { ServiceArea } from './service-area/service-area.ts';
import { servicePathRows, type ServicePathRow } from './service-area/service-paths.ts';
import { Services } from './service-area/services.ts';
import { SessionCaptures } from './service-area/session-captures.ts';
import { SessionTable } from './service-area/session-table.ts';
import { flowRows, sessionRows } from './service-area/show.ts';
import { WaysOut } from './highway/ways-out.ts';
import { Waypoints } from './service-area/waypoints.ts';
import type { StateStore } from './state-store.ts';
import { Counters, counter } from './stats/counters.ts';
import { earliest, type Duration, type Instant } from './time.ts';
import type { Trace } from './trace.ts';

/** Frames a router may hold at once for what it makes itself and for what waits for an address (emulator choice). */
const POOL_FRAMES = 256;

/** Next hops a router may know at once (emulator choice). */
const NEIGHBORS_MAX = 16_384;

type Mutable<Parts> = { -readonly [Name in keyof Parts]: Parts[Name] };

export interface RouterOptions {
  readonly authority: Authority;
  /** Which router of the authority this is. */
  readonly router: string;
  /** Which of its nodes; without one all that its nodes have is here. */
  readonly node?: string | undefined;
  /** What it shares with the other node; needed if the configuration has the two share ports. */
  readonly store?: StateStore | undefined;
  /** Its ports, in the order of their indices. Device-interfaces that have none are left out. */
  readonly ports: readonly NamedPort[];
  readonly wire: Wire;
  readonly crypto: CryptoProvider;
  readonly random: Random;
  /** When it comes up, knowing nothing of what came before. */
  readonly startedAt: Instant;
  readonly trace?: Trace;
}

/** One SVR router: the highway, the service area, and what both stand on, wired together. */
export class Router implements Device {
  readonly counters = new Counters();
  readonly sessionCaptures: SessionCaptures;
  readonly #options: RouterOptions;
  /** What stands in them is replaced when the router is reconfigured, and by nobody else. */
  readonly #parts: Mutable<ServiceAreaParts>;
  readonly #highwayParts: Mutable<HighwayParts>;
  /** In the order of their indices. One array for the life of the router, as the highway and others hold it. */
  readonly #paths: ConfiguredPeerPath[];
  readonly #highway: Highway;
  readonly #serviceArea: ServiceArea;
  readonly #peerPaths: PeerPaths;
  readonly #plainBfd: PlainBfd;
  readonly #journal: Journal;
  #policies: SecurityPolicies;
  readonly #redundancy: Redundancy | undefined;
  /** The role by which the paths are watched. */
  #watchedRole: Role | undefined;

  constructor(options: RouterOptions) {
    const { authority, router: name, ports, random, trace } = options;
    this.#options = options;
    const configuration = routerNamed(authority, name, options.node);
    const wire: Wire = { transmit: (port, frame) => this.#transmit(port, frame, options.wire) };
    const { emulator } = authority;
    const policies = new SecurityPolicies(options.crypto, random, emulator.hmacTimeWindow, name);
    this.#policies = policies;
    const services = new Services(authority);
    const configuredPaths = peerPaths(authority, configuration);
    const interfaces = new NetworkInterfaces(
      interfacesOf(configuration, ports, configuredPaths, policies),
      ports.length,
    );
    const paths = pathsOf(configuredPaths, interfaces, policies);
    this.#paths = paths;
    for (const path of paths) this.#mark(path);
    const pool = new FramePool(POOL_FRAMES);
    const neighbors = new Neighbors(interfaces, wire, this.counters, pool, {
      capacity: NEIGHBORS_MAX,
      queueLength: emulator.arpQueueLength,
      lifetime: emulator.arpTimeout,
    });
    const sessions = new SessionTable(emulator.sessionTableSize);
    const peerLoads = new PeerLoads(emulator.peerLoadLifetime);
    this.#journal = new Journal(trace);
    // What BFD draws does not change what sessions draw.
    const chance = new SeededRandom(random.below(2 ** 32));
    const flows = new FlowTable(emulator.sessionTableSize, random.below(2 ** 32));
    const waysOut = new WaysOut(flows, paths);
    const capturePoints = new CapturePoints({
      flows,
      paths,
      waysOut,
      neighbors,
      counters: this.counters,
      full: (flow) => this.sessionCaptures.flowFull(flow),
    });
    this.#peerPaths = new PeerPaths({
      router: name,
      paths: paths.map(watchedPath),
      mtuProbeTimeout: emulator.pathMtuProbeTimeout,
      interfaces,
      neighbors,
      pool,
      counters: this.counters,
      random: chance,
      trace,
      averageOver: configuration.pathMetricsRollingAvgInterval,
      serviceLoads: () =>
        fittingLoads(
          this.#parts.services.list.flatMap(({ name: service, index }) => {
            const count = sessions.countOfService[index] ?? 0;
            return count > 0 ? [{ service, sessions: count }] : [];
          }),
        ),
      toldLoad: (peerRouter, { service, sessions: count }, now) => {
        if (this.#parts.services.byName(service)) peerLoads.learn(peerRouter, service, count, now);
      },
      journal: this.#journal,
      waysOut,
      listener: () => this.#serviceArea.moves,
      sendReport: (path, now) => this.#highway.own.sendReport(path, now),
    });
    this.#plainBfd = new PlainBfd({
      neighbors: bfdNeighborsOf(configuration, interfaces),
      interfaces,
      linkNeighbors: neighbors,
      pool,
      counters: this.counters,
      crypto: options.crypto,
      random: chance,
      trace,
      journal: this.#journal,
    });
    this.#parts = {
      authority,
      router: name,
      // A session that begins here takes one pair of ports, one that passes through takes two (SVR sheet, section 2.8).
      waypointsMax: configuration.maxWayPoints,
      flows,
      sessions,
      services,
      payloadKeys: payloadKeysOf(authority, services, policies),
      routes: this.#routesOf(authority, configuration, interfaces, paths, peerLoads),
      interfaces,
      neighbors,
      paths,
      peerLoads,
      pathLoad: new Float64Array(paths.length),
      waypoints: paths.map((path) => waypointsOf(path, random)),
      captures: () => this.sessionCaptures,
      capturePoints,
      pool,
      random,
      counters: this.counters,
      trace,
      judged: (path, service, isGood, now) => this.#peerPaths.judged(path, service, isGood, now),
      listen: (packet, now) => this.#peerPaths.receive(packet, now) || this.#plainBfd.receive(packet, now),
      hearIcmpError: (packet, now) => this.#peerPaths.hearIcmpError(packet, now),
      comesFromPeer: (packet) => this.#peerPaths.comesFromPeer(packet),
      tooLongForPath: (path, length, now) => this.#peerPaths.tooLong(path, length, now),
      highway: () => this.#highway,
    };
    this.sessionCaptures = new SessionCaptures(this.#parts);
    this.#serviceArea = new ServiceArea(this.#parts);
    const reassemblyLimits = {
      packets: emulator.reassemblyPackets,
      bytes: emulator.reassemblyBytes,
      timeout: emulator.reassemblyTimeout,
    };
    this.#highwayParts = {
      interfaces,
      neighbors,
      flows,
      paths,
      waysOut,
      capturePoints,
      mtus: interfaces.list.map(({ mtu }) => mtu),
      counters: this.counters,
      pool,
      icmpErrors: new IcmpErrors(interfaces, neighbors, this.counters, pool),
      replayCache: new ReplayCache(emulator.replayCacheSize, policies.copyLifetime),
      fragmentReplayCache: new ReplayCache(emulator.replayCacheSize, policies.copyLifetime),
      startedAt: options.startedAt,
      fabricReassembly: new Reassembly(
        { ...reassemblyLimits, lengthMax: FABRIC_CONTENT_MAX },
        this.counters,
        fabricReassemblyCounters,
        random.below(2 ** 32),
      ),
      ipReassembly: new Reassembly(
        { ...reassemblyLimits, lengthMax: IP_CONTENT_MAX },
        this.counters,
        ipReassemblyCounters,
        random.below(2 ** 32),
      ),
      obeysDontFragment: emulator.dontFragment === 'obey',
      random,
      inactivityTimeout: askedAfter(authority),
      trace,
    };
    this.#highway = new Highway(this.#highwayParts, this.#serviceArea);
    this.#redundancy = this.#joinTwin(options);
  }

  /** Has live traffic on a path marked, if its profile wants that. */
  #mark(path: ConfiguredPeerPath): void {
    const { encoding, configured } = path;
    const { performanceMonitoring } = configured;
    const marking =
      performanceMonitoring &&
      new Marking({
        encoding,
        interval: performanceMonitoring.intervalDuration,
        count: performanceMonitoring.markingCount,
        settled: (fate, now) => this.#peerPaths.settled(path.index, fate, now),
        deadlineChanged: () => this.#peerPaths.deadlineChanged(path.index),
      });
    Object.assign(path, { marking });
  }

  /**
   * Goes on with another configuration. Sessions stay unless it has no place for them: their service is gone or may not be
   * used by their tenant any more, or they have no path left (emulator choice). Returns what of it cannot be had without a
   * restart, a sentence for each; then nothing has changed.
   */
  reconfigure(authority: Authority, now: Instant): readonly string[] {
    const reasons = restartReasons(this.#parts.authority, authority);
    if (reasons.length > 0) return reasons;
    const { router, node, crypto, random } = this.#options;
    const { interfaces } = this.#parts;
    const configuration = routerNamed(authority, router, node);
    const configured = peerPaths(authority, configuration);
    const policies = new SecurityPolicies(crypto, random, authority.emulator.hmacTimeWindow, router, this.#policies);
    const movedInterfaces = interfaces.reconfigure(
      interfacesOf(configuration, this.#options.ports, configured, policies),
    );
    const fresh = pathsOf(configured, interfaces, policies);
    const services = new Services(authority);
    this.#endSessionsWithout(services);
    this.#renumberServices(services);
    const { added, removed, readdressed } = this.#takePaths(fresh);

    this.#policies = policies;
    this.#parts.authority = authority;
    this.#parts.payloadKeys = payloadKeysOf(authority, services, policies);
    const { peerLoads } = this.#parts;
    peerLoads.lifetime = authority.emulator.peerLoadLifetime;
    const present = this.#paths.slice(0, fresh.length);
    this.#parts.routes = this.#routesOf(authority, configuration, interfaces, present, peerLoads);
    this.#highwayParts.mtus = interfaces.list.map(({ mtu }) => mtu);
    this.#highwayParts.obeysDontFragment = authority.emulator.dontFragment === 'obey';
    this.#highwayParts.inactivityTimeout = askedAfter(authority);
    this.#highwayParts.replayCache.lifetime = policies.copyLifetime;
    this.#highwayParts.fragmentReplayCache.lifetime = policies.copyLifetime;

    const watched = this.#paths.slice(0, fresh.length).map(watchedPath);
    // Who is on the links hears of it before anything comes from there.
    for (const index of movedInterfaces) this.#parts.neighbors.announce(index);
    this.#peerPaths.reconfigure(watched, configuration.pathMetricsRollingAvgInterval, now);
    this.#leavePaths(removed, now);
    this.#serviceArea.handshake.reconfigured();
    for (const session of this.#parts.sessions.all()) this.#serviceArea.sessions.reconfigured(session, now);
    for (const path of readdressed) this.#serviceArea.moves.readdressed(path, now);
    for (const path of added) this.#serviceArea.moves.pathImproved(path, now);
    const nodeName = node ?? configuration.nodes[0]?.name ?? router;
    this.#journal.event({ time: now, category: 'config', node: nodeName, message: 'Running configuration changed' });
    return [];
  }

  /** Sessions whose service is no more, or which their tenant was allowed and is not any more. */
  #endSessionsWithout(services: Services): void {
    const { sessions, services: before } = this.#parts;
    for (const session of sessions.all()) {
      const old = before.list[sessions.service[session]];
      const entry = services.byName(old.name);
      const tenant = sessions.tenant(session);
      const isDenied = old.allowed.has(tenant) && entry?.allowed.has(tenant) !== true;
      if (!entry || isDenied) this.#serviceArea.sessions.remove(session, 'reconfigured');
    }
  }

  #renumberServices(services: Services): void {
    const indexOf = this.#parts.services.list.map(({ name }) => services.byName(name)?.index ?? -1);
    this.#parts.services = services;
    this.#parts.sessions.renumberServices(indexOf);
  }

  /**
   * Paths that were there before stay the objects that they are, also if they lead from another address. Those that are no
   * more stand behind all others until `#leavePaths`, as there are sessions on them.
   */
  #takePaths(fresh: readonly ConfiguredPeerPath[]): {
    readonly added: readonly ConfiguredPeerPath[];
    readonly removed: readonly ConfiguredPeerPath[];
    readonly readdressed: readonly ConfiguredPeerPath[];
  } {
    const { flows, sessions, pathLoad, waypoints } = this.#parts;
    const before = [...this.#paths];
    // Two neighborhoods may lead the same way: each path of before is one of now, and no more than one.
    const left = new Set(before);
    const waypointsBefore = new Map(before.map((path) => [path, { ...path, ports: waypoints[path.index] }]));
    const goesOn = (other: ConfiguredPeerPath): boolean => fresh.some((path) => isSamePath(path, other));
    const readdressed: ConfiguredPeerPath[] = [];
    const paths = fresh.map((path) => {
      const known =
        [...left].find((other) => isSamePath(path, other)) ??
        [...left].find((other) => isReaddressed(path, other) && !goesOn(other));
      if (known) left.delete(known);
      if (known && isReaddressed(path, known)) readdressed.push(known);
      const isMarkedAsBefore = known !== undefined && isMarkedAlike(known, path);
      const { marking, peerAt } = known ?? path;
      const taken = known ? Object.assign(known, path, { marking, peerAt }) : path;
      if (!isMarkedAsBefore) this.#mark(taken);
      return taken;
    });
    const removed = [...left];
    const all = [...paths, ...removed];
    const loads = new Map(before.map((path, index) => [path, pathLoad[index]]));
    const indexOf = before.map((path) => all.indexOf(path));
    for (const session of sessions.all()) {
      for (const flow of [session * 2, session * 2 + 1])
        if (flows.path[flow] !== 0) flows.path[flow] = indexOf[flows.path[flow] - 1] + 1;
    }
    all.forEach((path, index) => Object.assign(path, { index }));
    this.#paths.splice(0, before.length, ...all);
    const placeBefore = (path: ConfiguredPeerPath): number | undefined =>
      before.includes(path) ? before.indexOf(path) : undefined;
    this.#highwayParts.waysOut.renumber(all.map((path) => ({ path, before: placeBefore(path) })));
    this.#parts.pathLoad = Float64Array.from(all, (path) => loads.get(path) ?? 0);
    this.#parts.waypoints = all.map((path) => {
      const known = waypointsBefore.get(path);
      return known && hasSamePorts(known, path) ? known.ports : waypointsOf(path, this.#options.random);
    });
    return { added: paths.filter((path) => !before.includes(path)), removed, readdressed };
  }

  #leavePaths(removed: readonly ConfiguredPeerPath[], now: Instant): void {
    const { flows, sessions } = this.#parts;
    const first = this.#paths.length - removed.length;
    const isRemoved = (flow: number): boolean => flows.path[flow] > first;
    for (const session of sessions.all()) {
      if (isRemoved(session * 2)) this.#serviceArea.moves.pathRemoved(session, now);
      if (sessions.isAlive(session) && isRemoved(session * 2 + 1))
        this.#serviceArea.sessions.remove(session, 'reconfigured');
    }
    this.#paths.length = first;
  }

  #routesOf(
    authority: Authority,
    configuration: RouterConfiguration,
    interfaces: NetworkInterfaces,
    paths: readonly ConfiguredPeerPath[],
    peerLoads: PeerLoads,
  ): Routes {
    const ownSessions = (service: number): number => this.#parts.sessions.countOfService[service] ?? 0;
    const pathLoad = ({ index }: { readonly index: number }): number => this.#parts.pathLoad[index];
    const capacity = new Capacity(authority, configuration, peerLoads, ownSessions);
    return new Routes(configuration, interfaces, paths, this.#peerPaths, pathLoad, capacity);
  }

  /** This node and its twin as one router; undefined without the options that say there is one. */
  #joinTwin({ authority, router, node, store, ports, trace }: RouterOptions): Redundancy | undefined {
    const whole = authority.routers.find(({ name }) => name === router);
    const configuration = whole && node !== undefined ? redundancyOf(whole, node) : undefined;
    if (!configuration) return undefined;
    assert(store !== undefined, `node '${node}' of router '${router}' needs the store that it shares with its twin`);
    const replication = this.#serviceArea.replicate(store);
    const { interfaces, neighbors, counters } = this.#parts;
    const detectionTime = authority.emulator.redundancyDetectionTime;
    const parts = { configuration, detectionTime, store, replication, interfaces, neighbors, counters, trace };
    return new Redundancy(
      parts,
      ports.map(({ name }) => name),
    );
  }

  #transmit(port: PortIndex, frame: Frame, wire: Wire): void {
    if (!this.#redundancy?.isSilent(port)) wire.transmit(port, frame);
  }

  receive(port: PortIndex, frame: Frame, now: Instant): void {
    if (this.#redundancy?.isSilent(port)) this.counters.values[counter.redundancyIgnored]++;
    else this.#highway.receive(port, frame, now);
  }

  /** Whether this node works on the ports that it shares with its twin; undefined if it has none. */
  get role(): Role | undefined {
    return this.#redundancy?.role;
  }

  poll(now: Instant): void {
    this.#serviceArea.poll(now);
    this.#highway.poll(now);
    this.#parts.neighbors.poll(now);
    this.#redundancy?.poll(now);
    this.#followRole(now);
    this.#peerPaths.poll(now);
    this.#plainBfd.poll(now);
  }

  /** Paths over ports that the twin works on are the twin's to watch. */
  #followRole(now: Instant): void {
    if (!this.#redundancy || this.#redundancy.role === this.#watchedRole) return;
    this.#watchedRole = this.#redundancy.role;
    // What its twin has seen of packets, it does not know.
    if (this.#watchedRole === 'active') this.#highway.sealing.rememberFrom(now);
    for (const { index, port } of this.#parts.interfaces.list)
      this.#peerPaths.setStandby(index, this.#redundancy.isSilent(port), now);
  }

  nextDeadline(): Instant {
    const packets = earliest(this.#highway.nextDeadline(), this.#parts.neighbors.nextDeadline());
    const own = earliest(this.#serviceArea.nextDeadline(), packets);
    const bfd = earliest(this.#peerPaths.nextDeadline(), this.#plainBfd.nextDeadline());
    const deadline = earliest(own, bfd);
    return this.#redundancy ? earliest(deadline, this.#redundancy.nextDeadline()) : deadline;
  }

  get sessionCount(): number {
    return this.#parts.sessions.count;
  }

  sessions(now: Instant): SessionRow[] {
    return sessionRows(this.#parts, this.#serviceArea, now);
  }

  flows(now: Instant): FlowRow[] {
    return flowRows(this.#parts, this.#serviceArea, now);
  }

  /** Every way of each service. */
  servicePaths(now: Instant): ServicePathRow[] {
    return servicePathRows(this.#parts, this.#peerPaths, now);
  }

  peers(now: Instant): PeerRow[] {
    return this.#peerPaths.rows(now);
  }

  /** Sessions of plain BFD. */
  bfd(now: Instant): BfdRow[] {
    return this.#plainBfd.rows(now);
  }

  /** Those that stand. */
  alarms(): readonly AlarmRow[] {
    return this.#journal.alarms;
  }

  /** The last ones, oldest first. */
  events(): readonly EventRow[] {
    return this.#journal.events;
  }

  /** Forgets the events so far; alarms stand until their causes are gone. */
  clearEvents(): void {
    this.#journal.clearEvents();
  }

  /** Asks anew for every link address that was learned. */
  clearNeighbors(now: Instant): void {
    this.#parts.neighbors.clear(now);
  }

  /** A port has lost its carrier, or has it back. */
  setCarrier(port: PortIndex, hasCarrier: boolean, now: Instant): void {
    this.#redundancy?.setCarrier(port, hasCarrier, now);
    this.#peerPaths.setCarrier(port, hasCarrier, now);
    this.#plainBfd.setCarrier(port, hasCarrier, now);
  }

  /** Encrypts with another of a security policy's keys from now on. False if this router uses no such policy or key. */
  rotateKey(policy: string, securityId: number): boolean {
    const isDone = this.#policies.rotate(policy, securityId);
    if (isDone) this.counters.values[counter.keyRotations]++;
    return isDone;
  }

  /** By which what it seals is dated. */
  get clock(): SealClock {
    return this.#policies.clock;
  }

  /** Takes no more sessions, as if its table were full; or takes them again. */
  closeSessionTable(isClosed: boolean): void {
    this.#parts.sessions.isClosed = isClosed;
  }

  /** Each session takes so long to be set up from now on, one after the other; 0 for no time. */
  slowSetup(each: Duration, now: Instant): void {
    this.#serviceArea.setups.slow(each, now);
  }

  /** Loses every session without a word to anybody, as a crash would. Returns how many there were. */
  forgetSessions(): number {
    const all = [...this.#parts.sessions.all()];
    for (const session of all) this.#serviceArea.sessions.remove(session, 'forgotten');
    return all.length;
  }

  /** Loses one session, named by its UUID. False if there is none of that name. */
  forgetSession(sessionId: string): boolean {
    const session = this.#sessionNamed(sessionId);
    if (session !== undefined) this.#serviceArea.sessions.remove(session, 'forgotten');
    return session !== undefined;
  }

  /** Ends one session here and at its peers. False if there is none of that name. */
  deleteSession(sessionId: string, now: Instant): boolean {
    const session = this.#sessionNamed(sessionId);
    if (session !== undefined) this.#serviceArea.handshake.end(session, 'deleted-by-operator', now);
    return session !== undefined;
  }

  #sessionNamed(sessionId: string): number | undefined {
    const { sessions } = this.#parts;
    for (const session of sessions.all()) if (sessions.uuidText(session) === sessionId) return session;
    return undefined;
  }
}

/** Silence of a flow after which the service area is asked before its opposite sends; in packet-based mode never. */
function askedAfter({ sessionRecoveryDetection: { mode, inactivityTimeout } }: Authority): number {
  return mode === 'inactivity-based' ? inactivityTimeout : Infinity;
}

/** What the payload of each service is encrypted with, by the service's index. */
const payloadKeysOf = (
  { securities }: Authority,
  services: Services,
  policies: SecurityPolicies,
): readonly (KeyRing | undefined)[] =>
  services.list.map(({ service }) => policies.keys(securities.find(({ name }) => name === service.security)));

const waypointsOf = ({ localPortRanges, remotePortRanges }: ConfiguredPeerPath, random: Random): Waypoints =>
  new Waypoints(random, localPortRanges, remotePortRanges);

const hasSamePorts = (a: ConfiguredPeerPath, b: ConfiguredPeerPath): boolean =>
  JSON.stringify([a.localPortRanges, a.remotePortRanges]) === JSON.stringify([b.localPortRanges, b.remotePortRanges]);
