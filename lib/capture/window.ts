/** More than this is never waiting to be parsed: whoever feeds takes out what is whole before more comes. */
const WAITING_MAX = 4 << 20;

/** Bytes of a file that have come and are not yet parsed: bytes[at, end). */
export class Window {
  bytes: Uint8Array = new Uint8Array(1 << 16);
  view: DataView = new DataView(this.bytes.buffer);
  at = 0;
  end = 0;
  /** Bytes that have not come yet and are to be passed over when they do. */
  #toSkip = 0;
  #consumed = 0;

  get length(): number {
    return this.end - this.at;
  }

  /** Offset in the file of what stands at `at`. */
  get offset(): number {
    return this.#consumed + this.at;
  }

  /** Whether more is to be passed over than has come. */
  get isSkipping(): boolean {
    return this.#toSkip > 0;
  }

  /** Copies `chunk` behind what waits. What was read out of `bytes` before is not valid any more. */
  feed(chunk: Uint8Array): void {
    const skipped = Math.min(this.#toSkip, chunk.length);
    this.#toSkip -= skipped;
    this.#consumed += skipped;
    const added = chunk.length - skipped;
    if (this.length + added > WAITING_MAX) throw new RangeError('more was fed than was taken out');
    if (this.end + added > this.bytes.length) this.#makeRoom(added);
    this.bytes.set(skipped === 0 ? chunk : chunk.subarray(skipped), this.end);
    this.end += added;
  }

  /** Passes over `count` bytes, be they there or still to come. */
  skip(count: number): void {
    const here = Math.min(count, this.length);
    this.at += here;
    this.#toSkip += count - here;
  }

  #makeRoom(added: number): void {
    const { length } = this;
    const old = this.bytes;
    if (length + added > old.length) {
      let size = old.length;
      while (size < length + added) size *= 2;
      this.bytes = new Uint8Array(size);
      this.view = new DataView(this.bytes.buffer);
    }
    this.bytes.set(old.subarray(this.at, this.end));
    this.#consumed += this.at;
    this.at = 0;
    this.end = length;
  }
}
