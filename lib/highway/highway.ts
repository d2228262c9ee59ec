import type { PortIndex } from '../device.ts';
import type { Frame } from '../frame.ts';
import type { Attributes } from '../metadata/attributes.ts';
import { decodeMetadata, encodeMetadata, type Metadata } from '../metadata/codec.ts';
import type { Fragment as FragmentAttribute } from '../metadata/layout.ts';
import {
  addFalsePositiveMarker,
  METADATA_LENGTH_MAX,
  type MetadataFault,
  hasCookie,
  isFalsePositiveMarker,
  stripFalsePositiveMarker,
} from '../metadata/header.ts';
import type { KeyRing } from '../metadata/key-ring.ts';
import { findMetrics } from '../metadata/metrics-block.ts';
import { METRICS_LENGTH, noMetrics, readMetrics, type PathMetrics } from '../metadata/path-metrics.ts';
import type { ReplayCache } from '../metadata/replay.ts';
import type { Seal } from '../metadata/trailer.ts';
import type { Random } from '../random.ts';
import { counter, counterPath, type Counters } from '../stats/counters.ts';
import type { Instant } from '../time.ts';
import type { Trace, TraceType } from '../trace.ts';
import { copyBytes, equalBytes, writeU16 } from '../wire/bytes.ts';
import { update } from '../wire/checksum.ts';
import { MAC_LENGTH, etherType, etherTypes, ethernetHeaderLength, isGroupMac, vlanId } from '../wire/ethernet.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import { TCP_HEADER_LENGTH, tcpFlags, tcpFlagsOf } from '../wire/tcp.ts';
import { UDP_HEADER_LENGTH, udpChecksum } from '../wire/udp.ts';
import { finishUdpChecksum, prependIp, prependUdp } from './egress.ts';
import {
  KEY_WORDS,
  keyDestinationPort,
  keyFamily,
  keyNetworkInterface,
  keyProtocol,
  keySourcePort,
  sameKey,
} from './flow-key.ts';
import { FabricFragments } from './fabric-fragments.ts';
import { type FlowTable, flowFlags } from './flow-table.ts';
import type { FramePool } from './frame-pool.ts';
import type { IcmpErrorKind, IcmpErrors } from './icmp-errors.ts';
import type { NetworkInterfaces } from './interfaces.ts';
import { IpFragments } from './ip-fragments.ts';
import { clampMss, mssOf } from './mss.ts';
import type { Neighbors } from './neighbors.ts';
import { OwnMetadata } from './own-metadata.ts';
import { PARSED, Packet, ipHeaderLength } from './packet.ts';
import type { PeerPath } from './peer-path.ts';
import type { FragmentFate, Reassembly } from './reassembly.ts';
import { Sealing } from './sealing.ts';
import type { WaysOut } from './ways-out.ts';
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

export interface HighwayParts {
  readonly interfaces: NetworkInterfaces;
  readonly neighbors: Neighbors;
  readonly flows: FlowTable;
  readonly paths: readonly PeerPath[];
  readonly waysOut: WaysOut;
  readonly mtus: readonly number[];
  readonly counters: Counters;
  readonly pool: FramePool;
  readonly icmpErrors: IcmpErrors;
  readonly replayCache: ReplayCache;
  readonly fragmentReplayCache: ReplayCache;
  /** Fragments of packets from peers, and IP fragments. */
  readonly fabricReassembly: Reassembly;
  readonly ipReassembly: Reassembly;
  /** Packets that do not want to be cut are told so, instead of being cut where nobody sees it. */
  readonly obeysDontFragment: boolean;
  readonly random: Random;
  /** Silence of a flow after which its opposite asks the service area what to do; Infinity in packet-based mode. */
  readonly inactivityTimeout: number;
  readonly trace: Trace | undefined;
}

