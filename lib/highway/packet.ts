import type { Family } from '../address.ts';
import { Frame } from '../frame.ts';
import { counter } from '../stats/counters.ts';
import { readU16 } from '../wire/bytes.ts';
import { finish, pseudoHeaderSum, sum } from '../wire/checksum.ts';
import { ICMP_HEADER_LENGTH, icmpTypes, icmpv6Types } from '../wire/icmp.ts';
import {
  IPV4_DO_NOT_FRAGMENT,
  IPV4_HEADER_LENGTH,
  ipProtocols,
  ipv4CheckedHeaderLength,
  ipv4IsFragment,
  ipv4Protocol,
  ipv4TotalLength,
  ipv4Ttl,
} from '../wire/ipv4.ts';
import {
  IPV6_HEADER_LENGTH,
  ipv6CheckedHeaderLength,
  ipv6HopLimit,
  ipv6NextHeader,
  ipv6PayloadLength,
  ipv6TrafficClass,
} from '../wire/ipv6.ts';
import { tcpCheckedHeaderLength } from '../wire/tcp.ts';
import { UDP_HEADER_LENGTH, udpCheckedLength } from '../wire/udp.ts';
import { KEY_WORDS, setIpv4Addresses, setIpv6Addresses, setKeyHead } from './flow-key.ts';

/** What `Packet.parse` returns when all is well; otherwise it returns the counter that says what is wrong. */
export const PARSED = -1;

/**
 * What the highway knows about the frame in hand. One object serves all packets: nothing of it outlives the call that
 * it is passed to.
 */
export class Packet {
  frame: Frame = Frame.allocate(0);
  /** Index of the network-interface that the packet came in by. */
  networkInterface = 0;
  family: Family = 4;
  ipAt = 0;
  protocol = 0;
  trafficClass = 0;
  ttl = 0;
  /** IPv4 identification and the word of flags, which a router keeps; 0 for IPv6, unless fragments name them. */
  identification = 0;
  fragmentWord = 0;
  /** Offset of the TCP, UDP or ICMP header. */
  l4At = 0;
  /** Where that header and what it carries end; Ethernet padding lies behind. */
  end = 0;
  /** For ICMP echo both are the identifier, so that request and reply mirror each other. */
  sourcePort = 0;
  destinationPort = 0;
  /** An ICMP message other than echo: it belongs to no flow of its own. */
  isIcmpMessage = false;
  /** TCP flags; 0 for other protocols. */
  tcpFlags = 0;
  readonly key = new Uint32Array(KEY_WORDS);
  /**
   * Of a packet that was put together from fragments of the fabric: the identification and the word of flags that its
   * fragments name, side by side as in IPv4's header; -1 of any other. Parsing does not touch it, nor what follows.
   */
  fabricWords = -1;
  /** Length of the largest IP fragment in which its host sent it; 0 if it was sent whole. */
  largestFragment = 0;

  /** Its sender wants to hear of it rather than to have it cut. */
  get doNotFragment(): boolean {
    return (this.fragmentWord & IPV4_DO_NOT_FRAGMENT) !== 0;
  }

  /** Whether it may be cut where it is too long: as IPv4 its sender says so, and what came in fragments always may. */
  mayBeCut(family: Family): boolean {
    return this.largestFragment !== 0 || (family === 4 && !this.doNotFragment);
  }

  get payloadAt(): number {
    return this.l4At + UDP_HEADER_LENGTH;
  }

  get addressLength(): number {
    return this.family === 4 ? 4 : 16;
  }

  get sourceAt(): number {
    return this.family === 4 ? this.ipAt + 12 : this.ipAt + 8;
  }

  get destinationAt(): number {
    return this.family === 4 ? this.ipAt + 16 : this.ipAt + 24;
  }

  /** Whether the UDP checksum is right, or rightly absent (RFC 768; RFC 8200, section 8.1). */
  get hasRightUdpChecksum(): boolean {
    const { bytes } = this.frame;
    if (readU16(bytes, this.l4At + 6) === 0) return this.family === 4;
    const end = this.l4At + readU16(bytes, this.l4At + 4);
    const { sourceAt, destinationAt, addressLength } = this;
    const pseudo = pseudoHeaderSum(bytes, sourceAt, destinationAt, addressLength, ipProtocols.udp, end - this.l4At);
    return finish(pseudo + sum(bytes, this.l4At, end)) === 0;
  }

