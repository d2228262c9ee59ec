import { deepEqual } from 'node:assert/strict';
import { manyPaths } from '../../bench/many-paths.ts';
import { pathsInSim } from '../../bench/paths-in-sim.ts';
import { parseScenario } from '../../lib/lab/parse.ts';
import { seconds } from '../../lib/time.ts';
import { resolveFile, scenarioOf } from '../support/lab-files.ts';

describe('a thousand paths at one router', function () {
  this.timeout(300_000);

  it('are all up at the default timers, and none goes down for nothing', async () => {
    const scenario = scenarioOf(parseScenario(manyPaths(1_000, ['hold-down-time 1']), 'many-paths.yaml', resolveFile));
    const { paths, up, falseDowns } = await pathsInSim(scenario, seconds(8), seconds(12));
    deepEqual({ paths, up, falseDowns }, { paths: 2_000, up: 2_000, falseDowns: 0 });
  });
});
