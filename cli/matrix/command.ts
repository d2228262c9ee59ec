import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { MatrixSetup } from '../../daemon/matrix/batch.ts';
import { Pool } from '../../daemon/pool/pool.ts';
import { version } from '../../daemon/version.ts';
import { absenceOf, axisWords, cellsWith, nameOf, type Cell } from '../../lib/lab/matrix/cells.ts';
import { scenarioOf, type CellRow } from '../../lib/lab/matrix/run.ts';
import { formatCampaignProgress } from '../campaign/progress.ts';
import { readJobs } from '../campaign/seeds.ts';
import { InputError } from '../exit.ts';
import { interruptible } from '../interrupts.ts';
import { makeFolder } from '../make-folder.ts';
import { ProgressLine } from '../progress.ts';
import { readSeed } from '../run.ts';
import type { Terminal } from '../terminal.ts';
import { counted } from '../units.ts';
import { formatMatrix } from './table.ts';

interface MatrixOptions {
  readonly only: readonly string[];
  readonly seed: number;
  readonly jobs: number;
  readonly out?: string;
  readonly json?: true;
  readonly write?: string;
}

const examples = `
Every cell of the matrix is a lab of a spoke and a hub in which one thing fails while a session carries traffic, in one way
of traffic, over UDP or TCP, with metadata in one encoding, in one mode of recovery detection: docs/stuck-sessions.md.
Words of --only leave the cells that have them; words of the same kind are alternatives.

Examples:
  svrlab matrix
  svrlab matrix --only nat-rebound udp
  svrlab matrix --only peer-forgot firewall-forgot one-way-reverse --json
  svrlab matrix --write cells && svrlab run cells/nat-rebound-both-ways-udp-tlv-packet-based.yaml

Exit status: 0 the cells were run or written, whatever became of their sessions, 2 bad input.`;

export function matrixCommand(terminal: Terminal): Command {
  return new Command('matrix')
    .summary('see which sessions come back from what, how soon, and at what price')
    .description(
      'Has every kind of fault hit every kind of session, and shows which come back, how soon, at what price.',
    )
    .addOption(new Option('--only <word...>', 'only cells with these words').choices(axisWords).default([], 'all'))
    .option('--seed <number>', 'seed of every run', readSeed, 1)
    .option('--jobs <number>', 'labs that run at the same time', readJobs, availableParallelism())
    .option('--out <dir>', 'leave matrix.txt and matrix.json in this folder')
    .option('--json', 'print matrix.json instead of tables')
    .option('--write <dir>', 'run nothing, and leave the scenarios of the cells in this folder')
    .addHelpText('after', examples)
    .action(async (options: MatrixOptions) => {
      const cells = cellsWith(options.only);
      if (options.write !== undefined) return terminal.out(writeCells(cells, options.seed, options.write));
      const rows = await runCells(cells, options, terminal);
      const table = formatMatrix(rows);
      const json = `${JSON.stringify({ version, seed: options.seed, cells: rows.map(flat) }, null, 2)}\n`;
      if (options.out !== undefined) {
        makeFolder(options.out);
        writeFileSync(join(options.out, 'matrix.txt'), table);
        writeFileSync(join(options.out, 'matrix.json'), json);
      }
      terminal.out(options.json ? json : table);
    });
}

const flat = ({ cell, ...outcome }: CellRow): object => ({ ...cell, ...outcome });

function writeCells(cells: readonly Cell[], seed: number, folder: string): string {
  const present = cells.filter((cell) => absenceOf(cell) === undefined);
  if (present.length === 0) throw new InputError(absenceOf(cells[0]) ?? 'no cell has all these words');
  makeFolder(folder);
  for (const cell of present) writeFileSync(join(folder, `${nameOf(cell)}.yaml`), scenarioOf(cell, seed));
  return `wrote ${counted(present.length, 'scenario')} to ${folder}\n`;
}

async function runCells(
  cells: readonly Cell[],
  { seed, jobs }: MatrixOptions,
  terminal: Terminal,
): Promise<readonly CellRow[]> {
  const total = cells.length;
  const pool = new Pool<MatrixSetup, Cell, CellRow>({
    module: new URL('../../daemon/matrix/batch.js', import.meta.url),
    setup: { seed },
    workers: Math.min(jobs, total),
  });
  const progress = new ProgressLine(formatCampaignProgress, terminal.err, () => terminal.progressWidth);
  const rows: CellRow[] = [];
  const work = async (): Promise<void> => {
    for await (const outcome of pool.run(cells)) {
      if ('fault' in outcome) throw new Error(`${nameOf(outcome.job)}: ${outcome.fault}`);
      rows.push(outcome.result);
      progress.draw({ runs: rows.length, total, failed: 0, note: '' });
    }
  };
  await interruptible(work, async () => {
    progress.wipe();
    await pool.close();
  });
  return rows;
}
