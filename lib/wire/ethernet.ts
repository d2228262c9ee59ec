import { copyBytes, readU16, writeU16 } from './bytes.ts';

/** Ethernet II with at most one IEEE 802.1Q tag. `at` is the offset of the frame's first byte. */
export const ETHERNET_HEADER_LENGTH = 14;
export const VLAN_TAG_LENGTH = 4;
export const MAC_LENGTH = 6;
export const ETHERNET_PAYLOAD_LENGTH_MIN = 46;

export const etherTypes = { ipv4: 0x0800, arp: 0x0806, vlan: 0x8100, ipv6: 0x86dd } as const;

export const BROADCAST_MAC = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff);

/** Length of the header, tag included; -1 if the frame is shorter than that. */
export function ethernetHeaderLength(frame: Uint8Array, at: number, end: number): number {
  if (end - at < ETHERNET_HEADER_LENGTH) return -1;
  if (readU16(frame, at + 12) !== etherTypes.vlan) return ETHERNET_HEADER_LENGTH;
  return end - at < ETHERNET_HEADER_LENGTH + VLAN_TAG_LENGTH ? -1 : ETHERNET_HEADER_LENGTH + VLAN_TAG_LENGTH;
}

/** The type of what follows the header of `headerLength` bytes. */
export const etherType = (frame: Uint8Array, at: number, headerLength: number): number =>
  readU16(frame, at + headerLength - 2);

/** 0 for an untagged frame. */
export const vlanId = (frame: Uint8Array, at: number, headerLength: number): number =>
  headerLength === ETHERNET_HEADER_LENGTH ? 0 : readU16(frame, at + 14) & 0x0fff;

/** Group bit: broadcast and multicast. */
export const isGroupMac = (frame: Uint8Array, at: number): boolean => (frame[at] & 1) === 1;

/** Writes the header so that it ends at `end`; returns its first byte's offset. VLAN 0 is sent untagged. */
export function prependEthernet(
  frame: Uint8Array,
  end: number,
  destination: Uint8Array,
  destinationAt: number,
  source: Uint8Array,
  vlan: number,
  type: number,
): number {
  const at = end - ETHERNET_HEADER_LENGTH - (vlan === 0 ? 0 : VLAN_TAG_LENGTH);
  copyBytes(destination, destinationAt, frame, at, MAC_LENGTH);
  copyBytes(source, 0, frame, at + MAC_LENGTH, MAC_LENGTH);
  if (vlan !== 0) {
    writeU16(frame, at + 12, etherTypes.vlan);
    writeU16(frame, at + 14, vlan);
  }
  writeU16(frame, end - 2, type);
  return at;
}
