import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, unlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'puppeteer-core';
import { openPage, startChromium } from '../support/chromium.ts';
import { svrlab } from '../support/svrlab.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** Breaches of accessibility rules that axe finds in the page. */
async function breaches(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResult;
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`);
}

describe('report.html in a browser', function () {
  this.timeout(60_000);
  this.slow(10_000);
  let folder: string;
  let browser: Browser | undefined;

  before(async function () {
    browser = await startChromium(this);
    folder = mkdtempSync(join(tmpdir(), 'svrlab-report-'));
    equal((await svrlab(`run session-recovery --out ${folder}`)).status, 0);
  });

  after(async () => {
    await browser?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  async function open(file = join(folder, 'report.html')): Promise<{ page: Page; misdeeds: string[] }> {
    ok(browser);
    return openPage(browser, pathToFileURL(file).href);
  }

  const textOf = (page: Page, selector: string): Promise<string> =>
    page.evaluate(`document.querySelector('${selector}').innerText`) as Promise<string>;

  it('opens without an error, and asks nobody for anything', async () => {
    const { page, misdeeds } = await open();
    match(await textOf(page, 'h1'), /session-recovery/);
    match(await textOf(page, '#verdicts'), /recovery of questions since 4s at most 3 round trips/);
    match(await textOf(page, '#sessions'), /lost at 4\.000000 s, back at 6\.081007 s/);
    deepEqual(misdeeds, []);
  });

  for (const theme of ['light', 'dark']) {
    it(`has nothing that axe would object to, in ${theme}`, async () => {
      const { page } = await open();
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
      deepEqual(await breaches(page), []);
    });
  }

  it('changes its colours when it is told to, against the system', async () => {
    const { page } = await open();
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
    const paper = (): Promise<unknown> => page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    const before = await paper();
    await page.select('select', 'dark');
    await page.waitForFunction('document.documentElement.dataset.theme === "dark"');
    ok((await paper()) !== before);
  });

  it('lets the keyboard come to every control', async () => {
    const { page } = await open();
    const controls = `[...document.querySelectorAll('a[href], button, input, select, [tabindex="0"]')]`;
    await page.waitForSelector('#ladder .row');
    const all = (await page.evaluate(`${controls}.length`)) as number;
    for (let i = 0; i < all; i++) {
      await page.keyboard.press('Tab');
      await page.evaluate('document.activeElement.dataset.reached = "yes"');
    }
    const missed = `${controls}.flatMap((one) => (one.dataset.reached ? [] : [one.tagName + one.textContent.slice(0, 40)]))`;
    ok(all > 10);
    deepEqual(await page.evaluate(missed), []);
  });

  it('moves the cursor of the timeline to the next fault by a key', async () => {
    const { page } = await open();
    await page.focus('#timeline [role=slider]');
    await page.keyboard.press('PageDown');
    const told = await page.evaluate('document.activeElement.getAttribute("aria-valuetext")');
    match(String(told), /^4\.000000 s, forget-sessions hub, /);
  });

  it('shows the ladder of the session that was recovered, with its health check', async () => {
    const { page, misdeeds } = await open();
    await page.waitForSelector('#ladder .row');
    await page.click('#sessions button');
    const words = await textOf(page, '#ladder');
    for (const told of ['forget-sessions hub', 'health check', 'enable-metadata', 'hub: has the session back'])
      ok(words.includes(told), told);
    deepEqual(misdeeds, []);
  });

  it('shows a packet at every place where it was, by the keyboard alone', async () => {
    const { page } = await open();
    await page.waitForSelector('#ladder .row');
    await page.focus('#ladder [role=listbox]');
    const chosen = (): Promise<string> => textOf(page, '#ladder .row.chosen');
    do await page.keyboard.press('ArrowDown');
    while (!(await chosen()).includes('health check'));
    await page.waitForSelector('#ladder .packet');
    const words = await textOf(page, '#ladder .packet');
    match(words, /Packet 99\s+forward in questions, seen at 4 places/);
    match(words, /hub:wan comes 6\.020872 s/);
    match(words, /packet-dropped: emulator unknown-waypoint answered/);
  });

  it('has only the rows in its ladder that are in view, each in its place, wherever one scrolls', async () => {
    const { page } = await open();
    await page.waitForSelector('#ladder .row');
    await page.click('#ladder input[type=checkbox]');
    await page.waitForFunction('document.querySelector("#ladder .row").ariaSetSize > 100');
    const rows = `[...document.querySelectorAll('#ladder .row')]`;
    const texts = async (): Promise<string[]> =>
      (await page.evaluate(
        `${rows}.map((row) => row.ariaPosInSet + ' ' + row.offsetTop / 24 + ' ' + row.textContent)`,
      )) as string[];
    const atFirst = await texts();
    const end = (await page.evaluate(`(() => {
      const list = document.querySelector('#ladder [role=listbox]');
      list.scrollTop = list.scrollHeight;
      return document.querySelector('#ladder .row').ariaSetSize;
    })()`)) as string;
    await page.waitForFunction(`${rows}.at(-1).ariaPosInSet === '${end}'`);
    const atEnd = await texts();
    await page.evaluate(`document.querySelector('#ladder [role=listbox]').scrollTop = 0`);
    await page.waitForFunction(`${rows}[0].ariaPosInSet === '1'`);
    deepEqual(await texts(), atFirst);
    for (const shown of [atFirst, atEnd]) {
      ok(shown.length < 60, String(shown.length));
      for (const text of shown) {
        const [place, top] = text.split(' ').map(Number);
        equal(top, place - 1, text);
      }
    }
    match(atEnd[atEnd.length - 1], /server to hub/);
  });

  it('reads what is encrypted, with the keys of the lab', async () => {
    const encrypted = join(folder, 'encrypted');
    equal((await svrlab(`run key-rotation --out ${encrypted}`)).status, 0);
    const { page, misdeeds } = await open(join(encrypted, 'report.html'));
    await page.waitForSelector('#ladder .row');
    match(await textOf(page, '#ladder'), /metadata/);
    deepEqual(misdeeds, []);
  });

  for (const theme of ['light', 'dark']) {
    it(`tells what attackers sent and got, in ${theme}`, async () => {
      const attacked = join(folder, 'attacked');
      equal((await svrlab(`run attack-spoof --no-capture --out ${attacked}`)).status, 0);
      const { page, misdeeds } = await open(join(attacked, 'report.html'));
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
      const words = await textOf(page, '#attacks');
      match(words, /No session stands at the end that is not of the lab’s own traffic/);
      match(words, /as-spoke\s+spoof\s+mallory\s+0\s+256\s+bare 64, health-check 64, enable-metadata 64, bfd 64\s+0/);
      deepEqual(await breaches(page), []);
      deepEqual(misdeeds, []);
    });
  }

  it('says nothing of attacks where there are none', async () => {
    const { page } = await open();
    equal(await page.evaluate(`document.querySelectorAll('#attacks, a[href="#attacks"]').length`), 0);
  });

  it('can be made again from the other files', async () => {
    const file = join(folder, 'report.html');
    const first = readFileSync(file, 'utf8');
    unlinkSync(file);
    equal((await svrlab(`report ${folder}`)).status, 0);
    equal(readFileSync(file, 'utf8'), first);
  });
});
