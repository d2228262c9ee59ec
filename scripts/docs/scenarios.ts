import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadLab } from '../../daemon/load-lab.ts';
import { actionTable } from '../../lib/lab/actions/table.ts';
import { traceTypes } from '../../lib/trace.ts';
import { code, markdownTable } from './markdown.ts';

/** The scenarios of a folder, each with what it teaches in its own words. */
export function scenariosTable(folder: string): string {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return markdownTable(
    ['Scenario', 'Recovery detection', 'What it teaches'],
    files.sort().map((file) => {
      const { name, about, authority } = loadLab(join(folder, file));
      return [`[${name}](scenarios/${file})`, authority.sessionRecoveryDetection.mode, about];
    }),
  );
}

const places = { in: 'the packet that came', out: 'the packet that leaves', node: 'no packet' } as const;

/** What a router tells about itself. */
export function eventsTable(): string {
  return markdownTable(
    ['Event', 'Stands at', 'Tells that'],
    Object.entries(traceTypes).map(([type, { where, help }]) => [code(type), places[where], help]),
  );
}

/** What a step of a timeline can do. */
export function stepsTable(): string {
  return markdownTable(
    ['Step', 'Does', 'Undone by'],
    Object.values(actionTable).map(({ example, help, liftedBy }) => [
      code(`{ at: 4s, ${example} }`),
      help,
      liftedBy === undefined ? '' : code(liftedBy),
    ]),
  );
}
