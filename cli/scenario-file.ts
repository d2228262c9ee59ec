import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative } from 'node:path';
import { nearest } from '../lib/diagnostic.ts';
import { InputError } from './exit.ts';

/** Where svrlab's own scenarios are, which can be named without their folder. */
export const scenarioFolder = join(import.meta.dirname, '..', '..', 'scenarios');

/**
 * The file that a person means by `name`: a path, or the name of one of svrlab's own scenarios with or without '.yaml'.
 * If there is none, the message names the nearest.
 */
export function findScenario(name: string, folder = scenarioFolder): string {
  const candidates = [name, join(folder, name), join(folder, `${name}.yaml`)];
  const found = candidates.find((path) => existsSync(path) && statSync(path).isFile());
  if (found !== undefined) return found;

  const own = yamlFiles(folder);
  const neighbours = [...yamlFiles(dirname(name)), ...own];
  const isFolder = existsSync(name);
  const problem = isFolder ? `'${name}' is a folder, not a scenario` : `there is no scenario '${name}'`;
  const stems = neighbours.map(stem);
  const best = nearest(stem(name), stems) ?? stems.find((known) => known.includes(stem(name)));
  const choice = neighbours.find((path) => stem(path) === best);
  if (choice !== undefined && !isFolder) throw new InputError(`${problem}; did you mean '${relative('', choice)}'?`);
  const list = (isFolder && yamlFiles(name).length > 0 ? yamlFiles(name) : own).map(
    (path) => `  ${relative('', path)}`,
  );
  throw new InputError(list.length > 0 ? `${problem}; there are\n${list.join('\n')}` : problem);
}

const stem = (path: string): string => basename(path, extname(path));

function yamlFiles(folder: string): string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}
