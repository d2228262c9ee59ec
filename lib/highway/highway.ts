import type { PortIndex } from '../device.ts';
import type { Frame } from '../frame.ts';
import type { Attributes } from '../metadata/attributes.ts';
import { decodeMetadata, type Metadata } from '../metadata/codec.ts';
import type { Fragment as FragmentAttribute } from '../metadata/layout.ts';
import { type MetadataFault, hasCookie, isFalsePositiveMarker, stripFalsePositiveMarker } from '../metadata/header.ts';
import type { KeyRing } from '../metadata/key-ring.ts';
import { findMetrics } from '../metadata/metrics-block.ts';
import { METRICS_LENGTH, noMetrics, readMetrics, type PathMetrics } from '../metadata/path-metrics.ts';
import type { ReplayCache } from '../metadata/replay.ts';
import type { Seal } from '../metadata/trailer.ts';
import { counter } from '../stats/counters.ts';
import type { Instant } from '../time.ts';
import { equalBytes } from '../wire/bytes.ts';
import { MAC_LENGTH, etherType, etherTypes, ethernetHeaderLength, isGroupMac, vlanId } from '../wire/ethernet.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import { TCP_HEADER_LENGTH, tcpFlags, tcpFlagsOf } from '../wire/tcp.ts';
import { UDP_HEADER_LENGTH } from '../wire/udp.ts';
import { Departures, type DeparturesParts } from './departures.ts';
import { Endings, type EndingsParts } from './endings.ts';
import { KEY_WORDS, keyFamily, keyNetworkInterface, keyProtocol, sameKey } from './flow-key.ts';
import { type FlowTable, flowFlags } from './flow-table.ts';
import type { FramePool } from './frame-pool.ts';
import type { IcmpErrorKind } from './icmp-errors.ts';
import type { NetworkInterfaces } from './interfaces.ts';
import { clampMss, mssOf } from './mss.ts';
import { OwnMetadata } from './own-metadata.ts';
import { PARSED, Packet } from './packet.ts';
import type { FragmentFate, Reassembly } from './reassembly.ts';
import { Sealing } from './sealing.ts';
import { Wholes } from './wholes.ts';

/** What the highway hands up: the Service Area. The highway never looks into it. */
export interface SlowPath {
  /** A packet that no flow is there for. */
  miss(packet: Packet, now: Instant): void;
  /**
   * Authentic metadata came on a flow; what it stands before ends at `end`. True if the packet behind it goes on, false
   * if it was consumed or dropped.
   */
  metadataArrived(flow: number, packet: Packet, metadata: Metadata, end: number, now: Instant): boolean;
  /** A bare authentic packet came on a flow that waited for one. */
  bareArrived(flow: number, now: Instant): void;
  /** What the packet that leaves on this flow must carry; undefined for nothing. */
  attributesFor(flow: number, packet: Packet, now: Instant): Attributes | undefined;
  /** A packet that came from a peer on `flow`, carrying bytes[at, end), is too long by `-room` bytes, or too old. */
  undeliverable(
    kind: 'too-big' | 'time-exceeded',
    flow: number,
    packet: Packet,
    at: number,
    end: number,
    room: number,
    now: Instant,
  ): void;
  /** A TCP segment that may change the state of its connection. */
  tcpSegment(flow: number, flags: number, now: Instant): void;
  /** What the payload of a flow's session is encrypted with. Asked for flows with the flag `encrypted` only. */
  payloadKeys(flow: number): KeyRing;
  /** Writes the UUID of a flow's session to `target`, which has 16 bytes. */
  sessionUuid(flow: number, target: Uint8Array): void;
}

export interface OpenedMetadata {
  readonly metadata: Metadata;
  readonly end: number;
}

export interface HighwayParts extends DeparturesParts, EndingsParts {
  readonly interfaces: NetworkInterfaces;
  readonly pool: FramePool;
  readonly replayCache: ReplayCache;
  readonly fragmentReplayCache: ReplayCache;
  readonly startedAt: Instant;
  /** Fragments of packets from peers, and IP fragments. */
  readonly fabricReassembly: Reassembly;
  readonly ipReassembly: Reassembly;
}

const TCP_STATE_CHANGES = tcpFlags.syn | tcpFlags.fin | tcpFlags.rst;

