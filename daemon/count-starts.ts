import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * How often a node has been started before in this run, by a note in the run's folder: a container that is started
 * again is given the same words as the first time.
 */
export function countStarts(folder: string, node: string): number {
  const note = join(folder, `${node}.starts`);
  const starts = existsSync(note) ? Number(readFileSync(note, 'utf8')) : 0;
  writeFileSync(note, `${starts + 1}\n`);
  return starts;
}
