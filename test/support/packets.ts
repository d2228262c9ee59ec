import { formatAddressBytes, parseAddress } from '../../lib/address.ts';
import { readU16, writeU16, writeU32 } from '../../lib/wire/bytes.ts';
import { ETHERNET_HEADER_LENGTH, etherType, etherTypes, ethernetHeaderLength } from '../../lib/wire/ethernet.ts';
import { ipProtocols } from '../../lib/wire/ipv4.ts';

/** An address in text, and a port. */
export type End = readonly [address: string, port: number];

export interface IpOptions {
  readonly ttl?: number;
  readonly trafficClass?: number;
  /** The IPv4 word of flags and fragment offset. */
  readonly fragmentWord?: number;
}

export interface UdpOptions extends IpOptions {
  /** False for a datagram that is sent without a checksum. */
  readonly checksum?: boolean;
}

export interface TcpOptions extends IpOptions {
  readonly sequence?: number;
  readonly acknowledgement?: number;
  readonly payload?: Uint8Array;
}

/** What stands in a frame, in words that a test can compare. */
export interface ReadPacket {
  readonly family: 4 | 6;
  readonly source: string;
  readonly destination: string;
  readonly ttl: number;
  readonly protocol: number;
  /** 0 for ICMP. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** TCP flags; 0 for other protocols. */
  readonly flags: number;
  /** Type and code of an ICMP message. */
  readonly icmp?: readonly [type: number, code: number];
  /** Behind the L4 header; behind the first 8 bytes of an ICMP message. */
  readonly payload: Uint8Array;
  /** The L4 header and what follows. */
  readonly l4: Uint8Array;
  /** Whether every checksum that is there is right. A datagram over IPv6 must have one. */
  readonly isIntact: boolean;
  readonly hasUdpChecksum: boolean;
}

export const text = (content: string): Uint8Array => new TextEncoder().encode(content);
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export function addressBytes(address: string): Uint8Array {
  const parsed = parseAddress(address);
  if (!parsed) throw new Error(`${address} is no address`);
  return parsed.bytes;
}

/** The Internet checksum as RFC 1071 words it; nothing of lib/wire is used, so that a fault there shows. */
export function internetChecksum(...parts: readonly Uint8Array[]): number {
  let total = 0;
  for (const part of parts)
    for (let i = 0; i < part.length; i += 2) total += (part[i] << 8) + (i + 1 < part.length ? part[i + 1] : 0);
  while (total > 0xffff) total = (total & 0xffff) + Math.floor(total / 0x10000);
  return 0xffff - total;
}

