import { deepEqual, equal } from 'node:assert/strict';
import type { TapeRecord } from '../../../lib/replay/records.ts';
import { TapeReader } from '../../../lib/replay/tape-reader.ts';
import { TapeWriter } from '../../../lib/replay/tape-writer.ts';

const LENGTH_MAX = 1 << 20;

class Memory {
  bytes = new Uint8Array(0);

  write(bytes: Uint8Array): void {
    this.bytes = Uint8Array.from([...this.bytes, ...bytes]);
  }
}

/** A tape of these records. */
function tapeOf(records: readonly TapeRecord[], lengthMax = LENGTH_MAX): Uint8Array {
  const memory = new Memory();
  const writer = new TapeWriter(memory, 'about', lengthMax);
  for (const record of records) writer.write(record);
  writer.close();
  return memory.bytes;
}

function recordsOf(tape: Uint8Array): TapeRecord[] {
  const reader = TapeReader.open(tape);
  const all: TapeRecord[] = [];
  for (let record = reader?.next(); record; record = reader?.next()) all.push(record);
  return all;
}

const oneOfEach: readonly TapeRecord[] = [
  { kind: 'receive', time: 1_767_225_600_000_001, port: 1, packet: 0xffff_ffff, bytes: Uint8Array.of(1, 2, 3) },
  { kind: 'poll', time: 1_767_225_600_000_002 },
  { kind: 'carrier', time: 3, port: 255, hasCarrier: 1 },
  { kind: 'command', time: 4, command: '{"name":"forgetSessions"} with an é' },
  { kind: 'unit', value: 0.123456789012345 },
  { kind: 'below', value: 4_294_967_295 },
  { kind: 'fill', bytes: new Uint8Array(0) },
  { kind: 'store', isConnected: 1, reachedAt: -1 },
  { kind: 'change', change: 'put', key: 'beat', value: Uint8Array.of(9) },
  { kind: 'transmit', port: 0, bytes: new Uint8Array(9_000).fill(7) },
  { kind: 'put', key: 'session/1', value: Uint8Array.of(0, 255) },
  { kind: 'delete', key: 'session/1' },
  { kind: 'restart' },
  { kind: 'complete' },
];

describe('a tape', () => {
  it('gives every kind of record back as it was written, and says that it is whole', () => {
    deepEqual(recordsOf(tapeOf(oneOfEach)), [...oneOfEach, { kind: 'end', isFull: 0 }]);
  });

  it('has the bytes that its format says', () => {
    const [magic, header] = [[...Buffer.from('SVRtape1')], [5, 0, 0, 0, ...Buffer.from('about')]];
    const carrier = [3, 0, 0, 0, 0, 0, 0, 8, 0x40, 1, 0]; // code, 3.0 as a double, port, hasCarrier
    const tape = tapeOf([{ kind: 'carrier', time: 3, port: 1, hasCarrier: 0 }]);
    deepEqual([...tape], [...magic, ...header, ...carrier, 255, 0]);
  });

  it('is read to its last whole record wherever it was broken off', () => {
    const whole = tapeOf(oneOfEach);
    const counts = Array.from(whole, (_, length) => recordsOf(whole.subarray(0, length)).length);
    equal(counts.at(-1), oneOfEach.length);
    deepEqual(
      counts,
      counts.toSorted((a, b) => a - b),
    );
  });

  it('takes nothing more from the first input that has no room, and says so', () => {
    const poll: TapeRecord = { kind: 'poll', time: 1 };
    const sent: TapeRecord = { kind: 'transmit', port: 0, bytes: new Uint8Array(100) };
    deepEqual(recordsOf(tapeOf([poll, sent, sent, poll, sent], 50)), [
      ...[poll, sent, sent],
      { kind: 'end', isFull: 1 },
    ]);
  });

  it('is not taken for one when it is none', () => {
    for (const bytes of [[], [1, 2, 3], Buffer.from('SVRtape2\0\0\0\0'), Buffer.from('SVRtape1\xff\0\0\0', 'latin1')])
      equal(TapeReader.open(Uint8Array.from(bytes)), undefined);
  });
});
