import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { formatDiagnostic } from '../lib/diagnostic.ts';
import { LabError } from '../lib/lab/fabric.ts';
import { parseScenario, type ParsedScenario, type Resolve, type SourceText } from '../lib/lab/parse.ts';
import type { Scenario } from '../lib/lab/scenario.ts';

const PARSED = '.parsed';

/**
 * Reads a scenario: one that a person wrote, or one that `saveLab` left. Mistakes in it come as one LabError.
 *
 * @param overrides `KEY=VALUE` for one that a person wrote
 */
export function loadLab(path: string, overrides: readonly string[] = []): Scenario {
  if (!isFile(path)) throw new LabError(`there is no file '${path}'`, 2);
  if (path.endsWith(PARSED)) return deserialize(readFileSync(path)) as Scenario;
  return scenarioOf(parseScenario(readFileSync(path, 'utf8'), path, readNeighbour, overrides));
}

function scenarioOf(parsed: ParsedScenario): Scenario {
  if (parsed.scenario) return parsed.scenario;
  const sourceOf = (file: string): string => parsed.sources.get(file) ?? '';
  throw new LabError(parsed.diagnostics.map((found) => formatDiagnostic(found, sourceOf(found.file))).join('\n\n'), 2);
}

/** The texts of a scenario and of every file that it names, by path: all that it takes to read it, now or elsewhere. */
export interface LabTexts {
  /** The path of the scenario itself. */
  readonly path: string;
  readonly texts: Readonly<Record<string, string>>;
}

/** Takes in a scenario that a person wrote, with every file that it names. */
export function readLabTexts(path: string): LabTexts {
  if (!isFile(path)) throw new LabError(`there is no file '${path}'`, 2);
  const texts: Record<string, string> = { [path]: readFileSync(path, 'utf8') };
  parseScenario(texts[path], path, (named, from) => {
    const source = readNeighbour(named, from);
    if (source) texts[source.file] = source.text;
    return source;
  });
  return { path, texts };
}

/** Reads a scenario out of its texts. Mistakes in it come as one LabError. */
export function parseLab({ path, texts }: LabTexts, overrides: readonly string[] = []): Scenario {
  const resolve: Resolve = (named, from) => {
    const file = neighbour(named, from);
    return file in texts ? { file, text: texts[file] } : undefined;
  };
  return scenarioOf(parseScenario(texts[path], path, resolve, overrides));
}

/** Where `saveLab` leaves a scenario. */
export const parsedLab = (folder: string): string => join(folder, `lab${PARSED}`);

/** Leaves a scenario for the daemons of its nodes, as it has been parsed and checked; returns the file's path. */
export function saveLab(scenario: Scenario, folder: string): string {
  const path = parsedLab(folder);
  writeFileSync(path, serialize(scenario));
  return path;
}

function readNeighbour(path: string, from: string): SourceText | undefined {
  const file = neighbour(path, from);
  return isFile(file) ? { file, text: readFileSync(file, 'utf8') } : undefined;
}

const neighbour = (path: string, from: string): string => normalize(join(dirname(from), path));

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();
