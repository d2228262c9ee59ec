import { captureInterface, type CaptureInterface } from './captured-frame.ts';
import type { FrameRecord } from './frame-record.ts';
import { RECORD_LENGTH_MAX, type Format, type Step } from './format.ts';
import type { Window } from './window.ts';

/** What a pcap file begins with, as it reads in its own byte order: times in microseconds, or in nanoseconds. */
const magics = { microseconds: 0xa1b2c3d4, nanoseconds: 0xa1b23c4d } as const;

const FILE_HEADER_LENGTH = 24;
const RECORD_HEADER_LENGTH = 16;

/** Whether the four bytes at the window's beginning are those of a pcap file. */
export const isPcap = (window: Window): boolean => byteOrderOf(window) !== undefined;

function byteOrderOf({ view, at }: Window): boolean | undefined {
  for (const isLittleEndian of [true, false]) {
    const magic = view.getUint32(at, isLittleEndian);
    if (magic === magics.microseconds || magic === magics.nanoseconds) return isLittleEndian;
  }
  return undefined;
}

/** Reads the old file format of libpcap: one header, then packets with nothing but their time and length. */
export class PcapFormat implements Format {
  readonly #name: string;
  #at: CaptureInterface | undefined;
  #isLittleEndian = true;
  #nanosecondsPerTick = 1;

  /** `name` is that of the interface, as the file has none. */
  constructor(name: string) {
    this.#name = name;
  }

  get interfaces(): readonly CaptureInterface[] {
    return this.#at ? [this.#at] : [];
  }

  step(window: Window, frame: FrameRecord): Step {
    return this.#at ? this.#packet(window, frame, this.#at) : this.#fileHeader(window);
  }

  #fileHeader(window: Window): Step {
    if (window.length < FILE_HEADER_LENGTH) return 'more';
    this.#isLittleEndian = byteOrderOf(window) ?? true;
    const { view, at } = window;
    this.#nanosecondsPerTick = view.getUint32(at, this.#isLittleEndian) === magics.nanoseconds ? 1 : 1000;
    // The upper half of the word may say how long the frames' checksums are.
    this.#at = captureInterface(this.#name, view.getUint32(at + 20, this.#isLittleEndian) & 0xffff);
    window.at += FILE_HEADER_LENGTH;
    return 'other';
  }

  #packet(window: Window, frame: FrameRecord, from: CaptureInterface): Step {
    if (window.length < RECORD_HEADER_LENGTH) return 'more';
    const { view, at } = window;
    const captured = view.getUint32(at + 8, this.#isLittleEndian);
    if (captured > RECORD_LENGTH_MAX) return { problem: `a packet claims to be ${captured} bytes long` };
    if (window.length < RECORD_HEADER_LENGTH + captured) return 'more';
    frame.clear();
    frame.at = from;
    const ticks = view.getUint32(at + 4, this.#isLittleEndian) * this.#nanosecondsPerTick;
    frame.seconds = view.getUint32(at, this.#isLittleEndian) + Math.floor(ticks / 1e9);
    frame.nanoseconds = ticks % 1e9;
    frame.bytes = window.bytes;
    frame.start = at + RECORD_HEADER_LENGTH;
    frame.end = frame.start + captured;
    frame.originalLength = Math.max(captured, view.getUint32(at + 12, this.#isLittleEndian));
    window.at = frame.end;
    return 'packet';
  }
}
