import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Command } from 'commander';
import { exitStatus } from './exit.ts';

const benchmarks = join(import.meta.dirname, '..', 'bench', 'main.js');

/** `svrlab bench`. The benchmarks run in a process of their own, which nothing else has warmed up. */
export function benchCommand(): Command {
  return new Command('bench')
    .summary('run the benchmarks, each beside a reference measured in the same run')
    .description(
      "Runs the benchmarks of the router's core, which do no I/O. Each figure stands beside a calibration loop timed in " +
        'the same run, so that runs on different machines can be compared. Arguments are handed to the benchmarks.',
    )
    .allowUnknownOption()
    .argument('[arguments...]', 'which benchmarks, and their options')
    .addHelpText('after', '\nExample:\n  svrlab bench')
    .action((words: string[]) => {
      const bench = spawnSync(process.execPath, ['--expose-gc', benchmarks, ...words], { stdio: 'inherit' });
      process.exitCode = bench.status ?? exitStatus.failed;
    });
}
