import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { skip } from './skip.ts';

/** Debian's Chromium, or the reason why there is none. */
export async function startChromium(context: Mocha.Context): Promise<Browser> {
  const path = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'chromium'));
  const executablePath = path.find((file) => existsSync(file));
  if (executablePath === undefined) skip(context, 'there is no chromium');
  return puppeteer.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
}

/** A page that takes note of what it should not do. */
export async function openPage(browser: Browser, url: string): Promise<{ page: Page; misdeeds: string[] }> {
  const page = await browser.newPage();
  const misdeeds: string[] = [];
  page.on('console', (message) => misdeeds.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => misdeeds.push(`error: ${String(error)}`));
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) misdeeds.push(`request: ${request.url()}`);
  });
  await page.setViewport({ width: 1400, height: 900 });
  await page.goto(url);
  return { page, misdeeds };
}
