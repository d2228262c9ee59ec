import type { Family } from '../address.ts';
import type { Frame } from '../frame.ts';
import { baseHeaderFault, hasCookie, headerLength, payloadLength } from '../metadata/header.ts';
import { decodeMetadata } from '../metadata/codec.ts';
import type { Context } from '../metadata/layout.ts';
import { readU16, readU32, writeU16 } from '../wire/bytes.ts';
import { finish, pseudoHeaderSum, sum } from '../wire/checksum.ts';
import { ICMP_HEADER_LENGTH, emitIcmp, icmpChecksumAt, icmpTypes, icmpUnreachable, icmpv6Types } from '../wire/icmp.ts';
import {
  IPV4_DO_NOT_FRAGMENT,
  IPV4_HEADER_LENGTH,
  emitIpv4,
  finishIpv4Header,
  ipProtocols,
  ipv4DestinationAt,
  ipv4Protocol,
  ipv4SourceAt,
} from '../wire/ipv4.ts';
import { IPV6_HEADER_LENGTH, emitIpv6, ipv6DestinationAt, ipv6NextHeader, ipv6SourceAt } from '../wire/ipv6.ts';
import { KEY_WORDS, setIpv4Addresses, setIpv6Addresses, setKeyHead } from './flow-key.ts';
import { ipHeaderLength, type Packet } from './packet.ts';

/** Bytes of the offending packet that an error quotes: enough for its IP and L4 headers, short enough for any link. */
export const QUOTE_LENGTH_MAX = 548;

/** What of an L4 header every quote has (RFC 792). */
const L4_LENGTH_MIN = 8;

/** Writes the ICMP header before the quote that begins at `quoteAt` and ends the frame, and the IP header before that. */
export function wrapIcmpError(
  frame: Frame,
  quoteAt: number,
  [type, code, rest]: readonly [type: number, code: number, rest: number],
  source: Uint8Array,
  destination: Uint8Array,
): void {
  const { bytes } = frame;
  const icmpAt = quoteAt - ICMP_HEADER_LENGTH;
  emitIcmp(bytes, icmpAt, type, code, rest);
  if (source.length === 4) {
    writeU16(bytes, icmpChecksumAt(icmpAt), finish(sum(bytes, icmpAt, frame.end)));
    const at = icmpAt - IPV4_HEADER_LENGTH;
    emitIpv4(bytes, at, frame.end, 0xc0, 0, 0, 64, ipProtocols.icmp);
    bytes.set(source, ipv4SourceAt(at));
    bytes.set(destination, ipv4DestinationAt(at));
    finishIpv4Header(bytes, at);
    frame.start = at;
    return;
  }
  const at = icmpAt - IPV6_HEADER_LENGTH;
  emitIpv6(bytes, at, frame.end, 0, 64, ipProtocols.icmpv6);
  bytes.set(source, ipv6SourceAt(at));
  bytes.set(destination, ipv6DestinationAt(at));
  const length = frame.end - icmpAt;
  const pseudo = pseudoHeaderSum(bytes, ipv6SourceAt(at), ipv6DestinationAt(at), 16, ipProtocols.icmpv6, length);
  writeU16(bytes, icmpChecksumAt(icmpAt), finish(pseudo + sum(bytes, icmpAt, frame.end)));
  frame.start = at;
}

/** Whether an ICMP message of this type is an error that is carried: unreachable, too big, or time exceeded. */
export function isErrorType(family: Family, type: number): boolean {
  return family === 4
    ? type === icmpTypes.unreachable || type === icmpTypes.timeExceeded
    : type === icmpv6Types.unreachable || type === icmpv6Types.packetTooBig || type === icmpv6Types.timeExceeded;
}

/** The MTU that an ICMP error tells, 0 if it does not say; undefined for one that is not about a packet too long. */
export function tooBigMtu({ frame, family, l4At }: Packet): number | undefined {
  const { bytes } = frame;
  if (family === 6) return bytes[l4At] === icmpv6Types.packetTooBig ? readU32(bytes, l4At + 4) : undefined;
  const isTooBig = bytes[l4At] === icmpTypes.unreachable && bytes[l4At + 1] === icmpUnreachable.fragmentationNeeded;
  return isTooBig ? readU16(bytes, l4At + 6) : undefined;
}

/** Whether the checksum of an ICMP message is right. */
export function hasRightIcmpChecksum({ frame, family, sourceAt, destinationAt, l4At, end }: Packet): boolean {
  const total = sum(frame.bytes, l4At, end);
  if (family === 4) return finish(total) === 0;
  const pseudo = pseudoHeaderSum(frame.bytes, sourceAt, destinationAt, 16, ipProtocols.icmpv6, end - l4At);
  return finish(pseudo + total) === 0;
}

/** The packet that an ICMP error is about, as far as the error quotes it. */
export interface Quote {
  readonly family: Family;
  readonly sourceAt: number;
  /** The L4 header and what follows it are bytes[l4At, end). */
  readonly l4At: number;
  readonly end: number;
  /** Key of the packets that answer it, valid until the next call. */
  readonly answerKey: Uint32Array;
}