/**
 * The fast path. A frame's headers are read, its flow is found, and that flow's actions are run on the bytes where they
 * lie: open, strip, unwrap, rewrite, wrap, add, seal, transmit. Nothing is allocated for a packet that finds its flow
 * and carries no metadata.
 */
export class Highway {
  readonly #parts: HighwayParts;
  readonly #interfaces: NetworkInterfaces;
  readonly #flows: FlowTable;
  readonly #counters: Float64Array;
  readonly #packet = new Packet();
  readonly sealing: Sealing;
  readonly own: OwnMetadata;
  readonly #departures: Departures;
  readonly #endings: Endings;
  readonly #wholes: Wholes;
  /** Where the metrics of a packet are read to. */
  readonly #metrics = noMetrics();
  readonly #slowPath: SlowPath;

  constructor(parts: HighwayParts, slowPath: SlowPath) {
    this.#parts = parts;
    this.#interfaces = parts.interfaces;
    this.#flows = parts.flows;
    this.#counters = parts.counters.values;
    this.#slowPath = slowPath;
    this.#endings = new Endings(parts);
    this.sealing = new Sealing({
      flows: parts.flows,
      counters: parts.counters,
      replayCache: parts.replayCache,
      fragmentReplayCache: parts.fragmentReplayCache,
      startedAt: parts.startedAt,
      sessionUuid: (flow, target) => slowPath.sessionUuid(flow, target),
      refused: (frame, reason) => this.#endings.drop(frame, reason),
    });
    this.own = new OwnMetadata({ ...parts, sealing: this.sealing });
    this.#departures = new Departures(parts, slowPath, this.sealing, this.#endings);
    this.#wholes = new Wholes(parts.interfaces, parts.fabricReassembly, parts.ipReassembly);
  }

  nextDeadline(): Instant {
    return this.#wholes.nextDeadline();
  }

  /** Gives up packets whose fragments have not all come in time. */
  poll(now: Instant): void {
    this.#wholes.poll(now);
  }

  /** A frame has one fate: it is forwarded, or dropped, or else it was for the router. */
  receive(port: PortIndex, frame: Frame, now: Instant): void {
    const counters = this.#counters;
    counters[counter.framesReceived]++;
    const before = counters[counter.packetsForwarded] + counters[counter.framesDropped];
    this.#take(port, frame, now);
    if (counters[counter.packetsForwarded] + counters[counter.framesDropped] === before)
      counters[counter.framesConsumed]++;
  }

  #take(port: PortIndex, frame: Frame, now: Instant): void {
    const { bytes, start } = frame;
    const headerLength = ethernetHeaderLength(bytes, start, frame.end);
    if (headerLength < 0) return this.#endings.drop(frame, counter.frameMalformed);
    const networkInterface = this.#interfaces.find(port, vlanId(bytes, start, headerLength));
    if (networkInterface < 0) return this.#endings.drop(frame, counter.frameNotForUs);
    const isGroup = isGroupMac(bytes, start);
    if (!isGroup && !equalBytes(bytes, start, this.#interfaces.list[networkInterface].mac, 0, MAC_LENGTH))
      return this.#endings.drop(frame, counter.frameNotForUs);

    const ipAt = start + headerLength;
    const packet = this.#packet;
    let fault: number;
    switch (etherType(bytes, start, headerLength)) {
      case etherTypes.ipv4:
        fault = packet.parseIpv4(frame, ipAt, networkInterface);
        break;
      case etherTypes.ipv6:
        fault = packet.parseIpv6(frame, ipAt, networkInterface);
        break;
      case etherTypes.arp:
        return this.#parts.neighbors.receiveArp(networkInterface, frame, ipAt, now);
      default:
        return this.#endings.drop(frame, counter.frameUnsupported);
    }
    if (fault === counter.fragments && !isGroup)
      return this.#ipFragmentArrived(port, frame, ipAt, networkInterface, now);
    if (fault !== PARSED) return this.#endings.drop(frame, fault);
    // A packet in a broadcast frame is neither forwarded nor answered; IPv6 neighbor discovery comes by multicast.
    if (isGroup && !packet.isIcmpMessage) return this.#endings.drop(frame, counter.frameNotForUs);

    const flow = this.#flows.find(packet.key, 0);
    if (flow < 0) return this.#slowPath.miss(packet, now);
    this.forward(flow, packet, now);
  }

  /** A packet in IP fragments is put together, and goes on as if it had come whole. */
  #ipFragmentArrived(port: PortIndex, frame: Frame, ipAt: number, networkInterface: number, now: Instant): void {
    this.#fragmentTaken(port, frame, this.#wholes.addIp(frame, ipAt, networkInterface, this.#packet, now), now);
  }

