import { middleboxTable } from '../../lib/stats/middlebox-table.ts';
import { redundancyTable } from '../../lib/stats/redundancy-table.ts';
import { counterTable } from '../../lib/stats/table.ts';
import { code, markdownTable } from './markdown.ts';

/** Every counter, under the words that it shares with its neighbours. */
export function countersPage(): string {
  const groups = new Map<string, { readonly rest: string; readonly help: string }[]>();
  for (const { path, help } of [counterTable, redundancyTable, middleboxTable].flatMap((table) =>
    Object.values(table),
  )) {
    const words = path.split(' ');
    // What is our own stands in one table: there is little of each kind.
    const shared = words[0] === 'emulator' ? 'emulator' : words.slice(0, -1).join(' ');
    const group = groups.get(shared) ?? [];
    groups.set(shared, group);
    group.push({ rest: path.slice(shared.length + 1), help });
  }
  return Array.from(groups, ([shared, rows]) => {
    const table = markdownTable(
      ['Counter', 'Counts'],
      rows.map(({ rest, help }) => [code(rest), help]),
    );
    return `### ${shared}\n\n${table}`;
  }).join('\n\n');
}
