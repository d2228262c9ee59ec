import { readU16 } from '../wire/bytes.ts';
import { MAC_LENGTH, etherTypes } from '../wire/ethernet.ts';
import { ICMP_HEADER_LENGTH, icmpTypes, icmpv6Types } from '../wire/icmp.ts';
import { IPV4_HEADER_LENGTH, ipProtocols } from '../wire/ipv4.ts';
import { IPV6_FRAGMENT_HEADER_LENGTH, IPV6_HEADER_LENGTH } from '../wire/ipv6.ts';
import { TCP_HEADER_LENGTH } from '../wire/tcp.ts';
import { UDP_HEADER_LENGTH } from '../wire/udp.ts';
import { linkTypes, type CapturedFrame, type CaptureInterface } from './captured-frame.ts';

/** What a frame's headers may be malformed by. */
export const layerFaults = {
  'ethernet-short': 'the frame ends within its Ethernet header',
  'vlan-short': 'the frame ends within a VLAN tag',
  'arp-short': 'the frame ends within the ARP packet',
  'ip-short': 'the frame ends within the IP header',
  'ip-version': 'the version is not that of the header which should stand here',
  'ip-length': 'the lengths in the IP header contradict each other, or what came',
  'ip-extension': 'the packet ends within an IPv6 extension header, or has too many',
  'udp-short': 'the packet ends within the UDP header',
  'udp-length': 'the length in the UDP header is less than the header, or more than came',
  'tcp-short': 'the packet ends within the TCP header',
  'tcp-length': 'the length in the TCP header is less than a header, or more than came',
  'icmp-short': 'the packet ends within the ICMP header',
} as const;

export type LayerFault = keyof typeof layerFaults;

const VLAN_TYPE_OUTER = 0x88a8;
const VLAN_TAGS_MAX = 2;
const EXTENSION_HEADERS_MAX = 8;
const COOKED_HEADER_LENGTH = 16;
const extensionHeaders = { hopByHop: 0, routing: 43, destinationOptions: 60 } as const;

/** What of a captured frame tells its headers. */
export type LayeredFrame = Pick<CapturedFrame, 'bytes' | 'start' | 'end' | 'originalLength'> & {
  readonly at: Pick<CaptureInterface, 'linkType'>;
};

/**
 * The headers of one frame, as offsets into its bytes: -1 for a header that it has not. One object serves all packets.
 * What is malformed ends the walk: `fault` says why, `faultAt` where.
 */
export class Layers {
  bytes: Uint8Array = new Uint8Array(0);
  /** Where the captured bytes end. */
  end = 0;
  ethernetAt = -1;
  etherType = -1;
  vlanAt = -1;
  arpAt = -1;
  /** Offset of the IPv4 or IPv6 header. */
  ipAt = -1;
  /** 0 if it is no IP packet. */
  family: 0 | 4 | 6 = 0;
  /** Of what the IP packet carries; -1 if it is no IP packet. */
  protocol = -1;
  sourceAt = -1;
  destinationAt = -1;
  /** Bytes of either address. */
  addressLength = 0;
  /** Where the fragment header of IPv6 stands. */
  fragmentHeaderAt = -1;
  /** A fragment, the first included. */
  isFragment = false;
  /** Where the L4 header stands; -1 if there is none, as in all fragments but the first. */
  l4At = -1;
  /** Where the IP packet ends; Ethernet padding lies behind. */
  ipEnd = 0;
  /** For ICMP echo both are the identifier, so that request and reply mirror each other. -1 for none. */
  sourcePort = -1;
  destinationPort = -1;
  /** What UDP or TCP carry is bytes[payloadAt, payloadEnd); -1 for none. */
  payloadAt = -1;
  payloadEnd = -1;
  fault: LayerFault | undefined;
  faultAt = -1;
  /** Fewer bytes were captured than the packet had: what is missing is no fault of it. */
  #isCut = false;

