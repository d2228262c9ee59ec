import { deepEqual, equal } from 'node:assert/strict';
import { Diagnostics, formatDiagnostic, Lines, nearest, quote, suggest } from '../../lib/diagnostic.ts';

describe('a diagnostic', () => {
  it('is shown with its line, a caret under the place, and the hint behind it', () => {
    const source = 'nodes:\n\tnode: hbu\n';
    const shown = formatDiagnostic(
      {
        file: 'mine.yaml',
        line: 2,
        column: 8,
        length: 3,
        message: "there is no node 'hbu'",
        hint: "did you mean 'hub'?",
      },
      source,
    );
    equal(
      shown,
      ["mine.yaml:2:8: there is no node 'hbu'", '    2 |  node: hbu', "      |        ^^^ did you mean 'hub'?"].join(
        '\n',
      ),
    );
  });

  it('is told in the order of the file, and no more of them than the limit', () => {
    const found = new Diagnostics('f', 3);
    for (const line of [9, 2, 5, 1]) found.report({ line, column: 1, length: 1 }, `line ${line}`);
    deepEqual(
      found.list().map(({ line }) => line),
      [2, 5, 9],
    );
    equal(found.full, true);
  });
});

describe('lines', () => {
  it('place offsets, whatever ends the lines, and cut spans at the end of a line', () => {
    const lines = new Lines('ab\ncd  \r\n\ref');
    deepEqual(lines.span(0, 1), { line: 1, column: 1, length: 1 });
    deepEqual(lines.span(4, 12), { line: 2, column: 2, length: 1 });
    deepEqual(lines.span(10, 12), { line: 4, column: 1, length: 2 });
    deepEqual(lines.span(99, 99), { line: 4, column: 3, length: 1 });
  });
});

describe('the nearest word', () => {
  it('is a few edits away', () => {
    const words = ['hub', 'spoke', 'inactivity-timeout', 'mode'];
    deepEqual(
      ['hbu', 'HUB', 'spook', 'inactivty-timeot', 'mdoe', 'hb'].map((word) => nearest(word, words)),
      ['hub', 'hub', 'spoke', 'inactivity-timeout', 'mode', 'hub'],
    );
  });

  it('is the only word that goes on', () => {
    equal(nearest('inactivity', ['inactivity-timeout', 'mode']), 'inactivity-timeout');
    equal(nearest('inactivity', ['inactivity-timeout', 'inactivity-based']), undefined);
  });

  it('is none when all are far, and then a few choices are named', () => {
    equal(nearest('x', ['hub', 'y']), undefined);
    equal(nearest('', ['hub']), undefined);
    equal(suggest('xyz', ['hub', 'spoke']), 'one of hub, spoke');
    equal(suggest('xyz', []), undefined);
  });
});

describe('a quoted word', () => {
  it('is cut when it is long', () => {
    equal(quote('short'), "'short'");
    equal(quote('x'.repeat(50)), `'${'x'.repeat(37)}...'`);
  });
});
