import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { Command, Option } from 'commander';
import type { Batch } from '../../daemon/campaign/batch.ts';
import { countOf, runCampaign, type Seeds } from '../../daemon/campaign/campaign.ts';
import { parseLab, readLabTexts, type LabTexts } from '../../daemon/load-lab.ts';
import { Pool } from '../../daemon/pool/pool.ts';
import type { RunRow } from '../../lib/campaign/row.ts';
import { Tally } from '../../lib/campaign/tally.ts';
import { exitStatus } from '../exit.ts';
import { interruptible } from '../interrupts.ts';
import { ProgressLine } from '../progress.ts';
import { findScenario } from '../scenario-file.ts';
import type { Terminal } from '../terminal.ts';
import { counted } from '../units.ts';
import { formatCampaignProgress } from './progress.ts';
import { formatMeasures } from './report.ts';
import { readJobs, readSeeds } from './seeds.ts';

interface CampaignOptions {
  readonly seeds: Seeds;
  readonly jobs: number;
  readonly fabric: 'sim';
}

/** Seeds that a worker gets at once: enough that handing them over costs nothing beside them. */
const BATCH_SIZE_MAX = 16;

const examples = `
Examples:
  svrlab campaign session-recovery --seeds 1..1000

Exit status: 0 every run passed, 1 one failed, 2 bad input, 3 this machine lacks something.`;

export function campaignCommand(terminal: Terminal): Command {
  return new Command('campaign')
    .summary('run a lab with many seeds, and see how what it measures is spread')
    .description('Runs a lab with many seeds on all cores, and shows how what was measured is spread over them.')
    .argument('<scenario>', 'file or name of a scenario')
    .requiredOption('--seeds <first..last>', 'which seeds, both included', readSeeds)
    .addOption(new Option('--fabric <name>', 'where the labs run').choices(['sim']).default('sim'))
    .option('--jobs <number>', 'labs that run at the same time (default: as many as there are cores)', readJobs)
    .addHelpText('after', examples)
    .action(async (name: string, options: CampaignOptions) => {
      const passed = await campaign(name, { ...options, jobs: options.jobs ?? availableParallelism() }, terminal);
      process.exitCode = passed ? exitStatus.success : exitStatus.failed;
    });
}

async function campaign(name: string, { seeds, jobs }: CampaignOptions, terminal: Terminal): Promise<boolean> {
  const path = findScenario(name);
  const lab = readLabTexts(path);
  const scenario = parseLab(lab);
  const total = countOf(seeds);
  const batchSize = Math.max(1, Math.min(BATCH_SIZE_MAX, Math.ceil(total / (4 * jobs))));
  const module = new URL('../../daemon/campaign/batch.js', import.meta.url);
  const pool = new Pool<LabTexts, Batch, RunRow[]>({ module, setup: lab, workers: Math.min(jobs, total) });
  const progress = new ProgressLine(formatCampaignProgress, terminal.err, () => terminal.progressWidth);
  const tally = new Tally();
  const work = async (): Promise<void> => {
    for await (const { row } of runCampaign({ cells: 1, seeds, batchSize }, pool)) {
      tally.add(row);
      progress.draw({ runs: tally.runs, total, failed: tally.failed, note: '' });
    }
  };
  await interruptible(work, async () => {
    progress.wipe();
    await pool.close();
  });
  const { firstFailure } = tally;
  const verdict = tally.failed === 0 ? `All ${counted(total, 'run')} passed.` : `${tally.failed} of ${total} failed.`;
  terminal.out(`${scenario.name}: ${scenario.about}\n\n${formatMeasures(tally, terminal.paint)}\n\n${verdict}\n`);
  if (firstFailure) terminal.out(`  ./svrlab run ${relative('', path)} --seed ${firstFailure.seed}\n`);
  return tally.failed === 0;
}
