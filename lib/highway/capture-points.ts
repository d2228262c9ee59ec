import { Frame, HEADROOM } from '../frame.ts';
import type { Attributes } from '../metadata/attributes.ts';
import { encodeMetadata } from '../metadata/codec.ts';
import { METADATA_LENGTH_MAX } from '../metadata/header.ts';
import { counter, type Counters } from '../stats/counters.ts';
import type { Instant } from '../time.ts';
import { finishUdpChecksum, type IpFields } from './egress.ts';
import { flowFlags, type FlowTable } from './flow-table.ts';
import type { Neighbors } from './neighbors.ts';
import type { PeerPath } from './peer-path.ts';
import type { WaysOut } from './ways-out.ts';

/**
 * Where packets of a session are captured, named by its direction and the side of the router (SVR sheet, section 7):
 * each direction where it comes in, as it came, and where it leaves, rewritten and with metadata in the clear.
 */
export const capturePoints = ['forward-ingress', 'forward-egress', 'reverse-egress', 'reverse-ingress'] as const;
export type CapturePoint = (typeof capturePoints)[number];

/** A packet at one point. */
export interface TakenPacket {
  readonly time: Instant;
  readonly service: string;
  readonly point: CapturePoint;
  readonly direction: 'in' | 'out';
  readonly id: number;
  /** The frame, from its Ethernet header on. */
  readonly bytes: Uint8Array;
  readonly comments: readonly string[];
}

/** A UDP payload that is about to leave to a peer: a block of metadata up to `contentAt`, and what is behind it. */
export interface Leaving {
  readonly frame: Frame;
  readonly at: number;
  readonly contentAt: number;
  /** What the block says; undefined if it is not encrypted, or there is none. */
  readonly attributes: Attributes | undefined;
}

/** Packets that were taken are kept up to so many bytes (emulator choice). */
const KEPT_BYTES_MAX = 16 << 20;

interface CapturedFlow {
  readonly service: string;
  readonly session: string;
  readonly packetsMax: number;
  taken: number;
}

interface CapturePointsParts {
  readonly flows: FlowTable;
  readonly paths: readonly PeerPath[];
  readonly waysOut: WaysOut;
  readonly neighbors: Neighbors;
  readonly counters: Counters;
  /** The last packet of a flow has been taken. */
  readonly full: (flow: number) => void;
}

const NONE = -1;

/**
 * Takes packets of the flows that bear the flag `captured`, and keeps them. A packet that is taken where it comes in is
 * taken where it leaves too, so that both points of a direction have the same packets.
 */
export class CapturePoints {
  readonly #parts: CapturePointsParts;
  readonly #flows = new Map<number, CapturedFlow>();
  /** Flow of the packet in hand, if that was taken where it came in. */
  #inHand = NONE;
  #kept: TakenPacket[] = [];
  /** Packets before this one have been given up. */
  #first = 0;
  #keptBytes = 0;

  constructor(parts: CapturePointsParts) {
    this.#parts = parts;
  }

  /** Begins to take packets of a flow. */
  begin(
    flow: number,
    about: { readonly service: string; readonly session: string; readonly packetsMax: number },
  ): void {
    this.#flows.set(flow, { ...about, taken: 0 });
    this.#parts.flows.flags[flow] |= flowFlags.captured;
  }

  /** Takes no more packets of a flow. */
  end(flow: number): void {
    this.#flows.delete(flow);
    this.#parts.flows.flags[flow] &= ~flowFlags.captured;
    if (this.#inHand === flow) this.#inHand = NONE;
  }

  /** How many packets of a flow are still to be taken. */
  remaining(flow: number): number {
    const captured = this.#flows.get(flow);
    return captured ? captured.packetsMax - captured.taken : 0;
  }

  /** What has been taken and is kept, oldest first. */
  packets(): readonly TakenPacket[] {
    return this.#kept.slice(this.#first);
  }

  /** A packet of a flow that is captured has come. */
  arrived(flow: number, frame: Frame, now: Instant): void {
    this.#inHand = NONE;
    const captured = this.#next(flow);
    if (!captured) return;
    this.#inHand = flow;
    this.#take(flow, captured, 'in', frame.id, frame.copy(), [], now);
  }

  /** It leaves to a host: `frame` begins with its IP header. */
  leavesToHost(flow: number, frame: Frame, now: Instant): void {
    const captured = this.#goOn(flow);
    if (!captured) return;
    const copy = new Frame(new Uint8Array(HEADROOM + frame.length), HEADROOM, HEADROOM + frame.length);
    copy.bytes.set(frame.bytes.subarray(frame.start, frame.end), copy.start);
    this.#leaves(flow, captured, copy, frame.id, [], now);
  }

  /** It leaves to a peer. */
  leavesToPeer(flow: number, leaving: Leaving, fields: IpFields, ttl: number, now: Instant): void {
    const captured = this.#goOn(flow);
    if (captured) this.#leavesToPeer(flow, captured, leaving, fields, ttl, now);
  }

  /** A packet of the router's own leaves to a peer, for a session that is captured. */
  made(flow: number, leaving: Leaving, fields: IpFields, now: Instant): void {
    const captured = this.#next(flow);
    if (!captured) return;
    this.#leavesToPeer(flow, captured, leaving, fields, fields.ttl, now);
    this.#endIfFull(flow, captured);
  }

  /** The flow as it is when its next packet is taken; undefined if it has had all of them. */
  #next(flow: number): CapturedFlow | undefined {
    const captured = this.#flows.get(flow);
    if (!captured) return undefined;
    if (captured.taken < captured.packetsMax) {
      captured.taken++;
      return captured;
    }
    this.#endIfFull(flow, captured);
    return undefined;
  }

