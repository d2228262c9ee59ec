import protobuf from 'protobufjs/minimal.js';
import type { CapturedFrame } from './captured-frame.ts';
import { FrameRecord } from './frame-record.ts';
import { PcapngFormat } from './pcapng-blocks.ts';
import { BLOCK_LENGTH_MAX, blockTypes, optionTypes, padded } from './pcapng-format.ts';
import { PcapngWriter, type ByteSink, type CaptureAbout, type InterfaceTotals } from './pcapng-writer.ts';
import { Window } from './window.ts';

const { utf8 } = protobuf.util;

/** A packet waits no longer than until its source has more than this that waits, in bytes. */
const WAITING_BYTES_MAX = 16 << 20;

interface Waiting {
  /** Nanoseconds since the Unix epoch, about. */
  readonly time: number;
  readonly interfaceIndex: number;
  readonly block: Uint8Array;
}

/** A stream of pcapng that svrlab writes itself: one section, little-endian, nanoseconds, statistics now and then. */
class Source {
  /** What has come of a block that is not whole yet. */
  rest: Uint8Array = new Uint8Array(0);
  /** The interfaces of the merged capture that those of the source have become. */
  readonly interfaces: number[] = [];
  /** Knows the interfaces of the source, for those who look into its packets. */
  readonly format = new PcapngFormat('');
  readonly waiting: Waiting[] = [];
  waitingBytes = 0;
  head = 0;
  /** Nothing that is older will come. */
  knownUntil = 0;
  hasEnded = false;
}

/** Whether a packet is to be in the capture. It can be looked into until the answer is given. */
export type Wants = (frame: () => CapturedFrame) => boolean;

interface Interface {
  readonly name: string;
  totals: Required<InterfaceTotals>;
}

/**
 * Merges live captures of several nodes into one, in order of time. A packet waits until every other source has told, by a
 * packet or by its statistics, that it has nothing older. Statistics of the sources go no further: those of the merged
 * capture come at its end.
 */
export class LiveMerge {
  readonly #writer: PcapngWriter;
  readonly #sources: Source[] = [];
  readonly #interfaces: Interface[] = [];
  readonly #wants: Wants;
  readonly #window = new Window();
  readonly #frame = new FrameRecord();
  #packets = 0;
  #lastTime = 0;

  /** `wants` is asked of each packet, in order of time. */
  constructor(sink: ByteSink, about: CaptureAbout, wants: Wants = () => true) {
    this.#writer = new PcapngWriter(sink);
    this.#writer.section(about);
    this.#writer.flush();
    this.#wants = wants;
  }

  /** Packets that are in the capture. */
  get packets(): number {
    return this.#packets;
  }