  /** Reads an IPv4 packet that begins at `ipAt`, and its flow key. Returns PARSED or the counter of what is wrong. */
  parseIpv4(frame: Frame, ipAt: number, networkInterface: number): number {
    const bytes = frame.bytes;
    const headerLength = ipv4CheckedHeaderLength(bytes, ipAt, frame.end);
    if (headerLength < 0) return counter.frameMalformed;
    if (ipv4IsFragment(bytes, ipAt)) return counter.fragments;
    this.frame = frame;
    this.networkInterface = networkInterface;
    this.family = 4;
    this.ipAt = ipAt;
    this.protocol = ipv4Protocol(bytes, ipAt);
    this.trafficClass = bytes[ipAt + 1];
    this.ttl = ipv4Ttl(bytes, ipAt);
    this.identification = readU16(bytes, ipAt + 4);
    this.fragmentWord = readU16(bytes, ipAt + 6);
    this.l4At = ipAt + headerLength;
    this.end = ipAt + ipv4TotalLength(bytes, ipAt);
    const fault = this.#parseL4(bytes);
    if (fault !== PARSED) return fault;
    setKeyHead(this.key, networkInterface, 4, this.protocol, this.sourcePort, this.destinationPort);
    setIpv4Addresses(this.key, bytes, ipAt + 12, ipAt + 16);
    return PARSED;
  }

  /** The same for IPv6. Packets with extension headers are not carried, but for fragments, which are put together first. */
  parseIpv6(frame: Frame, ipAt: number, networkInterface: number): number {
    const bytes = frame.bytes;
    if (ipv6CheckedHeaderLength(bytes, ipAt, frame.end) < 0) return counter.frameMalformed;
    this.frame = frame;
    this.networkInterface = networkInterface;
    this.family = 6;
    this.ipAt = ipAt;
    this.protocol = ipv6NextHeader(bytes, ipAt);
    this.trafficClass = ipv6TrafficClass(bytes, ipAt);
    this.ttl = ipv6HopLimit(bytes, ipAt);
    this.identification = this.fabricWords < 0 ? 0 : this.fabricWords >>> 16;
    this.fragmentWord = this.fabricWords < 0 ? 0 : this.fabricWords & 0xffff;
    this.l4At = ipAt + IPV6_HEADER_LENGTH;
    this.end = this.l4At + ipv6PayloadLength(bytes, ipAt);
    const fault = this.#parseL4(bytes);
    if (fault !== PARSED) return fault;
    setKeyHead(this.key, networkInterface, 6, this.protocol, this.sourcePort, this.destinationPort);
    setIpv6Addresses(this.key, bytes, ipAt + 8, ipAt + 24);
    return PARSED;
  }

  #parseL4(bytes: Uint8Array): number {
    const at = this.l4At;
    this.isIcmpMessage = false;
    this.tcpFlags = 0;
    if (this.protocol === ipProtocols.udp) {
      const length = udpCheckedLength(bytes, at, this.end);
      if (length < 0) return counter.frameMalformed;
      this.end = at + length;
    } else if (this.protocol === ipProtocols.tcp) {
      if (tcpCheckedHeaderLength(bytes, at, this.end) < 0) return counter.frameMalformed;
      this.tcpFlags = bytes[at + 13];
    } else {
      return this.#parseIcmp(bytes);
    }
    this.sourcePort = readU16(bytes, at);
    this.destinationPort = readU16(bytes, at + 2);
    return PARSED;
  }

  #parseIcmp(bytes: Uint8Array): number {
    if (this.protocol !== (this.family === 4 ? ipProtocols.icmp : ipProtocols.icmpv6)) {
      const isFragment = this.family === 6 && this.protocol === ipProtocols.ipv6Fragment;
      return isFragment ? counter.fragments : counter.frameUnsupported;
    }
    if (this.end - this.l4At < ICMP_HEADER_LENGTH) return counter.frameMalformed;
    const type = bytes[this.l4At];
    const isEcho =
      this.family === 4
        ? type === icmpTypes.echoRequest || type === icmpTypes.echoReply
        : type === icmpv6Types.echoRequest || type === icmpv6Types.echoReply;
    this.isIcmpMessage = !isEcho;
    const identifier = isEcho ? readU16(bytes, this.l4At + 4) : 0;
    this.sourcePort = identifier;
    // Ports that differ make the key of another message one that no flow has.
    this.destinationPort = isEcho ? identifier : 1;
    return PARSED;
  }
}

export const ipHeaderLength = (family: Family): number => (family === 4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH);
