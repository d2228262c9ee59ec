import { Command, CommanderError } from 'commander';
import { LabError } from '../lib/lab/fabric.ts';
import { benchCommand } from './bench.ts';
import { campaignCommand } from './campaign/command.ts';
import { captureCommand } from './capture.ts';
import { doctorCommand } from './doctor.ts';
import { InputError, exitStatus } from './exit.ts';
import { extcapCommand } from './extcap.ts';
import { Interrupted } from './interrupts.ts';
import { labCommand } from './lab.ts';
import type { LiveLabs } from './live-labs.ts';
import { readCommand } from './read.ts';
import { reportCommand } from './report-command.ts';
import { runCommand } from './run.ts';
import { completionCommand, completeCommand } from './completion.ts';
import { pcliCommand, showCommand } from './pcli/command.ts';
import type { Terminal } from './terminal.ts';
import { testCommand } from './test.ts';
import { wiresharkCommand } from './wireshark.ts';
import { uiCommand } from './ui.ts';
import { isSystemError, unexpectedSystemError } from '../daemon/system-error.ts';
import { description, version } from '../daemon/version.ts';

const examples = `
Examples:
  svrlab run session-recovery                     a router forgets everything; watch the session come back
  svrlab run session-recovery --fabric netns      the same with real interfaces and real programs (Linux, root)
  svrlab lab up session-recovery                  a lab that stays up, to play with
  svrlab lab exec client -- ping -c 3 10.2.0.10
  svrlab show sessions --node spoke
  svrlab pcli                                     the operator's shell, with the configuration of a running lab
  svrlab doctor                                   what this machine can run

Exit status: 0 all is well, 1 an expectation or a test failed, 2 the input makes no sense, 3 this machine lacks something,
70 a fault of svrlab itself, 128 and more ended by a signal. 'lab exec' ends with the status of its program.`;

/** Every command. Mistakes are thrown, not answered by ending the process. */
export function createProgram(terminal: Terminal, labs: LiveLabs): Command {
  const program = new Command('svrlab')
    .description(description)
    .version(version)
    .addHelpText('after', examples)
    .addCommand(runCommand(terminal))
    .addCommand(campaignCommand(terminal))
    .addCommand(readCommand(terminal))
    .addCommand(wiresharkCommand(terminal))
    .addCommand(reportCommand(terminal))
    .addCommand(labCommand(terminal, labs))
    .addCommand(showCommand(terminal, labs))
    .addCommand(pcliCommand(terminal, labs))
    .addCommand(uiCommand(terminal, labs))
    .addCommand(captureCommand(terminal, labs))
    .addCommand(extcapCommand(terminal, labs))
    .addCommand(doctorCommand(terminal))
    .addCommand(testCommand())
    .addCommand(benchCommand())
    .addCommand(completionCommand(terminal))
    .addCommand(
      completeCommand(terminal, labs, () => program),
      { hidden: true },
    );
  for (const command of withSubcommands(program)) {
    command.exitOverride();
    command.configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) });
  }
  return program;
}

const withSubcommands = (command: Command): Command[] => [command, ...command.commands.flatMap(withSubcommands)];

/** Runs the command line, and returns the exit status. `words` is what stands behind the program's name. */
export async function runProgram(words: readonly string[], terminal: Terminal, labs: LiveLabs): Promise<number> {
  process.exitCode = exitStatus.success;
  try {
    await createProgram(terminal, labs).parseAsync(words, { from: 'user' });
    return Number(process.exitCode);
  } catch (error) {
    return explain(error, terminal);
  }
}

/** Says what went wrong, unless that has been said already; the exit status that goes with it. */
function explain(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitStatus.success : exitStatus.badInput;
  if (error instanceof InputError || error instanceof LabError || error instanceof Interrupted) {
    terminal.err(`svrlab: ${error.message}\n`);
    return error.status;
  }
  if (isSystemError(error)) return explain(unexpectedSystemError(error), terminal);
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.err(`svrlab: this is a fault of svrlab itself\n${trace}\n`);
  return exitStatus.internal;
}
