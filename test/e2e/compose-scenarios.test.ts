import { ComposeFabric } from '../../daemon/fabric/compose.ts';
import { leftovers, requireCompose } from './compose-support.ts';
import { testScenarios } from './in-company.ts';

describe('scenarios on the compose fabric', function () {
  this.timeout(180_000);

  before(async function () {
    await requireCompose(this);
  });

  testScenarios({
    company: 4,
    where: 'in containers',
    fabricOf: (options) => new ComposeFabric(options),
    leftovers: ({ name }) => leftovers(name),
  });
});
