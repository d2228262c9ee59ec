import { assert } from './assert.ts';
import type { Authority, PeerPath as ConfiguredPath, Router as RouterConfiguration } from './config/index.ts';
import { onNode, peerPaths, placesOf, redundancyOf } from './config/index.ts';
import type { CryptoProvider } from './crypto.ts';
import type { Device, PortIndex, Wire } from './device.ts';
import type { Frame } from './frame.ts';
import { FABRIC_CONTENT_MAX } from './highway/fabric-fragments.ts';
import { FlowTable } from './highway/flow-table.ts';
import { FramePool } from './highway/frame-pool.ts';
import { Highway } from './highway/highway.ts';
import { IcmpErrors } from './highway/icmp-errors.ts';
import { NetworkInterfaces, type NetworkInterface } from './highway/interfaces.ts';
import { IP_CONTENT_MAX } from './highway/ip-fragments.ts';
import { Marking } from './highway/marking.ts';
import { Neighbors } from './highway/neighbors.ts';
import type { PeerPath } from './highway/peer-path.ts';
import { Reassembly, fabricReassemblyCounters, ipReassemblyCounters } from './highway/reassembly.ts';
import { Journal } from './peering/journal.ts';
import { PeerPaths } from './peering/peer-paths.ts';
import { PlainBfd, type PlainNeighbor } from './peering/plain-bfd.ts';
import type { AlarmRow, BfdRow, EventRow, PeerRow } from './peering/rows.ts';
import { fittingLoads } from './peering/svr-bfd/metadata.ts';
import { ReplayCache } from './metadata/replay.ts';
import { SeededRandom, type Random } from './random.ts';
import { SecurityPolicies } from './security-policies.ts';
import { Redundancy } from './redundancy/redundancy.ts';
import type { Role } from './redundancy/election.ts';
import type { ServiceAreaParts } from './service-area/parts.ts';
import { Routes } from './service-area/routes.ts';
import type { FlowRow, SessionRow } from './service-area/rows.ts';
import { ServiceArea } from './service-area/service-area.ts';
import { Services } from './service-area/services.ts';
import { SessionTable } from './service-area/session-table.ts';
import { flowRows, sessionRows } from './service-area/show.ts';
import { WaysOut } from './highway/ways-out.ts';
import { Waypoints } from './service-area/waypoints.ts';
import type { StateStore } from './state-store.ts';
import { Counters, counter } from './stats/counters.ts';
import { earliest, type Instant } from './time.ts';
import type { Trace } from './trace.ts';

/** Frames a router may hold at once for what it makes itself and for what waits for an address (emulator choice). */
const POOL_FRAMES = 256;

/** Next hops a router may know at once (emulator choice). */
const NEIGHBORS_MAX = 16_384;

export interface RouterPort {
  /** Name of the device-interface. */
  readonly name: string;
  readonly mac: Uint8Array;
}

export interface RouterOptions {
  readonly authority: Authority;
  /** Which router of the authority this is. */
  readonly router: string;
  /** Which of its nodes; without one all that its nodes have is here. */
  readonly node?: string | undefined;
  /** What it shares with the other node; needed if the configuration has the two share ports. */
  readonly store?: StateStore | undefined;
  /** Its ports, in the order of their indices. Device-interfaces that have none are left out. */
  readonly ports: readonly RouterPort[];
  readonly wire: Wire;
  readonly crypto: CryptoProvider;
  readonly random: Random;
  readonly trace?: Trace;
}

/** One SVR router: the highway, the service area, and what both stand on, wired together. */
export class Router implements Device {
  readonly counters = new Counters();
  readonly #parts: ServiceAreaParts;
  readonly #highway: Highway;
  readonly #serviceArea: ServiceArea;
  readonly #peerPaths: PeerPaths;
  readonly #plainBfd: PlainBfd;
  readonly #journal: Journal;
  readonly #policies: SecurityPolicies;
  readonly #redundancy: Redundancy | undefined;
  /** The role by which the paths are watched. */
  #watchedRole: Role | undefined;

