import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { liveLabs } from '../../daemon/live-labs.ts';
import { home, readDocument } from '../../scripts/docs/pages.ts';
import { commandFolder } from '../../scripts/docs/printed.ts';
import { openPage, startChromium } from '../support/chromium.ts';
import { skip } from '../support/skip.ts';
import { hasTshark } from '../support/tshark.ts';
import { requireNetns } from './netns-support.ts';

const readme = readDocument('README.md');

/** The block of commands behind some words, without `sudo`, which tests do not need. */
function commandsBehind(words: string): string {
  const at = readme.indexOf(words);
  ok(at >= 0, `README does not say '${words}'`);
  const [, commands] = /```sh\n([^]*?)```/.exec(readme.slice(at)) ?? [];
  return commands.replaceAll('sudo ', '');
}

describe('somebody who has nothing but README', function () {
  this.timeout(60_000);
  this.slow(20_000);
  let folder: string;
  before(() => (folder = commandFolder(home)));
  after(() => rmSync(folder, { recursive: true }));

  const run = (commands: string): string => {
    const { stdout, stderr, status } = spawnSync('sh', ['-e', '-c', commands], { cwd: folder, encoding: 'utf8' });
    equal(status, 0, stderr);
    return stdout;
  };

  it('runs a scenario', () => {
    match(run(commandsBehind('## Start')), /All \d+ expectations hold\./);
  });

  it('sees the ladder of the session that was recovered', () => {
    const ladder = run(commandsBehind('This draws\nthe session'));
    match(ladder, /hub loses its memory.*health check.*has the session back/s);
  });

  it('filters on the health check in tshark, with the kit', function () {
    if (!hasTshark()) skip(this, 'not installed: tshark');
    const lines = run(commandsBehind('svrlab has a dissector for Wireshark')).trimEnd().split('\n');
    deepEqual(
      lines.map((line) => line.split(' ').slice(1).join(' ')),
      ['spoke:wan', 'hub:wan'].map((place) => `${place} questions health check request, forward of questions`),
    );
  });

  it('opens the report in a browser', async function () {
    const [, path] = /`(out\/session-recovery\/report\.html)`, opened in a browser/.exec(readme) ?? [];
    const browser = await startChromium(this);
    try {
      const { page, misdeeds } = await openPage(browser, pathToFileURL(join(folder, path)).href);
      match(String(await page.evaluate("document.querySelector('h1').innerText")), /session-recovery/);
      deepEqual(misdeeds, []);
    } finally {
      await browser.close();
    }
  });

  it('changes the inactivity-timeout of a lab that is up, and the next recovery goes by it', async function () {
    await requireNetns(this);
    if ((await liveLabs.all()).length > 0) skip(this, 'a lab is up here already');
    const commands = commandsBehind('**6. Change a lab while it runs.**');
    try {
      const printed = run(commands);
      match(
        printed,
        /^- .* inactivity-timeout 2\n\+ .* inactivity-timeout 1\nConfiguration committed on spoke, hub\.$/m,
      );
      match(printed, / added-session-health-check +spoke +1\n/);
      match(printed, /\n5 packets transmitted, [1-4] received/);
      deepEqual(await liveLabs.all(), []);
    } finally {
      for (const lab of await liveLabs.all()) if (lab.name === 'session-recovery') await lab.down();
    }
  });
});
