import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CaptureFile } from '../lib/capture/capture-file.ts';
import type { CaptureSink, CapturedPacket, EventSink, LabEvent } from '../lib/lab/fabric.ts';
import type { Instant } from '../lib/time.ts';

/** A recording takes no more than this of packets, and no more than this of events; what comes then is counted. */
const FILE_BYTES_MAX = 512 << 20;
const EVENT_CHUNK_LENGTH = 64 * 1024;

/** What waits to be written waits no longer than this: it is lost with a process that is killed. */
export const WRITE_EVERY_MS = 50;

export interface RecordingPaths {
  readonly events: string;
  readonly capture: string;
  readonly tape: string;
}

/** Where the recordings of a node lie. `start` counts how often the node was started. */
export function recordingPaths(folder: string, node: string, start: number): RecordingPaths {
  const stem = join(folder, start === 0 ? node : `${node}.${start}`);
  return { events: `${stem}.events.ndjson`, capture: `${stem}.capture`, tape: `${stem}.tape` };
}

/** A file that is written at once, up to a limit. */
class BoundedFile {
  readonly #file: number;
  #bytes = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  get isFull(): boolean {
    return this.#bytes >= FILE_BYTES_MAX;
  }

  write(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** What one node saw and did during a run, in files of its own, until the fabric joins those of all nodes. */
export class Recording implements EventSink, CaptureSink {
  readonly #events: BoundedFile;
  readonly #packets: BoundedFile;
  readonly #capture: CaptureFile;
  readonly #timer = setInterval(() => this.#flush(), WRITE_EVERY_MS).unref();
  #eventLines = '';
  #dropped = 0;
  #isClosed = false;

  constructor(folder: string, node: string, start: number, epoch: Instant) {
    mkdirSync(folder, { recursive: true });
    const paths = recordingPaths(folder, node, start);
    this.#events = new BoundedFile(paths.events);
    this.#packets = new BoundedFile(paths.capture);
    const about = { application: 'svrlab', comments: [], ports: [], names: [] };
    this.#capture = new CaptureFile(this.#packets, { ...about, epoch: () => epoch });
  }

  /** Packets and events for which there was no room. */
  get dropped(): number {
    return this.#dropped;
  }

  event(event: LabEvent): void {
    if (this.#isClosed || this.#events.isFull) {
      this.#dropped++;
      return;
    }
    this.#eventLines += `${JSON.stringify(event)}\n`;
    if (this.#eventLines.length >= EVENT_CHUNK_LENGTH) this.#writeEvents();
  }

  packet(packet: CapturedPacket): void {
    if (this.#isClosed || this.#packets.isFull) this.#dropped++;
    else this.#capture.packet(packet);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#writeEvents();
    this.#events.close();
    this.#capture.close();
    this.#packets.close();
  }

  #flush(): void {
    this.#writeEvents();
    this.#capture.flush();
  }

  #writeEvents(): void {
    if (this.#eventLines === '') return;
    this.#events.write(Buffer.from(this.#eventLines));
    this.#eventLines = '';
  }
}
