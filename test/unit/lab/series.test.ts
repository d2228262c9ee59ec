import { deepEqual, equal } from 'node:assert/strict';
import { Series } from '../../../lib/lab/conditions/series.ts';
import { seconds } from '../../../lib/time.ts';

const steps = (...values: readonly (readonly [at: number, value: number])[]): Series => {
  const series = new Series();
  for (const [at, value] of values) series.set(seconds(at), value);
  return series;
};

describe('a number over the time of a run', () => {
  it('is 0 before its first change, and keeps a value until the next', () => {
    const series = steps([1, 5], [3, 2]);
    deepEqual(
      [0, 1, 2, 3, 9].map((at) => series.at(seconds(at)).value),
      [0, 5, 5, 2, 2],
    );
  });

  it('tells the value before a time from the value at it', () => {
    const series = steps([1, 5], [3, 2]);
    equal(series.before(seconds(3)), 5);
    equal(series.at(seconds(3)).value, 2);
  });

  it('has, in a stretch of time, the value at its beginning and every later one', () => {
    const points = [...steps([1, 5], [3, 2], [4, 7], [6, 1]).between(seconds(2), seconds(4))];
    deepEqual(
      points.map(({ from, value }) => [from, value]),
      [
        [seconds(2), 5],
        [seconds(3), 2],
        [seconds(4), 7],
      ],
    );
  });

  it('keeps the last value of what changes too often to keep all', () => {
    const series = new Series();
    for (let i = 1; i <= 150_000; i++) series.count(seconds(i), { time: i, node: 'hub' });
    equal(series.last, 150_000);
    equal([...series.between(seconds(0), seconds(200_000))].length, 100_001);
  });
});
