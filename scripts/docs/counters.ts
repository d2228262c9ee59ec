import { attackerTable } from '../../lib/stats/attacker-table.ts';
import { routerTable } from '../../lib/stats/counters.ts';
import { middleboxTable } from '../../lib/stats/middlebox-table.ts';
import { code, markdownTable } from './markdown.ts';

/** What stands below these words stands in one table each: there is little of each kind. */
const TOGETHER = ['emulator', 'bfd by-peer-path', 'performance-monitoring peer-path'];

/** Every counter, under the words that it shares with its neighbours. */
export function countersPage(): string {
  const groups = new Map<string, { readonly rest: string; readonly help: string }[]>();
  for (const { path, help } of [routerTable, middleboxTable, attackerTable].flatMap((table) => Object.values(table))) {
    const together = TOGETHER.find((words) => path.startsWith(`${words} `));
    const shared = together ?? path.split(' ').slice(0, -1).join(' ');
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