  /** Totals by the name of the interface, as far as its source has told. */
  get totals(): ReadonlyMap<string, Required<InterfaceTotals>> {
    return new Map(this.#interfaces.map(({ name, totals }) => [name, totals]));
  }

  addSource(): number {
    return this.#sources.push(new Source()) - 1;
  }

  /** Whether so much of a source waits that no more of it should be read for now. */
  isFull(source: number): boolean {
    return this.#sources[source].waitingBytes > WAITING_BYTES_MAX;
  }

  /** Takes what has come of a source. Fails if that is not what svrlab writes. */
  push(source: number, bytes: Uint8Array): void {
    const from = this.#sources[source];
    const all = from.rest.length === 0 ? bytes : joined(from.rest, bytes);
    const view = new DataView(all.buffer, all.byteOffset, all.length);
    let at = 0;
    while (all.length - at >= 12) {
      const length = view.getUint32(at + 4, true);
      if (length < 12 || length > BLOCK_LENGTH_MAX || length % 4 !== 0)
        throw new Error('a stream of packets is garbled');
      if (all.length - at < length) break;
      this.#block(from, all.subarray(at, at + length));
      at += length;
    }
    from.rest = all.slice(at);
    this.#drain();
  }

  /** A source has nothing more to tell. */
  end(source: number): void {
    this.#sources[source].hasEnded = true;
    this.#drain();
  }

  /** Writes what waits, and the totals. */
  close(): void {
    for (const source of this.#sources) source.hasEnded = true;
    this.#drain();
    this.#interfaces.forEach(({ totals }, index) => this.#writer.statistics(index, this.#lastTime, totals));
    this.#writer.flush();
  }

  #block(from: Source, block: Uint8Array): void {
    const view = new DataView(block.buffer, block.byteOffset, block.length);
    switch (view.getUint32(0, true)) {
      case blockTypes.interfaceDescription: {
        const name = nameOf(block, view);
        this.#step(from, block);
        from.interfaces.push(this.#writer.addInterface(name));
        this.#interfaces.push({ name, totals: { received: 0, dropped: 0 } });
        break;
      }
      case blockTypes.enhancedPacket: {
        const time = timeAt(view, 12);
        from.knownUntil = time;
        from.waiting.push({ time, interfaceIndex: from.interfaces[view.getUint32(8, true)], block: block.slice() });
        from.waitingBytes += block.length;
        break;
      }
      case blockTypes.interfaceStatistics: {
        from.knownUntil = Math.max(from.knownUntil, timeAt(view, 12));
        const totals = {
          received: countOf(view, optionTypes.statistics.received),
          dropped: countOf(view, optionTypes.statistics.dropped),
        };
        this.#interfaces[from.interfaces[view.getUint32(8, true)]].totals = totals;
        break;
      }
    }
  }

  /** Writes every packet that none can come before any more. */
  #drain(): void {
    for (;;) {
      const next = this.#earliest();
      if (!next) break;
      const { time, interfaceIndex, block } = next.waiting[next.head++];
      next.waitingBytes -= block.length;
      if (next.head === next.waiting.length) next.waiting.length = next.head = 0;
      this.#lastTime = Math.max(this.#lastTime, Math.ceil(time / 1_000));
      if (!this.#wants(() => this.#step(next, block))) continue;
      this.#packets++;
      this.#writer.packetBlock(block, interfaceIndex);
    }
    this.#writer.flush();
  }

  /** Lets the source's format read a block. What it gives is valid until the next call. */
  #step({ format }: Source, block: Uint8Array): CapturedFrame {
    const window = this.#window;
    window.bytes = block;
    window.view = new DataView(block.buffer, block.byteOffset, block.length);
    window.at = 0;
    window.end = block.length;
    const step = format.step(window, this.#frame);
    if (typeof step === 'object') throw new Error(`a stream of packets is garbled: ${step.problem}`);
    return this.#frame;
  }

  /** The source whose packet is next; undefined while another may still have an older one. */
  #earliest(): Source | undefined {
    let earliest: Source | undefined;
    let knownUntil = Infinity;
    for (const source of this.#sources) {
      const head = source.waiting[source.head];
      if (head && (!earliest || head.time < earliest.waiting[earliest.head].time)) earliest = source;
      if (!head && !source.hasEnded) knownUntil = Math.min(knownUntil, source.knownUntil);
    }
    return earliest && earliest.waiting[earliest.head].time <= knownUntil ? earliest : undefined;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

const timeAt = (view: DataView, at: number): number =>
  view.getUint32(at, true) * 2 ** 32 + view.getUint32(at + 4, true);

const nameOf = (block: Uint8Array, view: DataView): string => {
  const found = optionOf(view, 16, optionTypes.interface.name);
  return found ? utf8.read(block, found.at, found.at + found.length) : '';
};

function countOf(view: DataView, option: number): number {
  const found = optionOf(view, 20, option);
  return found?.length === 8 ? Number(view.getBigUint64(found.at, true)) : 0;
}

function optionOf(view: DataView, from: number, type: number): { at: number; length: number } | undefined {
  for (let at = from; at + 8 <= view.byteLength;) {
    const length = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === type && at + 8 + length <= view.byteLength) return { at: at + 4, length };
    if (view.getUint16(at, true) === optionTypes.end) return undefined;
    at = padded(at + 4 + length);
  }
  return undefined;
}
