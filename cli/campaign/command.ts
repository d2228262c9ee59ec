import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { batchModule, type Batch } from '../../daemon/campaign/batch.ts';
import { countOf, runCampaign, type Seeds } from '../../daemon/campaign/campaign.ts';
import { parseLab, readLabTexts } from '../../daemon/load-lab.ts';
import { Pool, type Crew } from '../../daemon/pool/pool.ts';
import { version } from '../../daemon/version.ts';
import type { Cell } from '../../lib/campaign/cells.ts';
import { cellResult, type CampaignResult } from '../../lib/campaign/result.ts';
import type { RunRow } from '../../lib/campaign/row.ts';
import { Tally } from '../../lib/campaign/tally.ts';
import { LabError } from '../../lib/lab/fabric.ts';
import { exitStatus, InputError } from '../exit.ts';
import { interruptible, Interrupted } from '../interrupts.ts';
import { ProgressLine } from '../progress.ts';
import { checkJunitFile } from '../junit.ts';
import { runCommandLine } from '../run-command-line.ts';
import { findScenario } from '../scenario-file.ts';
import type { Terminal } from '../terminal.ts';
import { formatDuration } from '../units.ts';
import { CampaignOutputs } from './outputs.ts';
import { expectedOf, formatCampaignJunit } from './junit.ts';
import { formatCampaignProgress, formatRate } from './progress.ts';
import { redisPlace } from './redis.ts';
import { formatCampaign } from './report.ts';
import { readJobs, readSeeds } from './seeds.ts';
import { checkedCells, readVariations } from './vary.ts';
import { workerCommand } from './worker.ts';

interface CampaignOptions {
  readonly seeds: Seeds;
  readonly vary: readonly string[];
  readonly jobs?: number;
  readonly out?: string;
  readonly csv?: string;
  readonly json?: true;
  readonly junit?: string;
  readonly redis?: string;
}

/** Seeds that a worker gets at once: enough that handing them over costs nothing beside them. */
const BATCH_SIZE_MAX = 16;

const REDRAW_EVERY_MS = 500;

const examples = `
A KEY of --vary is a line of the configuration, by its path or its last words (inactivity-timeout), a field of a link
(wan.loss, 'spoke -> hub.delay'), of traffic (questions.every) or of a node, or duration. Of several keys every choice
of values is a cell, and every cell runs with every seed.

DIR then holds
  campaign.html  tables and plots, to look at in a browser; each plot also as a picture (SVG)
  campaign.json  seeds, cells, percentiles of every measure, first failing seeds
  campaign.csv   one row for each run

Examples:
  svrlab campaign session-recovery --seeds 1..1000
  svrlab campaign session-recovery --seeds 1..200 --vary inactivity-timeout=1,2,5 --vary wan.loss=0%,1%,5%
  svrlab campaign session-recovery --seeds 1..100 --json | jq .cells[].firstFailure
  svrlab campaign session-recovery --seeds 1..100 --junit verdicts.xml
  svrlab campaign session-recovery --seeds 1..100000 --redis redis://10.0.0.5

Exit status: 0 every run passed, 1 one failed, 2 bad input, 3 this machine lacks something.`;

export function campaignCommand(terminal: Terminal): Command {
  return new Command('campaign')
    .summary('run a lab with many seeds and parameters, and see how what it measures is spread')
    .description('Runs a lab with many seeds and parameters on all cores, and shows how what it measures is spread.')
    .argument('<scenario>', 'file or name of a scenario')
    .option('--seeds <first..last>', 'which seeds, both included', readSeeds)
    .option('--vary <key=value,value...>', 'run with each of these values; may be repeated', collect, [])
    .addOption(new Option('--fabric <name>', 'where the labs run').choices(['sim']).default('sim'))
    .option('--jobs <number>', 'labs that run at the same time (default: as many as there are cores)', readJobs)
    .option('--out <dir>', 'folder for what the campaign leaves behind (default: out/campaign-NAME)')
    .option('--csv <file>', 'where the rows go instead of DIR/campaign.csv')
    .option('--json', 'print campaign.json instead of tables')
    .option('--junit <file>', 'write for a build server what failed in each cell')
    .option('--redis <place>', 'let the workers at this Redis make the runs: svrlab campaign worker')
    .addHelpText('after', examples)
    .enablePositionalOptions()
    .addCommand(workerCommand(terminal))
    .action(async (name: string, { seeds, ...options }: CampaignOptions & { readonly seeds?: Seeds }) => {
      // Commander would ask for it below 'worker', too.
      if (!seeds) throw new InputError("which seeds? Write '--seeds FIRST..LAST', such as '--seeds 1..1000'");
      const { failed } = await campaign(name, { ...options, seeds }, terminal);
      process.exitCode = failed === 0 ? exitStatus.success : exitStatus.failed;
    });
}

const collect = (text: string, before: readonly string[]): string[] => [...before, text];

