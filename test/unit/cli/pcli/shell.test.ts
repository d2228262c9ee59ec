import { deepEqual, equal, match } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Place } from '../../../../cli/pcli/place.ts';
import { historyPathOf, runShell } from '../../../../cli/pcli/shell.ts';
import { operatorCommands as table } from '../../../../cli/pcli/table.ts';
import { FakeLab } from '../../../support/fake-lab.ts';

/** What a shell writes that is given these lines; pieces of a list come whole. */
async function shellOf(typed: string | readonly string[], options: { isInteractive: boolean; historyPath?: string }) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const place: Place = { lab: new FakeLab('first'), node: undefined, path: [] };
  let said = '';
  output.setEncoding('utf8');
  output.on('data', (chunk: string) => (said += chunk));
  const ended = runShell({ table, place, input, output, ...options });
  // Letter by letter, as a person would: what stands behind a Tab waits until that has been answered.
  for (const letter of typed) {
    input.write(letter);
    await new Promise((resolve) => setTimeout(resolve, /[\t?\n]$/.test(letter) ? 20 : 0));
  }
  input.end();
  return { status: await ended, said, place };
}

describe('a shell that reads a script', () => {
  it('carries out one line after the other, without a prompt', async () => {
    const { status, said } = await shellOf('show peers node spoke | grep hub\nquit\nshow flows\n', {
      isInteractive: false,
    });
    equal(status, 0);
    match(said, /^✔ Piping output\.\.\.\n hub +n1 +wan/);
    equal(said.split('\n').length, 3);
  });

  it('goes on behind a mistake, and its status tells of it', async () => {
    const { status, said } = await shellOf('show flwos\nshow peers | count\n', { isInteractive: false });
    equal(status, 2);
    match(said, /^% .*did you mean 'flows'\?\n✔ Piping output\.\.\.\nCount: \d+ lines\n$/);
  });

  it('keeps the block that it is in from line to line', async () => {
    const { said } = await shellOf(
      'configure authority\nsession-recovery-detection\ninactivity-timeout 2\ntop\ncompare config\n',
      {
        isInteractive: false,
      },
    );
    equal(said, '+ authority session-recovery-detection inactivity-timeout 2\n');
  });
});

describe('a shell that a person uses', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'svrlab-shell-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('shows in its prompt what is being edited', async () => {
    const { said } = await shellOf('configure authority router spoke\nexit\nquit\n', { isInteractive: true });
    match(said, /first# /);
    match(said, /first \(authority router spoke\)# /);
    match(said, /first \(authority\)# /);
  });

  it('completes with Tab', async () => {
    const { said, place } = await shellOf('conf\tauth\trou\tspo\t\nquit\n', { isInteractive: true });
    match(said, /configure authority router spoke/);
    deepEqual(place.path, ['authority', 'router', 'spoke']);
  });

  it('completes also when Tab is struck twice at once, and leaves no tab in the line', async () => {
    const { place } = await shellOf('configure authority rou\t\t|spoke\nquit\n'.split('|'), {
      isInteractive: true,
    });
    deepEqual(place.path, ['authority', 'router', 'spoke']);
  });

  it('tells what may come next when ? is typed, and lets the line stand', async () => {
    const { said } = await shellOf('show peers ?node spoke\nquit\n', { isInteractive: true });
    match(said, /\n {2}detail +everything that is known of each\r?\n {2}node +only this router/);
    match(said, /Node: spoke/);
  });

  it('remembers lines from one shell to the next', async () => {
    const historyPath = join(folder, 'svrlab', 'pcli-history');
    await shellOf('show alarms\nquit\n', { isInteractive: true, historyPath });
    deepEqual(readFileSync(historyPath, 'utf8'), 'quit\nshow alarms\n');
    const up = '\x1b[A';
    const { said } = await shellOf(`${up}${up}\nquit\n`, { isInteractive: true, historyPath });
    match(said, /There are no active alarms/);
  });

  it('keeps its history where the machine keeps such things', () => {
    equal(historyPathOf({ XDG_STATE_HOME: '/state', HOME: '/me' }), '/state/svrlab/pcli-history');
    equal(historyPathOf({ HOME: '/me' }), '/me/.local/state/svrlab/pcli-history');
    equal(historyPathOf({}), undefined);
  });
});
