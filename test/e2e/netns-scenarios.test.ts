import { NetnsFabric } from '../../daemon/fabric/netns.ts';
import { needsStore } from '../../daemon/fabric/redis-server.ts';
import { testScenarios } from './in-company.ts';
import { leftovers, requireNetns, requireStore } from './netns-support.ts';

describe('scenarios on the netns fabric', function () {
  this.timeout(180_000);

  before(async function () {
    await requireNetns(this);
  });

  testScenarios({
    company: 3,
    where: 'on real interfaces',
    fabricOf: (options) => new NetnsFabric(options),
    requireFor: async (context, scenario) => {
      if (needsStore(scenario)) await requireStore(context);
    },
    leftovers: ({ name }) => leftovers(`${name}-${process.pid}`),
  });
});
