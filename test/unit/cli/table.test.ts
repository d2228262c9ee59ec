import { equal } from 'node:assert/strict';
import { formatHeading, formatTable } from '../../../cli/table.ts';

/** Lines as they stand in this file, without the indentation. */
const lines = (text: string): string =>
  text
    .replace(/^\n/, '')
    .replace(/^ {6}\|/gm, '')
    .trimEnd();

describe('tables', () => {
  it('look as those of SSR: rules, a space around each cell, text to the left and numbers to the right', () => {
    const rows = [
      { metric: 'schedule-failure', node: 'test1', value: 0 },
      { metric: 'sent-retry', node: 'test1', value: 32121873138 },
    ];
    equal(
      formatTable<(typeof rows)[number]>(
        [
          { title: 'Metric', of: (row) => row.metric },
          { title: 'Node', of: (row) => row.node },
          { title: 'Value', of: (row) => row.value },
        ],
        rows,
      ),
      lines(`
      |================== ======= =============
      | Metric             Node          Value
      |================== ======= =============
      | schedule-failure   test1             0
      | sent-retry         test1   32121873138
      `),
    );
  });

  it('keep their head when there are no rows', () => {
    equal(
      formatTable(
        [
          { title: 'Service', of: () => '' },
          { title: 'Uptime', of: () => 0 },
        ],
        [],
      ),
      lines(`
      |========= ========
      | Service   Uptime
      |========= ========
      `),
    );
  });

  it('stay aligned when cells are coloured', () => {
    const red = '\x1b[31mdown\x1b[0m';
    equal(
      formatTable<string>(
        [
          { title: 'State', of: (cell) => cell },
          { title: 'After', of: () => 'x' },
        ],
        [red, 'up'],
      ),
      lines(`
      |======= =======
      | State   After
      |======= =======
      | ${red}    x
      | up      x
      `),
    );
  });

  it('have headings in the same style', () => {
    equal(formatHeading('Service: web'), '==============\n Service: web\n==============');
  });
});