  /** The same for a fragment of the fabric, which is authentic. */
  #fabricFragmentArrived(
    packet: Packet,
    attribute: FragmentAttribute,
    metadata: Metadata,
    end: number,
    now: Instant,
  ): void {
    const { frame, networkInterface } = packet;
    // Fragments of fragments are nothing that a router makes.
    if (packet.fabricWords >= 0) return this.#endings.drop(frame, counter.fabricFragmentsMalformed);
    const result = this.#wholes.addFabric(packet, attribute, metadata, end, now);
    this.#fragmentTaken(this.#interfaces.list[networkInterface].port, frame, result, now);
  }

  #fragmentTaken(port: PortIndex, fragment: Frame, whole: Frame | FragmentFate, now: Instant): void {
    if (typeof whole === 'string') return this.#endings.trace('fragment-received', fragment, whole);
    this.#endings.trace('packet-reassembled', whole);
    this.#take(port, whole, now);
    this.#packet.fabricWords = -1;
    this.#packet.largestFragment = 0;
  }

  /** Runs the actions of a flow on a packet, which is as it came in. */
  forward(flow: number, packet: Packet, now: Instant): void {
    if ((this.#flows.flags[flow] & flowFlags.captured) !== 0)
      this.#parts.capturePoints.arrived(flow, packet.frame, now);
    if (this.#flows.path[flow ^ 1] !== 0) return this.#forwardFromPeer(flow, packet, now);
    if (packet.ttl > 1) return this.#forwardFromHost(flow, packet, now);
    this.icmpError('time-exceeded', packet, 0, now);
    this.#endings.drop(packet.frame, counter.ttlExceeded);
  }

  #forwardFromHost(flow: number, packet: Packet, now: Instant): void {
    const flows = this.#flows;
    flows.activity[flow] = now;
    if (packet.protocol === ipProtocols.tcp) this.#followTcp(flow, packet.frame.bytes, packet.l4At, packet.end, now);
    if (flows.path[flow] === 0) return this.#departures.toHost(flow, packet, packet.l4At, packet.end, now);
    // UDP goes bare between waypoints; everything else keeps its own L4 header inside.
    const isWrapped = packet.protocol !== ipProtocols.udp;
    this.#departures.toPeer(flow, packet, isWrapped ? packet.l4At : packet.payloadAt, packet.end, isWrapped, now);
  }

  #forwardFromPeer(flow: number, packet: Packet, now: Instant): void {
    const { bytes } = packet.frame;
    const at = packet.payloadAt;
    const isBlock = hasCookie(bytes, at, packet.end);
    const isMarker = isBlock && isFalsePositiveMarker(bytes, at, packet.end);
    const { seal } = this.#parts.paths[this.#flows.path[flow ^ 1] - 1];
    if (isBlock && !isMarker) {
      const valueAt = findMetrics(bytes, at, packet.end - (seal ? seal.trailerLength : 0));
      if (valueAt >= 0) return this.#markedFromPeer(flow, packet, valueAt, seal, now);
      return this.#metadataFromPeer(flow, packet, seal, now);
    }
    const end = seal ? this.sealing.open(flow, packet.frame, at, packet.end, seal, now) : packet.end;
    if (end < 0) return;
    if (!seal) this.#counters[counter.hmacNotRequired]++;
    this.#counters[isMarker ? counter.falsePositiveRemoved : counter.metadataRemoveNotRequired]++;
    this.#flows.activity[flow] = now;
    if ((this.#flows.flags[flow] & flowFlags.awaitsBare) !== 0) this.#slowPath.bareArrived(flow, now);
    const contentAt = isMarker ? stripFalsePositiveMarker(bytes, at, end) : at;
    this.leave(flow, packet, contentAt, end, isMarker || seal !== undefined, now);
  }

  /** A packet that is bare but for its mark, which is sealed as one that is bare, and counts as such. */
  #markedFromPeer(flow: number, packet: Packet, valueAt: number, seal: Seal | undefined, now: Instant): void {
    const { frame } = packet;
    if (!packet.hasRightUdpChecksum) return this.#endings.drop(frame, counter.badChecksum);
    const end = seal ? this.sealing.open(flow, frame, packet.payloadAt, packet.end, seal, now) : packet.end;
    if (end < 0) return;
    if (!seal) this.#counters[counter.hmacNotRequired]++;
    this.#flows.activity[flow] = now;
    const metrics = readMetrics(frame.bytes, valueAt, this.#metrics);
    this.#takeMetrics(flow, packet, metrics, now);
    if (metrics.drop) {
      this.#counters[counter.metricsReportReceived]++;
      return;
    }
    this.#counters[counter.metricsReceived]++;
    if ((this.#flows.flags[flow] & flowFlags.awaitsBare) !== 0) this.#slowPath.bareArrived(flow, now);
    this.leave(flow, packet, valueAt + METRICS_LENGTH, end, true, now);
  }

  /** A packet that is still on its way by the path that its session has left tells nothing of the new one. */
  #takeMetrics(flow: number, { key }: Packet, metrics: PathMetrics, now: Instant): void {
    const { marking } = this.#parts.paths[this.#flows.path[flow ^ 1] - 1];
    if (marking && sameKey(key, 0, this.#flows.keys, flow * KEY_WORDS)) marking.take(metrics, flow ^ 1, now);
  }

  #metadataFromPeer(flow: number, packet: Packet, seal: Seal | undefined, now: Instant): void {
    const opened = this.openMetadata(packet, seal, now);
    if (!opened) return;
    const { metadata, end } = opened;
    // A number behind the window does not move it back: metadata may come late. Who knows no session numbers nothing.
    if (seal && metadata.attributes.controlMessage !== 'enableMetadata')
      this.sealing.noteSequence(flow, packet.frame, end);
    // A keep-alive is for what stands between: it keeps no session alive.
    if (metadata.attributes.controlMessage !== 'keepAlive') this.#flows.activity[flow] = now;
    if (metadata.attributes.pathMetrics) this.#takeMetrics(flow, packet, metadata.attributes.pathMetrics, now);
    if (!this.#slowPath.metadataArrived(flow, packet, metadata, end, now)) return;
    this.#counters[counter.metadataRemoved]++;
    this.leave(flow, packet, packet.payloadAt + metadata.length, end, true, now);
  }

  /**
   * The metadata of a packet, with its seal checked, and where its content ends. Undefined if the packet goes no further:
   * what is wrong with it is counted, and a fragment waits for its others.
   */
  openMetadata(packet: Packet, seal: Seal | undefined, now: Instant): OpenedMetadata | undefined {
    const { frame } = packet;
    const end = seal ? this.sealing.openUnbound(frame, packet.payloadAt, packet.end, seal, now) : packet.end;
    if (end < 0) return undefined;
    if (!seal) this.#counters[counter.hmacNotRequired]++;
    const metadata = this.#readMetadata(packet, end);
    if (!metadata) return undefined;
    const { fragment } = metadata.attributes;
    if (seal && !this.sealing.admit(frame, end, fragment !== undefined, now)) return undefined;
    if (!fragment) return { metadata, end };
    this.#fabricFragmentArrived(packet, fragment, metadata, end, now);
    return undefined;
  }

  /** Passes on what a packet from a peer carries: its content, with metadata and trailer off. */
  leave(
    flow: number,
    packet: Packet,
    contentAt: number,
    contentEnd: number,
    isContentChanged: boolean,
    now: Instant,
  ): void {
    if (this.#flows.path[flow] !== 0) {
      if (packet.ttl <= 1) return this.#expire(flow, packet, contentAt, contentEnd, now);
      return this.#departures.toPeer(flow, packet, contentAt, contentEnd, isContentChanged, now);
    }
    const isEncrypted = (this.#flows.flags[flow] & flowFlags.encrypted) !== 0;
    const end = isEncrypted ? this.#decryptPayload(flow, packet, contentAt, contentEnd) : contentEnd;
    if (end < 0) return;
    if (packet.ttl <= 1) return this.#expire(flow, packet, contentAt, end, now);
    const isChanged = isContentChanged || isEncrypted;
    const protocol = keyProtocol(this.#flows.keys, (flow ^ 1) * KEY_WORDS);
    if (protocol === ipProtocols.udp) return this.#departures.toHostAsUdp(flow, packet, contentAt, end, isChanged, now);
    if (protocol === ipProtocols.tcp) {
      if (end - contentAt < TCP_HEADER_LENGTH) return this.#endings.drop(packet.frame, counter.frameMalformed);
      this.#followTcp(flow, packet.frame.bytes, contentAt, end, now);
    }
    this.#departures.toHost(flow, packet, contentAt, end, now);
  }

  /** Returns the new end of the content, or -1 if it was dropped. */
  #decryptPayload(flow: number, { frame }: Packet, contentAt: number, contentEnd: number): number {
    const end = this.#slowPath.payloadKeys(flow).decryptPayload(frame.bytes, contentAt, contentEnd);
    if (typeof end === 'string') {
      this.#endings.drop(frame, end === 'unknown-key' ? counter.unknownKey : counter.undecipherable);
      return -1;
    }
    this.#counters[counter.payloadDecrypted]++;
    return end;
  }

  /** Reads the metadata of a packet whose seal has been checked; what is wrong with it is counted, and the packet dropped. */
  #readMetadata(packet: Packet, end: number): Metadata | undefined {
    const { frame } = packet;
    if (!packet.hasRightUdpChecksum) {
      this.#endings.drop(frame, counter.badChecksum);
      return undefined;
    }
    const { keys } = this.#interfaces.list[packet.networkInterface];
    const metadata = decodeMetadata(frame.bytes, packet.payloadAt, end, keys);
    if (typeof metadata === 'string') {
      this.#counters[metadataFaultCounter(metadata)]++;
      this.#counters[counter.framesDropped]++;
      this.#endings.trace('packet-dropped', frame, metadata);
      return undefined;
    }
    if (metadata.unknownTypes > 0) this.#counters[counter.metadataInvalidType]++;
    return metadata;
  }

  /** The segment bytes[at, end) has at least a whole header without options. */
  #followTcp(flow: number, bytes: Uint8Array, at: number, end: number, now: Instant): void {
    const flags = tcpFlagsOf(bytes, at);
    if ((flags & tcpFlags.syn) !== 0) {
      const max = Math.min(this.#mssTowards(flow), this.#mssTowards(flow ^ 1));
      if (clampMss(bytes, at, end, max)) this.#counters[counter.mssClamped]++;
    }
    if ((flags & TCP_STATE_CHANGES) !== 0 || (this.#flows.flags[flow] & flowFlags.tcpOpening) !== 0)
      this.#slowPath.tcpSegment(flow, flags, now);
  }

  #mssTowards(flow: number): number {
    const flows = this.#flows;
    const keyAt = (flow ^ 1) * KEY_WORDS;
    const family = keyFamily(flows.keys, keyAt);
    const { enforcedMss, mtu } = this.#interfaces.list[keyNetworkInterface(flows.keys, keyAt)];
    if (flows.path[flow] === 0) return mssOf(enforcedMss, mtu, family, 0);
    const { seal, marking, mtu: pathMtu } = this.#parts.paths[flows.path[flow] - 1];
    const isEncrypted = (flows.flags[flow] & flowFlags.encrypted) !== 0;
    const growth = isEncrypted ? this.#slowPath.payloadKeys(flow).payloadGrowthMax : 0;
    const added = UDP_HEADER_LENGTH + (seal?.trailerLength ?? 0) + (marking?.length ?? 0) + growth;
    return mssOf(enforcedMss, pathMtu, family, added);
  }

  /** A packet from a peer is for this router as long as it is between routers; what it carries is too old to go on. */
  #expire(flow: number, packet: Packet, contentAt: number, contentEnd: number, now: Instant): void {
    this.#slowPath.undeliverable('time-exceeded', flow, packet, contentAt, contentEnd, 0, now);
    this.#endings.drop(packet.frame, counter.ttlExceeded);
  }

  icmpError(kind: IcmpErrorKind, packet: Packet, mtu: number, now: Instant): void {
    this.#endings.icmpError(kind, packet, mtu, now);
  }

  /** Counts and traces a packet that goes no further. */
  drop(packet: Packet, reason: number): void {
    this.#endings.drop(packet.frame, reason);
  }
}

function metadataFaultCounter(fault: MetadataFault): number {
  if (fault === 'unknown-key') return counter.unknownKey;
  return fault === 'undecipherable' ? counter.undecipherable : counter.metadataGetLength;
}
