import { prefixContains, sameAddress, type Family, type IpAddress, type IpPrefix } from '../address.ts';
import type { Wire } from '../device.ts';
import { Frame, HEADROOM } from '../frame.ts';
import type { Instant } from '../time.ts';
import {
  ARP_LENGTH,
  arpOperation,
  arpOperations,
  arpSenderAddressAt,
  arpSenderMacAt,
  arpTargetAddressAt,
  emitArp,
  isArp,
} from '../wire/arp.ts';
import { finish, sum } from '../wire/checksum.ts';
import { equalBytes, writeU16 } from '../wire/bytes.ts';
import {
  BROADCAST_MAC,
  ethernetHeaderLength,
  etherType,
  etherTypes,
  isGroupMac,
  MAC_LENGTH,
  prependEthernet,
  vlanId,
} from '../wire/ethernet.ts';
import {
  emitNeighborMessage,
  icmpChecksumAt,
  icmpCode,
  icmpType,
  icmpv6Types,
  NEIGHBOR_MESSAGE_LENGTH,
  neighborMacAt,
  neighborTargetAt,
} from '../wire/icmp.ts';
import {
  emitIpv4,
  finishIpv4Header,
  ipProtocols,
  IPV4_DO_NOT_FRAGMENT,
  IPV4_HEADER_LENGTH,
  ipv4CheckedHeaderLength,
  ipv4DestinationAt,
  ipv4IsFragment,
  ipv4Protocol,
  ipv4SourceAt,
  ipv4TotalLength,
} from '../wire/ipv4.ts';
import {
  emitIpv6,
  IPV6_HEADER_LENGTH,
  ipv6CheckedHeaderLength,
  ipv6DestinationAt,
  ipv6HopLimit,
  ipv6MulticastMac,
  ipv6NextHeader,
  ipv6PayloadLength,
  ipv6SourceAt,
  solicitedNodeAddress,
} from '../wire/ipv6.ts';
import { NeighborTable } from './neighbors.ts';

export const HOP_LIMIT = 64;
/** Neighbor discovery is believed only from the own link (RFC 4861, section 7.1). */
const NEIGHBOR_HOP_LIMIT = 255;
const ZERO_MAC = new Uint8Array(MAC_LENGTH);

/** A packet for this host, checked up to its IP header. A view that is valid during the call only. */
export interface Datagram {
  readonly bytes: Uint8Array;
  readonly ipAt: number;
  /** First byte behind the IP header. */
  readonly at: number;
  readonly end: number;
  readonly protocol: number;
  /** Both addresses may be kept. */
  readonly source: IpAddress;
  readonly destination: IpAddress;
}

export interface IpOptions {
  readonly mac: Uint8Array;
  /** The host's addresses with the lengths of their networks; the bits behind the length are the host's own part. */
  readonly addresses: readonly IpPrefix[];
  /** At most one for each family is used, the first. */
  readonly gateways: readonly IpAddress[];
  /** Largest IP packet that is sent, in bytes. */
  readonly mtu: number;
}

/** Why packets went no further, in either direction. */
export interface IpStatistics {
  /** Lengths or checksums that do not hold, fragments, extension headers. */
  malformed: number;
  /** For another host, protocol or VLAN. */
  notForUs: number;
  unroutable: number;
  tooLong: number;
}

/**
 * The host's one port: Ethernet, ARP, IPv4, IPv6 and neighbor discovery. What comes for the host's own addresses is
 * handed up; what is sent finds its way to the next hop. Fragments are neither made nor put together.
 */
export class IpLayer {
  readonly statistics: IpStatistics = { malformed: 0, notForUs: 0, unroutable: 0, tooLong: 0 };
  readonly neighbors: NeighborTable;
  readonly #options: IpOptions;
  readonly #wire: Wire;
  readonly #deliver: (datagram: Datagram, now: Instant) => void;
  readonly #frame: Frame;
  #identification = 0;
  #lastSource: IpAddress | undefined;

