import { readU16, writeU16 } from '../wire/bytes.ts';

/** The cookie that metadata starts with (SVR sheet, section 1.1). */
export const COOKIE: Uint8Array = Uint8Array.of(0x4c, 0x48, 0xdb, 0xc6, 0xdd, 0xf6, 0x67, 0x0c);

export const METADATA_VERSION = 1;

/** Length of the base header, and of a false-positive marker, in bytes. */
export const BASE_HEADER_LENGTH = 12;

/** Largest metadata block that is sent or accepted, in bytes: it has to fit a frame's headroom (emulator choice). */
export const METADATA_LENGTH_MAX = 900;

/** What may be wrong with a metadata block. */
export const metadataFaults = {
  'no-cookie': 'the bytes do not start with the cookie',
  'truncated-header': 'the packet ends within the base header',
  'wrong-version': 'the version is not 1',
  'header-length': 'the header length is less than the 12 bytes of the base header',
  'exceeds-packet': 'header and payload length together are more than the packet holds',
  'too-long': 'the block is longer than 900 bytes',
  'truncated-tlv': 'a TLV runs past the end of its section',
  'too-many-tlvs': 'a section has more than 64 TLVs',
  'attribute-length': 'the length of a TLV does not fit its type',
  'attribute-value': 'the bytes of an attribute do not make a value',
  'wrong-section': 'an attribute stands in the section where it does not belong',
  'duplicate-attribute': 'an attribute comes twice',
  'mixed-encodings': 'a section in the protobuf encoding is not exactly its one TLV, or only one section has it',
  'invalid-protobuf': 'the protobuf message does not decode',
  'unknown-key': 'the payload attributes are encrypted under a security ID that is not configured',
  undecipherable: 'the payload attributes cannot be decrypted with the key that their security ID names',
} as const;

export type MetadataFault = keyof typeof metadataFaults;

/** Whether bytes[at, end) start with the cookie: they are metadata, or user payload that looks like it. */
export function hasCookie(bytes: Uint8Array, at: number, end: number): boolean {
  return (
    end - at >= 8 &&
    bytes[at] === 0x4c &&
    bytes[at + 1] === 0x48 &&
    bytes[at + 2] === 0xdb &&
    bytes[at + 3] === 0xc6 &&
    bytes[at + 4] === 0xdd &&
    bytes[at + 5] === 0xf6 &&
    bytes[at + 6] === 0x67 &&
    bytes[at + 7] === 0x0c
  );
}

export const metadataVersion = (bytes: Uint8Array, at: number): number => bytes[at + 8] >>> 4;

/** Bytes of the base header and the header attributes. */
export const headerLength = (bytes: Uint8Array, at: number): number => readU16(bytes, at + 8) & 0x0fff;

/** Bytes of the payload attributes alone. */
export const payloadLength = (bytes: Uint8Array, at: number): number => readU16(bytes, at + 10);

export function writeBaseHeader(target: Uint8Array, at: number, headerBytes: number, payloadBytes: number): void {
  target.set(COOKIE, at);
  writeU16(target, at + 8, (METADATA_VERSION << 12) | headerBytes);
  writeU16(target, at + 10, payloadBytes);
}

/** What is wrong with the base header at `at` of a packet that ends at `end`; undefined if nothing is. */
export function baseHeaderFault(bytes: Uint8Array, at: number, end: number): MetadataFault | undefined {
  if (!hasCookie(bytes, at, end)) return 'no-cookie';
  if (end - at < BASE_HEADER_LENGTH) return 'truncated-header';
  if (metadataVersion(bytes, at) !== METADATA_VERSION) return 'wrong-version';
  if (headerLength(bytes, at) < BASE_HEADER_LENGTH) return 'header-length';
  const length = headerLength(bytes, at) + payloadLength(bytes, at);
  if (length > end - at) return 'exceeds-packet';
  if (length > METADATA_LENGTH_MAX) return 'too-long';
  return undefined;
}

/** Whether bytes[at, end) start with an empty base header (SVR sheet, section 1.5). */
export function isFalsePositiveMarker(bytes: Uint8Array, at: number, end: number): boolean {
  return (
    end - at >= BASE_HEADER_LENGTH &&
    hasCookie(bytes, at, end) &&
    metadataVersion(bytes, at) === METADATA_VERSION &&
    headerLength(bytes, at) === BASE_HEADER_LENGTH &&
    payloadLength(bytes, at) === 0
  );
}

/**
 * Puts a marker before user payload that starts with the cookie, into the 12 bytes before `at`.
 * Returns where the packet's payload starts then: `at` itself if no marker was needed.
 */
export function addFalsePositiveMarker(bytes: Uint8Array, at: number, end: number): number {
  if (!hasCookie(bytes, at, end)) return at;
  writeBaseHeader(bytes, at - BASE_HEADER_LENGTH, BASE_HEADER_LENGTH, 0);
  return at - BASE_HEADER_LENGTH;
}

/** Where the user payload starts behind a marker; `at` itself if there is none. */
export function stripFalsePositiveMarker(bytes: Uint8Array, at: number, end: number): number {
  return isFalsePositiveMarker(bytes, at, end) ? at + BASE_HEADER_LENGTH : at;
}
