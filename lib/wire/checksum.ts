import { readU16 } from './bytes.ts';

/**
 * The Internet checksum, RFC 1071, in its parts: add up (`sum`), fold the carries (`fold`), complement (`finish`).
 * Partial sums may be added to each other as plain numbers before they are folded.
 */
export function sum(bytes: Uint8Array, at: number, end: number): number {
  let total = 0;
  let i = at;
  // Two words a turn; a frame is far too short for the total to pass 2^53.
  for (; i + 3 < end; i += 4) total += ((bytes[i] << 8) | bytes[i + 1]) + ((bytes[i + 2] << 8) | bytes[i + 3]);
  for (; i + 1 < end; i += 2) total += (bytes[i] << 8) | bytes[i + 1];
  return i < end ? total + (bytes[i] << 8) : total;
}

export function fold(total: number): number {
  let folded = total;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return folded;
}

export const finish = (total: number): number => ~fold(total) & 0xffff;

/**
 * RFC 1624, equation 3, for changes that are known in advance: `delta` is the folded sum of the new words and the
 * complements of the old ones. Returns the checksum that belongs to the changed packet.
 */
export function update(checksum: number, delta: number): number {
  let total = (~checksum & 0xffff) + delta;
  total = (total & 0xffff) + (total >>> 16);
  total = (total & 0xffff) + (total >>> 16);
  return ~total & 0xffff;
}

/** The delta for `update` when the words of `before` become those of `after`; both have an even number of bytes. */
export function delta(before: Uint8Array, after: Uint8Array): number {
  return fold(sum(after, 0, after.length) + complementSum(before));
}

function complementSum(bytes: Uint8Array): number {
  let total = 0;
  for (let i = 0; i < bytes.length; i += 2) total += ~readU16(bytes, i) & 0xffff;
  return total;
}

/** Sum of the pseudo header of RFC 9293 (IPv4) or RFC 8200 section 8.1: both addresses, protocol and length. */
export function pseudoHeaderSum(
  bytes: Uint8Array,
  sourceAt: number,
  destinationAt: number,
  addressLength: number,
  protocol: number,
  length: number,
): number {
  const addresses =
    sum(bytes, sourceAt, sourceAt + addressLength) + sum(bytes, destinationAt, destinationAt + addressLength);
  return addresses + protocol + (length >>> 16) + (length & 0xffff);
}
