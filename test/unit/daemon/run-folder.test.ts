import { equal, throws } from 'node:assert/strict';
import { basename } from 'node:path';
import { labFolder } from '../../../daemon/fabric/run-folder.ts';
import { LabError } from '../../../lib/lab/fabric.ts';

describe('the folder of a lab', () => {
  const given = { ...process.env };
  before(() => (process.env.XDG_RUNTIME_DIR ??= '/tmp'));
  after(() => (process.env = given));

  it('bears its name', () => equal(basename(labFolder('session-recovery-12')), 'session-recovery-12'));

  for (const name of ['', '..', '../etc', 'a/b', '-x', 'a b', 'a\nb', 'x'.repeat(49)]) {
    it(`is refused for ${JSON.stringify(name)}`, () => {
      throws(
        () => labFolder(name),
        (error) => error instanceof LabError && error.status === 2,
      );
    });
  }
});
