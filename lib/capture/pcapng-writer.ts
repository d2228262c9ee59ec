import type { IpAddress } from '../address.ts';
import {
  BLOCK_LENGTH_MAX,
  BYTE_ORDER_MAGIC,
  LINKTYPE_ETHERNET,
  SNAP_LENGTH,
  blockTypes,
  directionFlags,
  nameRecordTypes,
  optionTypes,
  padded,
} from './pcapng-format.ts';
import { utf8Bytes } from '../utf8.ts';

/** Where a capture is written to. `bytes` is valid during the call only. */
export interface ByteSink {
  write(bytes: Uint8Array): void;
}

/** What the head of a capture says of itself. */
export interface CaptureAbout {
  /** Program and version, as capinfos shows it. */
  readonly application: string;
  readonly comments: readonly string[];
}

/** One packet as a block of its own. */
export interface PacketBlock {
  /** What `addInterface` returned. */
  readonly interfaceIndex: number;
  /** Microseconds since the Unix epoch, whole. */
  readonly time: number;
  readonly direction: 'in' | 'out';
  /** Follows a packet across hops; 0 for none. */
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly comments: readonly string[];
}

/** Packets of one interface. */
export interface InterfaceTotals {
  /** Those that came to the capture, whether they are in it or not. */
  readonly received: number;
  /** Those that are not in it, because whoever reads it was too slow; absent where every packet is waited for. */
  readonly dropped?: number;
}

/** What has been composed goes to the sink when it is this long, in bytes. */
const CHUNK_LENGTH = 64 * 1024;
const COMMENTS_MAX = 16;
/** Longest comment or name, in bytes. */
const TEXT_LENGTH_MAX = 1024;
const NAMES_PER_BLOCK = 100;

/**
 * Writes pcapng blocks, little-endian, with nanosecond times. Each block is composed in a buffer of fixed size, which
 * goes to the sink in chunks; `flush` sends the rest.
 *
 * Verdict options and custom blocks are left out on purpose: tools of tshark 4.0's age spoil the former and number the
 * latter among the packets, so what is to be said of a packet is said in its comments.
 */
export class PcapngWriter {
  readonly #sink: ByteSink;
  readonly #bytes = new Uint8Array(CHUNK_LENGTH + BLOCK_LENGTH_MAX);
  readonly #view = new DataView(this.#bytes.buffer);
  #at = 0;
  #blockAt = 0;
  #interfaceCount = 0;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** Comes first, once. */
  section(about: CaptureAbout): void {
    this.#begin(blockTypes.sectionHeader);
    this.#u32(BYTE_ORDER_MAGIC);
    this.#u16(1); // version 1.0
    this.#u16(0);
    this.#u64(0xffffffff, 0xffffffff); // the section's length is not known beforehand
    this.#comments(about.comments);
    this.#text(optionTypes.section.application, about.application);
    this.#endOfOptions();
    this.#end();
  }

  /** Names for addresses, which Wireshark shows when asked to resolve names. */
  names(names: readonly { readonly address: IpAddress; readonly name: string }[]): void {
    for (let first = 0; first < names.length; first += NAMES_PER_BLOCK) {
      this.#begin(blockTypes.nameResolution);
      for (const { address, name } of names.slice(first, first + NAMES_PER_BLOCK)) {
        const text = encode(name);
        this.#u16(address.family === 4 ? nameRecordTypes.ipv4 : nameRecordTypes.ipv6);
        this.#u16(address.bytes.length + text.length + 1);
        this.#put(address.bytes);
        this.#put(text);
        this.#at += 1; // the name ends with a zero byte
        this.#pad();
      }
      this.#u32(nameRecordTypes.end);
      this.#end();
    }
  }

  /** An Ethernet interface; packets name it by the index that is returned. */
  addInterface(name: string): number {
    this.#begin(blockTypes.interfaceDescription);
    this.#u16(LINKTYPE_ETHERNET);
    this.#u16(0);
    this.#u32(SNAP_LENGTH);
    this.#text(optionTypes.interface.name, name);
    this.#option(optionTypes.interface.timeResolution, 1);
    this.#bytes[this.#at++] = 9; // 10^-9 s
    this.#pad();
    this.#endOfOptions();
    this.#end();
    return this.#interfaceCount++;
  }

