import { deepEqual, match, ok, rejects } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { pageCode } from '../../cli/page.ts';
import { serveUi, type UiServer } from '../../cli/ui/server.ts';
import { liveLabs, type UpLab } from '../../daemon/live-labs.ts';
import { startChromium } from '../support/chromium.ts';
import { requireNetns } from './netns-support.ts';

const LAB = 'looked-at';

describe('svrlab ui on a lab of namespaces', function () {
  this.timeout(90_000);
  let browser: Browser | undefined;
  let lab: UpLab | undefined;
  let server: UiServer | undefined;

  before(async function () {
    await requireNetns(this);
    browser = await startChromium(this);
    lab = await liveLabs.up({ name: LAB, fabric: 'netns', scenarioPath: 'scenarios/session-recovery.yaml', seed: 1 });
    server = await serveUi(lab, 0, await pageCode());
  });

  after(async () => {
    await server?.close();
    await browser?.close();
    await lab?.down();
  });

  it('shows how a session is lost by a button, and comes back', async () => {
    ok(browser && lab && server);
    const pinging = lab.exec('client', ['sh', '-c', 'ping -c 60 -i 0.2 -W 1 10.2.0.10 >/dev/null']);
    const page = await browser.newPage();
    const misdeeds: string[] = [];
    page.on('console', (message) => misdeeds.push(message.text()));
    page.on('pageerror', (error) => misdeeds.push(String(error)));
    await page.setViewport({ width: 1400, height: 1000 });
    await page.goto(server.url);
    const says = (selector: string, words: string): Promise<unknown> =>
      page.waitForFunction(`document.querySelector('${selector}')?.innerText.includes('${words}')`, {
        timeout: 20_000,
      });

    await says('#sessions', 'icmp');
    await says('#ladder', 'echo reply');
    await page.locator('aria/Forget the sessions of hub').click();
    await says('#controls', 'hub has forgotten its sessions.');
    await says('#ladder', 'health check');
    await says('#ladder', 'has the session back');
    await says('#ladder', 'forget-sessions hub');
    await says('#sessions', 'back at');
    const plots = (await page.evaluate('document.querySelector(".timeline").textContent')) as string;
    match(plots, /forget-sessions hub/);
    mkdirSync('out', { recursive: true });
    await page.screenshot({ path: 'out/ui.png', fullPage: true });

    await page.type('#controls input', '1');
    await page.locator('aria/Commit').click();
    await says('#controls', 'The inactivity-timeout is 1 s from now on.');
    match(await lab.configuration.running(), /inactivity-timeout +1\n/);

    await page.locator('aria/Cut wan').click();
    await page.waitForSelector('aria/Heal wan');
    await page.locator('aria/Heal wan').click();
    await says('#controls', 'wan is whole again.');
    await lab.cut('wan', true);
    await page.waitForSelector('aria/Heal wan');
    await lab.cut('wan', false);
    await page.waitForSelector('aria/Cut wan');
    deepEqual(misdeeds, []);
    await pinging;
  });

  it('is a program that tells where the page is, serves it, and ends by Ctrl-C with nothing left', async () => {
    const main = join(import.meta.dirname, '..', '..', 'cli', 'main.js');
    const program = spawn(process.execPath, [main, 'ui', '--lab', LAB], { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(program, 'exit') as Promise<[number | null, string | null]>;
    let err = '';
    program.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const [url] = (await once(program.stdout.setEncoding('utf8'), 'data')) as [string];
    match(url, /^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/\n$/);
    const page = await fetch(url.trim());
    match(await page.text(), /<title>session-recovery - svrlab<\/title>/);
    const stream = await fetch(`${url.trim()}stream`);
    ok((await stream.body?.getReader().read())?.value, 'the page is told something');
    program.kill('SIGINT');
    deepEqual(await ended, [0, null]);
    match(err, /^Open it in a browser; Ctrl-C ends it\.\n$/);
    await rejects(fetch(url.trim()));
  });
});
