import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { DROPPED, LinkModel, NO_IMPAIRMENT, type Impairment } from '../../../lib/link/impairment.ts';
import { SeededRandom, type Random } from '../../../lib/random.ts';
import { between, milliseconds, seconds, type Instant } from '../../../lib/time.ts';

const at = (milliseconds: number): Instant => (milliseconds * 1_000) as Instant;

/** Chance that nobody may ask. */
const noRandom: Random = {
  unit: () => {
    throw new Error('nothing is left to chance here');
  },
  below: () => {
    throw new Error('nothing is left to chance here');
  },
  fill: () => {},
};

/** Times on the way of `count` frames sent `everyMs` apart; -1 for those that were lost. */
function delays(impairment: Partial<Impairment>, count: number, everyMs: number, seed = 1): number[] {
  const model = new LinkModel({ ...NO_IMPAIRMENT, ...impairment }, new SeededRandom(seed));
  return Array.from({ length: count }, (_, i) => {
    const arrival = model.admit(at(i * everyMs), 100);
    return arrival === DROPPED ? -1 : between(at(i * everyMs), arrival);
  });
}

describe('a link', () => {
  it('delivers at once and leaves nothing to chance when nothing is impaired', () => {
    const model = new LinkModel(NO_IMPAIRMENT, noRandom);
    equal(model.admit(at(5), 100), at(5));
  });

  it('loses what is longer than its MTU, which counts from behind the Ethernet header, and nothing else', () => {
    const model = new LinkModel({ ...NO_IMPAIRMENT, mtu: 1_400 }, noRandom);
    equal(model.admit(at(1), 1_414), at(1));
    equal(model.admit(at(2), 1_415), DROPPED);
    equal(model.whyDropped(1_415), 'too-long');
    const { framesPassed, framesTooLong, framesLost, framesCut, bytesPassed } = model.statistics;
    deepEqual([framesPassed, framesTooLong, framesLost, framesCut, bytesPassed], [1, 1, 0, 0, 1_414]);
    model.cut();
    equal(model.whyDropped(1_415), 'cut');
    model.heal();
    model.impair(NO_IMPAIRMENT);
    equal(model.admit(at(3), 9_014), at(3));
  });

  it('delays every frame by the same time when there is no jitter', () => {
    const model = new LinkModel({ ...NO_IMPAIRMENT, delay: milliseconds(10) }, noRandom);
    deepEqual([model.admit(at(5), 100), model.admit(at(6), 100)], [at(15), at(16)]);
  });

  it('spreads the delay evenly around its middle by the jitter', () => {
    const seen = delays({ delay: milliseconds(10), jitter: milliseconds(4) }, 20_000, 20);
    const mean = seen.reduce((total, each) => total + each, 0) / seen.length;
    ok(Math.abs(mean - 10_000) < 50, `mean ${mean}`);
    ok(Math.min(...seen) >= 6_000 && Math.min(...seen) < 6_010);
    ok(Math.max(...seen) <= 14_000 && Math.max(...seen) > 13_990);
    const inLowestQuarter = seen.filter((each) => each < 8_000).length / seen.length;
    ok(Math.abs(inLowestQuarter - 0.25) < 0.01, `${inLowestQuarter} in the lowest quarter`);
  });

  it('never lets a frame overtake another one, and never delays it by less than nothing', () => {
    const impairment = fc.record({
      delay: fc.nat(5_000),
      jitter: fc.nat(10_000),
      loss: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1_000), impairment)), fc.nat(), (frames, seed) => {
        const model = new LinkModel(NO_IMPAIRMENT, new SeededRandom(seed));
        let now = 0;
        let last = 0;
        for (const [gap, impairment] of frames) {
          now += gap;
          model.impair(impairment as Impairment);
          const arrival = model.admit(now as Instant, 100);
          if (arrival === DROPPED) continue;
          ok(arrival >= now && arrival >= last);
          last = arrival;
        }
      }),
      { seed: 1 },
    );
  });

  it('loses the share of frames that it is told to, one independent of the other', () => {
    const isLost = delays({ loss: 0.05 }, 100_000, 1).map((delay) => delay < 0);
    const share = isLost.filter(Boolean).length / isLost.length;
    ok(Math.abs(share - 0.05) < 0.003, `lost ${share}`);
    const afterLoss = isLost.filter((_, i) => i > 0 && isLost[i - 1]);
    const shareAfterLoss = afterLoss.filter(Boolean).length / afterLoss.length;
    ok(Math.abs(shareAfterLoss - 0.05) < 0.015, `lost after a loss ${shareAfterLoss}`);
  });

  it('loses everything at a loss of 1', () => {
    ok(delays({ loss: 1 }, 1_000, 1).every((delay) => delay === -1));
  });

  it('loses everything while it is cut, and nothing more once it is healed', () => {
    const model = new LinkModel(NO_IMPAIRMENT, noRandom);
    model.cut();
    ok(model.isCut);
    equal(model.admit(at(1), 100), DROPPED);
    model.heal();
    equal(model.admit(at(2), 100), at(2));
  });

  it('takes a new impairment for the frames that come, also behind slower ones', () => {
    const model = new LinkModel({ ...NO_IMPAIRMENT, delay: seconds(1) }, noRandom);
    const before = model.admit(at(0), 100);
    model.impair({ ...NO_IMPAIRMENT, delay: milliseconds(1) });
    deepEqual([before, model.admit(at(1), 100), model.admit(at(2_000), 100)], [at(1_000), at(1_000), at(2_001)]);
  });

  it('counts each frame once: passed, lost or cut', () => {
    const model = new LinkModel({ ...NO_IMPAIRMENT, loss: 0.5 }, new SeededRandom(1));
    for (let i = 0; i < 1_000; i++) model.admit(at(i), 60);
    model.cut();
    for (let i = 0; i < 10; i++) model.admit(at(1_000 + i), 60);
    const { framesPassed, framesLost, framesCut, bytesPassed } = model.statistics;
    equal(framesCut, 10);
    equal(framesPassed + framesLost, 1_000);
    equal(bytesPassed, framesPassed * 60);
    ok(framesLost > 400 && framesLost < 600);
  });

  it('does the same for the same seed, and something else for another one', () => {
    const impairment = { delay: milliseconds(10), jitter: milliseconds(4), loss: 0.1 };
    deepEqual(delays(impairment, 1_000, 1, 7), delays(impairment, 1_000, 1, 7));
    ok(delays(impairment, 1_000, 1, 7).join() !== delays(impairment, 1_000, 1, 8).join());
  });
});
