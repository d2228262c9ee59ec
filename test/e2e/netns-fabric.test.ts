import { NetnsFabric } from '../../daemon/fabric/netns.ts';
import { complies } from '../fabric/compliance.ts';
import { leftovers, requireNetns } from './netns-support.ts';

complies({
  name: 'netns',
  require: requireNetns,
  make: (options) => new NetnsFabric(options),
  // Others may test at the same time: only what bears this process's id is ours.
  leftovers: () => leftovers(`compliance-${process.pid}`),
  timeoutMs: 30_000,
});
