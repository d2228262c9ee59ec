import { encodeMetadata } from '../metadata/codec.ts';
import { addFalsePositiveMarker, METADATA_LENGTH_MAX } from '../metadata/header.ts';
import type { Random } from '../random.ts';
import { counter, type Counters } from '../stats/counters.ts';
import type { Instant } from '../time.ts';
import { copyBytes, writeU16 } from '../wire/bytes.ts';
import { update } from '../wire/checksum.ts';
import { UDP_HEADER_LENGTH, udpChecksum } from '../wire/udp.ts';
import type { CapturePoints } from './capture-points.ts';
import { finishUdpChecksum, prependIp } from './egress.ts';
import type { Endings } from './endings.ts';
import { FabricFragments } from './fabric-fragments.ts';
import { KEY_WORDS, keyFamily, keyNetworkInterface } from './flow-key.ts';
import { type FlowTable, flowFlags } from './flow-table.ts';
import type { SlowPath } from './highway.ts';
import { IpFragments } from './ip-fragments.ts';
import type { Neighbors } from './neighbors.ts';
import { ipHeaderLength, type Packet } from './packet.ts';
import type { PeerPath } from './peer-path.ts';
import type { Sealing } from './sealing.ts';
import type { WaysOut } from './ways-out.ts';

export interface DeparturesParts {
  readonly flows: FlowTable;
  readonly paths: readonly PeerPath[];
  readonly waysOut: WaysOut;
  readonly capturePoints: CapturePoints;
  readonly neighbors: Neighbors;
  readonly counters: Counters;
  readonly random: Random;
  /** By the index of a network-interface. */
  readonly mtus: readonly number[];
  /** Packets that do not want to be cut are told so, instead of being cut where nobody sees it. */
  readonly obeysDontFragment: boolean;
  /** Silence of a flow after which its opposite asks the service area what to do; Infinity in packet-based mode. */
  readonly inactivityTimeout: number;
}

/** Flags of a flow for which the service area must be asked before a packet leaves. */
const ASK_BEFORE_LEAVING = flowFlags.metadataOn | flowFlags.watched | flowFlags.owesConfirmation;

/** How packets of flows leave: to hosts behind new IP headers, to peers wrapped, with metadata or a mark, and sealed. */
export class Departures {
  readonly #parts: DeparturesParts;
  readonly #slowPath: SlowPath;
  readonly #flows: FlowTable;
  readonly #counters: Float64Array;
  readonly #sealing: Sealing;
  readonly #endings: Endings;
  readonly #fabricFragments: FabricFragments;
  readonly #ipFragments: IpFragments;
  /** Where metadata is written before its length is known. */
  readonly #block = new Uint8Array(METADATA_LENGTH_MAX);

  constructor(parts: DeparturesParts, slowPath: SlowPath, sealing: Sealing, endings: Endings) {
    this.#parts = parts;
    this.#slowPath = slowPath;
    this.#flows = parts.flows;
    this.#counters = parts.counters.values;
    this.#sealing = sealing;
    this.#endings = endings;
    this.#fabricFragments = new FabricFragments({ ...parts, sealing });
    this.#ipFragments = new IpFragments(parts.neighbors, parts.counters, parts.random);
  }

  /** An L4 header with its payload leaves as it is, behind a new IP header. */
  toHost(flow: number, packet: Packet, l4At: number, end: number, now: Instant): void {
    const { frame } = packet;
    const keyAt = (flow ^ 1) * KEY_WORDS;
    const { keys } = this.#flows;
    const room = this.#mtu(keys, keyAt) - ipHeaderLength(keyFamily(keys, keyAt)) - (end - l4At);
    if (room < 0 && !packet.mayBeCut(keyFamily(keys, keyAt))) return this.#tooBig(flow, packet, l4At, end, room, now);
    frame.end = end;
    prependIp(frame, l4At, keys, keyAt, packet, packet.ttl - 1);
    this.#transmitToHost(flow, packet, room, now);
  }

  /** The payload of a UDP session gets back the header that it had. */
  toHostAsUdp(flow: number, packet: Packet, contentAt: number, end: number, isChanged: boolean, now: Instant): void {
    const { keys } = this.#flows;
    const keyAt = (flow ^ 1) * KEY_WORDS;
    const room =
      this.#mtu(keys, keyAt) - ipHeaderLength(keyFamily(keys, keyAt)) - UDP_HEADER_LENGTH - (end - contentAt);
    if (room < 0 && !packet.mayBeCut(keyFamily(keys, keyAt)))
      return this.#tooBig(flow, packet, contentAt, end, room, now);
    this.#wrapInUdp(flow, packet, contentAt, end, isChanged);
    this.#transmitToHost(flow, packet, room, now);
  }

  #transmitToHost(flow: number, packet: Packet, room: number, now: Instant): void {
    if ((this.#flows.flags[flow] & flowFlags.captured) !== 0)
      this.#parts.capturePoints.leavesToHost(flow, packet.frame, now);
    if (room < 0 || packet.largestFragment !== 0) this.#transmitInFragments(flow, packet, now);
    else this.#transmit(flow, packet, now);
  }

  /** Longest IP packet that may leave by the interface of a key. */
  #mtu(keys: Uint32Array, keyAt: number): number {
    return this.#parts.mtus[keyNetworkInterface(keys, keyAt)];
  }

  /** Content from a host or another peer leaves to the peer of a flow's path, with what the service area wants to add. */
  toPeer(
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
    if (path.seal) this.#sealing.seal(flow, frame, at, path.seal, attributes !== undefined, now);
    if ((flows.flags[flow] & flowFlags.captured) !== 0)
      this.#parts.capturePoints.leavesToPeer(flow, { frame, at, contentAt, attributes }, packet, packet.ttl - 1, now);
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
    if (sent === 0) return this.#endings.drop(packet.frame, counter.metadataAddFailure);
    this.#counters[counter.fabricFragmented]++;
    this.#count(flow, sent);
    this.#endings.trace('packet-fragmented', packet.frame);
  }

  /** A packet that is `-room` bytes too long for where it would leave. A host is told how long it may be (RFC 1191). */
  #tooBig(flow: number, packet: Packet, at: number, end: number, room: number, now: Instant): void {
    if (this.#flows.path[flow ^ 1] === 0)
      this.#endings.icmpError('too-big', packet, packet.end - packet.ipAt + room, now);
    else this.#slowPath.undeliverable('too-big', flow, packet, at, end, room, now);
    this.#endings.drop(packet.frame, counter.tooBig);
  }

  /** Writes the UDP and IP headers that a flow's packet leaves with; `frame.start` is then at the latter. */
  #wrapInUdp(flow: number, packet: Packet, payloadAt: number, end: number, isChanged: boolean): void {
    const { frame } = packet;
    const checksum = isChanged ? 0 : udpChecksum(frame.bytes, packet.l4At);
    frame.end = end;
    const udpAt = this.#parts.waysOut.prependHeaders(flow, frame, payloadAt, packet, packet.ttl - 1);
    const family = keyFamily(this.#flows.keys, (flow ^ 1) * KEY_WORDS);
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
    if (sent === 0) return this.#endings.drop(frame, counter.tooBig);
    this.#counters[counter.ipFragmented]++;
    this.#count(flow, sent);
    this.#endings.trace('packet-fragmented', frame);
  }

  #count(flow: number, length: number): void {
    this.#flows.packets[flow]++;
    this.#flows.bytes[flow] += length;
    this.#counters[counter.packetsForwarded]++;
    this.#counters[counter.bytesForwarded] += length;
  }
}
