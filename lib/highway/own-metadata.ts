import type { Frame } from '../frame.ts';
import type { Attributes } from '../metadata/attributes.ts';
import { encodeMetadata, type MetadataEncoding } from '../metadata/codec.ts';
import type { KeyRing } from '../metadata/key-ring.ts';
import { counter, type Counters } from '../stats/counters.ts';
import type { Instant } from '../time.ts';
import { MAC_LENGTH } from '../wire/ethernet.ts';
import type { CapturePoints, Leaving } from './capture-points.ts';
import { OWN_IP_FIELDS, finishUdpChecksum, prependIp, prependUdp } from './egress.ts';
import { flowFlags, type FlowTable } from './flow-table.ts';
import type { FramePool } from './frame-pool.ts';
import type { NetworkInterface } from './interfaces.ts';
import type { Neighbors } from './neighbors.ts';
import type { Packet } from './packet.ts';
import type { PeerPath } from './peer-path.ts';
import type { Sealing } from './sealing.ts';
import type { WaysOut } from './ways-out.ts';

export interface OwnMetadataParts {
  readonly flows: FlowTable;
  readonly paths: readonly PeerPath[];
  readonly waysOut: WaysOut;
  readonly capturePoints: CapturePoints;
  readonly neighbors: Neighbors;
  readonly pool: FramePool;
  readonly sealing: Sealing;
  readonly counters: Counters;
}

/** Packets of metadata that no host's packet carries: the router makes them itself. */
export class OwnMetadata {
  readonly #parts: OwnMetadataParts;

  constructor(parts: OwnMetadataParts) {
    this.#parts = parts;
  }

  /**
   * Sends metadata, and content if there is any, which `keys` encrypt, the way a flow's packets go. False if no buffer is
   * free.
   */
  send(flow: number, attributes: Attributes, now: Instant, content?: Uint8Array, keys?: KeyRing): boolean {
    const { flows, paths, pool, sealing } = this.#parts;
    const path = paths[flows.path[flow] - 1];
    const frame = pool.take();
    if (!frame) return false;
    const at = frame.start;
    const contentAt = at + encodeMetadata(attributes, path.encoding, frame.bytes, at, path.keys);
    frame.end = contentAt;
    if (content) append(frame, content, keys);
    if (path.seal) sealing.seal(flow, frame, at, path.seal, true, now);
    this.#transmit(flow, { frame, at, contentAt, attributes }, path, now);
    return true;
  }

  /**
   * Tells the peer behind a path what has come from it, if that is due and the flow is still there. Like a bare packet it is
   * bound to its session: it is not taken in where that is not known.
   */
  sendReport(path: PeerPath, now: Instant): void {
    const { flows, counters, pool, sealing } = this.#parts;
    const { index, marking, seal } = path;
    const flow = marking?.takeDue(now) ?? -1;
    if (!marking || flow < 0 || !flows.has(flow) || flows.path[flow] !== index + 1) return;
    const frame = pool.take();
    if (!frame) {
      counters.values[counter.reverseBufferAllocation]++;
      return;
    }
    const at = frame.start;
    marking.report(frame.bytes, at, now);
    frame.end = at + marking.length;
    if (seal) sealing.seal(flow, frame, at, seal, false, now);
    this.#transmit(flow, { frame, at, contentAt: at, attributes: undefined }, path, now);
    counters.values[counter.metricsReportSent]++;
  }

  /** Hands the UDP payload to the flow's next hop, and its frame back to the pool. */
  #transmit(flow: number, leaving: Leaving, { family }: PeerPath, now: Instant): void {
    const { flows, waysOut, neighbors, pool, capturePoints } = this.#parts;
    const { frame, at } = leaving;
    if ((flows.flags[flow] & flowFlags.captured) !== 0) capturePoints.made(flow, leaving, OWN_IP_FIELDS, now);
    const udpAt = waysOut.prependHeaders(flow, frame, at, OWN_IP_FIELDS, OWN_IP_FIELDS.ttl);
    finishUdpChecksum(frame, udpAt, family);
    neighbors.send(flows.neighbor[flow], frame, now);
    pool.release(frame);
  }

  /** Answers a packet that has no flow with metadata alone, sent back to where it came from. False if no buffer is free. */
  answer(
    packet: Packet,
    attributes: Attributes,
    encoding: MetadataEncoding,
    { seal, keys }: NetworkInterface,
    now: Instant,
  ): boolean {
    const { neighbors, pool, sealing } = this.#parts;
    const frame = pool.take();
    if (!frame) return false;
    const at = frame.start;
    frame.end = at + encodeMetadata(attributes, encoding, frame.bytes, at, keys);
    if (seal) sealing.sealUnbound(frame, at, seal, now);
    const udpAt = prependUdp(frame, at, packet.destinationPort, packet.sourcePort);
    prependIp(frame, udpAt, packet.key, 0, OWN_IP_FIELDS, OWN_IP_FIELDS.ttl);
    finishUdpChecksum(frame, udpAt, packet.family);
    const macAt = packet.frame.start + MAC_LENGTH;
    neighbors.sendToMac(packet.networkInterface, packet.frame.bytes, macAt, frame);
    pool.release(frame);
    return true;
  }
}

function append(frame: Frame, content: Uint8Array, keys: KeyRing | undefined): void {
  const at = frame.end;
  frame.bytes.set(content, at);
  frame.end = keys ? keys.encryptPayload(frame.bytes, at, at + content.length) : at + content.length;
}
