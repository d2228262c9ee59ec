import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { completeWords } from '../../../cli/completion.ts';
import type { LiveLabs } from '../../../cli/live-labs.ts';
import { createProgram } from '../../../cli/program.ts';
import { FakeLab, session } from '../../support/fake-lab.ts';
import { noLabs, silentTerminal, svrlab } from '../../support/svrlab.ts';

const labs: LiveLabs = { ...noLabs, all: async () => [new FakeLab('first')] };
const complete = async (...words: string[]): Promise<string[]> =>
  (await completeWords(await createProgram(silentTerminal, labs), labs, words)).map(({ word }) => word);

describe('completion of the command line', () => {
  it('offers commands, those below them, and options', async () => {
    ok((await complete('')).includes('pcli'));
    ok(!(await complete('')).includes('complete'), 'that one is for the shell');
    deepEqual(await complete('lab', 'st'), ['status']);
    deepEqual(await complete('run', 'x', '--fab'), ['--fabric']);
    deepEqual(await complete('run', '--fabric', ''), ['sim', 'netns', 'compose']);
  });

  it('offers scenarios, labs and nodes', async () => {
    deepEqual(await complete('run', 'session-r'), ['session-recovery']);
    deepEqual(await complete('campaign', 'session-r'), ['session-recovery']);
    deepEqual(await complete('campaign', 'session-recovery', '--jun'), ['--junit']);
    deepEqual(await complete('campaign', 'wo'), ['worker']);
    deepEqual(await complete('lab', 'exec', 'cl'), ['client']);
    deepEqual(await complete('show', 'flows', '--lab', ''), ['first']);
    deepEqual(await complete('show', 'flows', '--node', 'h'), ['hub']);
  });

  it("offers an operator's commands with what lives", async () => {
    deepEqual(await complete('pcli', 'show', 'sessions'), ['sessions']);
    deepEqual(await complete('show', 'sessions', 'by-id', ''), [session.sessionId]);
    deepEqual(await complete('pcli', '--lab', 'first', 'set', 'authority', 'router', ''), ['spoke', 'hub']);
  });

  it('offers nothing, and does not fail, where no lab is up', async () => {
    deepEqual(
      await completeWords(await createProgram(silentTerminal, noLabs), noLabs, ['show', 'sessions', 'by-id', '']),
      [],
    );
  });

  it('is there for bash: what it offers is what svrlab says', async function () {
    const { out } = await svrlab('completion bash');
    const asked = `${out}
svrlab() { [ "$1 $2 $3 $4" = 'complete -- lab st' ] && printf 'status\\tlist the labs\\n'; }
COMP_WORDS=(svrlab lab st); COMP_CWORD=2; _svrlab; echo "\${COMPREPLY[@]}"`;
    const { stdout, error } = spawnSync('bash', ['-c', asked], { encoding: 'utf8' });
    if (error) return this.skip();
    equal(stdout, 'status\n');
  });

  it('is there for zsh, and for no shell that is not known', async () => {
    match((await svrlab('completion zsh')).out, /^#compdef svrlab\n/);
    equal((await svrlab('completion fish')).status, 2);
  });
});
