import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { systemError } from '../../daemon/system-error.ts';
import { earliestOf } from '../../lib/capture/capture-file.ts';
import { CaptureReader } from '../../lib/capture/capture-reader.ts';
import type { CapturedFrame } from '../../lib/capture/captured-frame.ts';
import { InputError } from '../exit.ts';

/** The name of standard input among files. */
const STANDARD_INPUT = '-';

/** How many packets are read before anything else may happen: a signal, or that the reader of the output went away. */
const BATCH = 5_000;

/** Whether all files can be read twice; a pipe can not. */
export const canReadAgain = (paths: readonly string[]): boolean =>
  paths.every((path) => path !== STANDARD_INPUT && statSync(path, { throwIfNoEntry: false })?.isFile() === true);

/** Something is wrong with a file that was read; what came before that was read. */
export interface ReadProblem {
  readonly path: string;
  readonly kind: 'corrupt' | 'truncated';
  readonly text: string;
  readonly offset: number;
}

/**
 * Shows `visit` the packets of all files in order of time, until it returns false. Returns what was wrong with the files.
 * A file that is no capture, or that cannot be read, is a mistake of the person who named it.
 */
export async function readCaptures(
  paths: readonly string[],
  visit: (frame: CapturedFrame) => boolean,
): Promise<readonly ReadProblem[]> {
  const files: number[] = [];
  try {
    const readers = paths.map((path) => {
      const file = openCapture(path);
      files.push(file);
      // Captures that do not say where they were made are told apart by the names of their files.
      return new CaptureReader({ read: (target) => readSync(file, target) }, basename(path, extname(path)));
    });
    await visitAll(paths, readers, visit);
    return readers.flatMap(({ problem }, i) =>
      problem && problem.kind !== 'foreign'
        ? [{ path: paths[i], kind: problem.kind, text: problem.text, offset: problem.offset }]
        : [],
    );
  } finally {
    for (const file of files) if (file !== 0) closeSync(file);
  }
}

function openCapture(path: string): number {
  if (path === STANDARD_INPUT) return 0;
  try {
    if (statSync(path).isDirectory()) throw new InputError(`'${path}' is a folder, not a capture`);
    return openSync(path, 'r');
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw systemError(`read '${path}'`, error as Error);
  }
}

async function visitAll(
  paths: readonly string[],
  readers: readonly CaptureReader[],
  visit: (frame: CapturedFrame) => boolean,
): Promise<void> {
  const heads = readers.map((reader) => reader.next());
  readers.forEach(({ problem }, i) => {
    if (problem?.kind === 'foreign') throw new InputError(`cannot read '${paths[i]}': ${problem.text}`);
  });
  for (let count = 1; ; count++) {
    const first = readers.length === 1 ? 0 : earliestOf(heads);
    const frame = heads[first];
    if (!frame || !visit(frame)) return;
    heads[first] = readers[first].next();
    if (count % BATCH === 0) await new Promise(setImmediate);
  }
}
