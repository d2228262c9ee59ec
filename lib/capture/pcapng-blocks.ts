import protobuf from 'protobufjs/minimal.js';
import { captureInterface, type CaptureInterface } from './captured-frame.ts';
import { RECORD_LENGTH_MAX, type Format, type Step } from './format.ts';
import type { FrameRecord } from './frame-record.ts';
import { BYTE_ORDER_MAGIC, blockTypes, directionFlags, optionTypes, padded } from './pcapng-format.ts';
import { Ticks } from './ticks.ts';
import type { Window } from './window.ts';

const { utf8 } = protobuf.util;

/** Interfaces of one section. */
const INTERFACES_MAX = 65_536;

const BLOCK_LENGTH_MIN = 12;

interface InterfaceRead {
  readonly at: CaptureInterface;
  readonly ticks: Ticks;
}

/** Whether the four bytes at the window's beginning are those of a pcapng file, whose byte order they do not tell. */
export const isPcapng = ({ view, at }: Window): boolean => view.getUint32(at) === blockTypes.sectionHeader;

/** Reads the blocks of pcapng; those that it does not know it passes over. */
export class PcapngFormat implements Format {
  readonly #name: string;
  #isLittleEndian = true;
  #interfaces: InterfaceRead[] = [];
  #application = '';
  #comments: readonly string[] = [];

  /** `name` is for interfaces that have none. */
  constructor(name: string) {
    this.#name = name;
  }

  get interfaces(): readonly CaptureInterface[] {
    return this.#interfaces.map(({ at }) => at);
  }

  /** Who wrote the section that is being read. */
  get application(): string {
    return this.#application;
  }

  /** The section's own comments. */
  get comments(): readonly string[] {
    return this.#comments;
  }

