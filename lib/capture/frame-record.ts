import protobuf from 'protobufjs/minimal.js';
import { captureInterface, linkTypes, type CapturedFrame, type CaptureInterface } from './captured-frame.ts';

const NONE: readonly string[] = [];
const nowhere = captureInterface('', linkTypes.ethernet);

/** Comments of one packet that are kept. */
const COMMENTS_MAX = 64;

/** The frame that a reader hands out, again and again. */
export class FrameRecord implements CapturedFrame {
  seconds = 0;
  nanoseconds = 0;
  at: CaptureInterface = nowhere;
  direction: 'in' | 'out' | undefined;
  id = 0;
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  originalLength = 0;
  readonly #commentBounds: number[] = [];
  #comments: readonly string[] | undefined = NONE;

  /** Forgets what the packet before had besides its bytes. */
  clear(): void {
    this.direction = undefined;
    this.id = 0;
    this.#commentBounds.length = 0;
    this.#comments = NONE;
  }

  /** A comment is bytes[start, end), and is decoded only when it is asked for. */
  addComment(start: number, end: number): void {
    if (this.#commentBounds.length >= 2 * COMMENTS_MAX) return;
    this.#commentBounds.push(start, end);
    this.#comments = undefined;
  }

  comments(): readonly string[] {
    return (this.#comments ??= this.#decode());
  }

  #decode(): readonly string[] {
    const decoded: string[] = [];
    for (let i = 0; i < this.#commentBounds.length; i += 2)
      decoded.push(protobuf.util.utf8.read(this.bytes, this.#commentBounds[i], this.#commentBounds[i + 1]));
    return decoded;
  }
}
