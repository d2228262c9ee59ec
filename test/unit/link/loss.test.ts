import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Impairment } from '../../../lib/link/impairment.ts';
import type { FourStates, GilbertElliott } from '../../../lib/link/loss.ts';
import { at, autocorrelation, delayOf, delays, frameOf, mean, modelOf, near, ofShare, surely } from './support.ts';

const COUNT = 300_000;
const losses = (impairment: Partial<Impairment>, seed = 1): number[] =>
  delays(impairment, COUNT, 1, seed).map((delay) => (delay < 0 ? 1 : 0));

/** Mean number of frames that are lost in a row. */
function meanRun(lost: readonly number[]): number {
  const runs = lost.filter((each, i) => each === 1 && lost[i - 1] !== 1).length;
  return mean(lost) * (lost.length / runs);
}

/** Four standard errors of a share whose draws have a correlation of `lambda` from one to the next, fading with the distance. */
const ofChain = (share: number, lambda: number): number =>
  ofShare(share, COUNT) * Math.sqrt((1 + lambda) / (1 - lambda));

describe('loss by chance', () => {
  it('is the share of frames that it is told to be, one independent of the other', () => {
    const lost = losses({ loss: 0.05 });
    near(mean(lost), 0.05, ofShare(0.05, COUNT), 'share');
    near(meanRun(lost), 1 / 0.95, 0.01, 'frames in a row');
  });

  it('has with a correlation the same share, and this coefficient of correlation', () => {
    const lost = losses({ loss: 0.05, lossCorrelation: 0.4 });
    near(mean(lost), 0.05, ofChain(0.05, 0.4), 'share');
    near(autocorrelation(lost), 0.4, 4 * Math.sqrt(1.4 / 0.6 / (0.05 * COUNT)), 'correlation');
  });

  it('is everything at 100 % and nothing, not even a draw, at 0 %', () => {
    ok(losses({ loss: 1 }).every((each) => each === 1));
    equal(delayOf(surely({ loss: 0, lossCorrelation: 0.5 }), at(0)), 0);
  });
});

describe('loss by Gilbert and Elliott', () => {
  /** Share of losses, and mean length of a run of them, in closed form. */
  function expected({ p, r, lossInBad, lossInGood }: GilbertElliott): { share: number; run: number } {
    const [good, bad] = [r / (p + r), p / (p + r)];
    const share = good * lossInGood + bad * lossInBad;
    const afterGood = (1 - p) * lossInGood + p * lossInBad;
    const afterBad = r * lossInGood + (1 - r) * lossInBad;
    const twice = good * lossInGood * afterGood + bad * lossInBad * afterBad;
    return { share, run: share / (share - twice) };
  }

  const models: Record<string, GilbertElliott> = {
    'Gilbert, simple': { p: 0.01, r: 0.2, lossInBad: 1, lossInGood: 0 },
    Gilbert: { p: 0.02, r: 0.1, lossInBad: 0.5, lossInGood: 0 },
    'Gilbert-Elliott': { p: 0.02, r: 0.1, lossInBad: 0.7, lossInGood: 0.01 },
  };
  for (const [name, lossGemodel] of Object.entries(models))
    it(`loses the share, and in runs of the length, that follow from its chances: ${name}`, () => {
      const lost = losses({ lossGemodel });
      const { share, run } = expected(lossGemodel);
      near(mean(lost), share, ofChain(share, 1 - lossGemodel.p - lossGemodel.r), 'share');
      // A run is shorter than a geometric one of its mean is wide.
      near(meanRun(lost), run, (4 * run) / Math.sqrt((share * COUNT) / run), 'frames in a row');
    });

  it('loses 1 / r frames in a row where the bad state loses everything and the good one nothing', () => {
    const lost = losses({ lossGemodel: models['Gilbert, simple'] }, 2);
    near(meanRun(lost), 5, (4 * 5) / Math.sqrt((mean(lost) * COUNT) / 5), 'frames in a row');
  });

  it('is loss by chance with p alone, for which the rest follows', () => {
    const lost = losses({ lossGemodel: { p: 0.05, r: 0.95, lossInBad: 1, lossInGood: 0 } });
    near(mean(lost), 0.05, ofShare(0.05, COUNT), 'share');
    near(autocorrelation(lost), 0, 4 / Math.sqrt(0.05 * COUNT), 'correlation');
  });
});

