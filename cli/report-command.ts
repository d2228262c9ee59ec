import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import type { RunResult } from '../lib/lab/runner.ts';
import { InputError } from './exit.ts';
import { writeHtmlReport } from './html-report.ts';
import { loadScenario } from './load-scenario.ts';
import { outputNames } from './outputs.ts';
import type { Terminal } from './terminal.ts';

const examples = `
Every run makes its report at its end; this makes it again, from the other files in the folder.

Examples:
  svrlab report out/session-recovery
  svrlab report /tmp/seven --scenario scenarios/mine.yaml`;

export function reportCommand(terminal: Terminal): Command {
  return new Command('report')
    .summary("make a run's report.html again")
    .description("Makes report.html out of a run's folder: everything about the run on one page, for a browser.")
    .argument('<folder>', 'what svrlab run left behind: out/NAME')
    .option('--scenario <scenario>', 'file or name of the scenario (default: the name that result.json has)')
    .addHelpText('after', examples)
    .action(async (folder: string, options: { scenario?: string }) => {
      const { scenario } = loadScenario(options.scenario ?? resultIn(folder).scenario);
      await writeHtmlReport(folder, scenario);
      terminal.out(`${join(folder, outputNames.report)}\n`);
    });
}

/** What a run says of itself; a mistake of the person if there was none. */
export function resultIn(folder: string): RunResult {
  const file = join(folder, outputNames.result);
  if (!existsSync(file)) throw new InputError(`'${folder}' is no folder of a run: it has no ${outputNames.result}`);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunResult;
  } catch (error) {
    throw new InputError(`cannot read ${file}: ${(error as Error).message}`);
  }
}
