import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { interruptible } from '../interrupts.ts';
import type { Terminal } from '../terminal.ts';
import { counted } from '../units.ts';
import { redisPlace } from './redis.ts';
import { readJobs } from './seeds.ts';

const examples = `
The password of a Redis stands in the URL, or in SVRLAB_REDIS_PASSWORD.

Examples:
  svrlab campaign worker --redis redis://10.0.0.5
  svrlab campaign worker --redis unix:/run/redis/redis.sock --jobs 4`;

/** `svrlab campaign worker`: works until a signal ends it. */
export function workerCommand(terminal: Terminal): Command {
  return new Command('worker')
    .summary('take runs of campaigns from a Redis, on this machine')
    .description('Takes runs of campaigns on any machine from a Redis, until Ctrl-C. It must be the same svrlab.')
    .requiredOption('--redis <place>', 'redis://[user[:password]@]host[:port], rediss://... or unix:/path/to/socket')
    .option('--jobs <number>', 'labs that run at the same time (default: as many as there are cores)', readJobs)
    .addHelpText('after', examples)
    .action(async ({ redis, jobs = availableParallelism() }: { redis: string; jobs?: number }) => {
      const { RedisWorker } = await import('../../daemon/campaign/redis-worker.ts');
      let runs = 0;
      const worker = await RedisWorker.open({ place: redisPlace(redis), jobs, done: (count) => (runs += count) });
      try {
        await interruptible(
          () => {
            terminal.err(`working for campaigns, ${counted(jobs, 'lab')} at a time\n`);
            return worker.ended;
          },
          () => worker.close(),
        );
      } finally {
        terminal.err(`${counted(runs, 'run')} made\n`);
      }
    });
}