describe('loss by four states', () => {
  /** Shares of the states, from what flows between them in the long run. */
  function shares({ p13, p31, p32, p23, p14 }: FourStates): number[] {
    const parts = [1, (p13 / p31) * (p23 > 0 ? p32 / p23 : 0), p13 / p31, p14];
    const all = parts.reduce((total, each) => total + each, 0);
    return parts.map((part) => part / all);
  }

  const models: Record<string, FourStates> = {
    'two states': { p13: 0.01, p31: 0.2, p32: 0, p23: 1, p14: 0 },
    'three states': { p13: 0.01, p31: 0.1, p32: 0.2, p23: 0.4, p14: 0 },
    'four states': { p13: 0.01, p31: 0.1, p32: 0.2, p23: 0.4, p14: 0.005 },
  };
  for (const [name, lossState] of Object.entries(models))
    it(`loses the share, and in runs of the length, that follow from its chances: ${name}`, () => {
      const lost = losses({ lossState });
      const [, , third, fourth] = shares(lossState);
      const share = third + fourth;
      // The share is as uncertain as that of bursts that go on for 1 / p31 losses.
      near(mean(lost), share, ofChain(share, 1 - lossState.p31), 'share');
      const stays = 1 - lossState.p31 - lossState.p32;
      const run = share / (share - third * stays);
      near(meanRun(lost), run, (4 * run) / Math.sqrt((share * COUNT) / run), 'frames in a row');
    });

  it('has isolated losses by p14, never two in a row', () => {
    const lost = losses({ lossState: { p13: 0, p31: 1, p32: 0, p23: 1, p14: 0.1 } });
    near(mean(lost), 0.1 / 1.1, ofShare(0.1 / 1.1, COUNT), 'share');
    equal(meanRun(lost), 1);
  });
});

describe('each thing that is left to chance', () => {
  const alone: readonly Partial<Impairment>[] = [
    { loss: 0.1 },
    { jitter: 4_000 as Impairment['jitter'], order: 'free' },
    { corrupt: 0.1 },
    { slot: { min: 0 as Impairment['delay'], max: 900 as Impairment['delay'] } },
  ];

  it('has a stream of its own: whatever else is switched on, jitter delays the frames that pass as before', () => {
    const delay = 20_000 as Impairment['delay'];
    const jitter = { delay, jitter: 4_000 as Impairment['jitter'], order: 'free' } as const;
    const before = delays(jitter, 1_000, 10);
    for (const other of [
      { loss: 0.1 },
      { corrupt: 0.1 },
      { lossGemodel: { p: 0.1, r: 0.5, lossInBad: 1, lossInGood: 0 } },
    ]) {
      const now = delays({ ...jitter, ...other }, 1_000, 10);
      deepEqual(
        now.map((each, i) => (each < 0 ? before[i] : each)),
        before,
      );
    }
  });

  it('has a stream of its own: whatever else is switched on, the same bits of the frames that pass are turned over', () => {
    const bits = (other: Partial<Impairment>): (number | undefined)[] => {
      const model = modelOf({ ...other, corrupt: 0.3 });
      return Array.from({ length: 1_000 }, (_, i) => {
        const [{ lost, corruptBit }] = model.admit(at(i), frameOf(100));
        return lost === undefined ? corruptBit : undefined;
      });
    };
    const before = bits({});
    const reorder = { delay: 20_000 as Impairment['delay'], reorder: 0.1 };
    for (const other of [...alone, reorder])
      deepEqual(
        bits({ ...other, corrupt: 0.3 }).map((bit, i) => bit ?? before[i]),
        before,
      );
  });

  it('has a stream of its own: whatever else is switched on, the same frames are lost', () => {
    const lost = losses({ loss: 0.1 });
    for (const other of alone) deepEqual(losses({ ...other, loss: 0.1 }), lost);
  });
});
