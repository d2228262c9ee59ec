import { formatAddressBytes } from '../../address.ts';
import type { Authority } from '../../config/index.ts';
import type { Frame } from '../../frame.ts';
import { etherType, etherTypes, ethernetHeaderLength } from '../../wire/ethernet.ts';
import { ICMP_HEADER_LENGTH, icmpType, icmpTypes, icmpv6Types } from '../../wire/icmp.ts';
import {
  ipProtocols,
  ipv4CheckedHeaderLength,
  ipv4IsFragment,
  ipv4Protocol,
  ipv4TotalLength,
} from '../../wire/ipv4.ts';
import { IPV6_HEADER_LENGTH, ipv6CheckedHeaderLength, ipv6NextHeader, ipv6PayloadLength } from '../../wire/ipv6.ts';
import { tcpCheckedHeaderLength, tcpFlags, tcpFlagsOf } from '../../wire/tcp.ts';
import { UDP_HEADER_LENGTH } from '../../wire/udp.ts';
import { PacketBook } from './packet-book.ts';

/** Packets that a generation of the books holds. There are two, so that a run of any length takes bounded memory. */
const GENERATION_MAX = 65_536;

const addressesAt = { 4: 12, 6: 8 } as const;

/**
 * The books about what hosts send and get. A packet is known by everything that a router must not change: addresses,
 * transport header and payload, without checksum. Of TCP, whose connections routers may take part in, that is addresses,
 * ports, sequence number and payload of what carries data.
 */
export class Deliveries {
  #recent = new PacketBook();
  #former = new PacketBook();
  /** Packets that went out before this one may have been struck off the books. */
  #oldestId = 0;
  #oldestRecentId = 0;
  readonly #corrupted = new Set<number>();
  #extra = 0;
  #duplicated = 0;
  readonly #routers: ReadonlySet<string>;

  constructor({ routers }: Authority) {
    const interfaces = routers
      .flatMap(({ nodes }) => nodes.flatMap(({ deviceInterfaces }) => deviceInterfaces))
      .flatMap(({ networkInterfaces }) => networkInterfaces);
    const addresses = interfaces.flatMap(({ addresses }) => addresses.map(({ ipAddress }) => ipAddress.bytes.join()));
    this.#routers = new Set(addresses);
  }

  sent(frame: Frame): void {
    const key = identify(frame);
    if (key === undefined) return;
    const book = this.#bookWith(key) ?? this.#bookForOneMore(frame);
    book.countSent(key);
  }

  /** There may be a second frame of one. */
  duplicated(): void {
    this.#duplicated++;
  }

