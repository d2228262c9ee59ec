import { deepEqual, equal, ok } from 'node:assert/strict';
import { Distribution } from '../../../lib/campaign/distribution.ts';
import { brokenRow, type RunRow } from '../../../lib/campaign/row.ts';
import { Tally } from '../../../lib/campaign/tally.ts';

function distributionOf(values: Iterable<number>): Distribution {
  const distribution = new Distribution();
  for (const value of values) distribution.add(value);
  return distribution;
}

describe('a distribution', () => {
  it('gives percentiles by nearest rank: the least value that so many percent do not exceed', () => {
    const upTo100 = distributionOf(Array.from({ length: 100 }, (_, i) => 100 - i));
    deepEqual(upTo100.percentiles([0, 1, 50, 90, 99, 100]), [1, 1, 50, 90, 99, 100]);
    deepEqual(distributionOf([3]).percentiles([0, 50]), [3, 3]);
    deepEqual(distributionOf([1, 2]).percentiles([50]), [1]);
    equal(distributionOf([]).percentiles([50]), undefined);
  });

  it('puts what never came to be behind everything', () => {
    const some = distributionOf([5, Infinity, 7]);
    deepEqual(some.percentiles([50, 100]), [7, Infinity]);
  });

  it('is exact for 16,384 different values, and then rounds to three digits', () => {
    const exact = distributionOf(Array.from({ length: 16_384 }, (_, i) => 1_000_000 + i));
    equal(exact.isExact, true);
    deepEqual(exact.percentiles([50]), [1_000_000 + 8_191]);

    const many = distributionOf(Array.from({ length: 100_000 }, (_, i) => 100_000 + i));
    equal(many.isExact, false);
    const [least, median, greatest] = many.percentiles([0, 50, 100]) ?? [];
    deepEqual([least, greatest], [100_000, 199_999]);
    ok(Math.abs(median - 149_999) / 149_999 < 0.005, `the median is ${median}`);
  });

  it('does not depend on the order in which values come', () => {
    const values = Array.from({ length: 40_000 }, (_, i) => (i * 7_919) % 40_009);
    const [there, back] = [distributionOf(values), distributionOf(values.toReversed())];
    deepEqual(there.percentiles([0, 10, 50, 99, 100]), back.percentiles([0, 10, 50, 99, 100]));
  });
});

const row = (seed: number, lost: number, recovery: number | null): RunRow => ({
  seed,
  passed: lost <= 1,
  failed: lost <= 1 ? [] : ['lost of questions at most 1'],
  measures: [
    { what: 'lost of questions at most 1', unit: 'count', value: lost },
    { what: 'recovery of questions after cut wan', unit: 'microseconds', value: recovery },
  ],
});

describe('the tally of a cell', () => {
  it('counts runs, and remembers the first that failed', () => {
    const tally = new Tally();
    for (const one of [row(1, 0, 100), row(2, 3, null), row(3, 2, 300)]) tally.add(one);
    deepEqual([tally.runs, tally.passed, tally.failed], [3, 1, 2]);
    deepEqual(tally.firstFailure, { seed: 2, why: ['lost of questions at most 1'] });
    deepEqual([...tally.failures], [['lost of questions at most 1', { runs: 2, seeds: [2, 3] }]]);
  });

  it('names the first ten seeds with which an expectation fails, however many there are', () => {
    const tally = new Tally();
    for (let seed = 1; seed <= 30; seed++) tally.add(row(seed, seed % 2 === 0 ? 5 : 0, null));
    deepEqual(tally.failures.get('lost of questions at most 1'), {
      runs: 15,
      seeds: [2, 4, 6, 8, 10, 12, 14, 16, 18, 20],
    });
  });

  it('keeps how each measure was spread, and counts what never was as longer than anything', () => {
    const tally = new Tally();
    for (const one of [row(1, 0, 100), row(2, 3, null), row(3, 2, 300)]) tally.add(one);
    deepEqual(
      tally.measures.map(({ what, values }) => [what, values.percentiles([50, 100])]),
      [
        ['lost of questions at most 1', [2, 3]],
        ['recovery of questions after cut wan', [300, Infinity]],
      ],
    );
  });

  it('counts a run that broke as failed, and tells why', () => {
    const tally = new Tally();
    tally.add(brokenRow(9, 'time stands still'));
    deepEqual([tally.failed, tally.broken], [1, 1]);
    deepEqual(tally.firstFailure, { seed: 9, why: ['time stands still'] });
    deepEqual([...tally.failures], [['every run comes to a result', { runs: 1, seeds: [9] }]]);
  });
});
