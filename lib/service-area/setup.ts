import { prefixContains, sameAddress, type Family, type IpAddress } from '../address.ts';
import { KEY_WORDS, sameKey, setKeyAddresses, setKeyHead } from '../highway/flow-key.ts';
import { flowFlags } from '../highway/flow-table.ts';
import type { Packet } from '../highway/packet.ts';
import type { PeerPath } from '../highway/peer-path.ts';
import type { Attributes } from '../metadata/attributes.ts';
import type { Metadata } from '../metadata/codec.ts';
import type { Context } from '../metadata/layout.ts';
import { counter, type CounterName } from '../stats/counters.ts';
import type { Instant } from '../time.ts';
import { MAC_LENGTH } from '../wire/ethernet.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import { tcpFlags } from '../wire/tcp.ts';
import type { Handshake } from './handshake.ts';
import type { ServiceAreaParts } from './parts.ts';
import type { NoRoute, Route } from './routes.ts';
import type { ServiceEntry } from './services.ts';
import { mirrored } from './session-attributes.ts';
import type { SessionSeed } from './session-table.ts';
import type { SessionSide, Sessions } from './sessions.ts';
import { emitTcpReset } from './tcp-reset.ts';

const noRouteCounters: Readonly<Record<NoRoute, CounterName>> = {
  'no-path': 'servicePathsUnavailable',
  'no-gateway': 'gatewayLookupFailure',
  'no-route': 'fibLookup',
};

/** A packet from a peer that is about a session: authentic, its metadata read, its content up to `end`. */
interface PeerPacket {
  readonly packet: Packet;
  readonly metadata: Metadata;
  readonly end: number;
  readonly path: PeerPath;
  /** It came by the pinhole of BFD, and not on waypoints. */
  readonly isDetoured: boolean;
}

/** Sets up sessions from first packets: those of hosts, and those that come from a peer with metadata. */
export class SessionSetup {
  readonly #parts: ServiceAreaParts;
  readonly #sessions: Sessions;
  readonly #handshake: Handshake;

  constructor(parts: ServiceAreaParts, sessions: Sessions, handshake: Handshake) {
    this.#parts = parts;
    this.#sessions = sessions;
    this.#handshake = handshake;
  }

  /** The first packet of a host. */
  fromHost(packet: Packet, now: Instant): void {
    const { services, routes, interfaces, random } = this.#parts;
    const { tenant } = interfaces.list[packet.networkInterface];
    if (tenant === undefined) return this.#drop(packet, 'missingSourceTenant');
    if (packet.ttl <= 1) return this.#expired(packet, now);
    const { bytes } = packet.frame;
    const { destinationAt, sourceAt, family, protocol } = packet;
    const entry = services.find(tenant, bytes, destinationAt, family, protocol, packet.destinationPort);
    if (entry === 'not-found') return this.#refuse(packet, 'noFibEntry', now);
    if (entry === 'access-denied') return this.#drop(packet, 'accessDenied');
    if (!this.#mayBegin(packet, entry)) return;

    const route = routes.forService(entry, addressAt(bytes, destinationAt, family), now);
    if (typeof route === 'string') return this.#refuse(packet, noRouteCounters[route], now);
    const uuid = new Uint8Array(16);
    random.fill(uuid);
    uuid[6] = (uuid[6] & 0x0f) | 0x40;
    uuid[8] = (uuid[8] & 0x3f) | 0x80;
    const from: SessionSide = {
      key: packet.key.slice(),
      networkInterface: packet.networkInterface,
      nextHop: this.#wayBack(packet.networkInterface, addressAt(bytes, sourceAt, family)),
      path: undefined,
    };
    const to = this.#sideTowards(route, contextOf(packet));
    if (!to) return this.#drop(packet, 'waypointAllocation');
    const seed = { uuid, service: entry.index, tenant, sourceRouter: this.#parts.router };
    const session = this.#install(seed, from, to, packet, now);
    if (session < 0) return;
    if (to.path && entry.isCounted) this.#parts.peerLoads.begin(to.path.peerRouter, entry.name, now);
    this.#handshake.begin(session, undefined, now);
    this.#begun(session, packet, false);
    this.#parts.highway().forward(session * 2, packet, now);
  }

  /** TCP in the middle of a connection is no first packet, unless the service's policy lets it be one (SVR sheet, 4.6). */
  #mayBegin(packet: Packet, entry: ServiceEntry): boolean {
    const isMidFlow = packet.protocol === ipProtocols.tcp && (packet.tcpFlags & tcpFlags.syn) === 0;
    if (!isMidFlow || entry.enforcement === 'allow') return true;
    if (entry.enforcement === 'reset' && (packet.tcpFlags & tcpFlags.rst) === 0) this.#resetTcp(packet);
    this.#drop(packet, 'invalidPacket');
    return false;
  }

  #resetTcp(packet: Packet): void {
    const { pool, neighbors, counters } = this.#parts;
    const frame = pool.take();
    if (!frame) return;
    emitTcpReset(frame, packet);
    neighbors.sendToMac(packet.networkInterface, packet.frame.bytes, packet.frame.start + MAC_LENGTH, frame);
    pool.release(frame);
    counters.values[counter.tcpResetSent]++;
  }

