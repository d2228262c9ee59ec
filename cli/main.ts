import type { LiveLabs } from './live-labs.ts';
import { runProgram } from './program.ts';
import { processTerminal } from './terminal.ts';

/** Loaded when a command needs it: what brings labs up stands on native modules, which not every machine has. */
const labs: LiveLabs = {
  up: async (options) => (await import('../daemon/live-labs.ts')).liveLabs.up(options),
  all: async () => (await import('../daemon/live-labs.ts')).liveLabs.all(),
};

process.exitCode = await runProgram(process.argv.slice(2), processTerminal(), labs);
