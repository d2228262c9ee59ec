import { relative } from 'node:path';
import { shellWord } from './shell-word.ts';

export interface RunCommandLine {
  /** Of the scenario. */
  readonly path: string;
  readonly fabric: string;
  readonly seed: number;
  readonly set: readonly string[];
}

/** The command line that makes a run again. */
export function runCommandLine({ path, fabric, seed, set }: RunCommandLine): string {
  const changes = set.map((text) => ` --set ${shellWord(text)}`).join('');
  return `./svrlab run ${shellWord(relative('', path))} --fabric ${fabric} --seed ${seed}${changes}`;
}
