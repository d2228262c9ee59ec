import { existsSync, readFileSync, statSync } from 'node:fs';
import { nodeCrypto } from '../../daemon/crypto.ts';
import type { DissectionOptions } from '../../lib/capture/dissection.ts';
import { secretsOf } from '../../lib/capture/bare-keys.ts';
import { Secrets } from '../../lib/capture/secrets.ts';
import { parseConfiguration, type Authority } from '../../lib/config/index.ts';
import { formatDiagnostics } from '../../lib/diagnostic.ts';
import type { Scenario } from '../../lib/lab/scenario.ts';
import { SeededRandom } from '../../lib/random.ts';
import { InputError } from '../exit.ts';
import { bareKeys } from './keys.ts';
import { loadScenario } from '../load-scenario.ts';

/** What a scenario begins with, that a configuration never has. */
const SCENARIO = /^(name|lab|nodes):/m;

/** What is known of a lab whose configuration, or whose scenario, a person has named. */
export function knownOfLab(name: string): DissectionOptions {
  const text = existsSync(name) && statSync(name).isFile() ? readFileSync(name, 'utf8') : undefined;
  const scenario = text === undefined || SCENARIO.test(text) ? loadScenario(name).scenario : undefined;
  const authority = scenario?.authority ?? readConfiguration(text ?? '', name);
  return {
    secrets: new Secrets(authority, nodeCrypto, new SeededRandom(0)),
    ...(scenario && { links: linksOf(scenario) }),
  };
}

/** What keys alone let one read. */
export const knownOfKeys = (words: readonly string[], file: string | undefined): DissectionOptions => ({
  secrets: new Secrets(secretsOf(bareKeys(words, file)), nodeCrypto, new SeededRandom(0)),
});

function readConfiguration(text: string, file: string): Authority {
  const { authority, diagnostics } = parseConfiguration(text, file);
  if (authority) return authority;
  throw new InputError(formatDiagnostics(diagnostics, text));
}

const linksOf = ({ links }: Scenario): ReadonlyMap<string, string> =>
  new Map(links.flatMap(({ name, ends }) => ends.map(({ node, port }) => [`${node}:${port}`, name] as const)));