  read(frame: LayeredFrame): void {
    this.bytes = frame.bytes;
    this.end = frame.end;
    this.ethernetAt = this.etherType = this.vlanAt = this.arpAt = this.ipAt = -1;
    this.protocol = this.sourceAt = this.destinationAt = this.fragmentHeaderAt = this.l4At = -1;
    this.sourcePort = this.destinationPort = this.payloadAt = this.payloadEnd = this.faultAt = -1;
    this.family = 0;
    this.addressLength = 0;
    this.ipEnd = frame.end;
    this.isFragment = false;
    this.fault = undefined;
    this.#isCut = frame.originalLength > frame.end - frame.start;
    switch (frame.at.linkType) {
      case linkTypes.ethernet:
        return this.#ethernet(frame.start);
      case linkTypes.rawIp:
      case linkTypes.ipv4:
      case linkTypes.ipv6:
        return this.#ip(frame.start);
      case linkTypes.cooked:
        return this.#cooked(frame.start);
    }
  }

  #fail(fault: LayerFault, at: number): void {
    this.fault = fault;
    this.faultAt = at;
  }

  #ethernet(at: number): void {
    const typeAt = at + 2 * MAC_LENGTH;
    if (typeAt + 2 > this.end) return this.#fail('ethernet-short', at);
    this.ethernetAt = at;
    this.#afterType(typeAt);
  }

  /** Linux' "cooked" frames: the type is the last of sixteen bytes, and there are no addresses worth showing. */
  #cooked(at: number): void {
    if (at + COOKED_HEADER_LENGTH > this.end) return this.#fail('ethernet-short', at);
    this.#afterType(at + COOKED_HEADER_LENGTH - 2);
  }

  #afterType(typeAt: number): void {
    let type = readU16(this.bytes, typeAt);
    let at = typeAt + 2;
    for (let tags = 0; tags < VLAN_TAGS_MAX && (type === etherTypes.vlan || type === VLAN_TYPE_OUTER); tags++) {
      if (at + 4 > this.end) return this.#fail('vlan-short', at);
      this.vlanAt = at;
      type = readU16(this.bytes, at + 2);
      at += 4;
    }
    this.etherType = type;
    if (type === etherTypes.ipv4) this.#ipv4(at);
    else if (type === etherTypes.ipv6) this.#ipv6(at);
    else if (type === etherTypes.arp) this.#arp(at);
  }

  #arp(at: number): void {
    if (at + 28 > this.end) return this.#fail('arp-short', at);
    this.arpAt = at;
  }

  #ip(at: number): void {
    if (at >= this.end) return this.#fail('ip-short', at);
    if (this.bytes[at] >>> 4 === 4) this.#ipv4(at);
    else this.#ipv6(at);
  }

  #ipv4(at: number): void {
    const { bytes, end } = this;
    if (at + IPV4_HEADER_LENGTH > end) return this.#fail('ip-short', at);
    if (bytes[at] >>> 4 !== 4) return this.#fail('ip-version', at);
    const headerLength = (bytes[at] & 0x0f) * 4;
    const totalLength = readU16(bytes, at + 2);
    this.ipAt = at;
    this.family = 4;
    this.addressLength = 4;
    this.sourceAt = at + 12;
    this.destinationAt = at + 16;
    this.protocol = bytes[at + 9];
    if (headerLength < IPV4_HEADER_LENGTH || headerLength > totalLength) return this.#fail('ip-length', at);
    if (!this.#endsAt(at + totalLength) || at + headerLength > end) return this.#fail('ip-length', at + 2);
    const fragmentWord = readU16(bytes, at + 6);
    this.isFragment = (fragmentWord & 0x3fff) !== 0;
    if ((fragmentWord & 0x1fff) === 0) this.#l4(at + headerLength);
  }

  /** Takes note of where the packet says that it ends. False if it claims more than it had on the wire. */
  #endsAt(claimed: number): boolean {
    if (claimed > this.end && !this.#isCut) return false;
    this.ipEnd = Math.min(claimed, this.end);
    return true;
  }

  #ipv6(at: number): void {
    const { bytes, end } = this;
    if (at + IPV6_HEADER_LENGTH > end) return this.#fail('ip-short', at);
    if (bytes[at] >>> 4 !== 6) return this.#fail('ip-version', at);
    this.ipAt = at;
    this.family = 6;
    this.addressLength = 16;
    this.sourceAt = at + 8;
    this.destinationAt = at + 24;
    this.protocol = bytes[at + 6];
    if (!this.#endsAt(at + IPV6_HEADER_LENGTH + readU16(bytes, at + 4))) return this.#fail('ip-length', at + 4);
    let next = at + IPV6_HEADER_LENGTH;
    for (let headers = 0; isExtensionHeader(this.protocol); headers++) {
      if (headers === EXTENSION_HEADERS_MAX || next + 8 > this.ipEnd) return this.#fail('ip-extension', next);
      const isFragmentHeader = this.protocol === ipProtocols.ipv6Fragment;
      this.protocol = bytes[next];
      if (isFragmentHeader) {
        this.fragmentHeaderAt = next;
        this.isFragment = true;
        if (readU16(bytes, next + 2) >>> 3 !== 0) return;
      }
      next += isFragmentHeader ? IPV6_FRAGMENT_HEADER_LENGTH : 8 * (bytes[next + 1] + 1);
    }
    if (next > this.ipEnd) return this.#fail('ip-extension', next);
    this.#l4(next);
  }

  #l4(at: number): void {
    this.l4At = at;
    if (this.protocol === ipProtocols.udp) this.#udp(at);
    else if (this.protocol === ipProtocols.tcp) this.#tcp(at);
    else if (this.protocol === (this.family === 4 ? ipProtocols.icmp : ipProtocols.icmpv6)) this.#icmp(at);
  }

  #udp(at: number): void {
    if (at + UDP_HEADER_LENGTH > this.ipEnd) return this.#short('udp-short', at);
    this.#ports(at);
    const length = readU16(this.bytes, at + 4);
    // What the first fragment of a packet lacks, the others have.
    const mayBeLonger = this.#isCut || this.isFragment;
    if (length < UDP_HEADER_LENGTH || (at + length > this.ipEnd && !mayBeLonger))
      return this.#fail('udp-length', at + 4);
    this.payloadAt = at + UDP_HEADER_LENGTH;
    this.payloadEnd = Math.min(at + length, this.ipEnd);
  }

  #tcp(at: number): void {
    if (at + TCP_HEADER_LENGTH > this.ipEnd) return this.#short('tcp-short', at);
    this.#ports(at);
    const headerLength = (this.bytes[at + 12] >>> 4) * 4;
    if (headerLength < TCP_HEADER_LENGTH) return this.#fail('tcp-length', at + 12);
    if (at + headerLength > this.ipEnd) return this.#short('tcp-length', at + 12);
    this.payloadAt = at + headerLength;
    this.payloadEnd = this.ipEnd;
  }

  #icmp(at: number): void {
    if (at + ICMP_HEADER_LENGTH > this.ipEnd) return this.#short('icmp-short', at);
    const type = this.bytes[at];
    const isEcho =
      this.family === 4
        ? type === icmpTypes.echoRequest || type === icmpTypes.echoReply
        : type === icmpv6Types.echoRequest || type === icmpv6Types.echoReply;
    if (isEcho) this.sourcePort = this.destinationPort = readU16(this.bytes, at + 4);
  }

  /** A header that is not all there, unless that is the capture's doing. */
  #short(fault: LayerFault, at: number): void {
    this.l4At = -1;
    if (!this.#isCut) this.#fail(fault, at);
  }

  #ports(at: number): void {
    this.sourcePort = readU16(this.bytes, at);
    this.destinationPort = readU16(this.bytes, at + 2);
  }
}

const isExtensionHeader = (protocol: number): boolean =>
  protocol === ipProtocols.ipv6Fragment ||
  protocol === extensionHeaders.hopByHop ||
  protocol === extensionHeaders.routing ||
  protocol === extensionHeaders.destinationOptions;
