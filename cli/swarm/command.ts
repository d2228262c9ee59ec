import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { countOf, type Seeds } from '../../daemon/campaign/campaign.ts';
import { Pool } from '../../daemon/pool/pool.ts';
import type { SwarmBatch, SwarmSetup } from '../../daemon/swarm/batch.ts';
import type { SwarmFailure, SwarmRow } from '../../lib/lab/swarm/seed.ts';
import { formatCampaignProgress, formatRate } from '../campaign/progress.ts';
import { readJobs, readSeeds } from '../campaign/seeds.ts';
import { exitStatus } from '../exit.ts';
import { interruptible } from '../interrupts.ts';
import { makeFolder } from '../make-folder.ts';
import { ProgressLine } from '../progress.ts';
import type { Terminal } from '../terminal.ts';
import { counted } from '../units.ts';

interface SwarmOptions {
  readonly seeds: Seeds;
  readonly jobs?: number;
  readonly out: string;
  readonly json?: true;
  readonly checkDeterminism?: true;
}

/** A seed that broke something, and the file that shows it. */
interface Failure {
  readonly seed: number;
  readonly breach: string;
  readonly findings: readonly string[];
  readonly file: string;
}

interface SwarmResult {
  readonly seeds: number;
  readonly packets: number;
  readonly tookMs: number;
  readonly failures: readonly Failure[];
}

const BATCH_SIZE = 8;

const examples = `
Every seed is a lab of its own: routers and wires, configuration, traffic, and what fails when. All of it is healed before
the end, and then everything has to work again. Meanwhile what must hold in every lab is watched: docs/swarm.md.
A seed that breaks something is made as small as it gets, and written to DIR as a scenario that svrlab run takes.

Examples:
  svrlab swarm --seeds 1..1000
  svrlab swarm --seeds 42 --out /tmp/swarm
  svrlab swarm --seeds 1..100 --check-determinism

Exit status: 0 nothing broke, 1 something did, 2 bad input.`;

export function swarmCommand(terminal: Terminal): Command {
  return new Command('swarm')
    .summary('run labs that chance makes up, and see whether what must always hold does')
    .description('Makes up labs from seeds, runs them on all cores in virtual time, and watches what must always hold.')
    .option('--seeds <first..last>', 'which seeds, both included', readSeeds, { first: 1, last: 1_000 })
    .option('--jobs <number>', 'labs that run at the same time (default: as many as there are cores)', readJobs)
    .option('--out <dir>', 'folder for the scenarios of seeds that break something', join('out', 'swarm'))
    .option('--check-determinism', 'run each seed twice, and compare all bytes, instead of judging it')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(async (options: SwarmOptions) => {
      const result = await swarm(options, terminal);
      terminal.out(options.json ? `${JSON.stringify(result, null, 2)}\n` : formatResult(result));
      process.exitCode = result.failures.length === 0 ? exitStatus.success : exitStatus.failed;
    });
}

async function swarm(options: SwarmOptions, terminal: Terminal): Promise<SwarmResult> {
  const { seeds, jobs = availableParallelism(), out } = options;
  const total = countOf(seeds);
  const pool = new Pool<SwarmSetup, SwarmBatch, SwarmRow[]>({
    module: new URL('../../daemon/swarm/batch.js', import.meta.url),
    setup: { checksDeterminism: options.checkDeterminism === true },
    workers: Math.min(jobs, total),
  });
  const progress = new ProgressLine(formatCampaignProgress, terminal.err, () => terminal.progressWidth);
  const startedAt = performance.now();
  const failures: Failure[] = [];
  let [runs, packets] = [0, 0];
  const work = async (): Promise<void> => {
    for await (const outcome of pool.run(batchesOf(seeds))) {
      if ('fault' in outcome) throw new Error(`seeds from ${outcome.job.firstSeed}: ${outcome.fault}`);
      for (const row of outcome.result) {
        runs++;
        packets += row.packets;
        if (row.failure) failures.push(keep(row.seed, row.failure, out));
      }
      progress.draw({ runs, total, failed: failures.length, note: '' });
    }
  };
  await interruptible(work, async () => {
    progress.wipe();
    await pool.close();
  });
  return { seeds: runs, packets, tookMs: performance.now() - startedAt, failures };
}

function* batchesOf({ first, last }: Seeds): Generator<SwarmBatch> {
  for (let firstSeed = first; firstSeed <= last; firstSeed += BATCH_SIZE)
    yield { firstSeed, count: Math.min(BATCH_SIZE, last - firstSeed + 1) };
}

function keep(seed: number, { breach, findings, scenario }: SwarmFailure, folder: string): Failure {
  makeFolder(folder);
  const file = join(folder, `seed-${seed}.yaml`);
  writeFileSync(file, scenario);
  return { seed, breach, findings, file };
}

function formatResult({ seeds, packets, tookMs, failures }: SwarmResult): string {
  const what = `${counted(seeds, 'seed')}, ${counted(packets, 'packet')}, ${formatRate(seeds, tookMs)}`;
  if (failures.length === 0) return `Nothing broke: ${what}.\n`;
  const told = failures.map(
    ({ seed, breach, findings, file }) => `seed ${seed}: ${breach}\n  ${findings[0]}\n  svrlab run ${file}`,
  );
  return `${told.join('\n')}\n\n${failures.length} of ${what} broke something.\n`;
}
