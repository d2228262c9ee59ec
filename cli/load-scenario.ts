import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { formatDiagnostic } from '../lib/diagnostic.ts';
import { parseScenario, type SourceText } from '../lib/lab/parse.ts';
import type { Scenario } from '../lib/lab/scenario.ts';
import { InputError } from './exit.ts';
import { findScenario } from './scenario-file.ts';

/** Reads the scenario that a person named, with every file that it names. Mistakes in it come as one `InputError`. */
export function loadScenario(name: string): { path: string; scenario: Scenario } {
  const path = findScenario(name);
  const parsed = parseScenario(readFileSync(path, 'utf8'), path, readNeighbour);
  if (parsed.scenario) return { path, scenario: parsed.scenario };
  const sourceOf = (file: string): string => parsed.sources.get(file) ?? '';
  const messages = parsed.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, sourceOf(diagnostic.file)));
  throw new InputError(`this scenario does not hold together\n\n${messages.join('\n\n')}`);
}

/** A file by its path relative to the one that names it. */
function readNeighbour(path: string, from: string): SourceText | undefined {
  const file = normalize(join(dirname(from), path));
  if (!existsSync(file) || !statSync(file).isFile()) return undefined;
  return { file, text: readFileSync(file, 'utf8') };
}