/** Flags of a flow for which the service area must be asked before a packet leaves. */
const ASK_BEFORE_LEAVING = flowFlags.metadataOn | flowFlags.watched | flowFlags.owesConfirmation;

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
  readonly #fabricFragments: FabricFragments;
  readonly #ipFragments: IpFragments;
  readonly #wholes: Wholes;
  /** Where metadata is written before its length is known. */
  readonly #block = new Uint8Array(METADATA_LENGTH_MAX);
  /** Where the metrics of a packet are read to. */
  readonly #metrics = noMetrics();
  readonly #slowPath: SlowPath;

  constructor(parts: HighwayParts, slowPath: SlowPath) {
    this.#parts = parts;
    this.#interfaces = parts.interfaces;
    this.#flows = parts.flows;
    this.#counters = parts.counters.values;
    this.#slowPath = slowPath;
    this.sealing = new Sealing({
      flows: parts.flows,
      counters: parts.counters,
      replayCache: parts.replayCache,
      fragmentReplayCache: parts.fragmentReplayCache,
      sessionUuid: (flow, target) => slowPath.sessionUuid(flow, target),
      refused: (frame, reason) => this.#drop(frame, reason),
    });
    this.own = new OwnMetadata({ ...parts, sealing: this.sealing });
    this.#fabricFragments = new FabricFragments({ ...parts, sealing: this.sealing });
    this.#wholes = new Wholes(parts.interfaces, parts.fabricReassembly, parts.ipReassembly);
    this.#ipFragments = new IpFragments(parts.neighbors, parts.counters, parts.random);
  }

  nextDeadline(): Instant {
    return this.#wholes.nextDeadline();
  }

  /** Gives up packets whose fragments have not all come in time. */
  poll(now: Instant): void {
    this.#wholes.poll(now);
  }

  receive(port: PortIndex, frame: Frame, now: Instant): void {
    const { bytes, start } = frame;
    const headerLength = ethernetHeaderLength(bytes, start, frame.end);
    if (headerLength < 0) return this.#drop(frame, counter.frameMalformed);
    const networkInterface = this.#interfaces.find(port, vlanId(bytes, start, headerLength));
    if (networkInterface < 0) return this.#drop(frame, counter.frameNotForUs);
    const isGroup = isGroupMac(bytes, start);
    if (!isGroup && !equalBytes(bytes, start, this.#interfaces.list[networkInterface].mac, 0, MAC_LENGTH))
      return this.#drop(frame, counter.frameNotForUs);

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
        return this.#drop(frame, counter.frameUnsupported);
    }
    if (fault === counter.fragments && !isGroup)
      return this.#ipFragmentArrived(port, frame, ipAt, networkInterface, now);
    if (fault !== PARSED) return this.#drop(frame, fault);
    // A packet in a broadcast frame is neither forwarded nor answered; IPv6 neighbor discovery comes by multicast.
    if (isGroup && !packet.isIcmpMessage) return this.#drop(frame, counter.frameNotForUs);

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
    if (packet.fabricWords >= 0) return this.#drop(frame, counter.fabricFragmentsMalformed);
    const result = this.#wholes.addFabric(packet, attribute, metadata, end, now);
    this.#fragmentTaken(this.#interfaces.list[networkInterface].port, frame, result, now);
  }

  #fragmentTaken(port: PortIndex, fragment: Frame, whole: Frame | FragmentFate, now: Instant): void {
    if (typeof whole === 'string') return this.#trace('fragment-received', fragment, whole);
    this.#trace('packet-reassembled', whole);
    this.receive(port, whole, now);
    this.#packet.fabricWords = -1;
    this.#packet.largestFragment = 0;
  }

  /** Runs the actions of a flow on a packet, which is as it came in. */
  forward(flow: number, packet: Packet, now: Instant): void {
    if (this.#flows.path[flow ^ 1] !== 0) return this.#forwardFromPeer(flow, packet, now);
    if (packet.ttl > 1) return this.#forwardFromHost(flow, packet, now);
    this.icmpError('time-exceeded', packet, 0, now);
    this.#drop(packet.frame, counter.ttlExceeded);
  }

  #forwardFromHost(flow: number, packet: Packet, now: Instant): void {
    const flows = this.#flows;
    flows.activity[flow] = now;
    if (packet.protocol === ipProtocols.tcp) this.#followTcp(flow, packet.frame.bytes, packet.l4At, packet.end, now);
    if (flows.path[flow] === 0) return this.#leaveToHost(flow, packet, packet.l4At, packet.end, now);
    // UDP goes bare between waypoints; everything else keeps its own L4 header inside.
    const isWrapped = packet.protocol !== ipProtocols.udp;
    this.#leaveToPeer(flow, packet, isWrapped ? packet.l4At : packet.payloadAt, packet.end, isWrapped, now);
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
    if (!packet.hasRightUdpChecksum) return this.#drop(frame, counter.badChecksum);
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
    // A number behind the window does not move it back: metadata may come late.
    if (seal) this.sealing.noteSequence(flow, packet.frame, end);
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
      return this.#leaveToPeer(flow, packet, contentAt, contentEnd, isContentChanged, now);
    }
    const isEncrypted = (this.#flows.flags[flow] & flowFlags.encrypted) !== 0;
    const end = isEncrypted ? this.#decryptPayload(flow, packet, contentAt, contentEnd) : contentEnd;
    if (end < 0) return;
    if (packet.ttl <= 1) return this.#expire(flow, packet, contentAt, end, now);
    const isChanged = isContentChanged || isEncrypted;
    const protocol = keyProtocol(this.#flows.keys, (flow ^ 1) * KEY_WORDS);
    if (protocol === ipProtocols.udp) return this.#leaveToHostAsUdp(flow, packet, contentAt, end, isChanged, now);
    if (protocol === ipProtocols.tcp) {
      if (end - contentAt < TCP_HEADER_LENGTH) return this.#drop(packet.frame, counter.frameMalformed);
      this.#followTcp(flow, packet.frame.bytes, contentAt, end, now);
    }
    this.#leaveToHost(flow, packet, contentAt, end, now);
  }

  /** Returns the new end of the content, or -1 if it was dropped. */
  #decryptPayload(flow: number, { frame }: Packet, contentAt: number, contentEnd: number): number {
    const end = this.#slowPath.payloadKeys(flow).decryptPayload(frame.bytes, contentAt, contentEnd);
    if (typeof end === 'string') {
      this.#drop(frame, end === 'unknown-key' ? counter.unknownKey : counter.undecipherable);
      return -1;
    }
    this.#counters[counter.payloadDecrypted]++;
    return end;
  }

  /** An L4 header with its payload leaves as it is, behind a new IP header. */
  #leaveToHost(flow: number, packet: Packet, l4At: number, end: number, now: Instant): void {
    const { frame } = packet;
    const keyAt = (flow ^ 1) * KEY_WORDS;
    const { keys } = this.#flows;
    const room = this.#mtu(keys, keyAt) - ipHeaderLength(keyFamily(keys, keyAt)) - (end - l4At);
    if (room < 0 && !packet.mayBeCut(keyFamily(keys, keyAt))) return this.#tooBig(flow, packet, l4At, end, room, now);
    frame.end = end;
    prependIp(frame, l4At, keys, keyAt, packet, packet.ttl - 1);
    if (room < 0 || packet.largestFragment !== 0) this.#transmitInFragments(flow, packet, now);
    else this.#transmit(flow, packet, now);
  }

  /** The payload of a UDP session gets back the header that it had. */
  #leaveToHostAsUdp(
    flow: number,
    packet: Packet,
    contentAt: number,
    end: number,
    isChanged: boolean,
    now: Instant,
  ): void {
    const { keys } = this.#flows;
    const keyAt = (flow ^ 1) * KEY_WORDS;
    const room =
      this.#mtu(keys, keyAt) - ipHeaderLength(keyFamily(keys, keyAt)) - UDP_HEADER_LENGTH - (end - contentAt);
    if (room < 0 && !packet.mayBeCut(keyFamily(keys, keyAt)))
      return this.#tooBig(flow, packet, contentAt, end, room, now);
    this.#wrapInUdp(flow, packet, contentAt, end, isChanged);
    if (room < 0 || packet.largestFragment !== 0) this.#transmitInFragments(flow, packet, now);
    else this.#transmit(flow, packet, now);
  }

  /** Longest IP packet that may leave by the interface of a key. */
  #mtu(keys: Uint32Array, keyAt: number): number {
    return this.#parts.mtus[keyNetworkInterface(keys, keyAt)];
  }

  #leaveToPeer(
    flow: number,
    packet: Packet,
    contentAt: number,
    contentEnd: number,
    isContentChanged: boolean,
    now: Instant,
  ): void {
    const flows = this.#flows;
    const { frame } = packet;
    const comesFromHost = flows.path[flow ^ 1] === 0;
    const keys =
      comesFromHost && (flows.flags[flow] & flowFlags.encrypted) !== 0 ? this.#slowPath.payloadKeys(flow) : undefined;
    const path = this.#parts.paths[flows.path[flow] - 1];
    const { mtu } = path;
    const headers = ipHeaderLength(path.family) + UDP_HEADER_LENGTH;
    const content = contentEnd - contentAt + (keys ? keys.payloadGrowthMax : 0);
    const room = mtu - headers - (path.seal ? path.seal.trailerLength : 0) - content;
    if (room < 0 && this.#parts.obeysDontFragment && !packet.mayBeCut(packet.family))
      return this.#tooBig(flow, packet, contentAt, contentEnd, room, now);

    const needsAttention =
      (flows.flags[flow] & ASK_BEFORE_LEAVING) !== 0 || now - flows.activity[flow ^ 1] >= this.#parts.inactivityTimeout;
    const attributes = needsAttention ? this.#slowPath.attributesFor(flow, packet, now) : undefined;
    let at = contentAt;
    let end = contentEnd;
    if (keys) {
      end = keys.encryptPayload(frame.bytes, contentAt, contentEnd);
      this.#counters[counter.payloadEncrypted]++;
    }
    if (attributes) {
      const length = encodeMetadata(attributes, path.encoding, this.#block, 0, path.keys);
      at -= length;
      copyBytes(this.#block, 0, frame.bytes, at, length);
    } else if (path.marking?.wants(now) && this.#mayGrow(packet, room, path.marking.length)) {
      at -= path.marking.length;
      path.marking.mark(frame.bytes, at, now);
      this.#counters[counter.metricsAdded]++;
    } else {
      at = addFalsePositiveMarker(frame.bytes, at, end);
      if (at !== contentAt) this.#counters[counter.falsePositiveAdded]++;
      this.#counters[counter.metadataAddNotRequired]++;
    }
    frame.end = end;
    const isChanged = isContentChanged || at !== contentAt || keys !== undefined || path.seal !== undefined;
    if (path.seal) this.sealing.seal(flow, frame, at, path.seal, attributes !== undefined, now);
    if (headers + frame.end - at > mtu || packet.largestFragment !== 0)
      return this.#leaveInFragments(flow, packet, at, path, now);
    this.#wrapInUdp(flow, packet, at, frame.end, isChanged);
    this.#transmit(flow, packet, now);
  }

  /** A packet is not cut for a mark alone. */
  #mayGrow({ largestFragment }: Packet, room: number, length: number): boolean {
    return room >= length || room < 0 || largestFragment !== 0;
  }

  /** A packet that came to the router in fragments leaves as fragments, be it one, for the far end to cut it as it was. */
  #leaveInFragments(flow: number, packet: Packet, at: number, path: PeerPath, now: Instant): void {
    const sent = this.#fabricFragments.send(flow, packet, at, path, now);
    if (sent === 0) return this.#drop(packet.frame, counter.metadataAddFailure);
    this.#counters[counter.fabricFragmented]++;
    this.#count(flow, sent);
    this.#trace('packet-fragmented', packet.frame);
  }

  /** A packet that is `-room` bytes too long for where it would leave. A host is told how long it may be (RFC 1191). */
  #tooBig(flow: number, packet: Packet, at: number, end: number, room: number, now: Instant): void {
    if (this.#flows.path[flow ^ 1] === 0) this.icmpError('too-big', packet, packet.end - packet.ipAt + room, now);
    else this.#slowPath.undeliverable('too-big', flow, packet, at, end, room, now);
    this.#drop(packet.frame, counter.tooBig);
  }

  /** Writes the UDP and IP headers that a flow's packet leaves with; `frame.start` is then at the latter. */
  #wrapInUdp(flow: number, packet: Packet, payloadAt: number, end: number, isChanged: boolean): void {
    const { frame } = packet;
    const { waysOut } = this.#parts;
    const keys = waysOut.keys(flow);
    const keyAt = waysOut.at(flow);
    const checksum = isChanged ? 0 : udpChecksum(frame.bytes, packet.l4At);
    frame.end = end;
    const udpAt = prependUdp(frame, payloadAt, keyDestinationPort(keys, keyAt), keySourcePort(keys, keyAt));
    prependIp(frame, udpAt, keys, keyAt, packet, packet.ttl - 1);
    const family = keyFamily(keys, keyAt);
    if (checksum !== 0) {
      const updated = update(checksum, this.#flows.checksumDelta[flow]);
      writeU16(frame.bytes, udpAt + 6, updated === 0 ? 0xffff : updated);
    } else if (isChanged || family === 6) {
      finishUdpChecksum(frame, udpAt, family);
    }
  }

  #transmit(flow: number, { frame }: Packet, now: Instant): void {
    this.#count(flow, frame.end - frame.start);
    this.#parts.neighbors.send(this.#flows.neighbor[flow], frame, now);
  }

  /** The IP packet in the frame leaves to a host in fragments, none of them larger than those it came in. */
  #transmitInFragments(flow: number, packet: Packet, now: Instant): void {
    const mtu = this.#mtu(this.#flows.keys, (flow ^ 1) * KEY_WORDS);
    const limit = packet.largestFragment === 0 ? mtu : Math.min(mtu, packet.largestFragment);
    const { frame } = packet;
    if (frame.end - frame.start <= limit) return this.#transmit(flow, packet, now);
    const sent = this.#ipFragments.send(this.#flows.neighbor[flow], frame, limit, now);
    if (sent === 0) return this.#drop(frame, counter.tooBig);
    this.#counters[counter.ipFragmented]++;
    this.#count(flow, sent);
    this.#trace('packet-fragmented', frame);
  }

  #count(flow: number, length: number): void {
    this.#flows.packets[flow]++;
    this.#flows.bytes[flow] += length;
    this.#counters[counter.packetsForwarded]++;
    this.#counters[counter.bytesForwarded] += length;
  }

  /** Reads the metadata of a packet whose seal has been checked; what is wrong with it is counted, and the packet dropped. */
  #readMetadata(packet: Packet, end: number): Metadata | undefined {
    const { frame } = packet;
    if (!packet.hasRightUdpChecksum) {
      this.#drop(frame, counter.badChecksum);
      return undefined;
    }
    const { keys } = this.#interfaces.list[packet.networkInterface];
    const metadata = decodeMetadata(frame.bytes, packet.payloadAt, end, keys);
    if (typeof metadata === 'string') {
      this.#counters[metadataFaultCounter(metadata)]++;
      this.#trace('packet-dropped', frame, metadata);
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
    this.#drop(packet.frame, counter.ttlExceeded);
  }

  icmpError(kind: IcmpErrorKind, packet: Packet, mtu: number, now: Instant): void {
    if (this.#parts.icmpErrors.send(kind, packet, mtu, now)) this.#trace('icmp-error-sent', packet.frame, kind);
  }

  #drop(frame: Frame, reason: number): void {
    this.#counters[reason]++;
    if (this.#parts.trace) this.#trace('packet-dropped', frame, counterPath(reason));
  }

  #trace(type: TraceType, frame: Frame, reason?: string): void {
    this.#parts.trace?.event({ type, packet: frame.id, ...(reason !== undefined && { reason }) });
  }

  /** Counts and traces a packet that goes no further. */
  drop(packet: Packet, reason: number): void {
    this.#drop(packet.frame, reason);
  }
}

function metadataFaultCounter(fault: MetadataFault): number {
  if (fault === 'unknown-key') return counter.unknownKey;
  return fault === 'undecipherable' ? counter.undecipherable : counter.metadataGetLength;
}
