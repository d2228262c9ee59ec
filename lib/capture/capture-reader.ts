import { CaptureParser, type CaptureProblem } from './capture-parser.ts';
import type { CapturedFrame, CaptureInterface } from './captured-frame.ts';

/** Where a capture is read from: fills `target` from its beginning, and returns how many bytes came; 0 at the end. */
export interface ByteSource {
  read(target: Uint8Array): number;
}

const CHUNK_LENGTH = 256 * 1024;

/** Reads a capture from a source that never lets one wait, one packet after the other. */
export class CaptureReader {
  readonly #source: ByteSource;
  readonly #parser: CaptureParser;
  readonly #chunk = new Uint8Array(CHUNK_LENGTH);
  #isFinished = false;

  /** `name` is for interfaces that have none. */
  constructor(source: ByteSource, name?: string) {
    this.#source = source;
    this.#parser = new CaptureParser(name);
  }

  get application(): string {
    return this.#parser.application;
  }

  get comments(): readonly string[] {
    return this.#parser.comments;
  }

  get interfaces(): readonly CaptureInterface[] {
    return this.#parser.interfaces;
  }

  get problem(): CaptureProblem | undefined {
    return this.#parser.problem;
  }

  /** The next packet, or undefined at the end. */
  next(): CapturedFrame | undefined {
    for (;;) {
      const frame = this.#parser.next();
      if (frame || this.#isFinished || this.#parser.problem) return frame;
      const count = this.#source.read(this.#chunk);
      this.#parser.feed(this.#chunk.subarray(0, count));
      if (count > 0) continue;
      this.#parser.finish();
      this.#isFinished = true;
    }
  }
}