  constructor(options: IpOptions, wire: Wire, deliver: (datagram: Datagram, now: Instant) => void) {
    this.#options = options;
    this.#wire = wire;
    this.#deliver = deliver;
    this.#frame = Frame.allocate(Math.max(options.mtu, 1_500));
    this.neighbors = new NeighborTable((address) => this.#solicit(address));
  }

  /** The own address to speak to `destination` from: one of the same network, else the first of the family. */
  sourceFor(destination: IpAddress): IpAddress | undefined {
    const { addresses } = this.#options;
    const sameNetwork = addresses.find((prefix) => prefixContains(prefix, destination));
    return (sameNetwork ?? addresses.find((prefix) => prefix.address.family === destination.family))?.address;
  }

  /** Most bytes that fit behind an IP header of this family. */
  payloadLengthMax(family: Family): number {
    return this.#options.mtu - (family === 4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH);
  }

  /**
   * Sends one packet: `emit` writes its `length` bytes behind the IP header to `bytes` at `at`. Dropped and counted if
   * it is too long or there is no way to `destination`.
   */
  send(
    source: IpAddress,
    destination: IpAddress,
    protocol: number,
    length: number,
    emit: (bytes: Uint8Array, at: number) => void,
    now: Instant,
  ): void {
    if (length > this.payloadLengthMax(destination.family)) {
      this.statistics.tooLong++;
      return;
    }
    const nextHop = this.#nextHop(destination);
    if (!nextHop) {
      this.statistics.unroutable++;
      return;
    }
    const frame = this.#frame;
    emit(frame.bytes, HEADROOM);
    frame.end = HEADROOM + length;
    this.#prependIp(source, destination, protocol, HOP_LIMIT);
    const mac = this.neighbors.macFor(nextHop);
    if (!mac) {
      this.neighbors.hold(nextHop, frame.copy(), now);
      return;
    }
    this.#transmit(mac, etherTypeOf(destination.family));
    this.neighbors.used(nextHop, now);
  }

  receive(frame: Frame, now: Instant): void {
    const { bytes, start, end } = frame;
    const headerLength = ethernetHeaderLength(bytes, start, end);
    if (headerLength < 0) {
      this.statistics.malformed++;
      return;
    }
    const isOurs = equalBytes(bytes, start, this.#options.mac, 0, MAC_LENGTH) || isGroupMac(bytes, start);
    if (!isOurs || vlanId(bytes, start, headerLength) !== 0) {
      this.statistics.notForUs++;
      return;
    }
    const at = start + headerLength;
    switch (etherType(bytes, start, headerLength)) {
      case etherTypes.arp:
        return this.#receiveArp(bytes, at, end, now);
      case etherTypes.ipv4:
        return this.#receiveIpv4(bytes, at, end, now);
      case etherTypes.ipv6:
        return this.#receiveIpv6(bytes, at, end, now);
      default:
        this.statistics.notForUs++;
    }
  }

  #receiveIpv4(bytes: Uint8Array, at: number, arrivedEnd: number, now: Instant): void {
    const headerLength = ipv4CheckedHeaderLength(bytes, at, arrivedEnd);
    if (headerLength < 0 || ipv4IsFragment(bytes, at)) {
      this.statistics.malformed++;
      return;
    }
    const destination = this.#ownAt(4, bytes, ipv4DestinationAt(at));
    if (!destination) {
      this.statistics.notForUs++;
      return;
    }
    const datagram = {
      bytes,
      ipAt: at,
      at: at + headerLength,
      end: at + ipv4TotalLength(bytes, at),
      protocol: ipv4Protocol(bytes, at),
      source: this.#sourceAt(4, bytes, ipv4SourceAt(at)),
      destination,
    };
    this.#deliver(datagram, now);
  }

  #receiveIpv6(bytes: Uint8Array, at: number, arrivedEnd: number, now: Instant): void {
    const headerLength = ipv6CheckedHeaderLength(bytes, at, arrivedEnd);
    if (headerLength < 0) {
      this.statistics.malformed++;
      return;
    }
    const own = this.#ownAt(6, bytes, ipv6DestinationAt(at));
    const datagram = {
      bytes,
      ipAt: at,
      at: at + headerLength,
      end: at + headerLength + ipv6PayloadLength(bytes, at),
      protocol: ipv6NextHeader(bytes, at),
      source: this.#sourceAt(6, bytes, ipv6SourceAt(at)),
      destination: own ?? addressAt(6, bytes, ipv6DestinationAt(at)),
    };
    if (datagram.protocol === ipProtocols.icmpv6 && this.#receiveNeighborMessage(datagram, now)) return;
    if (own) this.#deliver(datagram, now);
    else this.statistics.notForUs++;
  }

  #receiveArp(bytes: Uint8Array, at: number, end: number, now: Instant): void {
    if (!isArp(bytes, at, end)) {
      this.statistics.malformed++;
      return;
    }
    const sender = addressAt(4, bytes, arpSenderAddressAt(at));
    const senderMac = bytes.slice(arpSenderMacAt(at), arpSenderMacAt(at) + MAC_LENGTH);
    const target = addressAt(4, bytes, arpTargetAddressAt(at));
    const isAsked = this.#isOwn(target);
    this.#learn(sender, senderMac, isAsked, now);
    if (isAsked && arpOperation(bytes, at) === arpOperations.request)
      this.#sendArp(arpOperations.reply, target, senderMac, sender);
  }

