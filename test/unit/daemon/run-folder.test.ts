import { deepEqual, equal, throws } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { claimLab, claimOn, labFolder, readLabs, releaseLab } from '../../../daemon/fabric/run-folder.ts';
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

describe('who has a lab', () => {
  const name = `claimed-${process.pid}`;
  const given = { ...process.env };
  before(() => (process.env.XDG_RUNTIME_DIR ??= '/tmp'));
  afterEach(() => releaseLab(name));
  after(() => (process.env = given));

  const claimed = (isRun: boolean) => {
    claimLab({ name, fabric: 'netns', nodes: [{ name: 'n', kind: 'host', place: 'p' }], namespaces: [] }, isRun);
    const [lab] = readLabs().filter((lab) => lab.name === name);
    return lab;
  };

  it('is the person behind sudo, for whom alone it is there to be taken down', () => {
    process.env.SUDO_USER = 'alice';
    const lab = claimed(false);
    deepEqual([lab.owner, claimOn(lab)], ['alice', undefined]);
    process.env.SUDO_USER = 'bob';
    equal(claimOn(lab), 'belongs to alice');
    delete process.env.SUDO_USER;
    equal(claimOn(lab), 'belongs to alice');
  });

  it('is a run as long as its process lives, and then whoever has run it', () => {
    const lab = claimed(true);
    equal(claimOn(lab), `is that of a run which goes on, process ${process.pid}`);
    const { pid } = spawnSync('true');
    equal(claimOn({ ...lab, runner: pid }), undefined);
  });
});
