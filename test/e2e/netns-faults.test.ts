import { NetnsFabric } from '../../daemon/fabric/netns.ts';
import { doesFaults } from './faults.ts';
import { leftovers, requireNetns, requireStore } from './netns-support.ts';

doesFaults({
  where: 'on real interfaces',
  require: requireNetns,
  requireStore,
  make: (options) => new NetnsFabric(options),
  leftovers,
});
