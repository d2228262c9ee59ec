import { equal, ok } from 'node:assert/strict';
import { measureFailover, ROUND_TRIP } from '../../bench/failover.ts';
import { milliseconds } from '../../lib/time.ts';
import { loadScenario } from '../support/lab-files.ts';

describe('a session whose path dies', function () {
  this.timeout(120_000);

  for (const [intervalMs, multiplier] of [
    [50, 3],
    [100, 3],
    [300, 3],
    [100, 10],
  ])
    it(`moves within the detection time and a round trip, with BFD every ${intervalMs} ms, ${multiplier} times`, async () => {
      const timers = { interval: milliseconds(intervalMs), multiplier };
      for (const seed of [1, 2, 3]) {
        const failover = await measureFailover(loadScenario('scenarios/path-failover.yaml'), timers, seed);
        const { took, detectionTime, lost, lostWrongly } = failover;
        equal(detectionTime, intervalMs * multiplier * 1_000);
        ok(took > 0 && took <= detectionTime + ROUND_TRIP, `seed ${seed}: took ${took} us`);
        ok(lost > 0);
        equal(lostWrongly, 0, 'packets were lost that were not sent before the detection');
      }
    });
});
