import { readU32, writeU32 } from '../../wire/bytes.ts';
import { nameHash } from '../../name-hash.ts';

/** The shortest payload: magic, traffic, sequence number, kind, three bytes of padding. */
export const MARKER_LENGTH = 16;
const MAGIC = 0x7376724c; // 'svrL'

export const messageKinds = { question: 1, answer: 2, push: 3, probe: 4 } as const;
export type MessageKind = (typeof messageKinds)[keyof typeof messageKinds];

export interface Marker {
  /** `trafficId` of the entry's name. */
  readonly traffic: number;
  readonly sequence: number;
  readonly kind: MessageKind;
}

/** A number for the name of a traffic entry. */
export const trafficId: (name: string) => number = nameHash;

/** The traffic, as a number, of a marker that begins at `at`; undefined if none does. */
export function trafficMarkedAt(bytes: Uint8Array, at: number, end: number): number | undefined {
  return at + MARKER_LENGTH <= end && readU32(bytes, at) === MAGIC ? readU32(bytes, at + 4) : undefined;
}

/** The first byte of every marker. */
export const MARKER_START = MAGIC >>> 24;

/** A payload of `length` bytes, every one of which follows from the marker. */
export function writeMessage(marker: Marker, length: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(length, MARKER_LENGTH));
  writeU32(bytes, 0, MAGIC);
  writeU32(bytes, 4, marker.traffic);
  writeU32(bytes, 8, marker.sequence);
  bytes[12] = marker.kind;
  for (let i = MARKER_LENGTH; i < bytes.length; i++) bytes[i] = fillByte(marker.sequence, i);
  return bytes;
}

/** The marker of a payload; undefined if any byte of it is not what it must be. */
export function readMessage(bytes: Uint8Array): Marker | undefined {
  if (bytes.length < MARKER_LENGTH || readU32(bytes, 0) !== MAGIC) return undefined;
  const kind = bytes[12] as MessageKind;
  if (kind < messageKinds.question || kind > messageKinds.probe) return undefined;
  if (bytes[13] !== 0 || bytes[14] !== 0 || bytes[15] !== 0) return undefined;
  const marker = { traffic: readU32(bytes, 4), sequence: readU32(bytes, 8), kind };
  for (let i = MARKER_LENGTH; i < bytes.length; i++) if (bytes[i] !== fillByte(marker.sequence, i)) return undefined;
  return marker;
}

const fillByte = (sequence: number, at: number): number => (sequence * 31 + at * 7) & 0xff;
