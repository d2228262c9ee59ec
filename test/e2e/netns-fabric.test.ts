import { NetnsFabric } from '../../daemon/fabric/netns.ts';
import { complies } from '../fabric/compliance.ts';
import { leftovers, requireNetns } from './netns-support.ts';

complies({
  name: 'netns',
  require: requireNetns,
  make: (options) => new NetnsFabric(options),
  leftovers: () => leftovers('compliance'),
  timeoutMs: 30_000,
});
