import type { LiveLabs } from '../../cli/live-labs.ts';
import { runProgram } from '../../cli/program.ts';
import { unpainted, type Terminal } from '../../cli/terminal.ts';

/** What a command line came to. */
export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** As on a machine on which no lab is up, and none may be brought up. */
export const noLabs: LiveLabs = {
  all: async () => [],
  up: async () => {
    throw new Error('a lab is brought up where none should be');
  },
};

/** Where nothing is shown. */
export const silentTerminal: Terminal = {
  out: () => undefined,
  err: () => undefined,
  paint: unpainted,
  paintError: unpainted,
  width: 0,
  isUnicode: false,
  progressWidth: 0,
  isOutClosed: false,
};

/** Runs a command line in this process; of a text, the words are apart by spaces. */
export async function svrlab(line: string | readonly string[], labs = noLabs): Promise<Ran> {
  const written = { out: '', err: '' };
  const terminal: Terminal = {
    ...silentTerminal,
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
  };
  const before = process.exitCode;
  const status = await runProgram(
    typeof line === 'string' ? line.split(' ').filter((word) => word !== '') : line,
    terminal,
    labs,
  );
  process.exitCode = before;
  return { status, ...written };
}
