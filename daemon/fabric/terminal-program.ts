import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { LabError } from '../../lib/lab/fabric.ts';

/** A program as a shell begins it: where there is none the status is 127, and 126 for what cannot be run. */
export const asShell = (words: readonly string[]): readonly string[] => ['sh', '-c', 'exec "$@"', 'sh', ...words];

/** Runs a program on this terminal; its exit status, as a shell tells it. */
export async function runOnTerminal(program: string, words: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: 'inherit' });
    // Ctrl-C is for the program; what it makes of it is passed on.
    const ignore = (): void => {};
    process.on('SIGINT', ignore);
    child.on('error', ({ message }) => reject(new LabError(`cannot run '${program}': ${message}`, 3)));
    child.on('close', (status, signal) => {
      process.off('SIGINT', ignore);
      resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