function pseudoHeader(source: Uint8Array, destination: Uint8Array, protocol: number, length: number): Uint8Array {
  const tail = new Uint8Array(8);
  writeU32(tail, 0, length);
  tail[7] = protocol;
  return joined(source, destination, tail);
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** An IP packet around an L4 header and its payload. */
export function ipPacket(
  source: string,
  destination: string,
  protocol: number,
  l4: Uint8Array,
  options: IpOptions = {},
): Uint8Array {
  const { ttl = 64, trafficClass = 0, fragmentWord = 0x4000 } = options;
  const from = addressBytes(source);
  const to = addressBytes(destination);
  if (from.length === 16) {
    const header = new Uint8Array(8);
    writeU32(header, 0, 0x6000_0000 + trafficClass * 0x10_0000);
    writeU16(header, 4, l4.length);
    header[6] = protocol;
    header[7] = ttl;
    return joined(header, from, to, l4);
  }
  const header = new Uint8Array(12);
  header[0] = 0x45;
  header[1] = trafficClass;
  writeU16(header, 2, 20 + l4.length);
  writeU16(header, 4, 0x1234);
  writeU16(header, 6, fragmentWord);
  header[8] = ttl;
  header[9] = protocol;
  writeU16(header, 10, internetChecksum(header, from, to));
  return joined(header, from, to, l4);
}

export function udpPacket(from: End, to: End, payload: Uint8Array, options: UdpOptions = {}): Uint8Array {
  const header = new Uint8Array(8);
  writeU16(header, 0, from[1]);
  writeU16(header, 2, to[1]);
  writeU16(header, 4, 8 + payload.length);
  if (options.checksum !== false) {
    const pseudo = pseudoHeader(addressBytes(from[0]), addressBytes(to[0]), ipProtocols.udp, 8 + payload.length);
    writeU16(header, 6, internetChecksum(pseudo, header, payload) || 0xffff);
  }
  return ipPacket(from[0], to[0], ipProtocols.udp, joined(header, payload), options);
}

export function tcpPacket(from: End, to: End, flags: number, options: TcpOptions = {}): Uint8Array {
  const { sequence = 1_000, acknowledgement = 0, payload = new Uint8Array(0) } = options;
  const header = new Uint8Array(20);
  writeU16(header, 0, from[1]);
  writeU16(header, 2, to[1]);
  writeU32(header, 4, sequence);
  writeU32(header, 8, acknowledgement);
  header[12] = 0x50;
  header[13] = flags;
  writeU16(header, 14, 0xffff);
  const length = header.length + payload.length;
  const pseudo = pseudoHeader(addressBytes(from[0]), addressBytes(to[0]), ipProtocols.tcp, length);
  writeU16(header, 16, internetChecksum(pseudo, header, payload));
  return ipPacket(from[0], to[0], ipProtocols.tcp, joined(header, payload), options);
}

/** An ICMP message, or an ICMPv6 one between IPv6 addresses; `rest` stands in bytes 4 to 7. */
export function icmpPacket(
  source: string,
  destination: string,
  [type, code]: readonly [number, number],
  rest: number,
  payload: Uint8Array,
  options: IpOptions = {},
): Uint8Array {
  const header = new Uint8Array(8);
  header[0] = type;
  header[1] = code;
  writeU32(header, 4, rest);
  const from = addressBytes(source);
  const isIpv6 = from.length === 16;
  const protocol = isIpv6 ? ipProtocols.icmpv6 : ipProtocols.icmp;
  const pseudo = isIpv6
    ? pseudoHeader(from, addressBytes(destination), protocol, 8 + payload.length)
    : new Uint8Array(0);
  writeU16(header, 2, internetChecksum(pseudo, header, payload));
  return ipPacket(source, destination, protocol, joined(header, payload), options);
}

/** An echo request, or its reply. */
export function echoPacket(
  kind: 'request' | 'reply',
  source: string,
  destination: string,
  identifier: number,
  payload: Uint8Array,
  options: IpOptions = {},
): Uint8Array {
  const isIpv6 = addressBytes(source).length === 16;
  const type = kind === 'request' ? (isIpv6 ? 128 : 8) : isIpv6 ? 129 : 0;
  return icmpPacket(source, destination, [type, 0], identifier * 0x1_0000 + 1, payload, options);
}

/** An ARP packet in its frame; `operation` 1 asks, 2 answers. */
export function arpFrame(
  to: Uint8Array,
  operation: number,
  sender: readonly [mac: Uint8Array, address: string],
  target: readonly [mac: Uint8Array, address: string],
): Uint8Array {
  const head = Uint8Array.of(0, 1, 8, 0, 6, 4, 0, operation);
  const body = joined(head, sender[0], addressBytes(sender[1]), target[0], addressBytes(target[1]));
  return ethernetFrame(to, sender[0], etherTypes.arp, body);
}

/** A neighbor solicitation (135) or advertisement (136) with the option that holds the link address. */
export function neighborPacket(
  type: 135 | 136,
  source: string,
  destination: string,
  target: string,
  mac: Uint8Array,
  options: IpOptions = {},
): Uint8Array {
  const option = joined(Uint8Array.of(type === 135 ? 1 : 2, 1), mac);
  const rest = type === 136 ? 0x6000_0000 : 0;
  return icmpPacket(source, destination, [type, 0], rest, joined(addressBytes(target), option), {
    ttl: 255,
    ...options,
  });
}

/** A frame around an IP packet, or around anything else. */
export function ethernetFrame(to: Uint8Array, from: Uint8Array, type: number, content: Uint8Array): Uint8Array {
  return joined(to, from, Uint8Array.of(type >>> 8, type & 0xff), content);
}

export const ipFrame = (to: Uint8Array, from: Uint8Array, packet: Uint8Array): Uint8Array =>
  ethernetFrame(to, from, packet[0] >>> 4 === 4 ? etherTypes.ipv4 : etherTypes.ipv6, packet);

/** What stands in a frame; undefined if it is no IP packet. */
export function readFrame(frame: Uint8Array): ReadPacket | undefined {
  const headerLength = ethernetHeaderLength(frame, 0, frame.length);
  const type = etherType(frame, 0, headerLength);
  if (type !== etherTypes.ipv4 && type !== etherTypes.ipv6) return undefined;
  return readIp(frame.slice(headerLength));
}

function readIp(bytes: Uint8Array): ReadPacket {
  const family = bytes[0] >>> 4 === 4 ? 4 : 6;
  const headerLength = family === 4 ? (bytes[0] & 0x0f) * 4 : 40;
  const end = family === 4 ? readU16(bytes, 2) : 40 + readU16(bytes, 4);
  const header = bytes.slice(0, headerLength);
  const [source, destination] =
    family === 4 ? [header.slice(12, 16), header.slice(16, 20)] : [header.slice(8, 24), header.slice(24, 40)];
  const protocol = family === 4 ? bytes[9] : bytes[6];
  const l4 = bytes.slice(headerLength, end);
  const isIcmp = protocol === ipProtocols.icmp || protocol === ipProtocols.icmpv6;
  const payloadAt = protocol === ipProtocols.tcp ? (l4[12] >>> 4) * 4 : 8;
  const hasUdpChecksum = protocol === ipProtocols.udp && readU16(l4, 6) !== 0;
  const pseudo =
    protocol === ipProtocols.icmp ? new Uint8Array(0) : pseudoHeader(source, destination, protocol, l4.length);
  const mayLackChecksum = protocol === ipProtocols.udp && family === 4;
  const isL4Intact =
    (mayLackChecksum && !hasUdpChecksum) ||
    (internetChecksum(pseudo, l4) === 0 && (protocol !== ipProtocols.udp || hasUdpChecksum));
  const isLengthRight = bytes.length >= end && (protocol !== ipProtocols.udp || readU16(l4, 4) === l4.length);
  return {
    family,
    source: formatAddressBytes(source),
    destination: formatAddressBytes(destination),
    ttl: family === 4 ? bytes[8] : bytes[7],
    protocol,
    sourcePort: isIcmp ? 0 : readU16(l4, 0),
    destinationPort: isIcmp ? 0 : readU16(l4, 2),
    flags: protocol === ipProtocols.tcp ? l4[13] : 0,
    ...(isIcmp && { icmp: [l4[0], l4[1]] as const }),
    payload: l4.slice(payloadAt),
    l4,
    isIntact: isLengthRight && isL4Intact && (family === 6 || internetChecksum(header) === 0),
    hasUdpChecksum,
  };
}

export const isArpFrame = (frame: Uint8Array): boolean =>
  etherType(frame, 0, ETHERNET_HEADER_LENGTH) === etherTypes.arp;