  packet(packet: PacketBlock): void {
    const kept = Math.min(packet.bytes.length, SNAP_LENGTH);
    this.#begin(blockTypes.enhancedPacket);
    this.#u32(packet.interfaceIndex);
    this.#nanoseconds(packet.time);
    this.#u32(kept);
    this.#u32(packet.bytes.length);
    this.#put(kept === packet.bytes.length ? packet.bytes : packet.bytes.subarray(0, kept));
    this.#pad();
    this.#comments(packet.comments);
    this.#option(optionTypes.packet.flags, 4);
    this.#u32(directionFlags[packet.direction]);
    if (packet.id !== 0) {
      this.#option(optionTypes.packet.packetId, 8);
      this.#count(packet.id);
    }
    this.#endOfOptions();
    this.#end();
  }

  /** Adds a packet block that another writer has made, for one of this writer's own interfaces. */
  packetBlock(block: Uint8Array, interfaceIndex: number): void {
    this.#blockAt = this.#at;
    this.#put(block);
    this.#view.setUint32(this.#blockAt + 8, interfaceIndex, true);
    if (this.#at >= CHUNK_LENGTH) this.flush();
  }

  /** Totals of one interface so far. `time` is that of the last packet anywhere, or later. */
  statistics(interfaceIndex: number, time: number, { received, dropped }: InterfaceTotals): void {
    this.#begin(blockTypes.interfaceStatistics);
    this.#u32(interfaceIndex);
    this.#nanoseconds(time);
    this.#option(optionTypes.statistics.received, 8);
    this.#count(received);
    if (dropped !== undefined) {
      this.#option(optionTypes.statistics.dropped, 8);
      this.#count(dropped);
    }
    this.#endOfOptions();
    this.#end();
  }

  flush(): void {
    if (this.#at > 0) this.#sink.write(this.#bytes.subarray(0, this.#at));
    this.#bytes.fill(0, 0, this.#at); // padding counts on zeroes
    this.#at = 0;
  }

  #begin(type: number): void {
    this.#blockAt = this.#at;
    this.#u32(type);
    this.#u32(0); // the length, which #end knows
  }

  #end(): void {
    const length = this.#at + 4 - this.#blockAt;
    this.#u32(length);
    this.#view.setUint32(this.#blockAt + 4, length, true);
    if (this.#at >= CHUNK_LENGTH) this.flush();
  }

  #u16(value: number): void {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
  }

  #u32(value: number): void {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  #u64(high: number, low: number): void {
    this.#u32(low);
    this.#u32(high);
  }

  /** A whole number below 2^53, in 64 bits. */
  #count(value: number): void {
    this.#u64(Math.floor(value / 0x1_0000_0000), value % 0x1_0000_0000);
  }

  /** Today's time in nanoseconds needs more than the 53 bits of a number, so the halves are multiplied one by one. */
  #nanoseconds(microseconds: number): void {
    const low = (microseconds % 0x1_0000_0000) * 1000;
    const high = Math.floor(microseconds / 0x1_0000_0000) * 1000 + Math.floor(low / 0x1_0000_0000);
    this.#u32(high); // timestamps, unlike other 64-bit values, have their high half first
    this.#u32(low % 0x1_0000_0000);
  }

  #put(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Blocks begin at multiples of four, so that padding within one is padding within the buffer. */
  #pad(): void {
    this.#at = padded(this.#at);
  }

  #option(type: number, length: number): void {
    this.#u16(type);
    this.#u16(length);
  }

  #text(type: number, text: string): void {
    const bytes = encode(text);
    this.#option(type, bytes.length);
    this.#put(bytes);
    this.#pad();
  }

  #comments(comments: readonly string[]): void {
    const count = Math.min(comments.length, COMMENTS_MAX);
    for (let i = 0; i < count; i++) this.#text(optionTypes.comment, comments[i]);
  }

  #endOfOptions(): void {
    this.#option(optionTypes.end, 0);
  }
}

/** Text as UTF-8, cut to whole characters if it is too long. */
function encode(text: string): Uint8Array {
  const bytes = utf8Bytes(text);
  if (bytes.length <= TEXT_LENGTH_MAX) return bytes;
  let end = TEXT_LENGTH_MAX;
  while ((bytes[end] & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}
