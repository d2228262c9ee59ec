import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatDiagnostics } from '../../lib/diagnostic.ts';
import { parseScenario } from '../../lib/lab/parse.ts';
import type { ParsedScenario, SourceText } from '../../lib/lab/parse.ts';
import type { Scenario } from '../../lib/lab/scenario.ts';

/** Files beside the one that names them. */
export function resolveFile(path: string, from: string): SourceText | undefined {
  const file = join(dirname(from), path);
  return existsSync(file) ? { file, text: readFileSync(file, 'utf8') } : undefined;
}

/** A scenario that must hold together; a test fails with what is wrong in it. */
export function scenarioOf(parsed: ParsedScenario): Scenario {
  if (parsed.scenario) return parsed.scenario;
  throw new Error(describeMistakes(parsed));
}

export function loadScenario(file: string): Scenario {
  return scenarioOf(parseScenario(readFileSync(file, 'utf8'), file, resolveFile));
}

/** Every message as a person sees it. */
export function describeMistakes(parsed: ParsedScenario): string {
  if (parsed.scenario) return '';
  return parsed.diagnostics
    .map((diagnostic) => formatDiagnostics([diagnostic], parsed.sources.get(diagnostic.file) ?? ''))
    .join('\n\n');
}
