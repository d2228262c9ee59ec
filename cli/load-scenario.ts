import { loadLab } from '../daemon/load-lab.ts';
import type { Scenario } from '../lib/lab/scenario.ts';
import { findScenario } from './scenario-file.ts';

/**
 * Reads the scenario that a person named, with every file that it names, and `KEY=VALUE` laid over it. Mistakes in it come
 * as one error.
 */
export function loadScenario(name: string, overrides: readonly string[] = []): { path: string; scenario: Scenario } {
  const path = findScenario(name);
  return { path, scenario: loadLab(path, overrides) };
}
