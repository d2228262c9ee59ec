import type { ByteSink } from '../capture/pcapng-writer.ts';
import { utf8Bytes } from '../utf8.ts';
import { MAGIC, records, type FieldForm, type TapeRecord } from './records.ts';

const CHUNK_LENGTH = 64 * 1024;

/**
 * Writes a tape, a chunk at a time, up to a limit: from the first input behind it everything is counted and left out,
 * and the tape says so at its end.
 */
export class TapeWriter {
  readonly #sink: ByteSink;
  readonly #lengthMax: number;
  #chunk = new Uint8Array(CHUNK_LENGTH);
  #view = new DataView(this.#chunk.buffer);
  #used = 0;
  #written = 0;
  #dropped = 0;
  #isClosed = false;

  /** `header` is a text of the caller's own. The tape becomes little longer than `lengthMax` bytes. */
  constructor(sink: ByteSink, header: string, lengthMax: number) {
    this.#sink = sink;
    this.#lengthMax = lengthMax;
    this.#reserve(MAGIC.length);
    this.#chunk.set(MAGIC);
    this.#used = MAGIC.length;
    this.#put('text', header);
  }

  /** Records for which there was no room, or that came when the tape was closed. */
  get dropped(): number {
    return this.#dropped;
  }

  write(record: TapeRecord): void {
    const isFull = records[record.kind].role === 'input' && this.#written + this.#used > this.#lengthMax;
    if (this.#isClosed || this.#dropped > 0 || isFull) {
      this.#dropped++;
      return;
    }
    this.#append(record);
    if (this.#used >= CHUNK_LENGTH / 2) this.flush();
  }

  /** Hands on what is still here: a program that ends at any moment leaves a tape up to this one. */
  flush(): void {
    if (this.#used === 0) return;
    this.#sink.write(this.#chunk.subarray(0, this.#used));
    this.#written += this.#used;
    this.#used = 0;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#append({ kind: 'end', isFull: this.#dropped > 0 ? 1 : 0 });
    this.#isClosed = true;
    this.flush();
  }

  #append(record: TapeRecord): void {
    const { code, fields } = records[record.kind];
    this.#put('u8', code);
    const values = record as unknown as Readonly<Record<string, number | string | Uint8Array>>;
    for (const name in fields) this.#put((fields as Readonly<Record<string, FieldForm>>)[name], values[name]);
  }

  #put(form: FieldForm, value: number | string | Uint8Array): void {
    switch (form) {
      case 'u8':
        this.#reserve(1);
        this.#view.setUint8(this.#used, value as number);
        this.#used += 1;
        break;
      case 'u32':
        this.#reserve(4);
        this.#view.setUint32(this.#used, value as number, true);
        this.#used += 4;
        break;
      case 'f64':
        this.#reserve(8);
        this.#view.setFloat64(this.#used, value as number, true);
        this.#used += 8;
        break;
      case 'text':
        this.#put('bytes', utf8Bytes(value as string));
        break;
      case 'bytes': {
        const bytes = value as Uint8Array;
        this.#put('u32', bytes.length);
        this.#reserve(bytes.length);
        this.#chunk.set(bytes, this.#used);
        this.#used += bytes.length;
      }
    }
  }

  #reserve(length: number): void {
    if (this.#used + length <= this.#chunk.length) return;
    const larger = new Uint8Array(2 * (this.#used + length));
    larger.set(this.#chunk.subarray(0, this.#used));
    this.#chunk = larger;
    this.#view = new DataView(larger.buffer);
  }
}
