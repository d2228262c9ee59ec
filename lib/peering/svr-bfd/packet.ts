import { BASE_HEADER_LENGTH, baseHeaderFault, headerLength, writeBaseHeader } from '../../metadata/header.ts';
import { NO_BINDING, sealedSequence, type Seal } from '../../metadata/trailer.ts';
import type { Instant } from '../../time.ts';
import { readU16, writeU16 } from '../../wire/bytes.ts';
import {
  CONTROL_PACKET_LENGTH,
  decodeControlPacket,
  encodeControlPacket,
  type ControlPacket,
  type ControlPacketFault,
} from '../bfd/control-packet.ts';
import { decodeBfdMetadata, encodeBfdMetadata, type BfdMetadata } from './metadata.ts';

/** The private TLV type that holds a BfdMetadata message; those of session metadata are 0x8001 and 0x8002. */
export const BFD_METADATA_TYPE = 0x8003;

const TLV_HEADER_LENGTH = 4;
const MESSAGE_AT = CONTROL_PACKET_LENGTH + BASE_HEADER_LENGTH + TLV_HEADER_LENGTH;

export interface SvrBfdPacket {
  readonly control: ControlPacket;
  readonly metadata: BfdMetadata;
  /** Its number in the trailer; undefined if it came without one. */
  readonly sequence: number | undefined;
}

/** Why a packet is discarded, beside what is wrong with its control packet. */
export type SvrBfdFault = ControlPacketFault | 'unauthentic' | 'bad-metadata';

/** Writes the UDP payload at `at`, padded with zeros to `lengthMin` bytes, and returns where it ends. */
export function writeSvrBfd(
  control: ControlPacket,
  metadata: BfdMetadata,
  bytes: Uint8Array,
  at: number,
  lengthMin = 0,
): number {
  encodeControlPacket(control, bytes, at);
  const message = encodeBfdMetadata(metadata);
  const tlvAt = at + CONTROL_PACKET_LENGTH + BASE_HEADER_LENGTH;
  writeBaseHeader(bytes, at + CONTROL_PACKET_LENGTH, BASE_HEADER_LENGTH + TLV_HEADER_LENGTH + message.length, 0);
  writeU16(bytes, tlvAt, BFD_METADATA_TYPE);
  writeU16(bytes, tlvAt + 2, message.length);
  bytes.set(message, at + MESSAGE_AT);
  const end = at + MESSAGE_AT + message.length;
  bytes.fill(0, end, at + lengthMin);
  return Math.max(end, at + lengthMin);
}

/** Seals the payload bytes[at, end) as packet number `sequence`, and returns its new end. */
export function sealSvrBfd(
  bytes: Uint8Array,
  at: number,
  end: number,
  seal: Seal,
  sequence: number,
  now: Instant,
): number {
  return seal.seal(bytes, at, end, NO_BINDING, sequence, inSeconds(now));
}

/** Reads the UDP payload bytes[at, end); it must be sealed with `seal`, if there is one. */
export function readSvrBfd(
  bytes: Uint8Array,
  at: number,
  end: number,
  seal: Seal | undefined,
  now: Instant,
): SvrBfdPacket | SvrBfdFault {
  const opened = seal ? seal.open(bytes, at, end, NO_BINDING, inSeconds(now)) : end;
  if (opened < 0) return 'unauthentic';
  const control = decodeControlPacket(bytes, at, opened);
  if (typeof control === 'string') return control;
  // Another authentication than the seal is not agreed between routers.
  if (control.hasAuthentication || control.length !== CONTROL_PACKET_LENGTH) return 'unauthentic';
  const metadata = readMetadata(bytes, at + CONTROL_PACKET_LENGTH, opened);
  if (!metadata) return 'bad-metadata';
  return { control, metadata, sequence: seal && sealedSequence(bytes, opened) };
}

function readMetadata(bytes: Uint8Array, at: number, end: number): BfdMetadata | undefined {
  if (baseHeaderFault(bytes, at, end)) return undefined;
  const tlvAt = at + BASE_HEADER_LENGTH;
  const blockEnd = at + headerLength(bytes, at);
  const messageAt = tlvAt + TLV_HEADER_LENGTH;
  if (blockEnd < messageAt || readU16(bytes, tlvAt) !== BFD_METADATA_TYPE) return undefined;
  if (messageAt + readU16(bytes, tlvAt + 2) !== blockEnd) return undefined;
  const metadata = decodeBfdMetadata(bytes, messageAt, blockEnd);
  // Nothing stands before the one TLV, and nothing behind it but the padding of a probe.
  return blockEnd === end || metadata?.mtuProbe?.kind === 'request' ? metadata : undefined;
}

const inSeconds = (now: Instant): number => Math.floor(now / 1_000_000);
