import type { IpAddress } from '../address.ts';
import type { PcapngReader } from './pcapng-reader.ts';
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

/**
 * Hands the packets of several captures, each in order of time, to `sink` as one in order of time; at equal times the
 * earlier of `readers` goes first. Times come out relative to `epoch`.
 */
export function mergeCaptures(
  readers: readonly PcapngReader[],
  epoch: number,
  sink: { packet(packet: PortPacket): void },
): void {
  const heads = readers.map((reader) => reader.next());
  for (;;) {
    let first = 0;
    for (let i = 1; i < heads.length; i++) {
      if ((heads[i]?.time ?? Infinity) < (heads[first]?.time ?? Infinity)) first = i;
    }
    const packet = heads[first];
    if (!packet) return;
    const colon = packet.interfaceName.lastIndexOf(':');
    sink.packet({
      time: packet.time - epoch,
      node: packet.interfaceName.slice(0, Math.max(0, colon)),
      port: packet.interfaceName.slice(colon + 1),
      direction: packet.direction,
      id: packet.id,
      bytes: packet.bytes,
      comments: packet.comments,
    });
    heads[first] = readers[first].next();
  }
}
