import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { LiveMerge, type Wants } from '../../../lib/capture/live-merge.ts';
import { CaptureReader } from '../../../lib/capture/capture-reader.ts';
import { PcapngWriter } from '../../../lib/capture/pcapng-writer.ts';

/** A node's live capture: packets whose one byte is their time in microseconds, and what was told of its port. */
class NodeStream {
  readonly #chunks: Uint8Array[] = [];
  readonly #writer = new PcapngWriter({ write: (bytes) => void this.#chunks.push(bytes.slice()) });

  constructor(name: string) {
    this.#writer.section({ application: 'test', comments: [] });
    this.#writer.addInterface(name);
  }

  packets(...times: number[]): Uint8Array {
    const rest = { interfaceIndex: 0, direction: 'in', id: 0, comments: ['why'] } as const;
    for (const time of times) this.#writer.packet({ ...rest, time, bytes: Uint8Array.of(time) });
    return this.#take();
  }

  /** Nothing older than `time` will come. */
  told(time: number, received = 0, dropped = 0): Uint8Array {
    this.#writer.statistics(0, time, { received, dropped });
    return this.#take();
  }

  #take(): Uint8Array {
    this.#writer.flush();
    const all = Buffer.concat(this.#chunks.splice(0));
    return new Uint8Array(all);
  }
}

class Merged {
  readonly merge: LiveMerge;
  #bytes = Buffer.alloc(0);

  constructor(wants?: Wants) {
    const write = (bytes: Uint8Array): void => void (this.#bytes = Buffer.concat([this.#bytes, bytes]));
    this.merge = new LiveMerge({ write }, { application: 'test', comments: [] }, wants);
  }

  /** What is in the capture by now: interface, time, and that a packet holds its time. */
  seen(): string[] {
    let at = 0;
    const read = (target: Uint8Array): number => {
      const copied = this.#bytes.copy(target, 0, at);
      at += copied;
      return copied;
    };
    const reader = new CaptureReader({ read });
    const seen: string[] = [];
    for (let packet = reader.next(); packet; packet = reader.next()) {
      const time = packet.seconds * 1_000_000 + packet.nanoseconds / 1000;
      deepEqual([...packet.bytes.subarray(packet.start, packet.end)], [time]);
      deepEqual(packet.comments(), ['why']);
      seen.push(`${packet.at.name} ${time}`);
    }
    return seen;
  }
}

describe('live captures of several nodes', () => {
  it('become one in order of time, each packet as soon as none can come before it', () => {
    const merged = new Merged();
    const [a, b] = [new NodeStream('a:wan'), new NodeStream('b:wan')];
    const [fromA, fromB] = [merged.merge.addSource(), merged.merge.addSource()];
    merged.merge.push(fromA, a.packets(10, 30));
    deepEqual(merged.seen(), []);
    merged.merge.push(fromB, b.packets(20));
    deepEqual(merged.seen(), ['a:wan 10', 'b:wan 20']);
    merged.merge.push(fromB, b.told(29));
    deepEqual(merged.seen(), ['a:wan 10', 'b:wan 20']);
    merged.merge.push(fromB, b.told(31));
    deepEqual(merged.seen(), ['a:wan 10', 'b:wan 20', 'a:wan 30']);
  });

  it('wait for no node that has ended', () => {
    const merged = new Merged();
    const [a, b] = [new NodeStream('a:wan'), new NodeStream('b:wan')];
    const [fromA, fromB] = [merged.merge.addSource(), merged.merge.addSource()];
    merged.merge.push(fromB, b.told(5));
    merged.merge.push(fromA, a.packets(10));
    merged.merge.end(fromB);
    deepEqual(merged.seen(), ['a:wan 10']);
  });

  it('may come in pieces of any length', () => {
    const merged = new Merged();
    const a = new NodeStream('a:wan');
    const from = merged.merge.addSource();
    const bytes = a.packets(1, 2, 3);
    for (let at = 0; at < bytes.length; at += 7) merged.merge.push(from, bytes.subarray(at, at + 7));
    deepEqual(merged.seen(), ['a:wan 1', 'a:wan 2', 'a:wan 3']);
  });

  it('tell what came and what was dropped', () => {
    const merged = new Merged();
    const a = new NodeStream('a:wan');
    const from = merged.merge.addSource();
    merged.merge.push(from, a.packets(1));
    merged.merge.push(from, a.told(2, 9, 8));
    merged.merge.close();
    deepEqual([...merged.merge.totals], [['a:wan', { received: 9, dropped: 8 }]]);
    equal(merged.merge.packets, 1);
  });

  it('leave out what is not wanted', () => {
    const merged = new Merged((frame) => frame().bytes[frame().start] !== 2);
    const a = new NodeStream('a:wan');
    merged.merge.push(merged.merge.addSource(), a.packets(1, 2, 3));
    deepEqual(merged.seen(), ['a:wan 1', 'a:wan 3']);
    equal(merged.merge.packets, 2);
  });

  it('are not read further than there is room', () => {
    const merged = new Merged();
    const a = new NodeStream('a:wan');
    const [fromA] = [merged.merge.addSource(), merged.merge.addSource()];
    const many = a.packets(...Array.from({ length: 10_000 }, (_, i) => i % 200));
    let pushed = 0;
    for (; !merged.merge.isFull(fromA); pushed++) merged.merge.push(fromA, many);
    ok(pushed > 1 && pushed < 1_000, String(pushed));
  });

  it('are refused when they are no pcapng', () => {
    const merged = new Merged();
    throws(() => merged.merge.push(merged.merge.addSource(), new Uint8Array(64)), /garbled/);
  });
});
