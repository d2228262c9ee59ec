import protobuf from 'protobufjs/minimal.js';
import {
  BLOCK_LENGTH_MAX,
  BYTE_ORDER_MAGIC,
  blockTypes,
  directionFlags,
  optionTypes,
  padded,
} from './pcapng-format.ts';

const { utf8 } = protobuf.util;

/** Where a capture is read from: fills `target` from its beginning, and returns how many bytes came; 0 at the end. */
export interface ByteSource {
  read(target: Uint8Array): number;
}

/** A packet as it was read. */
export interface PacketRead {
  readonly interfaceName: string;
  /** Microseconds since the Unix epoch; what is finer is cut off. */
  readonly time: number;
  readonly direction: 'in' | 'out';
  readonly id: number;
  /** Valid until the next packet is read. */
  readonly bytes: Uint8Array;
  readonly comments: readonly string[];
}

interface InterfaceRead {
  readonly name: string;
  readonly ticksPerMicrosecond: 1 | 1000;
}

/**
 * Reads captures that `PcapngWriter` has written, one packet after the other, of either byte order.
 *
 * What it does not know it skips. A file that breaks off, as that of a killed process does, ends with its last whole
 * block; `problem` then says what was wrong.
 */
export class PcapngReader {
  readonly #source: ByteSource;
  readonly #bytes = new Uint8Array(BLOCK_LENGTH_MAX);
  readonly #view = new DataView(this.#bytes.buffer);
  #littleEndian = true;
  #interfaces: InterfaceRead[] = [];
  #applicationRead = '';
  #commentsRead: readonly string[] = [];
  #problem: string | undefined;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Who wrote the section that is being read. */
  get application(): string {
    return this.#applicationRead;
  }

  /** The section's own comments. */
  get comments(): readonly string[] {
    return this.#commentsRead;
  }

  get interfaceNames(): readonly string[] {
    return this.#interfaces.map((known) => known.name);
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  /** The next packet, or undefined at the end. */
  next(): PacketRead | undefined {
    for (;;) {
      const length = this.#readBlock();
      if (length === 0) return undefined;
      switch (this.#u32(0)) {
        case blockTypes.sectionHeader:
          this.#section(length);
          break;
        case blockTypes.interfaceDescription:
          this.#interface(length);
          break;
        case blockTypes.enhancedPacket: {
          const packet = this.#packet(length);
          if (packet) return packet;
          break;
        }
      }
      if (this.#problem !== undefined) return undefined;
    }
  }

  /** Reads one block whole and returns its length, or 0 when there is no other. */
  #readBlock(): number {
    if (this.#problem !== undefined) return 0;
    const head = this.#fill(0, 12);
    if (head === 0) return 0;
    if (head < 12) return this.#fail('the file breaks off within a block');
    if (this.#u32(0) === blockTypes.sectionHeader && !this.#learnByteOrder()) return this.#fail('this is not pcapng');
    const length = this.#u32(4);
    if (length < 12 || length % 4 !== 0 || length > BLOCK_LENGTH_MAX)
      return this.#fail(`a block claims to be ${length} bytes long`);
    if (this.#fill(12, length) < length) return this.#fail('the file breaks off within a block');
    if (this.#u32(length - 4) !== length) return this.#fail('the two lengths of a block disagree');
    return length;
  }

  #fill(from: number, to: number): number {
    let at = from;
    while (at < to) {
      const count = this.#source.read(this.#bytes.subarray(at, to));
      if (count === 0) break;
      at += count;
    }
    return at;
  }

  #fail(problem: string): 0 {
    this.#problem = problem;
    return 0;
  }

  /** The type of a section header reads the same either way; the magic behind its length tells the order. */
  #learnByteOrder(): boolean {
    this.#littleEndian = this.#view.getUint32(8, true) === BYTE_ORDER_MAGIC;
    return this.#littleEndian || this.#view.getUint32(8, false) === BYTE_ORDER_MAGIC;
  }

  #section(length: number): void {
    this.#interfaces = [];
    const comments: string[] = [];
    this.#options(24, length, (type, at, end) => {
      if (type === optionTypes.comment) comments.push(utf8.read(this.#bytes, at, end));
      if (type === optionTypes.section.application) this.#applicationRead = utf8.read(this.#bytes, at, end);
    });
    this.#commentsRead = comments;
  }

  #interface(length: number): void {
    let name = '';
    let resolution = 6;
    this.#options(16, length, (type, at, end) => {
      if (type === optionTypes.interface.name) name = utf8.read(this.#bytes, at, end);
      if (type === optionTypes.interface.timeResolution && end > at) resolution = this.#bytes[at];
    });
    if (resolution !== 6 && resolution !== 9) this.#fail(`times are neither in microseconds nor in nanoseconds`);
    this.#interfaces.push({ name, ticksPerMicrosecond: resolution === 9 ? 1000 : 1 });
  }

  #packet(length: number): PacketRead | undefined {
    const known = length >= 32 ? this.#interfaces[this.#u32(8)] : undefined;
    const captured = length >= 32 ? this.#u32(20) : 0;
    if (!known || captured > length || 28 + padded(captured) + 4 > length) {
      this.#fail('a packet block has no such interface, or is shorter than its packet');
      return undefined;
    }
    const comments: string[] = [];
    let direction: 'in' | 'out' = 'in';
    let id = 0;
    this.#options(28 + padded(captured), length, (type, at, end) => {
      if (type === optionTypes.comment) comments.push(utf8.read(this.#bytes, at, end));
      if (type === optionTypes.packet.flags && end - at === 4)
        direction = (this.#u32(at) & 3) === directionFlags.out ? 'out' : 'in';
      if (type === optionTypes.packet.packetId && end - at === 8)
        id = Number(this.#view.getBigUint64(at, this.#littleEndian));
    });
    const ticks = (BigInt(this.#u32(12)) << 32n) | BigInt(this.#u32(16));
    const time = Number(ticks / BigInt(known.ticksPerMicrosecond));
    return { interfaceName: known.name, time, direction, id, bytes: this.#bytes.subarray(28, 28 + captured), comments };
  }

  /** Calls `take` for each option whose value lies within the block. */
  #options(at: number, length: number, take: (type: number, at: number, end: number) => void): void {
    const last = length - 4;
    while (at + 4 <= last) {
      const type = this.#u16(at);
      const end = at + 4 + this.#u16(at + 2);
      if (type === optionTypes.end || end > last) return;
      take(type, at + 4, end);
      at = padded(end);
    }
  }

  #u16(at: number): number {
    return this.#view.getUint16(at, this.#littleEndian);
  }

  #u32(at: number): number {
    return this.#view.getUint32(at, this.#littleEndian);
  }
}