  /** A link has made another frame of it. Who gets the packet, and what of it, may be another. */
  corrupted({ id }: Frame): void {
    this.#corrupted.add(id);
    const [oldest] = this.#corrupted;
    if (this.#corrupted.size > GENERATION_MAX) this.#corrupted.delete(oldest);
  }

  /** What is wrong with a frame that has come to its host; undefined if nothing is. */
  delivered(frame: Frame): string | undefined {
    const key = identify(frame);
    if (key === undefined || frame.id < this.#oldestId || this.#corrupted.has(frame.id)) return undefined;
    const book = this.#bookWith(key);
    if (!book && this.#routers.has(sourceOf(frame))) return undefined; // A router speaks to a host for itself.
    if (!book) return `${describe(frame)} has come, which no host has sent like this`;
    const delivered = book.countDelivered(key);
    const sent = book.sent(key);
    // A retransmission of TCP may carry other bytes of the stream together; only what is known whole is counted.
    if (delivered <= sent) return undefined;
    this.#extra++;
    if (this.#extra <= this.#duplicated) return undefined;
    return `${describe(frame)} has come ${delivered} times, and was sent ${sent === 1 ? 'once' : `${sent} times`}`;
  }

  #bookWith(key: number): PacketBook | undefined {
    if (this.#recent.has(key)) return this.#recent;
    return this.#former.has(key) ? this.#former : undefined;
  }

  #bookForOneMore({ id }: Frame): PacketBook {
    if (this.#recent.size >= GENERATION_MAX) {
      this.#former = this.#recent;
      this.#recent = new PacketBook();
      this.#oldestId = this.#oldestRecentId;
      this.#oldestRecentId = id;
    }
    return this.#recent;
  }
}

/** Where the parts of a packet stand that may be followed: no fragment, no ICMP error, no TCP segment without data. */
interface Parts {
  readonly family: 4 | 6;
  readonly ip: number;
  readonly protocol: number;
  readonly transport: number;
  readonly payload: number;
  readonly end: number;
}

function dissect({ bytes, start, end: frameEnd }: Frame): Parts | undefined {
  const headerLength = ethernetHeaderLength(bytes, start, frameEnd);
  if (headerLength < 0) return undefined;
  const ip = start + headerLength;
  const type = etherType(bytes, start, headerLength);
  if (type === etherTypes.ipv4) {
    const length = ipv4CheckedHeaderLength(bytes, ip, frameEnd);
    if (length < 0 || ipv4IsFragment(bytes, ip)) return undefined;
    return partsOf(bytes, 4, ip, ipv4Protocol(bytes, ip), ip + length, ip + ipv4TotalLength(bytes, ip));
  }
  if (type !== etherTypes.ipv6 || ipv6CheckedHeaderLength(bytes, ip, frameEnd) < 0) return undefined;
  const transport = ip + IPV6_HEADER_LENGTH;
  return partsOf(bytes, 6, ip, ipv6NextHeader(bytes, ip), transport, transport + ipv6PayloadLength(bytes, ip));
}

function partsOf(
  bytes: Uint8Array,
  family: 4 | 6,
  ip: number,
  protocol: number,
  transport: number,
  end: number,
): Parts | undefined {
  const length = followedHeaderLength(bytes, family, protocol, transport, end);
  return length < 0 ? undefined : { family, ip, protocol, transport, payload: transport + length, end };
}

/** How long the transport header is; -1 if the packet is not followed. */
function followedHeaderLength(bytes: Uint8Array, family: 4 | 6, protocol: number, at: number, end: number): number {
  switch (protocol) {
    case ipProtocols.udp:
      return UDP_HEADER_LENGTH;
    case ipProtocols.icmp:
    case ipProtocols.icmpv6: {
      const { echoRequest, echoReply } = family === 4 ? icmpTypes : icmpv6Types;
      const type = icmpType(bytes, at);
      return type === echoRequest || type === echoReply ? ICMP_HEADER_LENGTH : -1;
    }
    case ipProtocols.tcp: {
      const length = tcpCheckedHeaderLength(bytes, at, end);
      const isData = length > 0 && end > at + length && (tcpFlagsOf(bytes, at) & tcpFlags.syn) === 0;
      return isData ? length : -1;
    }
    default:
      return -1;
  }
}

/** A number of 1 to 2^53 that stands for the packet; undefined for what is not followed. */
function identify(frame: Frame): number | undefined {
  const parts = dissect(frame);
  if (!parts) return undefined;
  const { bytes } = frame;
  const { family, ip, protocol, transport, payload, end } = parts;
  const hash = new Hash();
  hash.add(bytes, ip + addressesAt[family], ip + addressesAt[family] + (family === 4 ? 8 : 32));
  if (protocol === ipProtocols.udp) hash.add(bytes, transport, transport + 6);
  else if (protocol === ipProtocols.tcp) hash.add(bytes, transport, transport + 8);
  else {
    hash.add(bytes, transport, transport + 2);
    hash.add(bytes, transport + 4, payload);
  }
  hash.add(bytes, payload, end);
  return hash.value;
}

function sourceOf(frame: Frame): string {
  const parts = dissect(frame);
  if (!parts) return '';
  const at = parts.ip + addressesAt[parts.family];
  return frame.bytes.subarray(at, at + (parts.family === 4 ? 4 : 16)).join();
}

/** Two sums over words, mixed differently. */
class Hash {
  // With a sign, as the sums have it: V8 keeps such a number where it stands, and makes an object for a larger one.
  #a = 0x811c9dc5 | 0;
  #b = 0x01000193;

  add(bytes: Uint8Array, from: number, to: number): void {
    let [a, b] = [this.#a, this.#b];
    let at = from;
    for (; at + 4 <= to; at += 4) {
      const word = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
      a = Math.imul(a ^ word, 0x01000193);
      a ^= a >>> 15;
      b = Math.imul(b ^ word, 0x85ebca6b);
      b ^= b >>> 13;
    }
    for (; at < to; at++) {
      a = Math.imul(a ^ bytes[at], 0x01000193);
      b = Math.imul(b ^ bytes[at], 0x85ebca6b) ^ (b >>> 13);
    }
    this.#a = a;
    this.#b = b;
  }

  get value(): number {
    return (this.#a >>> 0) * 0x20_0000 + (this.#b >>> 11) + 1;
  }
}

const protocolNames: Readonly<Record<number, string>> = {
  [ipProtocols.udp]: 'UDP',
  [ipProtocols.tcp]: 'TCP',
  [ipProtocols.icmp]: 'echo',
  [ipProtocols.icmpv6]: 'echo',
};

/** `a UDP packet from 10.1.0.10:40000 to 10.2.0.10:7000, 64 bytes`. */
function describe(frame: Frame): string {
  const parts = dissect(frame);
  if (!parts) return 'a packet';
  const { bytes } = frame;
  const { family, ip, protocol, transport, payload, end } = parts;
  const at = ip + addressesAt[family];
  const length = family === 4 ? 4 : 16;
  const hasPorts = protocol === ipProtocols.udp || protocol === ipProtocols.tcp;
  const [from, to] = [0, 1].map((side) => {
    const address = formatAddressBytes(bytes.slice(at + side * length, at + (side + 1) * length));
    const port = (bytes[transport + side * 2] << 8) | bytes[transport + side * 2 + 1];
    return hasPorts ? `${address} port ${port}` : address;
  });
  return `a packet of ${end - payload} bytes by ${protocolNames[protocol]} from ${from} to ${to}`;
}
