import { readU16, writeU16 } from './bytes.ts';

/** UDP header, RFC 768. `at` is the offset of its first byte. */
export const UDP_HEADER_LENGTH = 8;

/** Length that is safe to read: what the header claims; -1 if the header is incomplete or claims more than arrived. */
export function udpCheckedLength(frame: Uint8Array, at: number, end: number): number {
  if (end - at < UDP_HEADER_LENGTH) return -1;
  const length = readU16(frame, at + 4);
  return length < UDP_HEADER_LENGTH || length > end - at ? -1 : length;
}

export const udpSourcePort = (frame: Uint8Array, at: number): number => readU16(frame, at);
export const udpDestinationPort = (frame: Uint8Array, at: number): number => readU16(frame, at + 2);
export const udpChecksum = (frame: Uint8Array, at: number): number => readU16(frame, at + 6);

/** Writes a header for the payload that ends at `end`. `checksum` is 0 for none, or to be filled in later. */
export function emitUdp(
  frame: Uint8Array,
  at: number,
  end: number,
  sourcePort: number,
  destinationPort: number,
  checksum: number,
): void {
  writeU16(frame, at, sourcePort);
  writeU16(frame, at + 2, destinationPort);
  writeU16(frame, at + 4, end - at);
  writeU16(frame, at + 6, checksum);
}
