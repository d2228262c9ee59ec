import { readU16, writeU16 } from './bytes.ts';
import { finish, sum, update } from './checksum.ts';

/** IPv4 header, RFC 791. `at` is the offset of its first byte. */
export const IPV4_HEADER_LENGTH = 20;
export const IPV4_ADDRESS_LENGTH = 4;

export const ipProtocols = { icmp: 1, tcp: 6, udp: 17, ipv6Fragment: 44, icmpv6: 58 } as const;

/**
 * Checks version, lengths and header checksum. Returns the length of the header, options included, or -1.
 * The packet may be shorter than what arrived (Ethernet padding), never longer.
 */
export function ipv4CheckedHeaderLength(frame: Uint8Array, at: number, end: number): number {
  if (end - at < IPV4_HEADER_LENGTH || frame[at] >>> 4 !== 4) return -1;
  const headerLength = (frame[at] & 0x0f) * 4;
  const totalLength = ipv4TotalLength(frame, at);
  if (headerLength < IPV4_HEADER_LENGTH || headerLength > totalLength || totalLength > end - at) return -1;
  return finish(sum(frame, at, at + headerLength)) === 0 ? headerLength : -1;
}

export const ipv4TotalLength = (frame: Uint8Array, at: number): number => readU16(frame, at + 2);
export const ipv4Ttl = (frame: Uint8Array, at: number): number => frame[at + 8];
export const ipv4Protocol = (frame: Uint8Array, at: number): number => frame[at + 9];
export const ipv4SourceAt = (at: number): number => at + 12;
export const ipv4DestinationAt = (at: number): number => at + 16;

/** True for every fragment, the first included. */
export const ipv4IsFragment = (frame: Uint8Array, at: number): boolean => (readU16(frame, at + 6) & 0x3fff) !== 0;

/** One hop less, with the header checksum kept right (RFC 1624). The TTL is above 0. */
export function decrementIpv4Ttl(frame: Uint8Array, at: number): void {
  frame[at + 8]--;
  // The TTL is the high byte of its word: one less is the word minus 0x0100, that is plus 0xfeff in one's complement.
  writeU16(frame, at + 10, update(readU16(frame, at + 10), 0xfeff));
}

/** Computes the header checksum over a header without options. */
export function finishIpv4Header(frame: Uint8Array, at: number): void {
  writeU16(frame, at + 10, 0);
  writeU16(frame, at + 10, finish(sum(frame, at, at + IPV4_HEADER_LENGTH)));
}

/**
 * Writes a header without options in front of the payload that ends at `end`, all but the addresses and the checksum:
 * fill those in, then call `finishIpv4Header`. `flags` is the 16-bit word of flags and fragment offset.
 */
export function emitIpv4(
  frame: Uint8Array,
  at: number,
  end: number,
  trafficClass: number,
  identification: number,
  flags: number,
  ttl: number,
  protocol: number,
): void {
  frame[at] = 0x45;
  frame[at + 1] = trafficClass;
  writeU16(frame, at + 2, end - at);
  writeU16(frame, at + 4, identification);
  writeU16(frame, at + 6, flags);
  frame[at + 8] = ttl;
  frame[at + 9] = protocol;
}

export const IPV4_DO_NOT_FRAGMENT = 0x4000;
