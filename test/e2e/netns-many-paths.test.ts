import { deepEqual } from 'node:assert/strict';
import { manyPaths } from '../../bench/many-paths.ts';
import { pathsOnNetns } from '../../bench/paths-on-netns.ts';
import { leftovers, requireNetns } from './netns-support.ts';

describe('two daemons with two hundred paths between them', function () {
  this.timeout(120_000);
  this.slow(40_000);

  before(async function () {
    await requireNetns(this);
  });

  it('hold them all with timers of 100 ms, and none goes down for nothing', async () => {
    const timers = ['desired-tx-interval 100', 'required-min-rx-interval 100', 'hold-down-time 1'];
    const { paths, up, falseDowns } = await pathsOnNetns(manyPaths(200, timers), 15_000);
    deepEqual({ paths, up, falseDowns }, { paths: 400, up: 400, falseDowns: 0 });
    deepEqual(leftovers('paths-'), []);
  });
});