  /**
   * A packet from a peer whose metadata opens a session: forward metadata makes this router the next one on its way,
   * reverse metadata gives a session back that began here, or passed through, and was lost. `end` is where its content ends.
   */
  fromPeer(packet: Packet, metadata: Metadata, end: number, now: Instant): void {
    const path = this.#pathOf(packet, metadata.attributes);
    if (path) this.#fromPath({ packet, metadata, end, path, isDetoured: false }, now);
    else this.#drop(packet, 'servicePathsUnavailable');
  }

  /**
   * The same for a packet that came by the pinhole of BFD, to a side that only reaches out. The session gets waypoints
   * that this side chooses, and the peer hears on them of it: that opens the way in for what follows.
   */
  fromPinhole(packet: Packet, metadata: Metadata, end: number, now: Instant): void {
    const path = this.#pathOf(packet, metadata.attributes);
    if (path?.outboundOnly === 'local') this.#fromPath({ packet, metadata, end, path, isDetoured: true }, now);
    else this.#parts.highway().drop(packet, counter.unknownWaypointSilent);
  }

  #fromPath(from: PeerPacket, now: Instant): void {
    const { attributes } = from.metadata;
    const forward = attributes.forwardContextIpv4 ?? attributes.forwardContextIpv6;
    const reverse = attributes.reverseContextIpv4 ?? attributes.reverseContextIpv6;
    if (forward) this.#fromForward(from, forward, now);
    else if (reverse) this.#fromReverse(from, reverse, now);
    else this.#drop(from.packet, 'missingForwardSessionKey');
  }

  #fromForward(from: PeerPacket, context: Context, now: Instant): void {
    const { packet, metadata, path } = from;
    const seed = this.#seedFrom(packet, metadata.attributes, context);
    if (!seed) return;
    const entry = this.#parts.services.list[seed.service];
    const known = this.#knownSession(seed.uuid, entry, context);
    if (known >= 0) return this.#goOn(known * 2, from, now);
    const route = this.#parts.routes.forService(entry, toAddress(context.destination), now, path.peerRouter);
    if (typeof route === 'string') return this.#drop(packet, noRouteCounters[route]);
    const to = this.#sideTowards(route, context);
    const side = this.#sideFrom(from, path);
    if (!to || !side) return this.#drop(packet, 'waypointAllocation');
    const transit = to.path ? context : undefined;
    const session = this.#install({ ...seed, transit }, side, to, packet, now);
    if (session >= 0) this.#passOn(session * 2, from, now);
  }

  #fromReverse(from: PeerPacket, reverse: Context, now: Instant): void {
    const { packet, metadata, path } = from;
    const context = mirrored(reverse);
    const seed = this.#seedFrom(packet, metadata.attributes, context);
    if (!seed) return;
    const { routes, interfaces, flows, sessions } = this.#parts;
    const transit = sessions.findTransit(seed.uuid);
    if (transit >= 0) return this.#goOn(transit * 2 + 1, from, now);
    if (seed.sourceRouter !== '' && seed.sourceRouter !== this.#parts.router)
      return this.#passBack(from, seed, context, now);
    const route = routes.toHost(toAddress(context.source));
    const isRight =
      typeof route !== 'string' &&
      route.kind === 'host' &&
      interfaces.list[route.networkInterface.index].tenant === seed.tenant;
    if (!isRight) return this.#drop(packet, 'invalidReverseMetadata');
    const to = this.#sideTowards(route, reverse);
    if (!to) return this.#drop(packet, 'staleReverseMetadata');
    const inTheWay = flows.find(to.key, 0);
    if (inTheWay >= 0) {
      if (sessions.hasUuid(inTheWay >> 1, seed.uuid)) return this.#goOn((inTheWay >> 1) * 2 + 1, from, now);
      // A newer session of the same endpoints is the right one: the peer will hear of it with the client's next packet.
      if ((inTheWay & 1) === 0) return this.#drop(packet, 'staleReverseMetadata');
    }
    const side = this.#sideFrom(from, path);
    if (!side) return this.#drop(packet, 'waypointAllocation');
    // But one that began at the peer has been given up there, or it would not go on with this one.
    if (inTheWay >= 0) {
      this.#count('collisionChangeDirection');
      this.#sessions.remove(inTheWay >> 1, 'replaced');
    }
    const session = this.#install(seed, to, side, packet, now);
    if (session >= 0) this.#passOn(session * 2 + 1, from, now);
  }

  /** A session that passes through and was lost here, set up again by what comes from its far end. */
  #passBack(from: PeerPacket, seed: SessionSeed, context: Context, now: Instant): void {
    const { services, routes } = this.#parts;
    const client = toAddress(context.source);
    const leadingThere = services.list.filter(({ service }) =>
      service.addresses.some((prefix) => prefixContains(prefix, client)),
    );
    const path = routes.back(seed.sourceRouter, leadingThere, from.path.peerRouter);
    if (!path) return this.#drop(from.packet, 'invalidReverseMetadata');
    const to = this.sideTowardsPeer(path);
    const side = this.#sideFrom(from, from.path);
    if (!to || !side) return this.#drop(from.packet, 'waypointAllocation');
    const session = this.#install({ ...seed, transit: context }, to, side, from.packet, now);
    if (session >= 0) this.#passOn(session * 2 + 1, from, now);
  }

  /**
   * The session that metadata with this UUID is about, if it lives here on another path or address; -1 if not. It stays
   * where it is, wherever a new one would be sent, and however many there may be.
   */
  #knownSession(uuid: Uint8Array, entry: ServiceEntry, context: Context): number {
    const { flows, sessions, routes } = this.#parts;
    for (const { index } of routes.interfacesToHosts(entry, toAddress(context.destination))) {
      const flow = flows.find(hostKey(index, context), 0);
      if (flow >= 0 && sessions.hasUuid(flow >> 1, uuid)) return flow >> 1;
    }
    return sessions.findTransit(uuid);
  }

  /** A session that is known, but not on the flow that the packet came on. */
  #goOn(flow: number, from: PeerPacket, now: Instant): void {
    const { packet, end, isDetoured } = from;
    const path = this.#pathOfKnown(flow, from);
    const isWhereItWas = isDetoured && this.#parts.flows.path[flow ^ 1] === path.index + 1;
    if (isWhereItWas && (flow & 1) === 1) this.#count('stuckPinholeReversePackets');
    const isOvertaken = this.#isSealed(flow) && this.#parts.highway().sealing.isOvertaken(flow, packet.frame, end);
    if (!isWhereItWas && isOvertaken) return this.#takeOver(flow, from, now);
    if (!isWhereItWas && !this.#follow(flow, from, path, now)) return;
    this.#handshake.begin(flow >> 1, flow, now);
    if (this.#isSealed(flow)) this.#parts.highway().sealing.noteSequence(flow, packet.frame, end);
    this.#takeOver(flow, from, now);
  }

  /** The peer has moved a session: packets of `flow` come by another path, or from another address, from now on. */
  #follow(flow: number, from: PeerPacket, path: PeerPath, now: Instant): boolean {
    const { packet } = from;
    const side = this.#sideFrom(from, path);
    if (!side || !this.#sessions.move(flow, side, now)) {
      this.#drop(packet, side ? 'serviceAreaDropped' : 'waypointAllocation');
      return false;
    }
    const { trace, sessions } = this.#parts;
    this.#count('flowMoved');
    trace?.event({ type: 'session-moved', packet: packet.frame.id, session: sessions.uuidText(flow >> 1) });
    return true;
  }

  /** The path that a packet of a session came by. From an address that no path leads to, it is the one that the session has. */
  #pathOfKnown(flow: number, { packet, path }: PeerPacket): PeerPath {
    const { flows, paths } = this.#parts;
    const current = paths.find(({ index }) => index + 1 === flows.path[flow ^ 1]);
    const isOnLink = current?.networkInterface === packet.networkInterface && current.family === packet.family;
    return isOnLink && !this.#comesFrom(path, packet) ? current : path;
  }

  /** Whether the packets that come on a flow are sealed. */
  #isSealed(flow: number): boolean {
    const { flows, paths } = this.#parts;
    return paths[flows.path[flow ^ 1] - 1].seal !== undefined;
  }

  #passOn(flow: number, from: PeerPacket, now: Instant): void {
    const { packet, metadata, end } = from;
    const isRecreated = metadata.attributes.modifyRequest !== undefined || (flow & 1) === 1;
    this.#handshake.begin(flow >> 1, flow, now);
    this.#begun(flow >> 1, packet, isRecreated);
    if (this.#isSealed(flow)) this.#parts.highway().sealing.restartSequence(flow, packet.frame, end);
    this.#takeOver(flow, from, now);
  }

  /** The content behind the metadata goes on; a message holds none. */
  #takeOver(flow: number, { packet, metadata, end, isDetoured }: PeerPacket, now: Instant): void {
    const { flows, capturePoints } = this.#parts;
    if ((flows.flags[flow] & flowFlags.captured) !== 0) capturePoints.arrived(flow, packet.frame, now);
    if (isDetoured) this.#handshake.openPinhole(flow ^ 1, now);
    if (metadata.attributes.controlMessage !== undefined) return;
    this.#count('metadataRemoved');
    this.#parts.highway().leave(flow, packet, packet.payloadAt + metadata.length, end, true, now);
  }

  /** Tenant, service and context of metadata, checked against the configuration. Drops the packet if they do not fit. */
  #seedFrom(packet: Packet, attributes: Attributes, context: Context): SessionSeed | undefined {
    const { services, authority } = this.#parts;
    const { tenant, service, sessionUuid } = attributes;
    if (tenant === undefined) return this.#drop(packet, 'missingSourceTenant');
    if (service === undefined || sessionUuid === undefined) return this.#drop(packet, 'missingForwardSessionKey');
    const entry = services.byName(service);
    if (!entry) return this.#drop(packet, 'serviceNotFound');
    if (!entry.allowed.has(tenant)) return this.#drop(packet, 'accessDenied');
    const isCarried = [ipProtocols.tcp, ipProtocols.udp, ipProtocols.icmp, ipProtocols.icmpv6].includes(
      context.protocol as 6,
    );
    const destination = toAddress(context.destination);
    if (!isCarried || !services.covers(entry, destination, context.protocol, context.destinationPort))
      return this.#drop(packet, 'invalidPacket');
    this.#parts.counters.values[counter.serviceValidated]++;
    const isKnown = authority.routers.some(({ name }) => name === attributes.sourceRouter);
    const sourceRouter = isKnown && attributes.sourceRouter !== undefined ? attributes.sourceRouter : '';
    return { uuid: sessionUuid, service: entry.index, tenant, sourceRouter, captureAsked: attributes.sessionCapture };
  }

  /** The path that a packet came by. Behind a NAT the address is not the peer's own: then its router's name tells. */
  #pathOf(packet: Packet, { sourceRouter }: Attributes): PeerPath | undefined {
    const candidates = this.#parts.paths.filter(
      ({ networkInterface, family }) => networkInterface === packet.networkInterface && family === packet.family,
    );
    return (
      candidates.find((path) => this.#comesFrom(path, packet)) ??
      candidates.find(({ peerRouter }) => peerRouter === sourceRouter) ??
      candidates[0]
    );
  }

  #comesFrom({ peerAt }: PeerPath, packet: Packet): boolean {
    return sameAddress(peerAt, addressAt(packet.frame.bytes, packet.sourceAt, packet.family));
  }

  /** The side that a packet came from, or is to come from in future. Undefined if there are no waypoints for it. */
  #sideFrom({ packet, isDetoured }: PeerPacket, path: PeerPath): SessionSide | undefined {
    if (isDetoured) return this.sideTowardsPeer(path);
    // The peer may be elsewhere by now than the configuration says, behind a NAT for instance: there nobody may be any more.
    const source = addressAt(packet.frame.bytes, packet.sourceAt, packet.family);
    return this.sideAt(packet.key.slice(), source, path);
  }

  /** The side that packets with this context leave to. Undefined if no waypoints are left. */
  #sideTowards(route: Route, context: Context): SessionSide | undefined {
    if (route.kind === 'host') {
      const { index } = route.networkInterface;
      return { key: hostKey(index, context), networkInterface: index, nextHop: route.nextHop, path: undefined };
    }
    return this.sideTowardsPeer(route.path);
  }

  /** The side that a session leaves to over a path, with waypoints of its own. Undefined if none are left. */
  sideTowardsPeer(path: PeerPath): SessionSide | undefined {
    const key = new Uint32Array(KEY_WORDS);
    if (!this.#sessions.hasWaypointsLeft) return undefined;
    setKeyAddresses(key, path.peerAt.bytes, path.local.bytes);
    const pair = this.#parts.waypoints[path.index].take((own, peer) => {
      setKeyHead(key, path.networkInterface, path.family, ipProtocols.udp, peer, own);
      return this.#parts.flows.find(key, 0) < 0;
    });
    return pair && this.sideAt(key, path.peerAt, path);
  }

  /** The side of a peer that is found at this address on a path. */
  sideAt(key: Uint32Array, peerAt: IpAddress, path: PeerPath): SessionSide {
    const { interfaces } = this.#parts;
    const { networkInterface } = path;
    const nextHop = interfaces.nextHop(interfaces.list[networkInterface], peerAt) ?? path.nextHop;
    return { key, networkInterface, nextHop, path };
  }

  /** Where packets for a host on this side are sent: to itself, or to the gateway of its network. */
  #wayBack(networkInterface: number, host: IpAddress): IpAddress {
    const { interfaces } = this.#parts;
    return interfaces.nextHop(interfaces.list[networkInterface], host) ?? host;
  }

  /** Installs a session, in place of an older one that has one of its keys. Drops the packet if there is no room. */
  #install(seed: SessionSeed, from: SessionSide, to: SessionSide, packet: Packet, now: Instant): number {
    const { flows } = this.#parts;
    const inTheWay = flows.find(to.key, 0);
    // A packet that claims to come from its own destination would be its own answer.
    if (!from.path && (inTheWay >= 0 || sameKey(from.key, 0, to.key, 0))) {
      this.#drop(packet, 'duplicateReverseFlow');
      return -1;
    }
    if (inTheWay >= 0) {
      this.#count((inTheWay & 1) === 1 ? 'collisionSameDirection' : 'collisionChangeDirection');
      this.#sessions.remove(inTheWay >> 1, 'replaced');
    }
    const session = this.#sessions.install(seed, from, to, now);
    if (session < 0) this.#drop(packet, 'serviceAreaDropped');
    else this.#parts.captures().begins(session, seed.captureAsked);
    return session;
  }

  #begun(session: number, packet: Packet, isRecreated: boolean): void {
    const { trace, sessions } = this.#parts;
    this.#count('sessionsInstalled');
    this.#count(isRecreated ? 'sessionsRecreated' : 'sessionsCreated');
    if (isRecreated) this.#count('midFlowModify');
    const type = isRecreated ? 'session-recreated' : 'session-created';
    trace?.event({ type, packet: packet.frame.id, session: sessions.uuidText(session) });
  }

  /** No session begins with a packet that may not go on. */
  #expired(packet: Packet, now: Instant): void {
    this.#parts.highway().icmpError('time-exceeded', packet, 0, now);
    this.#parts.highway().drop(packet, counter.ttlExceeded);
  }

  /** Drops the packet of a host that may know why it gets no further. */
  #refuse(packet: Packet, reason: CounterName, now: Instant): undefined {
    this.#parts.highway().icmpError('no-route', packet, 0, now);
    return this.#drop(packet, reason);
  }

  #drop(packet: Packet, reason: CounterName): undefined {
    if (reason !== 'serviceAreaDropped') this.#count('serviceAreaDropped');
    this.#parts.highway().drop(packet, counter[reason]);
    return undefined;
  }

  #count(name: CounterName): void {
    this.#parts.counters.values[counter[name]]++;
  }
}

function addressAt(bytes: Uint8Array, at: number, family: Family): IpAddress {
  return { family, bytes: bytes.slice(at, at + (family === 4 ? 4 : 16)) };
}

const toAddress = (bytes: Uint8Array): IpAddress => ({ family: bytes.length === 4 ? 4 : 6, bytes });

function contextOf(packet: Packet): Context {
  const { bytes } = packet.frame;
  return {
    source: addressAt(bytes, packet.sourceAt, packet.family).bytes,
    destination: addressAt(bytes, packet.destinationAt, packet.family).bytes,
    sourcePort: packet.sourcePort,
    destinationPort: packet.destinationPort,
    protocol: packet.protocol,
  };
}

/** Key of the packets that answer those of this context, as they come from a host. */
function hostKey(networkInterface: number, context: Context): Uint32Array {
  const key = new Uint32Array(KEY_WORDS);
  const family = context.source.length === 4 ? 4 : 6;
  setKeyHead(key, networkInterface, family, context.protocol, context.destinationPort, context.sourcePort);
  setKeyAddresses(key, context.destination, context.source);
  return key;
}
