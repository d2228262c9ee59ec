import { deepEqual } from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeCrypto } from '../../daemon/crypto.ts';
import { NetnsFabric } from '../../daemon/fabric/netns.ts';
import { needsStore } from '../../daemon/fabric/redis-server.ts';
import type { LabEvent } from '../../lib/lab/fabric.ts';
import { runScenario } from '../../lib/lab/runner.ts';
import type { Scenario } from '../../lib/lab/scenario.ts';
import { SimFabric } from '../../lib/lab/sim/fabric.ts';
import { comparedInLess } from '../support/parity-rules.ts';
import { differences, type Course } from '../support/parity.ts';
import { replayFile } from '../support/tapes.ts';
import { testScenarios } from './in-company.ts';
import { leftovers, requireNetns, requireStore } from './netns-support.ts';

async function courseInSim(scenario: Scenario): Promise<Course> {
  const { seed } = scenario;
  const events: LabEvent[] = [];
  const sinks = { events: { event: (event: LabEvent) => events.push(event) }, capture: { packet: () => undefined } };
  const fabric = new SimFabric({ scenario, seed, crypto: nodeCrypto, ...sinks });
  return { result: await runScenario({ fabric, scenario, seed, version: 'test', crypto: nodeCrypto }), events };
}

describe('scenarios on the netns fabric', function () {
  this.timeout(180_000);
  let folder = '';

  before(async function () {
    await requireNetns(this);
    folder = mkdtempSync(join(tmpdir(), 'svrlab-tapes-'));
  });

  testScenarios({
    company: 3,
    where: 'on real interfaces, goes as in the simulator',
    fabricOf: (options) => new NetnsFabric({ ...options, tapesIn: join(folder, options.scenario.name) }),
    requireFor: async (context, scenario) => {
      if (needsStore(scenario)) await requireStore(context);
    },
    differences: async (scenario, course) =>
      differences(scenario, await courseInSim(scenario), course, comparedInLess[scenario.name]),
    leftovers: ({ name }) => leftovers(`${name}-${process.pid}`),
  });

  it('have left tapes of their routers and middleboxes, of which the same comes out when they are replayed', () => {
    const tapes = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tape'));
    deepEqual(
      tapes.flatMap((name) => replayFile(join(folder, name)) ?? []),
      [],
    );
    const recorded = new Set(tapes.map((name) => name.split('/')[0]));
    deepEqual(
      readdirSync(folder).filter((scenario) => !recorded.has(scenario)),
      [],
    );
    rmSync(folder, { recursive: true });
  });
});
