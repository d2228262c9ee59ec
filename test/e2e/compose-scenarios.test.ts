import { deepEqual } from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { ComposeFabric } from '../../daemon/fabric/compose.ts';
import { runScenario } from '../../lib/lab/runner.ts';
import { loadScenario } from '../support/lab-files.ts';
import { leftovers, requireCompose } from './compose-support.ts';

describe('scenarios on the compose fabric', function () {
  this.timeout(60_000);

  before(async function () {
    await requireCompose(this);
  });

  for (const file of readdirSync('scenarios').filter((name) => name.endsWith('.yaml'))) {
    it(`${file} holds in containers, and leaves nothing behind`, async () => {
      const scenario = loadScenario(`scenarios/${file}`);
      const nothing = { event: () => undefined, packet: () => undefined };
      const fabric = new ComposeFabric({ scenario, seed: scenario.seed, events: nothing, capture: nothing });
      const { verdicts } = await runScenario({ fabric, scenario, seed: scenario.seed, version: 'test' });
      deepEqual(
        verdicts.filter(({ held }) => !held).map(({ text, measured }) => `${text}: ${measured}`),
        [],
      );
      deepEqual(leftovers(scenario.name), []);
    });
  }
});
