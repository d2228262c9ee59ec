import { ComposeFabric } from '../../daemon/fabric/compose.ts';
import { complies } from '../fabric/compliance.ts';
import { leftovers, requireCompose } from './compose-support.ts';

complies({
  name: 'compose',
  require: requireCompose,
  make: (options) => new ComposeFabric(options),
  leftovers: () => leftovers('compliance'),
  timeoutMs: 60_000,
});
