import { deepEqual, equal, ok } from 'node:assert/strict';
import { NO_IMPAIRMENT } from '../../../lib/link/impairment.ts';
import { microseconds, milliseconds, seconds, type Duration, type Instant } from '../../../lib/time.ts';
import { at, delayOf, deviation, frameOf, mean, modelOf, near, surely } from './support.ts';

const start = 0 as Instant;

describe('a rate', () => {
  it('takes exactly as long as the bits of a frame, and sends the next one behind', () => {
    const model = surely({ rate: 10e6 });
    deepEqual([delayOf(model, start, 1_500), delayOf(model, start, 500)], [1_200, 1_600]);
    equal(delayOf(model, at(10), 1_500), 1_200, 'the line is idle again');
  });

  it('loses no part of a microsecond from frame to frame', () => {
    const model = surely({ rate: 3e6 });
    // 100 bytes take 266 2/3 us.
    deepEqual(
      [1, 2, 3].map(() => delayOf(model, start, 100)),
      [267, 534, 800],
    );
    const fast = surely({ rate: 10e9, limit: 65_535 });
    for (let i = 0; i < 9_999; i++) delayOf(fast, start, 125);
    equal(delayOf(fast, start, 125), 1_000, '10,000 frames of 100 ns');
  });

  it('counts the overhead of packets, whole cells and the overhead of each', () => {
    const rate = { rate: 1e6 };
    equal(delayOf(surely({ ...rate, overhead: 20 }), start, 100), 960);
    equal(delayOf(surely({ ...rate, overhead: -14 }), start, 100), 688);
    equal(delayOf(surely({ ...rate, overhead: -64 }), start, 60), 0);
    // 100 and 8 bytes fill two cells of 48, and half of a third one; each takes 53.
    equal(delayOf(surely({ ...rate, overhead: 8, cellSize: 48, cellOverhead: 5 }), start, 100), 3 * 53 * 8);
    equal(delayOf(surely({ ...rate, cellSize: 50 }), start, 100), 800, 'cells that are full');
  });

  it('comes before the delay, which it adds to', () => {
    const model = surely({ rate: 8e6, delay: milliseconds(20) });
    deepEqual([delayOf(model, start, 1_000), delayOf(model, start, 1_000)], [21_000, 22_000]);
  });

  it('may change while frames wait, which leave as they would have', () => {
    const model = surely({ rate: 3e6 });
    delayOf(model, start, 100);
    model.impair({ ...NO_IMPAIRMENT, rate: 8e6 });
    equal(delayOf(model, start, 100), 367);
    model.impair(NO_IMPAIRMENT);
    equal(delayOf(model, microseconds(1) as number as Instant), 366, 'nobody overtakes those who wait');
    equal(delayOf(model, at(1)), 0);
  });
});

describe('the queue before the wire', () => {
  it('has room for as many frames as its limit says, and loses what comes at the tail', () => {
    const model = surely({ rate: 8e6, limit: 2 });
    const lost = (now: Instant): string | undefined => model.admit(now, frameOf(1_000))[0].lost;
    deepEqual([lost(start), lost(start), lost(start)], [undefined, undefined, 'queue-full']);
    deepEqual([lost(at(0.999)), lost(at(1)), lost(at(1))], ['queue-full', undefined, 'queue-full']);
    deepEqual([model.statistics.framesPassed, model.statistics.framesQueueFull], [3, 3]);
  });

  it('has room for as many bytes as its limit says', () => {
    const model = surely({ rate: 8e6, limitBytes: 1_500 });
    const lost = (bytes: number): string | undefined => model.admit(start, frameOf(bytes))[0].lost;
    deepEqual([lost(1_000), lost(501), lost(500), lost(60)], [undefined, 'queue-full', undefined, 'queue-full']);
  });

  it('is bounded also by frames, whatever its bytes', () => {
    const model = surely({ rate: 1, limitBytes: 1e12 });
    const lost = Array.from({ length: 65_537 }, () => model.admit(start, frameOf(60))[0].lost);
    deepEqual([lost.findIndex((each) => each !== undefined), lost.at(-1)], [65_536, 'queue-full']);
  });

  it('holds 1000 frames if no limit is named, and is no bound for what has left', () => {
    const model = surely({ rate: 8e6, delay: seconds(60) });
    const passed = (now: Instant): number =>
      Array.from({ length: 1_100 }, () => model.admit(now, frameOf(1_000))[0].lost).filter((lost) => !lost).length;
    deepEqual([passed(start), passed(at(1_000))], [1_000, 1_000]);
  });
});

describe('a slot', () => {
  const slot = { min: milliseconds(10), max: milliseconds(10) };

  it('opens a while after the first frame, and lets all leave together that wait', () => {
    const model = surely({ slot });
    deepEqual([delayOf(model, start), delayOf(model, at(4)), delayOf(model, at(10))], [10_000, 6_000, 0]);
    equal(delayOf(model, at(11)), 10_000);
  });

  it('takes so many frames, and the next one the rest', () => {
    const model = surely({ slot, slotPackets: 2 });
    deepEqual(
      [1, 2, 3, 4, 5].map(() => delayOf(model, start)),
      [10_000, 10_000, 20_000, 20_000, 30_000],
    );
  });

  it('takes frames until so many bytes have left', () => {
    const model = surely({ slot, slotBytes: 250 });
    deepEqual(
      [1, 2, 3, 4].map(() => delayOf(model, start, 100)),
      [10_000, 10_000, 10_000, 20_000],
    );
  });

  it('opens after a time drawn evenly from its span', () => {
    const model = modelOf({ slot: { min: milliseconds(5), max: milliseconds(10) } });
    const waits = Array.from({ length: 20_000 }, (_, i) => delayOf(model, at(i * 20)) ?? (-1 as Duration));
    ok(waits.every((wait) => wait >= 5_000 && wait <= 10_000));
    const spread = 5_000 / Math.sqrt(12);
    near(mean(waits), 7_500, (4 * spread) / Math.sqrt(waits.length), 'mean');
    near(deviation(waits), spread, 30, 'standard deviation');
  });
});