  /** The flow of the packet in hand, if it was taken where it came in; that of the last one is then through. */
  #goOn(flow: number): CapturedFlow | undefined {
    if (this.#inHand !== flow) return undefined;
    this.#inHand = NONE;
    const captured = this.#flows.get(flow);
    if (captured) this.#endIfFull(flow, captured);
    return captured;
  }

  #endIfFull(flow: number, { taken, packetsMax }: CapturedFlow): void {
    if (taken < packetsMax) return;
    this.end(flow);
    this.#parts.full(flow);
  }

  #leavesToPeer(
    flow: number,
    captured: CapturedFlow,
    { frame, at, contentAt, attributes }: Leaving,
    fields: IpFields,
    ttl: number,
    now: Instant,
  ): void {
    const { paths, flows, waysOut } = this.#parts;
    const path = paths[flows.path[flow] - 1];
    const hasHidden = path.keys !== undefined && attributes !== undefined;
    const lengthMax = METADATA_LENGTH_MAX + frame.end - at;
    const copy = new Frame(new Uint8Array(HEADROOM + lengthMax), HEADROOM, HEADROOM);
    const blockLength = hasHidden
      ? encodeMetadata(attributes, path.encoding, copy.bytes, copy.start)
      : putBytes(frame, at, contentAt, copy, copy.start);
    copy.end = copy.start + blockLength;
    copy.end += putBytes(frame, contentAt, frame.end, copy, copy.end);
    const udpAt = waysOut.prependHeaders(flow, copy, copy.start, fields, ttl);
    finishUdpChecksum(copy, udpAt, path.family);
    const hidden = contentAt - at - blockLength;
    const comments = hasHidden
      ? [`metadata in the clear: ${hidden} bytes longer on the wire, with another checksum`]
      : [];
    this.#leaves(flow, captured, copy, frame.id, comments, now);
  }

  #leaves(
    flow: number,
    captured: CapturedFlow,
    frame: Frame,
    id: number,
    comments: readonly string[],
    now: Instant,
  ): void {
    const { neighbors, flows } = this.#parts;
    neighbors.prependHeader(flows.neighbor[flow], frame);
    this.#take(flow, captured, 'out', id, frame.copy(), comments, now);
  }

  #take(
    flow: number,
    { service, session, taken, packetsMax }: CapturedFlow,
    direction: 'in' | 'out',
    id: number,
    bytes: Uint8Array,
    comments: readonly string[],
    now: Instant,
  ): void {
    const point = capturePoints[(flow & 1) * 2 + (direction === 'in' ? 0 : 1)];
    const about = `service ${service}, session ${session}, packet ${taken} of ${packetsMax}`;
    this.#kept.push({ time: now, service, point, direction, id, bytes, comments: [about, ...comments] });
    this.#keptBytes += bytes.length;
    const { values } = this.#parts.counters;
    values[counter.sessionCapturePackets]++;
    while (this.#keptBytes > KEPT_BYTES_MAX) {
      this.#keptBytes -= this.#kept[this.#first++].bytes.length;
      values[counter.sessionCapturePacketsGivenUp]++;
    }
    if (this.#first * 2 > this.#kept.length) {
      this.#kept = this.#kept.slice(this.#first);
      this.#first = 0;
    }
  }
}

/** Copies bytes of one frame to another; how many they are. */
function putBytes(from: Frame, start: number, end: number, to: Frame, at: number): number {
  to.bytes.set(from.bytes.subarray(start, end), at);
  return end - start;
}
