import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { NO_IMPAIRMENT, type Impairment } from '../../../lib/link/impairment.ts';
import { milliseconds, seconds, type Instant } from '../../../lib/time.ts';
import { at, delayOf, delays, frameOf, modelOf, surely } from './support.ts';

describe('a link', () => {
  it('delivers at once and leaves nothing to chance when nothing is impaired', () => {
    equal(delayOf(surely({}), at(5)), 0);
  });

  it('loses what is longer than its MTU, which counts from behind the Ethernet header, and nothing else', () => {
    const model = surely({ mtu: 1_400 });
    equal(delayOf(model, at(1), 1_414), 0);
    equal(model.admit(at(2), frameOf(1_415))[0].lost, 'too-long');
    const { framesPassed, framesTooLong, framesLost, framesCut, bytesPassed } = model.statistics;
    deepEqual([framesPassed, framesTooLong, framesLost, framesCut, bytesPassed], [1, 1, 0, 0, 1_414]);
    model.cut();
    equal(model.admit(at(3), frameOf(1_415))[0].lost, 'cut');
    model.heal();
    model.impair(NO_IMPAIRMENT);
    equal(delayOf(model, at(3), 9_014), 0);
  });

  it('delays every frame by the same time when there is no jitter', () => {
    const model = surely({ delay: milliseconds(10) });
    deepEqual([delayOf(model, at(5)), delayOf(model, at(6))], [milliseconds(10), milliseconds(10)]);
  });

  it('never throttles by its delay: any number of frames is on the way', () => {
    const model = surely({ delay: seconds(60) });
    for (let i = 0; i < 100_000; i++) equal(delayOf(model, i as Instant), seconds(60));
  });

  it('never lets a frame overtake another one, and never delays it by less than nothing', () => {
    const impairment = fc.record({
      delay: fc.nat(5_000),
      jitter: fc.nat(10_000),
      loss: fc.double({ min: 0, max: 1, noNaN: true }),
      distribution: fc.constantFrom('uniform', 'normal', 'pareto', 'paretonormal'),
      rate: fc.constantFrom(0, 1e5, 1e7),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1_000), impairment)), fc.nat(), (frames, seed) => {
        const model = modelOf({}, seed);
        let now = 0;
        let last = 0;
        for (const [gap, impairment] of frames) {
          now += gap;
          model.impair({ ...NO_IMPAIRMENT, ...impairment } as Impairment);
          const [{ lost, arrival }] = model.admit(now as Instant, frameOf(100));
          if (lost !== undefined) continue;
          ok(arrival >= now && arrival >= last);
          last = arrival;
        }
      }),
      { seed: 1 },
    );
  });

  it('loses everything while it is cut, and nothing more once it is healed', () => {
    const model = surely({});
    model.cut();
    ok(model.isCut);
    equal(delayOf(model, at(1)), undefined);
    model.heal();
    equal(delayOf(model, at(2)), 0);
  });

  it('takes a new impairment for the frames that come, also behind slower ones', () => {
    const model = surely({ delay: seconds(1) });
    const before = delayOf(model, at(0));
    model.impair({ ...NO_IMPAIRMENT, delay: milliseconds(1) });
    deepEqual([before, delayOf(model, at(1)), delayOf(model, at(2_000))], [at(1_000), at(999), at(1)]);
  });

  it('lets what is sent over a shorter way overtake what is under way, if frames need not keep their order', () => {
    const model = surely({ delay: seconds(1), order: 'free' });
    delayOf(model, at(0));
    model.impair({ ...NO_IMPAIRMENT, delay: milliseconds(1), order: 'free' });
    equal(delayOf(model, at(1)), milliseconds(1));
  });

  it('counts each frame once: passed, lost or cut', () => {
    const model = modelOf({ loss: 0.5, duplicate: 0.1 });
    for (let i = 0; i < 1_000; i++) delayOf(model, at(i), 60);
    model.cut();
    for (let i = 0; i < 10; i++) delayOf(model, at(1_000 + i), 60);
    const { framesPassed, framesLost, framesCut, framesDuplicated, bytesPassed } = model.statistics;
    equal(framesCut, 10);
    equal(framesPassed + framesLost, 1_000 + framesDuplicated);
    equal(bytesPassed, framesPassed * 60);
    ok(framesLost > 400 && framesLost < 700);
  });

  it('does the same for the same seed, and something else for another one', () => {
    const impairment = { delay: milliseconds(10), jitter: milliseconds(4), loss: 0.1 };
    deepEqual(delays(impairment, 1_000, 1, 7), delays(impairment, 1_000, 1, 7));
    ok(delays(impairment, 1_000, 1, 7).join() !== delays(impairment, 1_000, 1, 8).join());
  });
});
