import { deepEqual, equal, ok } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { formatConfiguration, parseConfiguration } from '../../../lib/config/configuration.ts';
import type { Authority } from '../../../lib/config/types.ts';
import { formatDiagnostics } from '../../../lib/diagnostic.ts';
import { seconds } from '../../../lib/time.ts';

const folder = 'test/conformance/config';
const read = (file: string): string => readFileSync(`${folder}/${file}`, 'utf8');

function parse(file: string): Authority {
  const text = read(file);
  const { authority, diagnostics } = parseConfiguration(text, file);
  ok(authority, diagnostics && formatDiagnostics(diagnostics, text));
  return authority;
}

describe('configuration files', () => {
  it('take the printed session-recovery-detection block as it is', () => {
    deepEqual(parse('session-recovery-detection.conf').sessionRecoveryDetection, {
      mode: 'inactivity-based',
      inactivityTimeout: seconds(1),
    });
  });

  it('say the same in text and in YAML', () => {
    deepEqual(parse('two-routers.yaml'), parse('two-routers.conf'));
  });

  it('are read back from what is printed', () => {
    const authority = parse('two-routers.conf');
    const { authority: again } = parseConfiguration(formatConfiguration(authority), 'printed.conf');
    deepEqual(again, authority);
  });

  it('are printed in columns, without defaults', () => {
    equal(formatConfiguration(parse('two-routers.conf')), read('two-routers.printed.conf'));
  });
});

describe('mistakes in configuration files', () => {
  for (const file of readdirSync(`${folder}/errors`).filter((name) => !name.endsWith('.txt'))) {
    it(`are all told for ${file}`, () => {
      const text = read(`errors/${file}`);
      const { diagnostics } = parseConfiguration(text, file);
      equal(`${formatDiagnostics(diagnostics ?? [], text)}\n`, read(`errors/${file}.txt`));
    });
  }
});
