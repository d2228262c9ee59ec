import { deepEqual } from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NetnsFabric } from '../../daemon/fabric/netns.ts';
import { needsStore } from '../../daemon/fabric/redis-server.ts';
import { replayFile } from '../support/tapes.ts';
import { testScenarios } from './in-company.ts';
import { leftovers, requireNetns, requireStore } from './netns-support.ts';

describe('scenarios on the netns fabric', function () {
  this.timeout(180_000);
  let folder = '';

  before(async function () {
    await requireNetns(this);
    folder = mkdtempSync(join(tmpdir(), 'svrlab-tapes-'));
  });

  testScenarios({
    company: 3,
    where: 'on real interfaces',
    fabricOf: (options) => new NetnsFabric({ ...options, tapesIn: join(folder, options.scenario.name) }),
    requireFor: async (context, scenario) => {
      if (needsStore(scenario)) await requireStore(context);
    },
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
