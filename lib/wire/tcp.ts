import { readU16, readU32, writeU16, writeU32 } from './bytes.ts';

/** TCP header, RFC 9293. `at` is the offset of its first byte. */
export const TCP_HEADER_LENGTH = 20;

export const tcpFlags = { fin: 0x01, syn: 0x02, rst: 0x04, psh: 0x08, ack: 0x10 } as const;

/** Length of the header, options included; -1 if it is incomplete or too short. */
export function tcpCheckedHeaderLength(frame: Uint8Array, at: number, end: number): number {
  if (end - at < TCP_HEADER_LENGTH) return -1;
  const headerLength = (frame[at + 12] >>> 4) * 4;
  return headerLength < TCP_HEADER_LENGTH || headerLength > end - at ? -1 : headerLength;
}

export const tcpSourcePort = (frame: Uint8Array, at: number): number => readU16(frame, at);
export const tcpDestinationPort = (frame: Uint8Array, at: number): number => readU16(frame, at + 2);
export const tcpSequence = (frame: Uint8Array, at: number): number => readU32(frame, at + 4);
export const tcpAcknowledgement = (frame: Uint8Array, at: number): number => readU32(frame, at + 8);
export const tcpFlagsOf = (frame: Uint8Array, at: number): number => frame[at + 13];
export const tcpWindow = (frame: Uint8Array, at: number): number => readU16(frame, at + 14);
export const tcpChecksumAt = (at: number): number => at + 16;

/** The value of option `kind` with `length` bytes of value, as the offset of its first value byte; -1 if absent or malformed. */
export function tcpOptionAt(frame: Uint8Array, at: number, headerLength: number, kind: number, length: number): number {
  const end = at + headerLength;
  for (let i = at + TCP_HEADER_LENGTH; i < end;) {
    if (frame[i] === 0) return -1;
    if (frame[i] === 1) {
      i++;
      continue;
    }
    const optionLength = i + 1 < end ? frame[i + 1] : 0;
    if (optionLength < 2 || i + optionLength > end) return -1;
    if (frame[i] === kind) return optionLength === 2 + length ? i + 2 : -1;
    i += optionLength;
  }
  return -1;
}

/** Writes a header of `headerLength` bytes whose options the caller fills in; the checksum is left 0. */
export function emitTcp(
  frame: Uint8Array,
  at: number,
  headerLength: number,
  sourcePort: number,
  destinationPort: number,
  sequence: number,
  acknowledgement: number,
  flags: number,
  window: number,
): void {
  writeU16(frame, at, sourcePort);
  writeU16(frame, at + 2, destinationPort);
  writeU32(frame, at + 4, sequence);
  writeU32(frame, at + 8, acknowledgement);
  frame[at + 12] = (headerLength / 4) << 4;
  frame[at + 13] = flags;
  writeU16(frame, at + 14, window);
  writeU16(frame, at + 16, 0);
  writeU16(frame, at + 18, 0);
}
