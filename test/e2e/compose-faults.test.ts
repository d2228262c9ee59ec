import { ComposeFabric } from '../../daemon/fabric/compose.ts';
import { leftovers, requireCompose } from './compose-support.ts';
import { doesFaults } from './faults.ts';

doesFaults({
  where: 'in containers',
  require: requireCompose,
  requireStore: requireCompose,
  make: (options) => new ComposeFabric(options),
  leftovers,
});
