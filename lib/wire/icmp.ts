import { readU16, writeU16, writeU32 } from './bytes.ts';

/** ICMP (RFC 792) and ICMPv6 (RFC 4443). `at` is the offset of the first byte. */
export const ICMP_HEADER_LENGTH = 8;

export const icmpTypes = { echoReply: 0, unreachable: 3, echoRequest: 8, timeExceeded: 11 } as const;

export const icmpv6Types = {
  unreachable: 1,
  packetTooBig: 2,
  timeExceeded: 3,
  echoRequest: 128,
  echoReply: 129,
  neighborSolicitation: 135,
  neighborAdvertisement: 136,
} as const;

/** Codes of destination unreachable, which the two protocols number differently. */
export const icmpUnreachable = { network: 0, host: 1, port: 3, fragmentationNeeded: 4, prohibited: 13 } as const;
export const icmpv6Unreachable = { noRoute: 0, prohibited: 1, address: 3, port: 4 } as const;

export const icmpType = (frame: Uint8Array, at: number): number => frame[at];
export const icmpCode = (frame: Uint8Array, at: number): number => frame[at + 1];
export const icmpChecksumAt = (at: number): number => at + 2;
/** Identifier of an echo request or reply. */
export const icmpIdentifier = (frame: Uint8Array, at: number): number => readU16(frame, at + 4);
export const icmpSequence = (frame: Uint8Array, at: number): number => readU16(frame, at + 6);

/** Writes the first eight bytes, checksum 0; `rest` is what the type puts into bytes 4 to 7. */
export function emitIcmp(frame: Uint8Array, at: number, type: number, code: number, rest: number): void {
  frame[at] = type;
  frame[at + 1] = code;
  writeU16(frame, at + 2, 0);
  writeU32(frame, at + 4, rest);
}

/** Neighbor solicitation and advertisement, RFC 4861 sections 4.3 and 4.4, with one link-layer address option. */
export const NEIGHBOR_MESSAGE_LENGTH = 32;
export const neighborTargetAt = (at: number): number => at + 8;
const neighborOptionAt = (at: number): number => at + 24;

/** Offset of the link-layer address in the message's first option, or -1. */
export function neighborMacAt(frame: Uint8Array, at: number, end: number): number {
  const option = neighborOptionAt(at);
  return end - at >= NEIGHBOR_MESSAGE_LENGTH && frame[option + 1] === 1 ? option + 2 : -1;
}

/** Writes the whole message, checksum 0. An advertisement overrides; one that nobody asked for says so. */
export function emitNeighborMessage(
  frame: Uint8Array,
  at: number,
  type: number,
  target: Uint8Array,
  mac: Uint8Array,
  isSolicited = true,
): void {
  const advertisement = type === icmpv6Types.neighborAdvertisement;
  emitIcmp(frame, at, type, 0, advertisement ? (isSolicited ? 0x60000000 : 0x20000000) : 0);
  frame.set(target, neighborTargetAt(at));
  frame[neighborOptionAt(at)] = advertisement ? 2 : 1;
  frame[neighborOptionAt(at) + 1] = 1;
  frame.set(mac, neighborOptionAt(at) + 2);
}
