import type { Frame } from '../lib/frame.ts';
import type { CaptureSink } from '../lib/lab/fabric.ts';
import { between, type Instant } from '../lib/time.ts';
import { wallClock } from './clock.ts';
import type { Port } from './ports/port.ts';

/** Tells what comes and goes, from `epoch` on, at a port that somebody else uses. */
export class Onlooker {
  readonly #port: Port;
  #packets = 0;

  constructor(node: string, port: Port, epoch: Instant, sink: CaptureSink) {
    this.#port = port;
    port.open((frame) => {
      const time = between(epoch, wallClock());
      if (time < 0) return;
      const isOwn = port.mac.every((byte, at) => byte === frame.bytes[frame.start + 6 + at]);
      const { bytes, start, end } = frame satisfies Frame;
      sink.packet({
        time,
        node,
        port: port.name,
        direction: isOwn ? 'out' : 'in',
        id: ++this.#packets,
        bytes: bytes.subarray(start, end),
        comments: [],
      });
    });
  }

  get packets(): number {
    return this.#packets;
  }

  close(): void {
    this.#port.close();
  }
}