  step(window: Window, frame: FrameRecord): Step {
    if (window.length < BLOCK_LENGTH_MIN) return 'more';
    const { view, at } = window;
    const isSection = isPcapng(window);
    if (isSection && !this.#learnByteOrder(view, at + 8)) return { problem: 'a section header has no byte order' };
    const type = view.getUint32(at, this.#isLittleEndian);
    const length = view.getUint32(at + 4, this.#isLittleEndian);
    if (length < BLOCK_LENGTH_MIN || length % 4 !== 0) return { problem: `a block claims to be ${length} bytes long` };
    if (length > RECORD_LENGTH_MAX) {
      if (isUnderstood(type)) return { problem: `a block claims to be ${length} bytes long` };
      window.skip(length);
      return 'other';
    }
    if (window.length < length) return 'more';
    const end = at + length - 4;
    if (view.getUint32(end, this.#isLittleEndian) !== length) return { problem: 'the two lengths of a block disagree' };
    const step = this.#block(type, window, at, end, frame);
    window.at = at + length;
    return step;
  }

  /** The type of a section header reads the same either way; the magic behind its length tells the order. */
  #learnByteOrder(view: DataView, at: number): boolean {
    this.#isLittleEndian = view.getUint32(at, true) === BYTE_ORDER_MAGIC;
    return this.#isLittleEndian || view.getUint32(at, false) === BYTE_ORDER_MAGIC;
  }

  /** The content of a block ends at `end`, before its second length. */
  #block(type: number, window: Window, at: number, end: number, frame: FrameRecord): Step {
    switch (type) {
      case blockTypes.sectionHeader:
        return this.#section(window, at, end);
      case blockTypes.interfaceDescription:
        return this.#interface(window, at, end);
      case blockTypes.enhancedPacket:
      case blockTypes.obsoletePacket:
        return this.#packet(type, window, at, end, frame);
      case blockTypes.simplePacket:
        return this.#simplePacket(window, at, end, frame);
      default:
        return 'other';
    }
  }

  #section({ bytes, view }: Window, at: number, end: number): Step {
    if (view.getUint16(at + 12, this.#isLittleEndian) !== 1) return { problem: 'the section is of an unknown version' };
    this.#interfaces = [];
    this.#application = '';
    const comments: string[] = [];
    this.#options(view, at + 24, end, (type, from, to) => {
      if (type === optionTypes.comment) comments.push(utf8.read(bytes, from, to));
      if (type === optionTypes.section.application) this.#application = utf8.read(bytes, from, to);
    });
    this.#comments = comments;
    return 'other';
  }

  #interface({ bytes, view }: Window, at: number, end: number): Step {
    if (end < at + 16) return { problem: 'a block that describes an interface is too short' };
    if (this.#interfaces.length === INTERFACES_MAX) return { problem: `more than ${INTERFACES_MAX} interfaces` };
    let name = '';
    let resolution = 6;
    let offsetSeconds = 0;
    this.#options(view, at + 16, end, (type, from, to) => {
      if (type === optionTypes.interface.name) name = utf8.read(bytes, from, to);
      if (type === optionTypes.interface.timeResolution && to > from) resolution = bytes[from];
      if (type === optionTypes.interface.timeOffset && to - from === 8)
        offsetSeconds = Number(view.getBigInt64(from, this.#isLittleEndian));
    });
    const linkType = view.getUint16(at + 8, this.#isLittleEndian);
    this.#interfaces.push({
      at: captureInterface(name === '' ? this.#name : name, linkType),
      ticks: new Ticks(resolution, offsetSeconds),
    });
    return 'other';
  }

  #packet(type: number, { bytes, view }: Window, at: number, end: number, frame: FrameRecord): Step {
    const little = this.#isLittleEndian;
    const dataAt = at + 28;
    const isEnhanced = type === blockTypes.enhancedPacket;
    const index = isEnhanced ? view.getUint32(at + 8, little) : view.getUint16(at + 8, little);
    const from = dataAt <= end ? this.#interfaces[index] : undefined;
    if (!from) return { problem: 'a packet is of an interface that there is none of' };
    const captured = view.getUint32(at + 20, little);
    if (captured > end - dataAt) return { problem: 'a packet is longer than its block' };
    frame.clear();
    frame.at = from.at;
    from.ticks.put(view.getUint32(at + 12, little), view.getUint32(at + 16, little), frame);
    frame.bytes = bytes;
    frame.start = dataAt;
    frame.end = dataAt + captured;
    frame.originalLength = Math.max(captured, view.getUint32(at + 24, little));
    this.#packetOptions(view, dataAt + padded(captured), end, frame);
    return 'packet';
  }

  /** The same walk as `#options`, without a function that would have to be made for each packet. */
  #packetOptions(view: DataView, at: number, end: number, frame: FrameRecord): void {
    const little = this.#isLittleEndian;
    while (at + 4 <= end) {
      const type = view.getUint16(at, little);
      const from = at + 4;
      const to = from + view.getUint16(at + 2, little);
      if (type === optionTypes.end || to > end) return;
      if (type === optionTypes.comment) frame.addComment(from, to);
      else if (type === optionTypes.packet.flags && to - from === 4) {
        const flags = view.getUint32(from, little) & 3;
        frame.direction = flags === directionFlags.in ? 'in' : flags === directionFlags.out ? 'out' : undefined;
      } else if (type === optionTypes.packet.packetId && to - from === 8) {
        const [first, second] = [view.getUint32(from, little), view.getUint32(from + 4, little)];
        frame.id = little ? second * 0x1_0000_0000 + first : first * 0x1_0000_0000 + second;
      }
      at = from + padded(to - from);
    }
  }

  /** It has no time; that of the packet before it stays. */
  #simplePacket({ bytes, view }: Window, at: number, end: number, frame: FrameRecord): Step {
    const from = end >= at + 12 ? this.#interfaces[0] : undefined;
    if (!from) return { problem: 'a packet is of an interface that there is none of' };
    frame.clear();
    frame.at = from.at;
    frame.bytes = bytes;
    frame.start = at + 12;
    frame.originalLength = view.getUint32(at + 8, this.#isLittleEndian);
    frame.end = Math.min(end, frame.start + frame.originalLength);
    return 'packet';
  }

  /** Calls `take` for each option whose value lies within the block. */
  #options(view: DataView, at: number, end: number, take: (type: number, from: number, to: number) => void): void {
    while (at + 4 <= end) {
      const type = view.getUint16(at, this.#isLittleEndian);
      const from = at + 4;
      const to = from + view.getUint16(at + 2, this.#isLittleEndian);
      if (type === optionTypes.end || to > end) return;
      take(type, from, to);
      at = from + padded(to - from);
    }
  }
}

const isUnderstood = (type: number): boolean =>
  type === blockTypes.sectionHeader ||
  type === blockTypes.interfaceDescription ||
  type === blockTypes.enhancedPacket ||
  type === blockTypes.obsoletePacket ||
  type === blockTypes.simplePacket;
