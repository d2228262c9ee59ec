import { ComposeFabric } from '../../daemon/fabric/compose.ts';
import { docker, leftovers, requireCompose } from './compose-support.ts';
import { outlivesItsParts } from './redundancy.ts';

function doToRedis(what: 'pause' | 'unpause' | 'kill'): void {
  const names = docker('ps', '--format', '{{.Names}}').split('\n');
  docker(what, ...names.filter((name) => name.startsWith('svrlab-ha-store') && name.endsWith('--store')));
}

outlivesItsParts({
  name: 'compose',
  require: requireCompose,
  make: (options) => new ComposeFabric(options),
  redis: {
    freeze: () => doToRedis('pause'),
    thaw: () => doToRedis('unpause'),
    kill: () => doToRedis('kill'),
  },
  leftovers,
});
