import { readU16, readU32, writeU16, writeU32 } from './bytes.ts';

/** IPv6 header, RFC 8200. `at` is the offset of its first byte. Extension headers are not walked, but for that of a fragment. */
export const IPV6_HEADER_LENGTH = 40;

/** Checks version and length: the header's length, or -1. */
export function ipv6CheckedHeaderLength(frame: Uint8Array, at: number, end: number): number {
  if (end - at < IPV6_HEADER_LENGTH || frame[at] >>> 4 !== 6) return -1;
  return IPV6_HEADER_LENGTH + ipv6PayloadLength(frame, at) > end - at ? -1 : IPV6_HEADER_LENGTH;
}

export const ipv6PayloadLength = (frame: Uint8Array, at: number): number => readU16(frame, at + 4);
export const ipv6NextHeader = (frame: Uint8Array, at: number): number => frame[at + 6];
export const ipv6HopLimit = (frame: Uint8Array, at: number): number => frame[at + 7];
export const ipv6TrafficClass = (frame: Uint8Array, at: number): number => (readU16(frame, at) >>> 4) & 0xff;
export const ipv6SourceAt = (at: number): number => at + 8;
export const ipv6DestinationAt = (at: number): number => at + 24;

/** Writes the header in front of the payload that ends at `end`, all but the addresses. */
export function emitIpv6(
  frame: Uint8Array,
  at: number,
  end: number,
  trafficClass: number,
  hopLimit: number,
  nextHeader: number,
): void {
  writeU32(frame, at, 0x60000000 + trafficClass * 0x100000);
  writeU16(frame, at + 4, end - at - IPV6_HEADER_LENGTH);
  frame[at + 6] = nextHeader;
  frame[at + 7] = hopLimit;
}

/** Fragment header, RFC 8200 section 4.5. `at` is the offset of its first byte. */
export const IPV6_FRAGMENT_HEADER_LENGTH = 8;
export const ipv6FragmentNextHeader = (frame: Uint8Array, at: number): number => frame[at];
/** Offset in bytes in the highest 13 bits, two bits that mean nothing, and 1 if more fragments follow. */
export const ipv6FragmentWord = (frame: Uint8Array, at: number): number => readU16(frame, at + 2);
export const ipv6FragmentId = (frame: Uint8Array, at: number): number => readU32(frame, at + 4);

/** `offset` is in bytes, and a multiple of 8. */
export function emitIpv6FragmentHeader(
  frame: Uint8Array,
  at: number,
  nextHeader: number,
  offset: number,
  moreFragments: boolean,
  id: number,
): void {
  frame[at] = nextHeader;
  frame[at + 1] = 0;
  writeU16(frame, at + 2, offset | (moreFragments ? 1 : 0));
  writeU32(frame, at + 4, id);
}

/** Ethernet multicast address of an IPv6 multicast address (RFC 2464, section 7), written to `mac`. */
export function ipv6MulticastMac(address: Uint8Array, mac: Uint8Array): void {
  mac[0] = 0x33;
  mac[1] = 0x33;
  for (let i = 0; i < 4; i++) mac[2 + i] = address[12 + i];
}

/** Solicited-node multicast address of `address` (RFC 4291, section 2.7.1). */
export function solicitedNodeAddress(address: Uint8Array): Uint8Array {
  const group = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 0);
  group.set(address.subarray(13), 13);
  return group;
}