/** Length of a quoted UDP packet as it was sent, from its IP header on. */
export const quotedLength = (bytes: Uint8Array, { family, l4At }: Quote): number =>
  ipHeaderLength(family) + readU16(bytes, l4At + 4);

const answerKey = new Uint32Array(KEY_WORDS);

/** Reads the quote of an error; undefined if it is of a packet that no flow can have: a later fragment, another error. */
export function readQuote({ frame, family, l4At: icmpAt, end, networkInterface }: Packet): Quote | undefined {
  const { bytes } = frame;
  const at = icmpAt + ICMP_HEADER_LENGTH;
  const ipLength = ipHeaderLength(family);
  if (end - at < ipLength + L4_LENGTH_MIN || bytes[at] >>> 4 !== family) return undefined;
  const l4At = at + (family === 4 ? (bytes[at] & 0x0f) * 4 : ipLength);
  if (l4At < at + ipLength || end - l4At < L4_LENGTH_MIN) return undefined;
  if (family === 4 && (readU16(bytes, at + 6) & 0x1fff) !== 0) return undefined;
  const protocol = family === 4 ? ipv4Protocol(bytes, at) : ipv6NextHeader(bytes, at);
  const ports = portsOf(bytes, l4At, protocol, family);
  if (!ports) return undefined;
  setKeyHead(answerKey, networkInterface, family, protocol, ports[1], ports[0]);
  if (family === 4) setIpv4Addresses(answerKey, bytes, ipv4DestinationAt(at), ipv4SourceAt(at));
  else setIpv6Addresses(answerKey, bytes, ipv6DestinationAt(at), ipv6SourceAt(at));
  return { family, sourceAt: family === 4 ? ipv4SourceAt(at) : ipv6SourceAt(at), l4At, end, answerKey };
}

/** Source and destination port, both of them the identifier for an echo. */
function portsOf(
  bytes: Uint8Array,
  at: number,
  protocol: number,
  family: Family,
): readonly [number, number] | undefined {
  if (protocol === ipProtocols.udp || protocol === ipProtocols.tcp) return [readU16(bytes, at), readU16(bytes, at + 2)];
  const [own, echoes] =
    family === 4
      ? [ipProtocols.icmp, [icmpTypes.echoRequest, icmpTypes.echoReply]]
      : [ipProtocols.icmpv6, [icmpv6Types.echoRequest, icmpv6Types.echoReply]];
  if (protocol !== own || !(echoes as readonly number[]).includes(bytes[at])) return undefined;
  return [readU16(bytes, at + 4), readU16(bytes, at + 4)];
}

/**
 * Where in a UDP payload between routers, of which bytes[at, end) is quoted, what the hosts say begins: behind metadata.
 * -1 if the quote does not reach it, or is from the middle of a packet.
 */
export function contentOfQuoted(bytes: Uint8Array, at: number, end: number): number {
  let contentAt = at;
  // A first fragment is followed by the metadata of its packet, if that has any.
  for (let blocks = 0; blocks < 2 && hasCookie(bytes, contentAt, end); blocks++) {
    if (baseHeaderFault(bytes, contentAt, end) !== undefined) return -1;
    const hasPayload = payloadLength(bytes, contentAt) > 0;
    const metadata = hasPayload ? undefined : decodeMetadata(bytes, contentAt, end);
    const fragment = typeof metadata === 'object' ? metadata.attributes.fragment : undefined;
    if (fragment && fragment.offset > 0) return -1;
    contentAt += headerLength(bytes, contentAt) + payloadLength(bytes, contentAt);
    if (!fragment) break;
  }
  return contentAt;
}

/**
 * Writes a packet of these endpoints as its sender has sent it, of which bytes[l4At, l4End) is the L4 header and what is
 * known of the rest, to `target` at `at`. `l4Length` is what it was long. Returns the end.
 */
export function writeQuote(
  target: Uint8Array,
  at: number,
  context: Context,
  bytes: Uint8Array,
  l4At: number,
  l4End: number,
  l4Length: number,
): number {
  const { source, destination, protocol, sourcePort, destinationPort } = context;
  const isIpv4 = source.length === 4;
  const toL4 = at + ipHeaderLength(isIpv4 ? 4 : 6);
  const end = Math.min(toL4 + l4End - l4At, at + QUOTE_LENGTH_MAX);
  target.set(bytes.subarray(l4At, l4At + end - toL4), toL4);
  if (protocol === ipProtocols.udp || protocol === ipProtocols.tcp) {
    writeU16(target, toL4, sourcePort);
    writeU16(target, toL4 + 2, destinationPort);
  } else {
    writeU16(target, toL4 + 4, sourcePort);
  }
  const packetEnd = toL4 + Math.min(l4Length, 65_535 - IPV4_HEADER_LENGTH);
  if (isIpv4) {
    emitIpv4(target, at, packetEnd, 0, 0, IPV4_DO_NOT_FRAGMENT, 1, protocol);
    target.set(source, ipv4SourceAt(at));
    target.set(destination, ipv4DestinationAt(at));
    finishIpv4Header(target, at);
  } else {
    emitIpv6(target, at, packetEnd, 0, 1, protocol);
    target.set(source, ipv6SourceAt(at));
    target.set(destination, ipv6DestinationAt(at));
  }
  return end;
}
