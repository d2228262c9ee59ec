import { nodeCrypto } from '../../daemon/crypto.ts';
import { SimFabric } from '../../lib/lab/sim/fabric.ts';
import { complies } from './compliance.ts';

complies({
  name: 'sim',
  make: (options) => new SimFabric({ ...options, crypto: nodeCrypto }),
  leftovers: () => [],
  timeoutMs: 10_000,
});
