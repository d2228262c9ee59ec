import { Frame, HEADROOM } from '../frame.ts';
import { encodeMetadata, metadataLength, type Metadata, type MetadataEncoding } from '../metadata/codec.ts';
import type { Fragment as FragmentAttribute } from '../metadata/layout.ts';
import type { Random } from '../random.ts';
import { counter, type Counters } from '../stats/counters.ts';
import type { Instant } from '../time.ts';
import { copyBytes, writeU16, writeU32 } from '../wire/bytes.ts';
import { finish, sum } from '../wire/checksum.ts';
import { ethernetHeaderLength } from '../wire/ethernet.ts';
import { IPV4_DO_NOT_FRAGMENT } from '../wire/ipv4.ts';
import { IPV6_HEADER_LENGTH } from '../wire/ipv6.ts';
import { UDP_HEADER_LENGTH } from '../wire/udp.ts';
import { finishUdpChecksum, type IpFields } from './egress.ts';
import type { FlowTable } from './flow-table.ts';
import type { Neighbors } from './neighbors.ts';
import { ipHeaderLength, type Packet } from './packet.ts';
import type { PeerPath } from './peer-path.ts';
import { writeContent, type Fragment, type Whole } from './reassembly.ts';
import type { Sealing } from './sealing.ts';
import type { WaysOut } from './ways-out.ts';

/** Longest UDP payload that is put together: with its headers, IPv4 options included, it is a packet that can be. */
export const FABRIC_CONTENT_MAX = 65_464;

/** Largest packet put together from fragments, with its Ethernet header. */
export const WHOLE_FRAME_LENGTH = 65_535 + IPV6_HEADER_LENGTH + 18;

/** Least content of a fragment that is not the last, in bytes: offsets count in units of this. */
const UNIT = 8;

const anyFragment: FragmentAttribute = {
  extendedId: 0,
  originalId: 0,
  dontFragment: false,
  moreFragments: false,
  offset: 0,
  largestSeen: 0,
};

/** Bytes of a metadata block that holds the attribute fragment and nothing else. */
const blockLengths: Readonly<Record<MetadataEncoding, number>> = {
  protobuf: metadataLength({ fragment: anyFragment }, 'protobuf'),
  tlv: metadataLength({ fragment: anyFragment }, 'tlv'),
};

export interface FabricFragmentsParts {
  readonly flows: FlowTable;
  readonly waysOut: WaysOut;
  readonly neighbors: Neighbors;
  readonly sealing: Sealing;
  readonly counters: Counters;
  readonly random: Random;
}

/**
 * Cuts packets that are too long for the path to a peer (SVR sheet, section 1.2, type 1). What is cut is the UDP payload
 * as it would have left: metadata, encrypted content and HMAC trailer. Each fragment is an SVR packet of its own, with
 * metadata that holds the attribute fragment alone, and sealed as such: the receiver can put it in its place before it
 * knows of the session, and then checks the whole as if it had come in one piece (emulator choice).
 *
 * The fragments have DF set, as they are made to fit. The attribute keeps the IP identification and the DF of the packet.
 */
export class FabricFragments {
  readonly #parts: FabricFragmentsParts;
  readonly #counters: Float64Array;
  readonly #frame = Frame.allocate();
  /** A router that starts anew must not go on with packets that its peers still wait for. */
  #nextId: number;

  constructor(parts: FabricFragmentsParts) {
    this.#parts = parts;
    this.#counters = parts.counters.values;
    this.#nextId = parts.random.below(2 ** 32);
  }

