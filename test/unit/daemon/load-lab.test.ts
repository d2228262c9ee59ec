import { deepEqual, throws } from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadLab, saveLab } from '../../../daemon/load-lab.ts';
import { LabError } from '../../../lib/lab/fabric.ts';
import { loadScenario } from '../../support/lab-files.ts';

describe('the lab that a daemon reads', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'svrlab-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is the one that was parsed, whichever way it comes', () => {
    const file = 'scenarios/session-recovery.yaml';
    const scenario = loadScenario(file);
    deepEqual(loadLab(file), scenario);
    deepEqual(loadLab(saveLab(scenario, folder)), scenario);
  });

  it('is refused with the place of a mistake, and where there is none', () => {
    const file = join(folder, 'bad.yaml');
    writeFileSync(file, 'name: bad\nnonsense: 1\n');
    throws(
      () => loadLab(file),
      (error) => error instanceof LabError && error.message.includes('bad.yaml:2'),
    );
    throws(() => loadLab(join(folder, 'none.yaml')), LabError);
  });
});
