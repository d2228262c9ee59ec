import { Frame, HEADROOM } from '../frame.ts';
import type { Random } from '../random.ts';
import { counter, type Counters } from '../stats/counters.ts';
import type { Instant } from '../time.ts';
import { copyBytes, readU16, writeU16 } from '../wire/bytes.ts';
import { ethernetHeaderLength } from '../wire/ethernet.ts';
import {
  IPV4_DO_NOT_FRAGMENT,
  IPV4_HEADER_LENGTH,
  finishIpv4Header,
  ipProtocols,
  ipv4CheckedHeaderLength,
  ipv4Protocol,
  ipv4TotalLength,
} from '../wire/ipv4.ts';
import {
  IPV6_FRAGMENT_HEADER_LENGTH,
  IPV6_HEADER_LENGTH,
  emitIpv6FragmentHeader,
  ipv6CheckedHeaderLength,
  ipv6FragmentId,
  ipv6FragmentNextHeader,
  ipv6FragmentWord,
  ipv6NextHeader,
  ipv6PayloadLength,
} from '../wire/ipv6.ts';
import { KEY_WORDS, setIpv4Addresses, setIpv6Addresses, setKeyHead } from './flow-key.ts';
import type { Neighbors } from './neighbors.ts';
import { writeContent, type Fragment, type Whole } from './reassembly.ts';

/** Longest content of an IP packet that is put together. */
export const IP_CONTENT_MAX = 65_535 - IPV4_HEADER_LENGTH;

const MORE_FRAGMENTS = 0x2000;
const OFFSET_MASK = 0x1fff;
const key = new Uint32Array(KEY_WORDS);

/** The IP fragment that begins at `ipAt` of a frame; undefined if its headers do not add up. The key is valid until the next call. */
export function ipFragment(frame: Frame, ipAt: number, networkInterface: number): Fragment | undefined {
  return frame.bytes[ipAt] >>> 4 === 4
    ? ipv4Fragment(frame, ipAt, networkInterface)
    : ipv6Fragment(frame, ipAt, networkInterface);
}

/** RFC 791: source, destination, protocol and identification tell the fragments of a packet. Options are left behind. */
function ipv4Fragment({ bytes, start, end }: Frame, ipAt: number, networkInterface: number): Fragment | undefined {
  const headerLength = ipv4CheckedHeaderLength(bytes, ipAt, end);
  if (headerLength < 0) return undefined;
  const word = readU16(bytes, ipAt + 6);
  setKeyHead(key, networkInterface, 4, ipv4Protocol(bytes, ipAt), 0, 0);
  setIpv4Addresses(key, bytes, ipAt + 12, ipAt + 16);
  return {
    key,
    id: readU16(bytes, ipAt + 4),
    about: 0,
    offset: (word & OFFSET_MASK) * 8,
    isLast: (word & MORE_FRAGMENTS) === 0,
    size: ipv4TotalLength(bytes, ipAt),
    bytes,
    headerAt: start,
    headerEnd: ipAt + IPV4_HEADER_LENGTH,
    contentAt: ipAt + headerLength,
    contentEnd: ipAt + ipv4TotalLength(bytes, ipAt),
  };
}

/** RFC 8200, section 4.5, with the fragment header right behind the IPv6 header. */
function ipv6Fragment({ bytes, start, end }: Frame, ipAt: number, networkInterface: number): Fragment | undefined {
  const contentAt = ipAt + IPV6_HEADER_LENGTH + IPV6_FRAGMENT_HEADER_LENGTH;
  if (ipv6CheckedHeaderLength(bytes, ipAt, end) < 0 || ipv6NextHeader(bytes, ipAt) !== ipProtocols.ipv6Fragment)
    return undefined;
  const contentEnd = ipAt + IPV6_HEADER_LENGTH + ipv6PayloadLength(bytes, ipAt);
  if (contentAt > contentEnd) return undefined;
  const headerAt = ipAt + IPV6_HEADER_LENGTH;
  const word = ipv6FragmentWord(bytes, headerAt);
  setKeyHead(key, networkInterface, 6, ipProtocols.ipv6Fragment, 0, 0);
  setIpv6Addresses(key, bytes, ipAt + 8, ipAt + 24);
  return {
    key,
    id: ipv6FragmentId(bytes, headerAt),
    about: 0,
    offset: word & 0xfff8,
    isLast: (word & 1) === 0,
    size: contentEnd - ipAt,
    bytes,
    headerAt: start,
    headerEnd: contentAt,
    contentAt,
    contentEnd,
  };
}

