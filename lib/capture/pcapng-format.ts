/** Numbers of the pcapng file format (draft-ietf-opsawg-pcapng) that svrlab writes and reads. */

export const blockTypes = {
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 1,
  obsoletePacket: 2,
  simplePacket: 3,
  nameResolution: 4,
  interfaceStatistics: 5,
  enhancedPacket: 6,
} as const;

/** Options, by the block that they stand in; `end` and `comment` stand in any. */
export const optionTypes = {
  end: 0,
  comment: 1,
  section: { application: 4 },
  interface: { name: 2, timeResolution: 9, timeOffset: 14 },
  packet: { flags: 2, packetId: 5 },
  statistics: { received: 4, dropped: 5 },
} as const;

export const nameRecordTypes = { end: 0, ipv4: 1, ipv6: 2 } as const;

/** Value of `epb_flags`, whose two lowest bits are the direction. */
export const directionFlags = { in: 1, out: 2 } as const;

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
export const LINKTYPE_ETHERNET = 1;

/** The largest block that is written, in bytes. */
export const BLOCK_LENGTH_MAX = 128 * 1024;

/** How much of a packet is kept, in bytes. */
export const SNAP_LENGTH = 65_535;

/** Everything in a block is padded to 32 bits. */
export const padded = (length: number): number => (length + 3) & ~3;
