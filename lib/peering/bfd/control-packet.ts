import type { Duration } from '../../time.ts';
import { readU32, writeU32 } from '../../wire/bytes.ts';

/** BFD's four states, in the order of their numbers (RFC 5880, section 4.1). */
export const bfdStates = ['admin-down', 'down', 'init', 'up'] as const;
export type BfdState = (typeof bfdStates)[number];

/** Why a session last changed its state, in the order of their numbers (RFC 5880, section 4.1). */
export const bfdDiagnostics = [
  'none',
  'control-detection-time-expired',
  'echo-function-failed',
  'neighbor-signaled-session-down',
  'forwarding-plane-reset',
  'path-down',
  'concatenated-path-down',
  'administratively-down',
  'reverse-concatenated-path-down',
] as const;
export type BfdDiagnostic = (typeof bfdDiagnostics)[number] | 'reserved';

export const BFD_VERSION = 1;

/** Length of a control packet without its authentication section, in bytes. */
export const CONTROL_PACKET_LENGTH = 24;

/** A control packet with its authentication section is at least this long (RFC 5880, section 6.8.6). */
const AUTHENTICATED_LENGTH_MIN = 26;

/** The mandatory section of a BFD control packet (RFC 5880, section 4.1). */
export interface ControlPacket {
  readonly diagnostic: BfdDiagnostic;
  readonly state: BfdState;
  readonly poll: boolean;
  readonly final: boolean;
  readonly controlPlaneIndependent: boolean;
  readonly demand: boolean;
  readonly detectMultiplier: number;
  readonly myDiscriminator: number;
  /** 0 if the sender has not heard of a session of ours. */
  readonly yourDiscriminator: number;
  readonly desiredMinTx: Duration;
  readonly requiredMinRx: Duration;
  readonly requiredMinEchoRx: Duration;
}

export interface DecodedControlPacket extends ControlPacket {
  /** Bytes of the packet, its authentication section included. */
  readonly length: number;
  readonly hasAuthentication: boolean;
}

/** What may be wrong with a control packet, each a reason to discard it (RFC 5880, section 6.8.6). */
export const controlPacketFaults = {
  'too-short': 'fewer bytes came than a control packet has',
  'wrong-version': 'the version is not 1',
  'wrong-length': 'the length is less than its fields need, or more than came',
  'zero-detect-multiplier': 'the detect multiplier is 0',
  multipoint: 'the multipoint bit is set',
  'zero-my-discriminator': 'the discriminator of the sender is 0',
  'zero-your-discriminator': 'the discriminator of the receiver is 0 though the sender claims to have heard of it',
} as const;

export type ControlPacketFault = keyof typeof controlPacketFaults;

/** Bits of the second byte, below the state. */
const flagBits = { poll: 0x20, final: 0x10, independent: 0x08, authentication: 0x04, demand: 0x02, multipoint: 0x01 };

/** Reads the control packet that begins at `at`; what came ends at `end`. Says what is wrong if it is to be discarded. */
export function decodeControlPacket(
  bytes: Uint8Array,
  at: number,
  end: number,
): DecodedControlPacket | ControlPacketFault {
  if (end - at < CONTROL_PACKET_LENGTH) return 'too-short';
  const flags = bytes[at + 1];
  const hasAuthentication = (flags & flagBits.authentication) !== 0;
  const length = bytes[at + 3];
  if (bytes[at] >>> 5 !== BFD_VERSION) return 'wrong-version';
  const lengthMin = hasAuthentication ? AUTHENTICATED_LENGTH_MIN : CONTROL_PACKET_LENGTH;
  if (length < lengthMin || length > end - at) return 'wrong-length';
  if (bytes[at + 2] === 0) return 'zero-detect-multiplier';
  if ((flags & flagBits.multipoint) !== 0) return 'multipoint';
  if (readU32(bytes, at + 4) === 0) return 'zero-my-discriminator';
  const state = bfdStates[flags >>> 6];
  if (readU32(bytes, at + 8) === 0 && state !== 'down' && state !== 'admin-down') return 'zero-your-discriminator';
  return {
    diagnostic: bfdDiagnostics[bytes[at] & 0x1f] ?? 'reserved',
    state,
    poll: (flags & flagBits.poll) !== 0,
    final: (flags & flagBits.final) !== 0,
    controlPlaneIndependent: (flags & flagBits.independent) !== 0,
    demand: (flags & flagBits.demand) !== 0,
    detectMultiplier: bytes[at + 2],
    myDiscriminator: readU32(bytes, at + 4),
    yourDiscriminator: readU32(bytes, at + 8),
    desiredMinTx: readU32(bytes, at + 12) as Duration,
    requiredMinRx: readU32(bytes, at + 16) as Duration,
    requiredMinEchoRx: readU32(bytes, at + 20) as Duration,
    length,
    hasAuthentication,
  };
}

/** Writes a control packet that has no authentication section, and returns where it ends. */
export function encodeControlPacket(packet: ControlPacket, bytes: Uint8Array, at: number): number {
  // 'reserved' is what other numbers are read as; it is never sent.
  const diagnostic = packet.diagnostic === 'reserved' ? 0 : bfdDiagnostics.indexOf(packet.diagnostic);
  bytes[at] = (BFD_VERSION << 5) | diagnostic;
  bytes[at + 1] =
    (bfdStates.indexOf(packet.state) << 6) |
    (packet.poll ? flagBits.poll : 0) |
    (packet.final ? flagBits.final : 0) |
    (packet.controlPlaneIndependent ? flagBits.independent : 0) |
    (packet.demand ? flagBits.demand : 0);
  bytes[at + 2] = packet.detectMultiplier;
  bytes[at + 3] = CONTROL_PACKET_LENGTH;
  writeU32(bytes, at + 4, packet.myDiscriminator);
  writeU32(bytes, at + 8, packet.yourDiscriminator);
  writeU32(bytes, at + 12, packet.desiredMinTx);
  writeU32(bytes, at + 16, packet.requiredMinRx);
  writeU32(bytes, at + 20, packet.requiredMinEchoRx);
  return at + CONTROL_PACKET_LENGTH;
}

/** Says of a packet that was written that an authentication section follows, up to `end`. */
export function announceAuthentication(bytes: Uint8Array, at: number, end: number): void {
  bytes[at + 1] |= flagBits.authentication;
  bytes[at + 3] = end - at;
}
