import { deepEqual, equal } from 'node:assert/strict';
import { distributions, type Distribution } from '../../../lib/link/distribution.ts';
import { milliseconds, seconds } from '../../../lib/time.ts';
import { autocorrelation, delays, deviation, mean, near, ofShare } from './support.ts';

/** A jitter large enough that rounding to microseconds is nothing. */
const JITTER = 1e9;
const quantile = (distribution: Distribution, u: number): number => distributions[distribution](u, JITTER) / JITTER;

const COUNT = 100_000;
const jitter = milliseconds(10);
const sample = (distribution: Distribution): number[] =>
  delays({ delay: seconds(1), jitter, distribution, order: 'free' }, COUNT, 1).map((each) => (each - 1e6) / jitter);

describe('a distribution of delays', () => {
  it('is by default uniform, and reaches as far as the jitter on either side', () => {
    deepEqual([quantile('uniform', 0), quantile('uniform', 0.75)], [-1, 0.5]);
    const seen = delays({ delay: milliseconds(10), jitter: milliseconds(4) }, 20_000, 20);
    near(mean(seen), 10_000, 4 * (4_000 / Math.sqrt(3 * 20_000)), 'mean');
    near(deviation(seen), 4_000 / Math.sqrt(3), 30, 'standard deviation');
    deepEqual([Math.min(...seen) >= 6_000, Math.max(...seen) <= 14_000], [true, true]);
  });

  it('has the quantiles of the standard normal distribution, and ends at four deviations', () => {
    const known = [
      [0.5, 0],
      [0.8413447460685429, 1],
      [0.9772498680518208, 2],
      [0.9986501019683699, 3],
      [0.05, -1.6448536269514729],
      [0.25, -0.6744897501960817],
    ];
    for (const [u, deviations] of known) near(quantile('normal', u), deviations, 1e-5, `at ${u}`);
    deepEqual([quantile('normal', 0), quantile('normal', 1 - 2 ** -32)], [-4, 4]);
  });

  it('has the mean and deviation of a normal distribution', () => {
    const seen = sample('normal');
    near(mean(seen), 0, 4 / Math.sqrt(COUNT), 'mean');
    near(deviation(seen), 1, 4 / Math.sqrt(2 * COUNT), 'standard deviation');
  });

  it('has the quantiles, mean and deviation of a Pareto distribution of shape 3, as netem moves, stretches and ends it', () => {
    for (const u of [0, 0.1, 0.5, 0.9])
      near(quantile('pareto', u), ((1 - u) ** (-1 / 3) - 1.5) * (4 / 3), 1e-6, `at ${u}`);
    equal(quantile('pareto', 0.999), 4);
    // x of shape 3 above 1, ended at 4.5: its mean is 1.5 - 1 / (2 * 4.5^2), its mean square 1 + 2 * (1 - 1 / 4.5).
    const middle = 1.5 - 1 / (2 * 4.5 ** 2);
    const spread = (4 / 3) * Math.sqrt(1 + 2 * (1 - 1 / 4.5) - middle ** 2);
    const seen = sample('pareto');
    near(mean(seen), (middle - 1.5) * (4 / 3), (4 * spread) / Math.sqrt(COUNT), 'mean');
    near(deviation(seen), spread, 0.02, 'standard deviation');
  });

  it('is a quarter normal and three quarters Pareto where it is said to be', () => {
    for (const u of [0.01, 0.3, 0.5, 0.8])
      near(quantile('paretonormal', u), 0.25 * quantile('normal', u) + 0.75 * quantile('pareto', u), 1e-6, `at ${u}`);
  });

  for (const distribution of ['normal', 'pareto', 'paretonormal'] as const)
    it(`lets as many delays be below each quantile as it says: ${distribution}`, () => {
      const seen = sample(distribution);
      for (const u of [0.05, 0.25, 0.5, 0.75, 0.95]) {
        const share = seen.filter((each) => each < quantile(distribution, u)).length / COUNT;
        near(share, u, ofShare(u, COUNT), `share below the quantile of ${u}`);
      }
    });
});

describe('correlation', () => {
  for (const distribution of ['uniform', 'normal'] as const)
    it(`is that of one delay with the next, and fades with the distance: ${distribution}`, () => {
      const impairment = { delay: seconds(1), jitter, distribution, order: 'free' } as const;
      const seen = delays({ ...impairment, delayCorrelation: 0.6 }, COUNT, 1);
      // The standard error of a coefficient of correlation is 1 / sqrt(n) at most where values are drawn independently;
      // with this correlation each value stands for four.
      const tolerance = 8 / Math.sqrt(COUNT);
      near(autocorrelation(seen, 1), 0.6, tolerance, 'with the next');
      near(autocorrelation(seen, 2), 0.36, tolerance, 'with the one after');
      near(autocorrelation(delays(impairment, COUNT, 1), 1), 0, tolerance, 'without');
    });

  it('changes neither the mean nor the spread of the delays', () => {
    const impairment = {
      delay: seconds(1),
      jitter,
      distribution: 'normal',
      order: 'free',
      delayCorrelation: 0.6,
    } as const;
    const seen = delays(impairment, COUNT, 1).map((each) => (each - 1e6) / jitter);
    near(mean(seen), 0, 4 * Math.sqrt(4 / COUNT), 'mean');
    near(deviation(seen), 1, 4 * Math.sqrt(4 / (2 * COUNT)), 'standard deviation');
  });
});
