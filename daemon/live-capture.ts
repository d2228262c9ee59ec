import { Readable } from 'node:stream';
import { PcapngWriter } from '../lib/capture/pcapng-writer.ts';
import { LabError, notFound, type CapturedPacket } from '../lib/lab/fabric.ts';
import type { Instant } from '../lib/time.ts';
import type { Onlooking } from './audience.ts';
import { wallClock } from './clock.ts';
import { version } from './version.ts';

/** What waits for a reader; packets that come when there is more are dropped and counted. */
const WAITING_BYTES_MAX = 8 << 20;

/** How long a packet waits to be told together with others, and how often totals are told. */
const TELL_EVERY_MS = 100;

/** Captures of one node at a time. */
const CAPTURES_MAX = 16;

export interface LiveCaptureOptions {
  readonly node: string;
  readonly ports: readonly string[];
  /** Time 0 of the packets' times. */
  readonly epoch: Instant;
}

interface CapturedPort {
  readonly index: number;
  received: number;
  dropped: number;
}

/**
 * Packets of one node, as they come, as pcapng in `stream`. The node never waits for who reads it: between the two lies a
 * bounded buffer, and what does not fit is dropped and counted. Statistics of every port come ten times a second, so that
 * a reader knows up to when it has seen everything, and what it has missed.
 */
export class LiveCapture implements Onlooking {
  readonly stream: Readable;
  readonly ports: readonly string[];
  readonly #epoch: Instant;
  readonly #writer: PcapngWriter;
  readonly #captured: ReadonlyMap<string, CapturedPort>;
  readonly #timer: NodeJS.Timeout;
  #hasEnded = false;

  constructor({ node, ports, epoch }: LiveCaptureOptions) {
    this.ports = ports;
    this.#epoch = epoch;
    this.stream = new Readable({ highWaterMark: WAITING_BYTES_MAX, read: () => undefined });
    this.#writer = new PcapngWriter({ write: (bytes) => void this.stream.push(Buffer.from(bytes)) });
    this.#writer.section({ application: `svrlab ${version}`, comments: [`live capture at ${node}`] });
    const captured = (port: string): CapturedPort => ({
      index: this.#writer.addInterface(`${node}:${port}`),
      received: 0,
      dropped: 0,
    });
    this.#captured = new Map(ports.map((port) => [port, captured(port)]));
    this.#tell();
    this.#timer = setInterval(() => this.#tell(), TELL_EVERY_MS);
  }

  get received(): number {
    return this.#sum(({ received }) => received);
  }

  get dropped(): number {
    return this.#sum(({ dropped }) => dropped);
  }

  packet(packet: CapturedPacket): void {
    const port = this.#captured.get(packet.port);
    if (!port || this.#hasEnded) return;
    port.received++;
    if (this.stream.readableLength >= WAITING_BYTES_MAX) {
      port.dropped++;
      return;
    }
    const { direction, id, bytes, comments } = packet;
    this.#writer.packet({
      interfaceIndex: port.index,
      time: this.#epoch + packet.time,
      direction,
      id,
      bytes,
      comments,
    });
  }

  /** Tells the totals, and ends the stream. */
  end(): void {
    if (this.#hasEnded) return;
    clearInterval(this.#timer);
    this.#tell();
    this.#hasEnded = true;
    this.stream.push(null);
  }

  #tell(): void {
    // One statistics block a port is all that goes to a reader who has stopped reading, for as long as he has.
    if (this.stream.readableLength >= 2 * WAITING_BYTES_MAX) return;
    const now = wallClock();
    for (const { index, ...totals } of this.#captured.values()) this.#writer.statistics(index, now, totals);
    this.#writer.flush();
  }

  #sum(of: (port: CapturedPort) => number): number {
    return [...this.#captured.values()].reduce((sum, port) => sum + of(port), 0);
  }
}

/** A node, as far as its packets are concerned. */
export interface Capturable {
  readonly name: string;
  readonly ports: readonly string[];
  /** Undefined before the start. */
  readonly epoch: Instant | undefined;
  /** Adds somebody who looks on; returns what has them leave again. */
  watch(onlooking: Onlooking): () => void;
}

export interface Running {
  readonly id: number;
  readonly capture: LiveCapture;
}

/** The live captures of one node. */
export class LiveCaptures {
  readonly #running = new Map<number, LiveCapture>();
  readonly #before = { received: 0, dropped: 0 };
  #lastId = 0;

  get all(): readonly Running[] {
    return Array.from(this.#running, ([id, capture]) => ({ id, capture }));
  }

  /** Of all captures that there have been. */
  get totals(): { received: number; dropped: number } {
    const all = [...this.#running.values()];
    return {
      received: all.reduce((sum, { received }) => sum + received, this.#before.received),
      dropped: all.reduce((sum, { dropped }) => sum + dropped, this.#before.dropped),
    };
  }

  /** Of all ports if `ports` names none. It ends when its reader goes away. */
  start(node: Capturable, ports: readonly string[] = []): Running {
    const unknown = ports.find((port) => !node.ports.includes(port));
    if (unknown !== undefined) throw notFound('port', unknown, node.ports);
    if (node.epoch === undefined) throw new LabError(`node '${node.name}' has not been started`, 2);
    if (this.#running.size >= CAPTURES_MAX)
      throw new LabError(`node '${node.name}' has ${CAPTURES_MAX} captures running, and takes no more`, 2);
    const capture = new LiveCapture({
      node: node.name,
      ports: ports.length > 0 ? ports : node.ports,
      epoch: node.epoch,
    });
    const id = ++this.#lastId;
    this.#running.set(id, capture);
    const leave = node.watch(capture);
    capture.stream.on('close', () => {
      capture.end();
      leave();
      this.#running.delete(id);
      this.#before.received += capture.received;
      this.#before.dropped += capture.dropped;
    });
    return { id, capture };
  }

  /** Ends one in good order: its reader gets what waits, and the totals. */
  stop(id: number): void {
    const capture = this.#running.get(id);
    if (!capture) throw notFound('capture', id, this.#running.keys());
    capture.end();
  }
}
