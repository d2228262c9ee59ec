import { type Family } from '../address.ts';
import type { Frame } from '../frame.ts';
import { writeU16 } from '../wire/bytes.ts';
import { finish, pseudoHeaderSum, sum } from '../wire/checksum.ts';
import {
  IPV4_HEADER_LENGTH,
  emitIpv4,
  finishIpv4Header,
  ipProtocols,
  ipv4DestinationAt,
  ipv4SourceAt,
} from '../wire/ipv4.ts';
import { IPV6_HEADER_LENGTH, emitIpv6, ipv6DestinationAt, ipv6SourceAt } from '../wire/ipv6.ts';
import { UDP_HEADER_LENGTH, emitUdp } from '../wire/udp.ts';
import { keyFamily, keyProtocol, writeKeyDestination, writeKeySource } from './flow-key.ts';

/** What of an IP header is kept from the packet that came in, or chosen for one that is made here. */
export interface IpFields {
  readonly trafficClass: number;
  readonly ttl: number;
  readonly identification: number;
  readonly fragmentWord: number;
}

/** The fields of packets that a router makes itself; DF is set, so the identification may stay 0 (RFC 6864). */
export const OWN_IP_FIELDS: IpFields = { trafficClass: 0, ttl: 64, identification: 0, fragmentWord: 0x4000 };

/**
 * Writes the IP header in front of the L4 header that begins at `l4At`; the packet ends at `frame.end`. It leaves as
 * the mirror image of the key at word `keyAt`: that is how the packets that come back look. `frame.start` is then the
 * first byte of the IP header.
 */
export function prependIp(
  frame: Frame,
  l4At: number,
  mirrored: Uint32Array,
  keyAt: number,
  fields: IpFields,
  ttl: number,
): void {
  const { bytes } = frame;
  const protocol = keyProtocol(mirrored, keyAt);
  if (keyFamily(mirrored, keyAt) === 4) {
    const at = l4At - IPV4_HEADER_LENGTH;
    emitIpv4(bytes, at, frame.end, fields.trafficClass, fields.identification, fields.fragmentWord, ttl, protocol);
    writeKeyDestination(mirrored, keyAt, bytes, ipv4SourceAt(at));
    writeKeySource(mirrored, keyAt, bytes, ipv4DestinationAt(at));
    finishIpv4Header(bytes, at);
    frame.start = at;
  } else {
    const at = l4At - IPV6_HEADER_LENGTH;
    emitIpv6(bytes, at, frame.end, fields.trafficClass, ttl, protocol);
    writeKeyDestination(mirrored, keyAt, bytes, ipv6SourceAt(at));
    writeKeySource(mirrored, keyAt, bytes, ipv6DestinationAt(at));
    frame.start = at;
  }
}

/** Writes the UDP header in front of the payload that begins at `payloadAt`, checksum still 0. Returns its offset. */
export function prependUdp(frame: Frame, payloadAt: number, sourcePort: number, destinationPort: number): number {
  const at = payloadAt - UDP_HEADER_LENGTH;
  emitUdp(frame.bytes, at, frame.end, sourcePort, destinationPort, 0);
  return at;
}

/** Computes the UDP checksum from scratch; the IP header stands at `frame.start`. */
export function finishUdpChecksum(frame: Frame, udpAt: number, family: Family): void {
  const { bytes, end } = frame;
  writeU16(bytes, udpAt + 6, 0);
  const sourceAt = family === 4 ? ipv4SourceAt(frame.start) : ipv6SourceAt(frame.start);
  const length = family === 4 ? 4 : 16;
  const pseudo = pseudoHeaderSum(bytes, sourceAt, sourceAt + length, length, ipProtocols.udp, end - udpAt);
  const checksum = finish(pseudo + sum(bytes, udpAt, end));
  // RFC 768: a computed checksum of zero is sent as all ones, since zero means none.
  writeU16(bytes, udpAt + 6, checksum === 0 ? 0xffff : checksum);
}
