import type { Family } from '../address.ts';
import { readU16, writeU16 } from '../wire/bytes.ts';
import { update } from '../wire/checksum.ts';
import { TCP_HEADER_LENGTH, tcpCheckedHeaderLength, tcpChecksumAt, tcpOptionAt } from '../wire/tcp.ts';
import { ipHeaderLength } from './packet.ts';

/** What an interface does about the maximum segment size that TCP hosts announce: nothing, what fits, or a fixed limit. */
export type EnforcedMss = 'disabled' | 'automatic' | number;

const MAXIMUM_SEGMENT_SIZE = { kind: 2, valueLength: 2 } as const;

const swapped = (word: number): number => ((word & 0xff) << 8) | (word >>> 8);

/**
 * Lowers the maximum segment size that a SYN announces to at most `max`, and changes its checksum by as much (RFC 9293,
 * section 3.7.1; RFC 1624). False if there was nothing to be lowered: a SYN without the option stays as it is.
 */
export function clampMss(bytes: Uint8Array, tcpAt: number, end: number, max: number): boolean {
  const headerLength = tcpCheckedHeaderLength(bytes, tcpAt, end);
  if (headerLength < 0) return false;
  const at = tcpOptionAt(bytes, tcpAt, headerLength, MAXIMUM_SEGMENT_SIZE.kind, MAXIMUM_SEGMENT_SIZE.valueLength);
  if (at < 0) return false;
  const announced = readU16(bytes, at);
  if (announced <= max) return false;
  writeU16(bytes, at, max);
  // Options begin anywhere: at an odd place the two bytes of the value belong to two words of the sum.
  const isOdd = ((at - tcpAt) & 1) === 1;
  const delta = isOdd ? swapped(max) + (~swapped(announced) & 0xffff) : max + (~announced & 0xffff);
  writeU16(bytes, tcpChecksumAt(tcpAt), update(readU16(bytes, tcpChecksumAt(tcpAt)), delta));
  return true;
}

/** The least that an MTU makes automatic: as little as can be configured. */
const MSS_MIN = 64;

/**
 * The longest TCP payload that the way out of a flow carries whole. `added` is what becomes of it on a path to a peer:
 * UDP header, trailer and encryption; metadata, which only the first packets carry, is not counted.
 */
export function mssOf(enforced: EnforcedMss, mtu: number, family: Family, added: number): number {
  if (enforced === 'disabled') return Infinity;
  if (enforced !== 'automatic') return enforced;
  return Math.max(MSS_MIN, mtu - ipHeaderLength(family) - added - TCP_HEADER_LENGTH);
}
