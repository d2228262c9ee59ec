import { Readable } from 'node:stream';
import { LabError, type LabEvent } from '../lib/lab/fabric.ts';
import type { Capturable } from './live-capture.ts';

/** What waits for a reader; who lets more wait is dropped. */
const WAITING_BYTES_MAX = 1 << 20;

/** Readers of one node at a time. */
const READERS_MAX = 16;

/** What a node does, told while it happens to all who listen, as lines of JSON. The node waits for none of them. */
export class EventStreams {
  readonly #readers = new Set<Readable>();
  #dropped = 0;

  /** Readers that were dropped because they were too slow. */
  get dropped(): number {
    return this.#dropped;
  }

  open(node: Capturable): Readable {
    if (this.#readers.size >= READERS_MAX)
      throw new LabError(`node '${node.name}' has ${READERS_MAX} readers of its events, and takes no more`, 2);
    const reader = new Readable({ highWaterMark: WAITING_BYTES_MAX, read: () => undefined });
    const tell = (event: LabEvent): void => {
      if (reader.push(`${JSON.stringify(event)}\n`) || reader.destroyed) return;
      this.#dropped++;
      reader.destroy();
    };
    const leave = node.watch({ event: tell, end: () => reader.push(null) });
    this.#readers.add(reader);
    reader.on('close', () => {
      leave();
      this.#readers.delete(reader);
    });
    return reader;
  }
}
