import protobuf from 'protobufjs/minimal.js';
import { MAGIC, records, type FieldForm, type RecordKind, type TapeRecord } from './records.ts';

const kindsByCode = new Map<number, RecordKind>(
  Object.entries(records).map(([kind, { code }]) => [code, kind as RecordKind]),
);

/** Reads a tape that lies in memory, a record at a time. */
export class TapeReader {
  /** The text that the tape was begun with. */
  readonly header: string;
  readonly #tape: Uint8Array;
  readonly #view: DataView;
  #at = MAGIC.length;
  #next: TapeRecord | undefined;

  private constructor(tape: Uint8Array) {
    this.#tape = tape;
    this.#view = new DataView(tape.buffer, tape.byteOffset, tape.byteLength);
    this.header = this.#take('text') as string;
    this.#next = this.#read();
  }

  /** Undefined if the bytes are not a tape. */
  static open(tape: Uint8Array): TapeReader | undefined {
    if (tape.length < MAGIC.length + 4 || !MAGIC.every((byte, i) => tape[i] === byte)) return undefined;
    try {
      return new TapeReader(tape);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  /** Where the next record begins, in bytes from the start of the tape. */
  get offset(): number {
    return this.#at;
  }

  /** The record that `next` will return; undefined at the end, also when the tape was broken off in a record. */
  get upcoming(): TapeRecord | undefined {
    return this.#next;
  }

  next(): TapeRecord | undefined {
    const record = this.#next;
    if (record) this.#next = this.#read();
    return record;
  }

  #read(): TapeRecord | undefined {
    const begin = this.#at;
    try {
      const kind = kindsByCode.get(this.#take('u8') as number);
      if (kind === undefined) throw new RangeError('no record begins so');
      const { fields }: { fields: Readonly<Record<string, FieldForm>> } = records[kind];
      const values = Object.entries(fields).map(([name, form]) => [name, this.#take(form)] as const);
      return { kind, ...Object.fromEntries(values) } as TapeRecord;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#at = begin;
      return undefined;
    }
  }

  /** Throws a RangeError where the tape ends. */
  #take(form: FieldForm): number | string | Uint8Array {
    const at = this.#at;
    switch (form) {
      case 'u8':
        this.#at += 1;
        return this.#view.getUint8(at);
      case 'u32':
        this.#at += 4;
        return this.#view.getUint32(at, true);
      case 'f64':
        this.#at += 8;
        return this.#view.getFloat64(at, true);
      case 'text': {
        const bytes = this.#take('bytes') as Uint8Array;
        return protobuf.util.utf8.read(bytes, 0, bytes.length);
      }
      case 'bytes': {
        const length = this.#take('u32') as number;
        const begin = this.#at;
        if (begin + length > this.#tape.length) throw new RangeError('the tape ends here');
        this.#at += length;
        return this.#tape.subarray(begin, begin + length);
      }
    }
  }
}
