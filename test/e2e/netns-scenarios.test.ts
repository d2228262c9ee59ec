import { deepEqual } from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { NetnsFabric } from '../../daemon/fabric/netns.ts';
import { runScenario } from '../../lib/lab/runner.ts';
import { loadScenario } from '../support/lab-files.ts';
import { needsStore } from '../../daemon/fabric/redis-server.ts';
import { leftovers, requireNetns, requireStore } from './netns-support.ts';

describe('scenarios on the netns fabric', function () {
  this.timeout(60_000);

  before(async function () {
    await requireNetns(this);
  });

  for (const file of readdirSync('scenarios').filter((name) => name.endsWith('.yaml'))) {
    it(`${file} holds on real interfaces, and leaves nothing behind`, async function () {
      const scenario = loadScenario(`scenarios/${file}`);
      if (needsStore(scenario)) await requireStore(this);
      const nothing = { event: () => undefined, packet: () => undefined };
      const fabric = new NetnsFabric({ scenario, seed: scenario.seed, events: nothing, capture: nothing });
      const { verdicts } = await runScenario({ fabric, scenario, seed: scenario.seed, version: 'test' });
      deepEqual(
        verdicts.filter(({ held }) => !held).map(({ text, measured }) => `${text}: ${measured}`),
        [],
      );
      deepEqual(leftovers(`${scenario.name}-${process.pid}`), []);
    });
  }
});
