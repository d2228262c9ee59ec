import type { CapturedFrame, CaptureInterface } from './captured-frame.ts';
import type { Format } from './format.ts';
import { FrameRecord } from './frame-record.ts';
import { PcapFormat, isPcap } from './pcap-format.ts';
import { PcapngFormat, isPcapng } from './pcapng-blocks.ts';
import { Window } from './window.ts';

/**
 * Why reading ended before the end of the file: it is no capture at all, it contradicts itself, or it breaks off, as that
 * of a program does which was killed.
 */
export interface CaptureProblem {
  readonly kind: 'foreign' | 'corrupt' | 'truncated';
  readonly text: string;
  /** Offset of the piece of the file that it is about. */
  readonly offset: number;
}

const MAGIC_LENGTH = 4;

/**
 * Reads captures, pcap and pcapng of either byte order, as their bytes come: feed a chunk, take packets until there are
 * none, feed the next. Needs no more memory than the longest packet and the longest chunk.
 */
export class CaptureParser {
  readonly #name: string;
  readonly #window = new Window();
  readonly #frame = new FrameRecord();
  #format: Format | undefined;
  #problem: CaptureProblem | undefined;

  /** `name` is for interfaces that have none. */
  constructor(name = '') {
    this.#name = name;
  }

  /** Undefined as long as nothing is wrong. */
  get problem(): CaptureProblem | undefined {
    return this.#problem;
  }

  get interfaces(): readonly CaptureInterface[] {
    return this.#format?.interfaces ?? [];
  }

  /** Who wrote the section that is being read; empty if the file does not say. */
  get application(): string {
    return this.#format instanceof PcapngFormat ? this.#format.application : '';
  }

  /** The section's own comments. */
  get comments(): readonly string[] {
    return this.#format instanceof PcapngFormat ? this.#format.comments : [];
  }

  feed(chunk: Uint8Array): void {
    if (!this.#problem) this.#window.feed(chunk);
  }

  /** The next packet; undefined if another chunk is needed, or there is a problem. */
  next(): CapturedFrame | undefined {
    while (!this.#problem) {
      const format = (this.#format ??= this.#recognize());
      if (!format) return undefined;
      const { offset } = this.#window;
      const step = format.step(this.#window, this.#frame);
      if (step === 'more') return undefined;
      if (step === 'packet') return this.#frame;
      if (step !== 'other') this.#problem = { kind: 'corrupt', text: step.problem, offset };
    }
    return undefined;
  }

  /** Nothing more will come: whatever is left is the beginning of something. */
  finish(): void {
    if (this.#problem || (this.#format && this.#window.length === 0 && !this.#window.isSkipping)) return;
    const { offset } = this.#window;
    this.#problem = this.#format
      ? { kind: 'truncated', text: 'the file breaks off within a packet', offset }
      : { kind: 'foreign', text: this.#window.length === 0 ? 'the file is empty' : NO_CAPTURE, offset };
  }

  #recognize(): Format | undefined {
    const window = this.#window;
    if (window.length < MAGIC_LENGTH) return undefined;
    if (isPcapng(window)) return new PcapngFormat(this.#name);
    if (isPcap(window)) return new PcapFormat(this.#name);
    const text = isGzip(window) ? 'this is a compressed file: gunzip it first' : NO_CAPTURE;
    this.#problem = { kind: 'foreign', text, offset: 0 };
    return undefined;
  }
}

const NO_CAPTURE = 'this is neither pcap nor pcapng';

const isGzip = ({ bytes, at }: Window): boolean => bytes[at] === 0x1f && bytes[at + 1] === 0x8b;
