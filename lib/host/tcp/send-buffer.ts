/** What was written and is not yet acknowledged, in a ring of fixed size. Offset 0 is the oldest byte in it. */
export class SendBuffer {
  readonly #ring: Uint8Array;
  #start = 0;
  #length = 0;

  constructor(capacity: number) {
    this.#ring = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  get room(): number {
    return this.#ring.length - this.#length;
  }

  /** Copies in what fits; returns how many bytes that is. */
  append(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.room);
    const at = (this.#start + this.#length) % this.#ring.length;
    const untilWrap = Math.min(taken, this.#ring.length - at);
    this.#ring.set(bytes.subarray(0, untilWrap), at);
    this.#ring.set(bytes.subarray(untilWrap, taken), 0);
    this.#length += taken;
    return taken;
  }

  /** `count` bytes from `offset` on; both lie within what is there. A view where it can be, valid until `append`. */
  read(offset: number, count: number): Uint8Array {
    const at = (this.#start + offset) % this.#ring.length;
    if (at + count <= this.#ring.length) return this.#ring.subarray(at, at + count);
    const joined = new Uint8Array(count);
    const untilWrap = this.#ring.length - at;
    joined.set(this.#ring.subarray(at));
    joined.set(this.#ring.subarray(0, count - untilWrap), untilWrap);
    return joined;
  }

  /** Drops the oldest `count` bytes. */
  discard(count: number): void {
    this.#start = (this.#start + count) % this.#ring.length;
    this.#length -= count;
  }
}
