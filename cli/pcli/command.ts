import { Command as CliCommand } from 'commander';
import { chooseLab, chooseNodes, type LiveLabs } from '../live-labs.ts';
import type { Terminal } from '../terminal.ts';
import { usageOf, type Shown } from './grammar.ts';
import { formatChoices, formatHelp, printLine } from './line.ts';
import type { Place } from './place.ts';
import { historyPathOf, runShell } from './shell.ts';
import { operatorCommands } from './table.ts';

export interface OperatorOptions {
  readonly node?: string;
  readonly lab?: string;
  readonly json?: true;
}

export async function placeOf(labs: LiveLabs, { lab: name, node }: OperatorOptions): Promise<Place> {
  return { lab: await chooseLab(labs, name), node, path: [] };
}

/** Words as a line that is read as the same words. A single one is a line as it is, pipes included. */
export function lineOf(words: readonly string[]): string {
  if (words.length === 1) return words[0];
  return words.map((word) => (/^[^\s"'|\\]+$/.test(word) ? word : `"${word.replace(/["\\]/g, '\\$&')}"`)).join(' ');
}

const withOptions = (command: CliCommand): CliCommand =>
  command
    .option('--node <name>', 'only this node')
    .option('--lab <name>', 'which lab, if several are up')
    .option('--json', 'print JSON');

const print = (terminal: Terminal, { text, data }: Shown, { json }: OperatorOptions): void =>
  terminal.out(json ? `${JSON.stringify(data, null, 2)}\n` : text);

const showExamples = `
Examples:
  svrlab show sessions
  svrlab show sessions by-id 5a0b
  svrlab show flows --node hub
  svrlab show peers detail
  svrlab show stats packet-processing action success metadata
  svrlab show config running authority session-recovery-detection
  svrlab show sessions --json | jq .spoke`;

/** `svrlab show`: those of the operator's commands that change nothing, each on its own. */
export function showCommand(terminal: Terminal, labs: LiveLabs): CliCommand {
  const shows = operatorCommands.filter(({ words }) => words[0] === 'show');
  const command = withOptions(new CliCommand('show'))
    .summary(
      'what the routers of a lab that is up know: sessions, flows, peers, service paths, alarms, events, stats, config',
    )
    .description("Shows what the routers of a lab that is up know, in the manner of SSR's operator commands.")
    .addHelpText('after', showExamples);
  for (const name of new Set(shows.map(({ words }) => words[1]))) {
    const all = shows.filter(({ words }) => words[1] === name);
    const usages = all.map((one) => ({ word: `svrlab ${usageOf(one)}`, help: one.help }));
    command.addCommand(
      withOptions(new CliCommand(name))
        .summary(all.map(({ help }) => help).join('; '))
        .argument('[words...]', 'see below')
        .addHelpText('after', `\n${formatChoices(usages).trimEnd()}`)
        .action(async (words: string[], _own: OperatorOptions, given: CliCommand) => {
          const options: OperatorOptions = given.optsWithGlobals();
          const place = await placeOf(labs, options);
          print(terminal, await printLine(operatorCommands, place, lineOf(['show', name, ...words])), options);
        }),
    );
  }
  return command;
}

const shellExamples = `
Examples:
  svrlab pcli                                        a shell; ? tells what may come next, Tab completes
  svrlab pcli show sessions
  svrlab pcli 'show stats bfd | grep -v " 0$"'
  svrlab pcli set authority session-recovery-detection inactivity-timeout 2
  svrlab pcli commit
  svrlab pcli <commands.txt                          one command a line`;

/** `svrlab pcli`: the shell of an operator, or one command of it. */
export function pcliCommand(terminal: Terminal, labs: LiveLabs): CliCommand {
  return withOptions(new CliCommand('pcli'))
    .summary("the operator's shell: sessions, paths, counters, and the configuration of a running lab")
    .description('A shell for the operator of a lab that is up. With words it carries out that one command.')
    .argument('[command...]', 'one command; without any, a shell')
    .addHelpText('after', `${shellExamples}\n\nCommands:\n${formatHelp(operatorCommands).trimEnd()}`)
    .action(async (words: string[], options: OperatorOptions) => {
      const place = await placeOf(labs, options);
      if (words.length > 0) return print(terminal, await printLine(operatorCommands, place, lineOf(words)), options);
      if (options.node !== undefined) chooseNodes(place.lab, options.node);
      const { stdin: input, stdout: output } = process;
      const isInteractive = input.isTTY && output.isTTY;
      const historyPath = historyPathOf(process.env);
      process.exitCode = await runShell({ table: operatorCommands, place, input, output, isInteractive, historyPath });
    });
}