async function campaign(name: string, options: CampaignOptions, terminal: Terminal): Promise<CampaignResult> {
  const { seeds, out, csv, json, junit } = options;
  if (junit !== undefined) checkJunitFile(junit);
  const variations = readVariations(options.vary);
  const path = findScenario(name);
  const lab = readLabTexts(path);
  const parsed = parseLab(lab);
  const { name: scenario, about } = parsed;
  const cells = checkedCells(variations, lab);
  const planned = cells.length * countOf(seeds);
  const crew = options.redis === undefined ? localCrew(options.jobs, planned) : await remoteCrew(options.redis);
  const outputs = new CampaignOutputs(out ?? join('out', `campaign-${scenario}`), csv, variations);
  const tallies = cells.map(() => new Tally());
  const batchSize = Math.max(1, Math.min(BATCH_SIZE_MAX, Math.ceil(planned / (4 * crew.width))));
  const startedAt = performance.now();
  const rows = runCampaign({ lab, cells, seeds, batchSize }, crew);
  const ended = await take(rows, { cells, tallies, outputs, planned, crew }, terminal);

  const commandOf = ({ overrides }: Cell, seed: number): string =>
    runCommandLine({ path, fabric: 'sim', seed, set: overrides });
  const sum = (of: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0);
  const result: CampaignResult = {
    ...{ scenario, about, fabric: 'sim', version, seeds, vary: variations, planned },
    ...{ runs: sum(({ runs }) => runs), passed: sum(({ passed }) => passed), failed: sum(({ failed }) => failed) },
    cells: cells.map((cell, i) => cellResult(cell, tallies[i], commandOf)),
  };
  const text = `${JSON.stringify(result, null, 2)}\n`;
  await outputs.end(result, text);
  if (junit !== undefined) {
    const around = { expected: expectedOf(parsed), tookMs: performance.now() - startedAt, commandOf };
    writeFileSync(junit, formatCampaignJunit(result, around));
  }
  const files = `  files:  campaign.html, campaign.json, campaign.csv and plots in ${outputs.folder}\n`;
  terminal.out(json ? text : `${formatCampaign(result, terminal.paint)}\n${files}`);
  if (ended) throw ended;
  return result;
}

interface CampaignCrew extends Crew<Batch, RunRow[]> {
  /** Runs at the same time; a guess where nobody can know. */
  readonly width: number;
  /** What hinders it; empty when nothing does. */
  readonly note: () => string;
}

function localCrew(wanted: number | undefined, planned: number): CampaignCrew {
  const width = Math.min(wanted ?? availableParallelism(), planned);
  const pool = new Pool<undefined, Batch, RunRow[]>({ module: batchModule, setup: undefined, workers: width });
  return { width, note: () => '', run: (batches) => pool.run(batches), close: () => pool.close() };
}

/** Workers that are not there yet; several machines with a few cores each are a good guess. */
const REMOTE_WIDTH = 16;

async function remoteCrew(place: string): Promise<CampaignCrew> {
  // Only who wants it loads it.
  const { RedisCrew } = await import('../../daemon/campaign/redis-crew.ts');
  const crew = await RedisCrew.open(redisPlace(place));
  return {
    width: REMOTE_WIDTH,
    note: () => crew.note,
    run: (batches) => crew.run(batches),
    close: () => crew.close(),
  };
}

interface Takers {
  readonly cells: readonly Cell[];
  readonly tallies: readonly Tally[];
  readonly outputs: CampaignOutputs;
  readonly planned: number;
  readonly crew: CampaignCrew;
}

/** Takes in rows until there are no more, or a signal comes or the crew is lost, which is returned. */
async function take(
  rows: ReturnType<typeof runCampaign>,
  { cells, tallies, outputs, planned, crew }: Takers,
  terminal: Terminal,
): Promise<Interrupted | LabError | undefined> {
  const progress = new ProgressLine(formatCampaignProgress, terminal.err, () => terminal.progressWidth);
  const startedAt = performance.now();
  let runs = 0;
  let failed = 0;
  const draw = (): void => progress.draw({ runs, total: planned, failed, note: crew.note() });
  // Nothing may come for a while, and a person wants to know why.
  const timer = setInterval(draw, REDRAW_EVERY_MS);
  const work = async (): Promise<void> => {
    for await (const { cell, row } of rows) {
      tallies[cell].add(row);
      outputs.row(cells[cell], row);
      runs++;
      if (!row.passed) failed++;
      draw();
    }
  };
  try {
    await interruptible(work, async () => {
      clearInterval(timer);
      progress.wipe();
      await crew.close();
    });
  } catch (error) {
    if (error instanceof Interrupted || error instanceof LabError) return error;
    throw error;
  }
  const tookMs = performance.now() - startedAt;
  terminal.err(`${runs} runs in ${formatDuration(1_000 * tookMs)}, ${formatRate(runs, tookMs)}\n`);
  return undefined;
}
