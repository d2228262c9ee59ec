import { spawn } from 'node:child_process';
import { LabError } from '../../lib/lab/fabric.ts';

export interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end. A program that is missing is a LabError that names the package. */
export async function runProgram(program: string, words: readonly string[], input = ''): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // A session of its own: Ctrl-C is for us, who end what we have begun in good order.
    const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('error', ({ message }) => reject(new LabError(`cannot run '${program}': ${message}`, 3)));
    child.on('close', (status) => resolve({ status: status ?? -1, out, err }));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** Runs lines of `ip` one after the other, in a namespace if one is named; the first that fails ends it. */
export async function ipBatch(lines: readonly string[], namespace?: string): Promise<void> {
  const where = namespace === undefined ? [] : ['-n', namespace];
  const { status, err } = await runProgram('ip', [...where, '-batch', '-'], `${lines.join('\n')}\n`);
  if (status !== 0) throw new LabError(`ip failed: ${err.trim()}`, 3);
}

/** Runs a shell script inside a namespace. */
export async function scriptIn(namespace: string, lines: readonly string[]): Promise<void> {
  const { status, err } = await runProgram('ip', ['netns', 'exec', namespace, 'sh', '-e'], `${lines.join('\n')}\n`);
  if (status !== 0) throw new LabError(`setting up namespace '${namespace}' failed: ${err.trim()}`, 3);
}
