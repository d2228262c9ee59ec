import { keptFrame, type CapturedFrame } from '../../lib/capture/captured-frame.ts';

/** How far is looked ahead: more than a packet waits at a router before it goes on, and not so much that a person waits. */
const SECONDS_MAX = 1;
const PACKETS_MAX = 4_096;
const BYTES_MAX = 4 << 20;

/** Shows packets to one before it shows them to another, for what can be read only once. */
export class LookAhead {
  readonly #first: (frame: CapturedFrame) => void;
  readonly #second: (frame: CapturedFrame) => boolean;
  readonly #waiting: CapturedFrame[] = [];
  #head = 0;
  #bytes = 0;

  /** `second` returns false when it wants no more. */
  constructor(first: (frame: CapturedFrame) => void, second: (frame: CapturedFrame) => boolean) {
    this.#first = first;
    this.#second = second;
  }

  see(frame: CapturedFrame): boolean {
    this.#first(frame);
    this.#waiting.push(keptFrame(frame));
    this.#bytes += frame.end - frame.start;
    while (this.#isLong(frame)) if (!this.#next()) return false;
    return true;
  }

  /** Nothing more comes. */
  end(): void {
    while (this.#head < this.#waiting.length && this.#next());
  }

  #isLong(last: CapturedFrame): boolean {
    const oldest = this.#waiting[this.#head];
    const seconds = last.seconds - oldest.seconds + (last.nanoseconds - oldest.nanoseconds) / 1e9;
    return seconds > SECONDS_MAX || this.#waiting.length - this.#head > PACKETS_MAX || this.#bytes > BYTES_MAX;
  }

  #next(): boolean {
    const frame = this.#waiting[this.#head++];
    this.#bytes -= frame.end - frame.start;
    if (this.#head > PACKETS_MAX) {
      this.#waiting.splice(0, this.#head);
      this.#head = 0;
    }
    return this.#second(frame);
  }
}
