import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { scenarioSchema } from '../../lib/lab/schema.ts';
import { apiObjects, apiTable } from './api.ts';
import { attackKeysTable, attacksTable } from './attacks.ts';
import { configurationReference, emulatorTable } from './configuration.ts';
import { countersPage } from './counters.ts';
import {
  attributesTable,
  controlMessagesTable,
  healthChecksTable,
  metadataFaultsTable,
  sectionChoices,
} from './metadata.ts';
import { fieldsTable } from './fields.ts';
import { linkKeysTable } from './links.ts';
import { operatorCommandsTable } from './operator.ts';
import { fillRegions, type Generator } from './regions.ts';
import { eventsTable, scenariosTable, stepsTable } from './scenarios.ts';
import { luaAttributes, luaConstants, luaFaults, luaFields, luaMessages } from './wireshark.ts';

/** The project's folder: what is compiled lies two folders below it. */
export const home = join(import.meta.dirname, '..', '..', '..');

const generators: Readonly<Record<string, Generator>> = {
  'api-objects': apiObjects,
  'api-table': apiTable,
  attributes: attributesTable,
  configuration: configurationReference,
  'control-messages': controlMessagesTable,
  counters: countersPage,
  attacks: attacksTable,
  'attack-keys': attackKeysTable,
  emulator: emulatorTable,
  events: eventsTable,
  fields: fieldsTable,
  'health-checks': healthChecksTable,
  'link-keys': linkKeysTable,
  'lua-attributes': luaAttributes,
  'lua-constants': luaConstants,
  'lua-faults': luaFaults,
  'lua-fields': luaFields,
  'lua-messages': () => luaMessages(home),
  'metadata-faults': metadataFaultsTable,
  scenarios: () => scenariosTable(join(home, 'scenarios')),
  'operator-commands': operatorCommandsTable,
  'section-choices': sectionChoices,
  steps: stepsTable,
};

/** For editors. */
const schemaPath = join('docs', 'scenario.schema.json');

/** Paths of all documents, from the project's folder. */
export function documentPaths(): string[] {
  const markdown = (folder: string): string[] =>
    readdirSync(join(home, folder))
      .filter((name) => name.endsWith('.md'))
      .sort()
      .map((name) => join(folder, name));
  return [...markdown('.'), ...markdown('docs')];
}

/** Everything that has generated parts: the documents, the dissector for Wireshark, and the schema of scenario files. */
export const generatedPaths = (): string[] => [...documentPaths(), join('wireshark', 'svr.lua'), schemaPath];

export const readDocument = (path: string): string => readFileSync(join(home, path), 'utf8');

/** A document with its generated parts as they have to be now. */
export const currentDocument = (path: string): string =>
  path === schemaPath ? `${JSON.stringify(scenarioSchema(), null, 2)}\n` : fillRegions(readDocument(path), generators);
