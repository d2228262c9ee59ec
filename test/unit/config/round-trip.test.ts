import { deepEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { parseConfiguration } from '../../../lib/config/configuration.ts';
import { complete } from '../../../lib/config/draft.ts';
import { root } from '../../../lib/config/schema/authority.ts';
import { readText } from '../../../lib/config/ssr-text.ts';
import { writeBlock } from '../../../lib/config/ssr-text-writer.ts';
import { Diagnostics, formatDiagnostics } from '../../../lib/diagnostic.ts';
import { blockValue, withoutLooseEnds } from './arbitrary.ts';

/** What the schema alone makes of a text; the rules between elements are not looked at. */
function readBack(text: string): object {
  const found = new Diagnostics('generated.conf');
  const { value } = complete(readText(text, root, found.report), found.report);
  ok(!found.any, formatDiagnostics(found.list(), text));
  return value;
}

describe('configuration text', () => {
  it('reads back as the tree that it was written from, whatever the schema allows', () => {
    fc.assert(
      fc.property(blockValue(root), (tree) => {
        const expected = withoutLooseEnds(root, tree);
        deepEqual(readBack(writeBlock(root, expected).join('\n')), expected);
      }),
      { numRuns: 200 },
    );
  });

  it('is written without what has its default value', () => {
    deepEqual(writeBlock(root, readBack('') as Record<string, unknown>), []);
  });
});

describe('parseConfiguration', () => {
  const words = fc.constantFrom(
    ...['config', 'authority', 'exit', 'router', 'node', 'tenant', 'name', 'x', '10.0.0.0/8', '"', '#', '\\', '{', '['],
    ...['peer', 'next-hop', 'service', 'address', ':', '-', '&a', '*a', '\n', '\n', '\t', '    ', '5', '- ', ': '],
  );
  const noise = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(words, { maxLength: 60 }).map((all) => all.join(' ')),
    fc.array(words, { maxLength: 60 }).map((all) => all.join('')),
  );

  for (const file of ['noise.conf', 'noise.yaml']) {
    it(`gives a configuration or at most 20 places inside the text for any text called ${file}`, () => {
      fc.assert(
        fc.property(noise, (text) => {
          const { authority, diagnostics } = parseConfiguration(text, file);
          ok(authority ? !diagnostics : diagnostics.length > 0 && diagnostics.length <= 20);
          const lines = text.split(/\r\n|\n|\r/);
          for (const { line, column, length } of diagnostics ?? []) {
            ok(line >= 1 && line <= lines.length, `line ${line}`);
            ok(
              column >= 1 && length >= 1 && column + length <= lines[line - 1].length + 2,
              `column ${column}+${length}`,
            );
          }
        }),
        { numRuns: 1000 },
      );
    });
  }

  for (const nested of ['[', '{a: ', '- ', '? ', '-\t']) {
    it(`says so when YAML is nested deeper than can be read, as by '${nested.trim()}'`, () => {
      const { diagnostics } = parseConfiguration(`authority:\n${nested.repeat(100_000)}`, 'deep.yaml');
      deepEqual(
        diagnostics?.map(({ line, message }) => [line, message]),
        [[2, 'this is nested too deeply']],
      );
    });
  }
});
