import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changedConfiguration, LabConfiguration } from '../../../daemon/lab-configuration.ts';
import { LabError } from '../../../lib/lab/fabric.ts';
import { FakeRouter } from '../../support/fake-lab.ts';

const TIMEOUT = ['authority', 'session-recovery-detection', 'inactivity-timeout'];

describe('the configuration of a lab', () => {
  let folder: string;
  let routers: FakeRouter[];
  let configuration: LabConfiguration;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'svrlab-configuration-'));
    routers = [new FakeRouter('spoke'), new FakeRouter('hub')];
    configuration = new LabConfiguration(folder, routers);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const set = (seconds: number): Promise<void> =>
    configuration.edit((draft) => equal(draft.set([...TIMEOUT, String(seconds)]), undefined));
  const timeouts = async (): Promise<(string | undefined)[]> =>
    Promise.all(routers.map(async (router) => /inactivity-timeout +(\d+)/.exec(await router.running())?.[1]));

  it('has a candidate that another terminal sees, and that no router knows yet', async () => {
    await set(2);
    const other = new LabConfiguration(folder, routers);
    equal(await other.candidate(), await configuration.candidate());
    match(await other.candidate(), /inactivity-timeout +2/);
    deepEqual(await timeouts(), [undefined, undefined]);
  });

  it('commits a candidate on every router, and keeps it for a node that starts again', async () => {
    await set(2);
    equal(await configuration.commit(), true);
    deepEqual(await timeouts(), ['2', '2']);
    equal(changedConfiguration(folder), await configuration.running());
    equal(await configuration.candidate(), await configuration.running());
    equal(await configuration.commit(), false, 'nothing is left to commit');
  });

  it('commits nothing that one router would have to restart for, and says what', async () => {
    await set(2);
    await configuration.edit((draft) => void draft.set(['authority', 'emulator', 'session-table-size', '7']));
    await rejects(
      configuration.commit(),
      (error) => error instanceof LabError && /session-table-size.* needs a restart/.test(error.message),
    );
    deepEqual(await timeouts(), [undefined, undefined]);
    match(await configuration.candidate(), /session-table-size/, 'the candidate is there to be mended');
  });

  it('commits nothing that does not hold together, and shows where', async () => {
    await configuration.edit((draft) => void draft.delete(['authority', 'tenant', 'corp']));
    await rejects(configuration.commit(), /there is no tenant 'corp'/);
  });

  it('gives all routers back what they had when one fails', async () => {
    await set(2);
    routers[1].failure = 'its disk is full';
    await rejects(
      configuration.commit(),
      /'hub' did not take the configuration, all others have the one of before again: its disk is full/,
    );
    deepEqual(await timeouts(), [undefined, undefined]);
    equal(changedConfiguration(folder), undefined);
  });

  it('discards a candidate', async () => {
    await set(2);
    await configuration.discard();
    equal(await configuration.candidate(), await configuration.running());
  });

  it('goes back to what was before, by way of the candidate, and remembers 20', async () => {
    for (let seconds = 1; seconds <= 23; seconds++) {
      await set(seconds);
      await configuration.commit();
    }
    equal(configuration.history().length, 20);
    await configuration.rollback(3);
    deepEqual(await timeouts(), ['23', '23']);
    await configuration.commit();
    deepEqual(await timeouts(), ['20', '20']);
    await rejects(configuration.rollback(21), /there is no configuration 21 of before: there are 1 to 20/);
  });

  it('leaves the candidate as it was when an edit fails', async () => {
    await set(2);
    const before = await configuration.candidate();
    await rejects(
      configuration.edit(() => {
        throw new Error('no');
      }),
    );
    equal(await configuration.candidate(), before);
  });

  it('is not held up by a terminal that was killed', async () => {
    await set(2);
    // No process has the highest number that there is room for.
    writeFileSync(join(folder, 'configuration', 'lock'), '4194305');
    await set(3);
    match(await configuration.candidate(), /inactivity-timeout +3/);
    equal(existsSync(join(folder, 'configuration', 'lock')), false);
  });
});
