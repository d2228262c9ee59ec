import { fold, update } from './checksum.ts';
import { etherType, ethernetHeaderLength, etherTypes } from './ethernet.ts';
import { readU16, writeU16 } from './bytes.ts';

/** Explicit congestion notification, RFC 3168: the low two bits of the traffic class of IPv4 and IPv6. */
export const ecnCodepoints = { notEct: 0, ect1: 1, ect0: 2, ce: 3 } as const;

/** Offset of the IP header of a frame that is IPv4 or IPv6; -1 for others. */
function ipAt(frame: Uint8Array, at: number, end: number): number {
  const headerLength = ethernetHeaderLength(frame, at, end);
  if (headerLength < 0 || end - at - headerLength < 20) return -1;
  const type = etherType(frame, at, headerLength);
  return type === etherTypes.ipv4 || type === etherTypes.ipv6 ? at + headerLength : -1;
}

const isIpv4 = (frame: Uint8Array, ip: number): boolean => frame[ip] >>> 4 === 4;

/** The codepoint of a frame; 0 if it is no IP. `at` is the offset of the frame's first byte. */
export function ecnOf(frame: Uint8Array, at: number, end: number): number {
  const ip = ipAt(frame, at, end);
  if (ip < 0) return ecnCodepoints.notEct;
  return isIpv4(frame, ip) ? frame[ip + 1] & 3 : (frame[ip + 1] >>> 4) & 3;
}

/** Says "congestion experienced" in the header of a frame that is IP, with the checksum of IPv4 kept right (RFC 1624). */
export function markCongestion(frame: Uint8Array, at: number, end: number): void {
  const ip = ipAt(frame, at, end);
  if (ip < 0) return;
  if (!isIpv4(frame, ip)) {
    frame[ip + 1] |= 0x30;
    return;
  }
  const before = readU16(frame, ip);
  frame[ip + 1] |= 3;
  const delta = fold(readU16(frame, ip) + (~before & 0xffff));
  writeU16(frame, ip + 10, update(readU16(frame, ip + 10), delta));
}
