import { equal, throws } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { InputError } from '../../../cli/exit.ts';
import { findScenario } from '../../../cli/scenario-file.ts';

describe('naming a scenario', () => {
  let home: string;
  let own: string;

  before(() => {
    home = mkdtempSync(join(tmpdir(), 'svrlab-scenarios-'));
    own = join(home, 'scenarios');
    mkdirSync(own);
    for (const name of ['session-recovery.yaml', 'port-scan.yaml', 'notes.md']) writeFileSync(join(own, name), '');
    writeFileSync(join(home, 'mine.yaml'), '');
  });

  after(() => rmSync(home, { recursive: true }));

  it('takes a path, or the bare name of one of its own', () => {
    equal(findScenario(join(home, 'mine.yaml'), own), join(home, 'mine.yaml'));
    equal(findScenario('port-scan', own), join(own, 'port-scan.yaml'));
    equal(findScenario('port-scan.yaml', own), join(own, 'port-scan.yaml'));
  });

  it('names the nearest file when there is none, beside the path given or among its own', () => {
    throws(() => findScenario(join(home, 'mime.yaml'), own), {
      message: `there is no scenario '${join(home, 'mime.yaml')}'; did you mean '${relative('', join(home, 'mine.yaml'))}'?`,
    });
    throws(() => findScenario('sesion-recovery', own), {
      message: `there is no scenario 'sesion-recovery'; did you mean '${relative('', join(own, 'session-recovery.yaml'))}'?`,
    });
  });

  it('understands a part of a name', () => {
    throws(() => findScenario('recovery', own), { message: /did you mean '.*session-recovery\.yaml'\?/ });
  });

  it('lists its own when nothing is near', () => {
    const list = ['port-scan.yaml', 'session-recovery.yaml'].map((name) => `  ${relative('', join(own, name))}`);
    throws(() => findScenario('qqqqqqqqqqqq', own), {
      message: `there is no scenario 'qqqqqqqqqqqq'; there are\n${list.join('\n')}`,
    });
  });

  it('counts a mistake as bad input', () => {
    throws(
      () => findScenario(own, own),
      (error) => error instanceof InputError && error.status === 2 && error.message.includes('is a folder'),
    );
  });
});
