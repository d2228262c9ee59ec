import { deepEqual } from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { ComposeFabric } from '../../daemon/fabric/compose.ts';
import type { Fabric } from '../../lib/lab/fabric.ts';
import type { Scenario } from '../../lib/lab/scenario.ts';
import { loadScenario } from '../support/lab-files.ts';
import { leftovers, requireCompose } from './compose-support.ts';
import { failuresInCompany, groupsOf } from './in-company.ts';

/** Labs that are up at a time. */
const COMPANY = 4;

describe('scenarios on the compose fabric', function () {
  this.timeout(180_000);

  before(async function () {
    await requireCompose(this);
  });

  const fabricOf = (scenario: Scenario): Fabric => {
    const nothing = { event: () => undefined, packet: () => undefined };
    return new ComposeFabric({ scenario, seed: scenario.seed, events: nothing, capture: nothing });
  };
  const files = readdirSync('scenarios').filter((name) => name.endsWith('.yaml'));
  const all = files.map((file) => ({ file, scenario: loadScenario(`scenarios/${file}`) }));
  for (const group of groupsOf(all, COMPANY, ({ scenario }) => scenario.duration)) {
    let failed: Promise<ReadonlyMap<Scenario, readonly string[]>> | undefined;
    const run = (): NonNullable<typeof failed> =>
      (failed ??= failuresInCompany(
        group.map(({ scenario }) => scenario),
        fabricOf,
      ));
    for (const { file, scenario } of group)
      it(`${file} holds in containers, and leaves nothing behind`, async () => {
        deepEqual((await run()).get(scenario), []);
        deepEqual(leftovers(scenario.name), []);
      });
  }
});
