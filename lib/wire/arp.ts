import { copyBytes, readU16, writeU16 } from './bytes.ts';
import { MAC_LENGTH, etherTypes } from './ethernet.ts';

/** ARP for IPv4 over Ethernet, RFC 826. `at` is the offset of its first byte. */
export const ARP_LENGTH = 28;

export const arpOperations = { request: 1, reply: 2 } as const;

/** True if all 28 bytes are there and the packet is about IPv4 over Ethernet. */
export function isArp(frame: Uint8Array, at: number, end: number): boolean {
  return (
    end - at >= ARP_LENGTH &&
    readU16(frame, at) === 1 &&
    readU16(frame, at + 2) === etherTypes.ipv4 &&
    frame[at + 4] === MAC_LENGTH &&
    frame[at + 5] === 4
  );
}

export const arpOperation = (frame: Uint8Array, at: number): number => readU16(frame, at + 6);
export const arpSenderMacAt = (at: number): number => at + 8;
export const arpSenderAddressAt = (at: number): number => at + 14;
export const arpTargetAddressAt = (at: number): number => at + 24;

/** Writes an ARP packet at `at`. For a request the target's MAC is zero. */
export function emitArp(
  frame: Uint8Array,
  at: number,
  operation: number,
  senderMac: Uint8Array,
  senderAddress: Uint8Array,
  targetMac: Uint8Array,
  targetAddress: Uint8Array,
): void {
  writeU16(frame, at, 1);
  writeU16(frame, at + 2, etherTypes.ipv4);
  frame[at + 4] = MAC_LENGTH;
  frame[at + 5] = 4;
  writeU16(frame, at + 6, operation);
  copyBytes(senderMac, 0, frame, at + 8, MAC_LENGTH);
  copyBytes(senderAddress, 0, frame, at + 14, 4);
  copyBytes(targetMac, 0, frame, at + 18, MAC_LENGTH);
  copyBytes(targetAddress, 0, frame, at + 24, 4);
}
