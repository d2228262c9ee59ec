import type { IpAddress } from '../address.ts';
import type { CaptureReader } from './capture-reader.ts';
import type { CapturedFrame } from './captured-frame.ts';
import { PcapngWriter, type ByteSink, type CaptureAbout } from './pcapng-writer.ts';

/** One packet at one port of one node. */
export interface PortPacket {
  /** Microseconds since the start of the run. */
  readonly time: number;
  readonly node: string;
  readonly port: string;
  readonly direction: 'in' | 'out';
  readonly id: number;
  readonly bytes: Uint8Array;
  /** Why: what was added to it, or why it went no further. */
  readonly comments: readonly string[];
}

export interface CaptureFileOptions extends CaptureAbout {
  /** When the run began, in microseconds since the Unix epoch; asked when the first packet comes. 0 for virtual time. */
  readonly epoch: () => number;
  /** Ports that are listed even if they see nothing; others are listed from their first packet on. */
  readonly ports: readonly { readonly node: string; readonly port: string }[];
  readonly names: readonly { readonly address: IpAddress; readonly name: string }[];
}

interface PortEntry {
  readonly index: number;
  packets: number;
}

/** The capture of a whole lab: every port of every node is an interface `node:port`. It takes packets in order of time. */
export class CaptureFile {
  readonly #writer: PcapngWriter;
  readonly #ports = new Map<string, PortEntry>();
  readonly #askEpoch: () => number;
  #epoch: number | undefined;
  #lastTime = 0;

  constructor(sink: ByteSink, options: CaptureFileOptions) {
    this.#writer = new PcapngWriter(sink);
    this.#askEpoch = options.epoch;
    this.#writer.section(options);
    this.#writer.names(options.names);
    for (const { node, port } of options.ports) this.#port(node, port);
  }

  packet(packet: PortPacket): void {
    const port = this.#port(packet.node, packet.port);
    port.packets++;
    this.#epoch ??= this.#askEpoch();
    this.#lastTime = this.#epoch + packet.time;
    this.#writer.packet({
      interfaceIndex: port.index,
      time: this.#lastTime,
      direction: packet.direction,
      id: packet.id,
      bytes: packet.bytes,
      comments: packet.comments,
    });
  }

  /** Writes what has not been written yet, for somebody who looks on. */
  flush(): void {
    this.#writer.flush();
  }

  /** Writes the totals, and what has not been written yet. */
  close(): void {
    for (const { index, packets } of this.#ports.values())
      this.#writer.statistics(index, this.#lastTime, { received: packets });
    this.#writer.flush();
  }

  #port(node: string, port: string): PortEntry {
    const name = `${node}:${port}`;
    let entry = this.#ports.get(name);
    if (!entry) {
      entry = { index: this.#writer.addInterface(name), packets: 0 };
      this.#ports.set(name, entry);
    }
    return entry;
  }
}

/** The earliest of several packets, as its place among them; at equal times the first; -1 if there is none. */
export function earliestOf(heads: readonly (CapturedFrame | undefined)[]): number {
  let first = -1;
  for (let i = 0; i < heads.length; i++) {
    const head = heads[i];
    const best = first < 0 ? undefined : heads[first];
    if (head && (!best || isEarlier(head, best))) first = i;
  }
  return first;
}

const isEarlier = (a: CapturedFrame, b: CapturedFrame): boolean =>
  a.seconds !== b.seconds ? a.seconds < b.seconds : a.nanoseconds < b.nanoseconds;

/**
 * Hands the packets of several captures, each in order of time, to `sink` as one in order of time; at equal times the
 * earlier of `readers` goes first. Times come out relative to `epoch`.
 */
export function mergeCaptures(
  readers: readonly CaptureReader[],
  epoch: number,
  sink: { packet(packet: PortPacket): void },
): void {
  const heads = readers.map((reader) => reader.next());
  for (;;) {
    const first = earliestOf(heads);
    const frame = heads[first];
    if (!frame) return;
    sink.packet({
      time: frame.seconds * 1_000_000 + Math.floor(frame.nanoseconds / 1000) - epoch,
      node: frame.at.node,
      port: frame.at.port,
      direction: frame.direction ?? 'in',
      id: frame.id,
      bytes: frame.bytes.subarray(frame.start, frame.end),
      comments: frame.comments(),
    });
    heads[first] = readers[first].next();
  }
}
