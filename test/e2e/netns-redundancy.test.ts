import { execFileSync } from 'node:child_process';
import { NetnsFabric } from '../../daemon/fabric/netns.ts';
import { leftovers, namespaces, requireNetns, requireStore } from './netns-support.ts';
import { outlivesItsParts } from './redundancy.ts';

function signalRedis(signal: NodeJS.Signals): void {
  const [namespace] = namespaces().filter((name) => name.startsWith('svrlab-ha-store') && name.endsWith('---store'));
  const pids = execFileSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' }).split('\n').filter(Boolean);
  for (const pid of pids) process.kill(Number(pid), signal);
}

outlivesItsParts({
  name: 'netns',
  require: async (context) => {
    await requireNetns(context);
    await requireStore(context);
  },
  make: (options) => new NetnsFabric(options),
  redis: {
    freeze: () => signalRedis('SIGSTOP'),
    thaw: () => signalRedis('SIGCONT'),
    kill: () => signalRedis('SIGKILL'),
  },
  leftovers,
});