  /** True if the packet was a neighbor solicitation or advertisement, believed or not. */
  #receiveNeighborMessage(datagram: Datagram, now: Instant): boolean {
    const { bytes, at, end } = datagram;
    if (end - at < 1) return false;
    const type = icmpType(bytes, at);
    if (type !== icmpv6Types.neighborSolicitation && type !== icmpv6Types.neighborAdvertisement) return false;
    const macAt = neighborMacAt(bytes, at, end);
    const isSound =
      ipv6HopLimit(bytes, datagram.ipAt) === NEIGHBOR_HOP_LIMIT && macAt >= 0 && icmpCode(bytes, at) === 0;
    if (
      !isSound ||
      transportChecksum(datagram.source, datagram.destination, ipProtocols.icmpv6, bytes, at, end) !== 0
    ) {
      this.statistics.malformed++;
      return true;
    }
    const mac = bytes.slice(macAt, macAt + MAC_LENGTH);
    const target = addressAt(6, bytes, neighborTargetAt(at));
    if (type === icmpv6Types.neighborAdvertisement) {
      this.#learn(target, mac, false, now);
    } else if (this.#isOwn(target)) {
      this.#learn(datagram.source, mac, true, now);
      this.#sendNeighborMessage(type + 1, target, target, datagram.source, mac);
    }
    return true;
  }

  #learn(address: IpAddress, mac: Uint8Array, isWanted: boolean, now: Instant): void {
    for (const packet of this.neighbors.learn(address, mac, isWanted, now)) {
      this.#frame.load(packet);
      this.#transmit(mac, etherTypeOf(address.family));
    }
  }

  #solicit(address: IpAddress): void {
    const source = this.sourceFor(address);
    if (!source) return;
    if (address.family === 4) {
      this.#sendArp(arpOperations.request, source, ZERO_MAC, address);
      return;
    }
    const group: IpAddress = { family: 6, bytes: solicitedNodeAddress(address.bytes) };
    const groupMac = new Uint8Array(MAC_LENGTH);
    ipv6MulticastMac(group.bytes, groupMac);
    this.#sendNeighborMessage(icmpv6Types.neighborSolicitation, address, source, group, groupMac);
  }

  /** For a request `targetMac` is zero, and the frame goes to everybody. */
  #sendArp(operation: number, sender: IpAddress, targetMac: Uint8Array, target: IpAddress): void {
    const frame = this.#frame;
    frame.start = HEADROOM;
    frame.end = HEADROOM + ARP_LENGTH;
    emitArp(frame.bytes, frame.start, operation, this.#options.mac, sender.bytes, targetMac, target.bytes);
    this.#transmit(operation === arpOperations.request ? BROADCAST_MAC : targetMac, etherTypes.arp);
  }

  #sendNeighborMessage(
    type: number,
    target: IpAddress,
    source: IpAddress,
    destination: IpAddress,
    destinationMac: Uint8Array,
  ): void {
    const frame = this.#frame;
    const at = HEADROOM;
    frame.end = at + NEIGHBOR_MESSAGE_LENGTH;
    emitNeighborMessage(frame.bytes, at, type, target.bytes, this.#options.mac);
    const checksum = transportChecksum(source, destination, ipProtocols.icmpv6, frame.bytes, at, frame.end);
    writeU16(frame.bytes, icmpChecksumAt(at), checksum);
    this.#prependIp(source, destination, ipProtocols.icmpv6, NEIGHBOR_HOP_LIMIT);
    this.#transmit(destinationMac, etherTypes.ipv6);
  }

  /** Writes the IP header in front of what stands in the frame from HEADROOM on. */
  #prependIp(source: IpAddress, destination: IpAddress, protocol: number, hopLimit: number): void {
    const frame = this.#frame;
    if (destination.family === 4) {
      frame.start = HEADROOM - IPV4_HEADER_LENGTH;
      this.#identification = (this.#identification + 1) & 0xffff;
      const flags = IPV4_DO_NOT_FRAGMENT;
      emitIpv4(frame.bytes, frame.start, frame.end, 0, this.#identification, flags, hopLimit, protocol);
      frame.bytes.set(source.bytes, ipv4SourceAt(frame.start));
      frame.bytes.set(destination.bytes, ipv4DestinationAt(frame.start));
      finishIpv4Header(frame.bytes, frame.start);
    } else {
      frame.start = HEADROOM - IPV6_HEADER_LENGTH;
      emitIpv6(frame.bytes, frame.start, frame.end, 0, hopLimit, protocol);
      frame.bytes.set(source.bytes, ipv6SourceAt(frame.start));
      frame.bytes.set(destination.bytes, ipv6DestinationAt(frame.start));
    }
  }

  #transmit(destinationMac: Uint8Array, type: number): void {
    const frame = this.#frame;
    frame.start = prependEthernet(frame.bytes, frame.start, destinationMac, 0, this.#options.mac, 0, type);
    frame.id = 0;
    this.#wire.transmit(0, frame);
  }

  #nextHop(destination: IpAddress): IpAddress | undefined {
    const { addresses, gateways } = this.#options;
    if (addresses.some((prefix) => prefixContains(prefix, destination))) return destination;
    return gateways.find((gateway) => gateway.family === destination.family);
  }

  #isOwn(address: IpAddress): boolean {
    return this.#options.addresses.some((own) => sameAddress(own.address, address));
  }

  /** The own address that stands in a packet. */
  #ownAt(family: Family, bytes: Uint8Array, at: number): IpAddress | undefined {
    for (const { address } of this.#options.addresses) if (isAddressAt(address, family, bytes, at)) return address;
    return undefined;
  }

  /** Who has sent a packet. It is mostly the one that has sent the last: its address is not copied each time. */
  #sourceAt(family: Family, bytes: Uint8Array, at: number): IpAddress {
    if (!this.#lastSource || !isAddressAt(this.#lastSource, family, bytes, at))
      this.#lastSource = addressAt(family, bytes, at);
    return this.#lastSource;
  }
}

/**
 * The checksum over the pseudo header and `bytes[at, end)` (RFC 9293 section 3.1, RFC 8200 section 8.1), whose
 * checksum field counts as it stands: 0 for a packet received intact, the value to write if the field is 0.
 */
export function transportChecksum(
  source: IpAddress,
  destination: IpAddress,
  protocol: number,
  bytes: Uint8Array,
  at: number,
  end: number,
): number {
  const addresses = sum(source.bytes, 0, source.bytes.length) + sum(destination.bytes, 0, destination.bytes.length);
  return finish(addresses + protocol + (end - at) + sum(bytes, at, end));
}

const etherTypeOf = (family: Family): number => (family === 4 ? etherTypes.ipv4 : etherTypes.ipv6);

function addressAt(family: Family, bytes: Uint8Array, at: number): IpAddress {
  return { family, bytes: bytes.slice(at, at + (family === 4 ? 4 : 16)) };
}

const isAddressAt = (address: IpAddress, family: Family, bytes: Uint8Array, at: number): boolean =>
  address.family === family && equalBytes(address.bytes, 0, bytes, at, address.bytes.length);
