import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CaptureFile, type CaptureFileOptions } from '../lib/capture/capture-file.ts';
import type { ByteSink } from '../lib/capture/pcapng-writer.ts';
import type { CaptureSink, CapturedPacket, EventSink, LabEvent } from '../lib/lab/fabric.ts';
import { InputError } from './exit.ts';

/** Names of the files in a run's folder. */
export const outputNames = { result: 'result.json', events: 'events.ndjson', capture: 'capture.pcapng' } as const;

const EVENT_CHUNK_LENGTH = 64 * 1024;

/** Writes to a file at once and waits for it, so that nothing piles up in memory however fast a run is. */
class FileSink implements ByteSink {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** The folder of a run: events and packets go into their files while it lasts, the result at its end. */
export class RunOutputs implements EventSink, CaptureSink {
  readonly folder: string;
  readonly #events: FileSink;
  readonly #packets: FileSink | undefined;
  readonly #capture: CaptureFile | undefined;
  #eventLines = '';
  #isClosed = false;

  /** Files of an earlier run are written over. Without `capture` no packets are kept. */
  constructor(folder: string, capture: CaptureFileOptions | undefined) {
    this.folder = folder;
    try {
      mkdirSync(folder, { recursive: true });
      this.#events = new FileSink(this.#path('events'));
      this.#packets = capture && new FileSink(this.#path('capture'));
    } catch (error) {
      throw new InputError(`cannot write to '${folder}': ${(error as Error).message}`);
    }
    this.#capture = capture && this.#packets && new CaptureFile(this.#packets, capture);
  }

  event(event: LabEvent): void {
    if (this.#isClosed) return;
    this.#eventLines += `${JSON.stringify(event)}\n`;
    if (this.#eventLines.length >= EVENT_CHUNK_LENGTH) this.#writeEvents();
  }

  packet(packet: CapturedPacket): void {
    if (!this.#isClosed) this.#capture?.packet(packet);
  }

  /** The text of result.json. */
  result(text: string): void {
    writeFileSync(this.#path('result'), text);
  }

  /** Ends the files. What still comes from a lab that is being stopped is dropped, and further calls do nothing. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#writeEvents();
    this.#events.close();
    this.#capture?.close();
    this.#packets?.close();
  }

  #writeEvents(): void {
    this.#events.write(Buffer.from(this.#eventLines));
    this.#eventLines = '';
  }

  #path(name: keyof typeof outputNames): string {
    return join(this.folder, outputNames[name]);
  }
}
