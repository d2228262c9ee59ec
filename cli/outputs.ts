import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { systemError } from '../daemon/system-error.ts';
import { CaptureFile, type CaptureFileOptions } from '../lib/capture/capture-file.ts';
import type { ByteSink } from '../lib/capture/pcapng-writer.ts';
import type { CaptureSink, CapturedPacket, EventSink, LabEvent } from '../lib/lab/fabric.ts';
import type { TrafficReport } from '../lib/lab/scenario.ts';
import type { Exchange } from '../lib/report/plots.ts';
import { makeFolder } from './make-folder.ts';

/** Names of the files in a run's folder. */
export const outputNames = {
  report: 'report.html',
  result: 'result.json',
  events: 'events.ndjson',
  exchanges: 'exchanges.ndjson',
  capture: 'capture.pcapng',
  sessionCaptures: 'session-captures.pcapng',
} as const;

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

/** A capture in a file of its own. */
class PacketFile implements CaptureSink {
  readonly #file: FileSink;
  readonly #capture: CaptureFile;

  constructor(path: string, options: CaptureFileOptions) {
    this.#file = new FileSink(path);
    this.#capture = new CaptureFile(this.#file, options);
  }

  packet(packet: CapturedPacket): void {
    this.#capture.packet(packet);
  }

  close(): void {
    this.#capture.close();
    this.#file.close();
  }
}

/** Which captures a run keeps. */
export interface KeptCaptures {
  readonly capture?: CaptureFileOptions | undefined;
  readonly sessionCaptures?: CaptureFileOptions | undefined;
}

/** The folder of a run: events and packets go into their files while it lasts, the result at its end. */
export class RunOutputs implements EventSink, CaptureSink {
  readonly folder: string;
  readonly #events: FileSink;
  readonly #capture: PacketFile | undefined;
  readonly #sessionCaptures: PacketFile | undefined;
  #eventLines = '';
  #isClosed = false;

  /** Files of an earlier run are written over. */
  constructor(folder: string, { capture, sessionCaptures }: KeptCaptures) {
    this.folder = folder;
    try {
      makeFolder(folder);
      this.#events = new FileSink(this.#path('events'));
      this.#capture = capture && new PacketFile(this.#path('capture'), capture);
      this.#sessionCaptures = sessionCaptures && new PacketFile(this.#path('sessionCaptures'), sessionCaptures);
    } catch (error) {
      throw systemError(`write to '${folder}'`, error as Error);
    }
  }

  event(event: LabEvent): void {
    if (this.#isClosed) return;
    this.#eventLines += `${JSON.stringify(event)}\n`;
    if (this.#eventLines.length >= EVENT_CHUNK_LENGTH) this.#writeEvents();
  }

  packet(packet: CapturedPacket): void {
    if (!this.#isClosed) this.#capture?.packet(packet);
  }

  /** A packet of a session capture. */
  sessionPacket(packet: CapturedPacket): void {
    if (!this.#isClosed) this.#sessionCaptures?.packet(packet);
  }

  /** What the traffic saw: a line for each question, and when it was answered. */
  traffic(reports: readonly TrafficReport[]): void {
    const lines = reports.flatMap(({ name, exchanges }) =>
      exchanges.map((exchange) => `${JSON.stringify({ traffic: name, ...exchange } satisfies Exchange)}\n`),
    );
    writeFileSync(this.#path('exchanges'), lines.join(''));
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
    this.#sessionCaptures?.close();
  }

  #writeEvents(): void {
    this.#events.write(Buffer.from(this.#eventLines));
    this.#eventLines = '';
  }

  #path(name: keyof typeof outputNames): string {
    return join(this.folder, outputNames[name]);
  }
}