  /**
   * Sends the UDP payload in `frame` from `at` on, in fragments that the path carries. Returns the bytes sent, from the IP
   * headers on; 0 if its MTU leaves no room for content, or the payload is too long.
   */
  send(flow: number, packet: Packet, at: number, path: PeerPath, now: Instant): number {
    const { end, bytes, id } = packet.frame;
    const blockLength = blockLengths[path.encoding];
    const outside = ipHeaderLength(path.family) + UDP_HEADER_LENGTH + blockLength + (path.seal?.trailerLength ?? 0);
    const pieceMax = Math.floor((path.mtu - outside) / UNIT) * UNIT;
    if (pieceMax < UNIT || end - at > FABRIC_CONTENT_MAX) return 0;
    const extendedId = this.#nextId;
    this.#nextId = (this.#nextId + 1) >>> 0;
    const fields = {
      trafficClass: packet.trafficClass,
      ttl: packet.ttl - 1,
      identification: 0,
      fragmentWord: IPV4_DO_NOT_FRAGMENT,
    };
    let sent = 0;
    for (let from = at; from < end; from += pieceMax) {
      const to = Math.min(from + pieceMax, end);
      const fragment = {
        extendedId,
        originalId: packet.identification,
        dontFragment: packet.doNotFragment,
        moreFragments: to < end,
        offset: (from - at) / UNIT,
        largestSeen: packet.largestFragment,
      };
      const frame = this.#frame;
      frame.id = id;
      frame.start = HEADROOM;
      frame.end = HEADROOM + encodeMetadata({ fragment }, path.encoding, frame.bytes, HEADROOM);
      frame.bytes.set(bytes.subarray(from, to), frame.end);
      frame.end += to - from;
      if (path.seal) this.#parts.sealing.sealUnbound(frame, HEADROOM, path.seal, now);
      sent += this.#transmit(flow, path, fields, now);
    }
    return sent;
  }

  #transmit(flow: number, { family }: PeerPath, fields: IpFields, now: Instant): number {
    const { waysOut, flows } = this.#parts;
    const frame = this.#frame;
    const udpAt = waysOut.prependHeaders(flow, frame, HEADROOM, fields, fields.ttl);
    finishUdpChecksum(frame, udpAt, family);
    const length = frame.end - frame.start;
    this.#counters[counter.fabricFragmentsSent]++;
    this.#parts.neighbors.send(flows.neighbor[flow], frame, now);
    return length;
  }
}

/** What a packet with the attribute fragment is to be put together from; its content ends at `end`. */
export function fabricFragment(
  packet: Packet,
  attribute: FragmentAttribute,
  metadata: Metadata,
  end: number,
): Fragment {
  return {
    key: packet.key,
    id: attribute.extendedId,
    about: attribute.originalId * 0x1_0000 + (attribute.dontFragment ? IPV4_DO_NOT_FRAGMENT : 0),
    offset: attribute.offset * UNIT,
    isLast: !attribute.moreFragments,
    size: attribute.largestSeen,
    bytes: packet.frame.bytes,
    headerAt: packet.frame.start,
    headerEnd: packet.payloadAt,
    contentAt: packet.payloadAt + metadata.length,
    contentEnd: end,
  };
}

/** Writes the frame that the fragments would have come in, had they been one packet. */
export function loadFabricWhole(frame: Frame, whole: Whole): void {
  const { bytes } = frame;
  const { header, about } = whole;
  copyBytes(header, 0, bytes, HEADROOM, header.length);
  const ipAt = HEADROOM + ethernetHeaderLength(header, 0, header.length);
  const udpAt = HEADROOM + header.length - UDP_HEADER_LENGTH;
  const family = bytes[ipAt] >>> 4 === 4 ? 4 : 6;
  frame.start = ipAt;
  frame.end = writeContent(whole, bytes, HEADROOM + header.length);
  if (family === 4) {
    writeU16(bytes, ipAt + 2, frame.end - ipAt);
    writeU32(bytes, ipAt + 4, about);
    writeU16(bytes, ipAt + 10, 0);
    writeU16(bytes, ipAt + 10, finish(sum(bytes, ipAt, udpAt)));
  } else {
    writeU16(bytes, ipAt + 4, frame.end - ipAt - IPV6_HEADER_LENGTH);
  }
  writeU16(bytes, udpAt + 4, frame.end - udpAt);
  finishUdpChecksum(frame, udpAt, family);
  frame.start = HEADROOM;
}
