import { Command, CommanderError } from 'commander';
import { LabError } from '../lib/lab/fabric.ts';
import { InputError, exitStatus } from './exit.ts';
import { Interrupted } from './interrupts.ts';
import type { LiveLabs } from './live-labs.ts';
import type { Terminal } from './terminal.ts';
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

type Loader = (terminal: Terminal, labs: LiveLabs) => Promise<Command>;

/** Every command by its name, in the order of the help. Each is loaded when it is called, so that no other costs it time. */
const loaders: Readonly<Record<string, Loader>> = {
  run: async (terminal) => (await import('./run.ts')).runCommand(terminal),
  campaign: async (terminal) => (await import('./campaign/command.ts')).campaignCommand(terminal),
  swarm: async (terminal) => (await import('./swarm/command.ts')).swarmCommand(terminal),
  matrix: async (terminal) => (await import('./matrix/command.ts')).matrixCommand(terminal),
  read: async (terminal) => (await import('./read.ts')).readCommand(terminal),
  wireshark: async (terminal) => (await import('./wireshark.ts')).wiresharkCommand(terminal),
  report: async (terminal) => (await import('./report-command.ts')).reportCommand(terminal),
  replay: async (terminal) => (await import('./replay.ts')).replayCommand(terminal),
  lab: async (terminal, labs) => (await import('./lab.ts')).labCommand(terminal, labs),
  show: async (terminal, labs) => (await import('./pcli/command.ts')).showCommand(terminal, labs),
  pcli: async (terminal, labs) => (await import('./pcli/command.ts')).pcliCommand(terminal, labs),
  ui: async (terminal, labs) => (await import('./ui.ts')).uiCommand(terminal, labs),
  capture: async (terminal, labs) => (await import('./capture.ts')).captureCommand(terminal, labs),
  extcap: async (terminal, labs) => (await import('./extcap.ts')).extcapCommand(terminal, labs),
  doctor: async (terminal) => (await import('./doctor.ts')).doctorCommand(terminal),
  test: async () => (await import('./test.ts')).testCommand(),
  bench: async () => (await import('./bench.ts')).benchCommand(),
  completion: async (terminal) => (await import('./completion.ts')).completionCommand(terminal),
  complete: async (terminal, labs) =>
    (await import('./completion.ts')).completeCommand(terminal, labs, () => createProgram(terminal, labs)),
};

/** For scripts, not for people. */
const hidden: ReadonlySet<string> = new Set(['complete']);

/** The program with every command, or only with that of one name. Mistakes are thrown, not answered by ending the process. */
export async function createProgram(terminal: Terminal, labs: LiveLabs, only?: string): Promise<Command> {
  const program = new Command('svrlab')
    .description(description)
    .version(version)
    .addHelpText('after', examples)
    // A command may have an option that is also one of a command below it: each takes what stands behind its name.
    .enablePositionalOptions();
  const isOne = only !== undefined && Object.hasOwn(loaders, only);
  for (const name of isOne ? [only] : Object.keys(loaders))
    program.addCommand(await loaders[name](terminal, labs), { hidden: hidden.has(name) });
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
    const program = await createProgram(terminal, labs, words[0]);
    await program.parseAsync(words, { from: 'user' });
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
