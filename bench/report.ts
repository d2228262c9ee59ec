import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import puppeteer, { type Page } from 'puppeteer-core';
import { writeHtmlReport } from '../cli/html-report.ts';
import { loadScenario } from '../cli/load-scenario.ts';
import { RunOutputs } from '../cli/outputs.ts';
import { nodeCrypto } from '../daemon/crypto.ts';
import { runScenario } from '../lib/lab/runner.ts';
import type { Scenario } from '../lib/lab/scenario.ts';
import { SIM_EPOCH, SimFabric } from '../lib/lab/sim/fabric.ts';
import { milliseconds } from '../lib/time.ts';
import type { Figure } from './print.ts';

/** Each question of this traffic is captured twelve times, at every port on its way and back. */
const QUESTIONS = 9_200;

/** The report of a run with more than 100,000 captured packets, all of them of one session, opened in Chromium. */
export async function reportBenchmark(): Promise<Figure[]> {
  const path = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'chromium'));
  const executablePath = path.find((file) => existsSync(file));
  if (executablePath === undefined) throw new Error('there is no chromium');
  const folder = mkdtempSync(join(tmpdir(), 'svrlab-bench-'));
  const browser = await puppeteer.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const { packets, tookMs, length } = await makeReport(folder);
    const page = await browser.newPage();
    await page.setViewport({ width: 1400, height: 900 });
    await page.goto(pathToFileURL(join(folder, 'report.html')).href, { waitUntil: 'load' });
    const firstMs = await firstPicture(page);
    await page.waitForSelector('#ladder .row', { timeout: 60_000 });
    const ladderMs = (await page.evaluate('performance.now()')) as number;
    await page.click('#ladder input[type=checkbox]');
    await page.waitForFunction('document.querySelector("#ladder .row[aria-setsize]").ariaSetSize > 10_000');
    const frames = await scroll(page);
    const ms = (what: string, value: number, most?: number): Figure => ({
      ...{ what, value, unit: 'ms' },
      ...(most !== undefined && { target: { text: `at most ${most} ms`, isMet: value <= most } }),
    });
    return [
      ms(`making the report of ${packets} packets, ${(length / 1e6).toFixed(1)} MB`, tookMs),
      ms('first picture', firstMs, 2_000),
      ms('ladder there', ladderMs),
      ms('a frame while the ladder scrolls, median', frames.median, 20),
      ms('the same, the slowest but one in a hundred', frames.slow, 34),
      ms('the same, the slowest', frames.slowest),
      ms('what the page computes for each such frame', frames.busy),
    ];
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

async function makeReport(folder: string): Promise<{ packets: number; tookMs: number; length: number }> {
  const { scenario: known } = loadScenario('session-recovery');
  const more = { every: milliseconds(0.4), count: QUESTIONS };
  const traffic = known.traffic.map((entry) => ('every' in entry ? { ...entry, ...more } : entry));
  const scenario: Scenario = { ...known, traffic, expectations: [] };
  let packets = 0;
  const about = { application: 'svrlab', comments: [], epoch: () => SIM_EPOCH, ports: [], names: [] };
  const outputs = new RunOutputs(folder, { capture: about, sessionCaptures: undefined });
  const fabric = new SimFabric({
    ...{ scenario, seed: 1, crypto: nodeCrypto },
    events: outputs,
    capture: {
      packet(packet) {
        packets++;
        outputs.packet(packet);
      },
    },
  });
  const result = await runScenario({
    ...{ fabric, scenario, seed: 1, version: 'bench', epoch: about.epoch },
    onTraffic: (reports) => outputs.traffic(reports),
  });
  outputs.close();
  outputs.result(JSON.stringify(result));
  const begun = performance.now();
  await writeHtmlReport(folder, scenario);
  return { packets, tookMs: performance.now() - begun, length: statSync(join(folder, 'report.html')).size };
}

/** Milliseconds from when the page was asked for until it was painted with its content. */
async function firstPicture(page: Page): Promise<number> {
  const paints = `new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime))
    .observe({ type: 'largest-contentful-paint', buffered: true }))`;
  return (await page.evaluate(paints)) as number;
}

const FRAMES = 300;

interface FrameTimes {
  /** Milliseconds from one frame to the next. */
  readonly median: number;
  readonly slow: number;
  readonly slowest: number;
  /** Milliseconds of a core that the page's own thread takes for a frame, whatever else the machine is busy with. */
  readonly busy: number;
}

/** Scrolls through the whole ladder, several screens at a time, and measures each frame. */
async function scroll(page: Page): Promise<FrameTimes> {
  const client = await page.createCDPSession();
  await client.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busySeconds = async (): Promise<number> => {
    const { metrics } = await client.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN;
  };
  const before = await busySeconds();
  const times = (await page.evaluate(`new Promise((done) => {
    const list = document.querySelector('#ladder [role=listbox]');
    const times = [];
    let last = performance.now();
    const step = (now) => {
      times.push(now - last);
      last = now;
      if (times.length === ${FRAMES}) return done(times.slice(1));
      list.scrollTop += list.scrollHeight / ${FRAMES};
      requestAnimationFrame(step);
    };
    list.scrollIntoView();
    requestAnimationFrame(step);
  })`)) as number[];
  const busy = ((await busySeconds()) - before) / FRAMES;
  const sorted = times.toSorted((a, b) => a - b);
  return {
    median: sorted[sorted.length >> 1],
    slow: sorted[Math.floor(sorted.length * 0.99) - 1],
    slowest: sorted[sorted.length - 1],
    busy: busy * 1_000,
  };
}