/** Writes the frame that the fragments would have come in, had they been one packet. */
export function loadIpWhole(frame: Frame, whole: Whole): void {
  const { bytes } = frame;
  const { header } = whole;
  const ipAt = HEADROOM + ethernetHeaderLength(header, 0, header.length);
  const isIpv4 = header[ipAt - HEADROOM] >>> 4 === 4;
  const headerEnd = ipAt + (isIpv4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH);
  copyBytes(header, 0, bytes, HEADROOM, headerEnd - HEADROOM);
  frame.start = HEADROOM;
  frame.end = writeContent(whole, bytes, headerEnd);
  if (isIpv4) {
    bytes[ipAt] = 0x45;
    writeU16(bytes, ipAt + 2, frame.end - ipAt);
    writeU16(bytes, ipAt + 6, readU16(bytes, ipAt + 6) & IPV4_DO_NOT_FRAGMENT);
    finishIpv4Header(bytes, ipAt);
  } else {
    writeU16(bytes, ipAt + 4, frame.end - headerEnd);
    bytes[ipAt + 6] = ipv6FragmentNextHeader(header, headerEnd - HEADROOM);
  }
}

/** Cuts IP packets that are too long for the link to a host, as routers may with IPv4, or as the sending host did. */
export class IpFragments {
  readonly #neighbors: Neighbors;
  readonly #counters: Float64Array;
  readonly #frame = Frame.allocate();
  #nextId: number;

  constructor(neighbors: Neighbors, counters: Counters, random: Random) {
    this.#neighbors = neighbors;
    this.#counters = counters.values;
    this.#nextId = random.below(2 ** 32);
  }

  /** Sends the IP packet in `whole`, in fragments of at most `mtu` bytes. Returns the bytes sent; 0 if the MTU is too small. */
  send(neighbor: number, whole: Frame, mtu: number, now: Instant): number {
    const { bytes, start, end } = whole;
    const isIpv4 = bytes[start] >>> 4 === 4;
    const contentAt = start + (isIpv4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH);
    const overhead = isIpv4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH + IPV6_FRAGMENT_HEADER_LENGTH;
    const pieceMax = Math.floor((mtu - overhead) / 8) * 8;
    if (pieceMax < 8) return 0;
    this.#nextId = (this.#nextId + 1) >>> 0;
    let sent = 0;
    for (let from = contentAt; from < end; from += pieceMax) {
      const to = Math.min(from + pieceMax, end);
      const frame = this.#frame;
      frame.id = whole.id;
      frame.start = HEADROOM;
      frame.end = HEADROOM + overhead + to - from;
      copyBytes(bytes, start, frame.bytes, HEADROOM, contentAt - start);
      frame.bytes.set(bytes.subarray(from, to), HEADROOM + overhead);
      if (isIpv4) this.#finishIpv4(from - contentAt, to < end);
      else this.#finishIpv6(from - contentAt, to < end);
      sent += frame.end - frame.start;
      this.#counters[counter.ipFragmentsSent]++;
      this.#neighbors.send(neighbor, frame, now);
    }
    return sent;
  }

  #finishIpv4(offset: number, isMore: boolean): void {
    const { bytes, start, end } = this.#frame;
    writeU16(bytes, start + 2, end - start);
    // The identification that the sender gave is kept; without one, the packet needs one now.
    if (readU16(bytes, start + 4) === 0) writeU16(bytes, start + 4, this.#nextId & 0xffff || 1);
    const flags = readU16(bytes, start + 6) & IPV4_DO_NOT_FRAGMENT;
    writeU16(bytes, start + 6, flags | (isMore ? MORE_FRAGMENTS : 0) | (offset / 8));
    finishIpv4Header(bytes, start);
  }

  #finishIpv6(offset: number, isMore: boolean): void {
    const { bytes, start, end } = this.#frame;
    const at = start + IPV6_HEADER_LENGTH;
    emitIpv6FragmentHeader(bytes, at, ipv6NextHeader(bytes, start), offset, isMore, this.#nextId);
    writeU16(bytes, start + 4, end - at);
    bytes[start + 6] = ipProtocols.ipv6Fragment;
  }
}