  constructor(options: RouterOptions) {
    const { authority, router: name, ports, random, trace } = options;
    const wholeRouter = authority.routers.find((router) => router.name === name);
    assert(wholeRouter !== undefined, `the configuration has no router '${name}'`);
    const configuration = options.node === undefined ? wholeRouter : onNode(wholeRouter, options.node);
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
    const paths = configuredPaths
      .flatMap((path) => pathOf(path, interfaces, policies))
      .map((path, index) => ({ ...path, index, marking: this.#markingOf(path, index) }));
    const pathLoad = new Float64Array(paths.length);
    const pool = new FramePool(POOL_FRAMES);
    const neighbors = new Neighbors(interfaces, wire, this.counters, pool, {
      capacity: NEIGHBORS_MAX,
      queueLength: emulator.arpQueueLength,
      lifetime: emulator.arpTimeout,
    });
    const sessions = new SessionTable(emulator.sessionTableSize);
    this.#journal = new Journal(trace);
    // What BFD draws does not change what sessions draw.
    const chance = new SeededRandom(random.below(2 ** 32));
    const flows = new FlowTable(emulator.sessionTableSize, random.below(2 ** 32));
    const waysOut = new WaysOut(flows, paths);
    this.#peerPaths = new PeerPaths({
      router: name,
      paths: paths.map((path) => ({
        path,
        node: path.configured.node.name,
        settings: path.configured.bfd,
        isMonitorOnly: path.configured.performanceMonitoring?.monitorOnly ?? false,
      })),
      interfaces,
      neighbors,
      pool,
      counters: this.counters,
      random: chance,
      trace,
      averageOver: configuration.pathMetricsRollingAvgInterval,
      serviceLoads: () =>
        fittingLoads(
          services.list.flatMap(({ name: service, index }) => {
            const count = sessions.countOfService[index] ?? 0;
            return count > 0 ? [{ service, sessions: count }] : [];
          }),
        ),
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
      payloadKeys: services.list.map(({ service }) =>
        policies.keys(authority.securities.find(({ name: policy }) => policy === service.security)),
      ),
      routes: new Routes(configuration, interfaces, paths, this.#peerPaths, ({ index }) => pathLoad[index]),
      interfaces,
      neighbors,
      paths,
      pathLoad,
      waypoints: paths.map(
        ({ localPortRanges, remotePortRanges }) => new Waypoints(random, localPortRanges, remotePortRanges),
      ),
      pool,
      random,
      counters: this.counters,
      trace,
      judged: (path, service, isGood, now) => this.#peerPaths.judged(path, service, isGood, now),
      listen: (packet, now) => this.#peerPaths.receive(packet, now) || this.#plainBfd.receive(packet, now),
      highway: () => this.#highway,
    };
    this.#serviceArea = new ServiceArea(this.#parts);
    const { mode, inactivityTimeout } = authority.sessionRecoveryDetection;
    const reassemblyLimits = {
      packets: emulator.reassemblyPackets,
      bytes: emulator.reassemblyBytes,
      timeout: emulator.reassemblyTimeout,
    };
    this.#highway = new Highway(
      {
        interfaces,
        neighbors,
        flows,
        paths,
        waysOut,
        mtus: interfaces.list.map(({ mtu }) => mtu),
        counters: this.counters,
        pool,
        icmpErrors: new IcmpErrors(interfaces, neighbors, this.counters, pool),
        replayCache: new ReplayCache(emulator.replayCacheSize, policies.copyLifetime),
        fragmentReplayCache: new ReplayCache(emulator.replayCacheSize, policies.copyLifetime),
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
        inactivityTimeout: mode === 'inactivity-based' ? inactivityTimeout : Infinity,
        trace,
      },
      this.#serviceArea,
    );
    this.#redundancy = this.#joinTwin(options);
  }

  /** What marks live traffic on a path, if its profile wants that. */
  #markingOf({ configured: { performanceMonitoring }, encoding }: PathWithPorts, path: number): Marking | undefined {
    if (!performanceMonitoring) return undefined;
    return new Marking({
      encoding,
      interval: performanceMonitoring.intervalDuration,
      count: performanceMonitoring.markingCount,
      settled: (fate, now) => this.#peerPaths.settled(path, fate, now),
      deadlineChanged: () => this.#peerPaths.deadlineChanged(path),
    });
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

  setCarrier(port: PortIndex, hasCarrier: boolean, now: Instant): void {
    this.#peerPaths.setCarrier(port, hasCarrier, now);
    this.#plainBfd.setCarrier(port, hasCarrier, now);
  }

  /** Encrypts with another of a security policy's keys from now on. False if this router uses no such policy or key. */
  rotateKey(policy: string, securityId: number): boolean {
    const isDone = this.#policies.rotate(policy, securityId);
    if (isDone) this.counters.values[counter.keyRotations]++;
    return isDone;
  }

  /** Loses every session without a word to anybody, as a crash would. Returns how many there were. */
  forgetSessions(): number {
    const all = [...this.#parts.sessions.all()];
    for (const session of all) this.#serviceArea.sessions.remove(session, 'forgotten');
    return all.length;
  }

  /** Loses one session, named by its UUID. False if there is none of that name. */
  forgetSession(sessionId: string): boolean {
    const { sessions } = this.#parts;
    for (const session of sessions.all()) {
      if (sessions.uuidText(session) !== sessionId) continue;
      this.#serviceArea.sessions.remove(session, 'forgotten');
      return true;
    }
    return false;
  }
}

function interfacesOf(
  configuration: RouterConfiguration,
  ports: readonly RouterPort[],
  paths: readonly ConfiguredPath[],
  policies: SecurityPolicies,
): NetworkInterface[] {
  const list: NetworkInterface[] = [];
  for (const { node, deviceInterface, networkInterface } of placesOf(configuration)) {
    const port = ports.findIndex(({ name }) => name === deviceInterface.name);
    if (port < 0 || !node.enabled || !deviceInterface.enabled) continue;
    const path = paths.find((candidate) => candidate.networkInterface === networkInterface);
    list.push({
      index: list.length,
      name: networkInterface.name,
      deviceName: deviceInterface.name,
      port,
      mac: deviceInterface.sharedPhysAddress ?? ports[port].mac,
      vlan: networkInterface.vlan,
      globalId: deviceInterface.globalId,
      mtu: networkInterface.mtu,
      enforcedMss: networkInterface.enforcedMss,
      tenant: networkInterface.tenant,
      addresses: networkInterface.addresses.map(({ ipAddress, prefixLength, gateway }) => ({
        address: ipAddress,
        prefix: { address: ipAddress, length: prefixLength },
        gateway,
      })),
      seal: policies.seal(path?.inboundSecurity),
      keys: policies.keys(path?.inboundSecurity),
      hasPeers: path !== undefined,
    });
  }
  return list;
}

/** The systems with which plain BFD is spoken, behind the interfaces that have a port here. */
function bfdNeighborsOf(configuration: RouterConfiguration, interfaces: NetworkInterfaces): PlainNeighbor[] {
  return [...placesOf(configuration)].flatMap(({ node, networkInterface }) => {
    const out = interfaces.byName(networkInterface.name);
    if (!out) return [];
    return networkInterface.emulator.bfdNeighbors.map((settings) => ({
      node: node.name,
      networkInterface: out.index,
      settings,
    }));
  });
}

interface PathWithPorts extends PeerPath {
  readonly configured: ConfiguredPath;
  readonly localPortRanges: ConfiguredPath['localPortRanges'];
  readonly remotePortRanges: ConfiguredPath['remotePortRanges'];
}

/** No path if the interface it would leave by has no port here. */
function pathOf(path: ConfiguredPath, interfaces: NetworkInterfaces, policies: SecurityPolicies): PathWithPorts[] {
  const out = interfaces.byName(path.networkInterface.name);
  if (!out) return [];
  return [
    {
      index: 0,
      peer: path.peer.name,
      peerRouter: path.peer.routerName,
      networkInterface: out.index,
      family: path.localAddress.family,
      local: path.localAddress,
      remote: path.remoteAddress,
      nextHop: path.gateway ?? path.remoteAddress,
      seal: policies.seal(path.outboundSecurity),
      keys: policies.keys(path.outboundSecurity),
      encoding: path.metadataEncoding,
      marking: undefined,
      vectors: path.vectors,
      outboundOnly:
        path.localConnectivity === 'outbound-only'
          ? 'local'
          : path.remoteConnectivity === 'outbound-only'
            ? 'remote'
            : undefined,
      keepAlive:
        path.natKeepAlive.mode === 'disabled'
          ? undefined
          : { tcp: path.natKeepAlive.tcpInactivityTimeout, udp: path.natKeepAlive.udpInactivityTimeout },
      configured: path,
      localPortRanges: path.localPortRanges,
      remotePortRanges: path.remotePortRanges,
    },
  ];
}
