import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { ReceiveBuffer, RUNS_MAX } from '../../../../lib/host/tcp/receive-buffer.ts';
import { SendBuffer } from '../../../../lib/host/tcp/send-buffer.ts';
import { sequenceAdd, sequenceDistance } from '../../../../lib/host/tcp/sequence.ts';

/** The stream that every test sends: byte i is a function of i. */
const streamBytes = (start: number, count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) => ((start + i) * 7) & 0xff);

describe('sequence numbers', () => {
  it('wrap around after 2^32', () => {
    equal(sequenceAdd(0xfffffffe, 5), 3);
    equal(sequenceDistance(0xfffffffe, 3), 5);
    equal(sequenceDistance(3, 0xfffffffe), -5);
  });

  it('are as far apart as was added, wherever they begin', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.integer({ min: -0x7fffffff, max: 0x7fffffff }), (start, distance) => {
        equal(sequenceDistance(start, sequenceAdd(start, distance)), distance);
      }),
    );
  });
});

describe('a send buffer', () => {
  it('holds what was written until it is discarded, and takes no more than it has room for', () => {
    const CAPACITY = 50;
    const step = fc.record({ append: fc.nat(40), discard: fc.nat(40), at: fc.nat(), count: fc.nat() });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const buffer = new SendBuffer(CAPACITY);
        let [start, end] = [0, 0];
        for (const { append, discard, at, count } of steps) {
          const taken = buffer.append(streamBytes(end, append));
          equal(taken, Math.min(append, CAPACITY - (end - start)));
          end += taken;
          const discarded = Math.min(discard, end - start);
          buffer.discard(discarded);
          start += discarded;
          equal(buffer.length, end - start);
          equal(buffer.room, CAPACITY - (end - start));
          const offset = at % (buffer.length + 1);
          const length = count % (buffer.length - offset + 1);
          deepEqual(buffer.read(offset, length), streamBytes(start + offset, length));
        }
      }),
    );
  });
});

describe('a receive buffer', () => {
  const CAPACITY = 64;

  it('puts pieces in order, whatever their order, overlap or repetition', () => {
    const piece = fc.record({ offset: fc.integer({ min: -30, max: 80 }), count: fc.nat(40), takes: fc.nat(2) });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const buffer = new ReceiveBuffer(CAPACITY);
        const isThere = new Set<number>();
        let [expected, taken] = [0, 0];
        for (const { offset, count, takes } of pieces) {
          const start = Math.max(0, expected + offset);
          const bytes = streamBytes(start, count);
          for (let i = start; i < start + count; i++) if (i < taken + CAPACITY) isThere.add(i);
          const advance = buffer.write(start - expected, bytes);
          const expectedBefore = expected;
          while (isThere.has(expected)) expected++;
          equal(advance, expected - expectedBefore);
          equal(buffer.readable, expected - taken);
          equal(buffer.window, CAPACITY - (expected - taken));
          equal(
            buffer.hasHoles,
            [...isThere].some((i) => i > expected),
          );
          for (let i = 0; i < takes; i++) {
            const chunk = buffer.take();
            deepEqual(chunk, streamBytes(taken, chunk.length));
            taken += chunk.length;
          }
        }
        while (buffer.readable > 0) {
          const chunk = buffer.take();
          deepEqual(chunk, streamBytes(taken, chunk.length));
          taken += chunk.length;
        }
        equal(taken, expected);
      }),
    );
  });

  it('refuses to keep more separate pieces than its bound', () => {
    const buffer = new ReceiveBuffer(4 * RUNS_MAX + 8);
    for (let i = 1; i <= RUNS_MAX + 1; i++) buffer.write(2 * i, streamBytes(2 * i, 1));
    const filled = 2 * RUNS_MAX + 1;
    equal(buffer.write(0, streamBytes(0, filled)), filled, 'the last piece is missing');
    ok(!buffer.hasHoles);
    deepEqual(buffer.take(), streamBytes(0, filled));
  });
});
