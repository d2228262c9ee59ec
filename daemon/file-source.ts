import { closeSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from '../lib/capture/capture-reader.ts';

/** Reads a file from its beginning. */
export class FileSource implements ByteSource {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'r');
  }

  read(target: Uint8Array): number {
    return readSync(this.#file, target);
  }

  close(): void {
    closeSync(this.#file);
  }
}
