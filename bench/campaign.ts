import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findScenario } from '../cli/scenario-file.ts';
import type { Batch } from '../daemon/campaign/batch.ts';
import { countOf, runCampaign, type Seeds } from '../daemon/campaign/campaign.ts';
import { RedisCrew } from '../daemon/campaign/redis-crew.ts';
import { redisReady, redisSocket, redisWords } from '../daemon/fabric/redis-server.ts';
import { readLabTexts } from '../daemon/load-lab.ts';
import type { Crew } from '../daemon/pool/pool.ts';
import type { RunRow } from '../lib/campaign/row.ts';
import { busySeconds, endedBusySeconds } from './paths-on-netns.ts';
import type { Figure } from './print.ts';

/** What a person calls: it decides how Node is run. */
const launcher = join(import.meta.dirname, '..', '..', 'svrlab');

/** What is asked of two cores. */
const SEEDS = 10_000;
const SECONDS_MAX = 600;

/** What each measurement with workers at a Redis runs, and how often it is taken: the least disturbed one counts. */
const REDIS_SEEDS = 400;
const TURNS = 3;

/** Many seeds of session-recovery: on all cores, and by one and by two worker processes at a Redis. */
export async function campaignBenchmark(): Promise<Figure[]> {
  return [...(await onAllCores()), ...(await atRedis())];
}

/** Seconds that it took; every run has to pass. */
async function secondsOf(crew: Crew<Batch, RunRow[]>, seeds: Seeds): Promise<number> {
  const lab = readLabTexts(findScenario('session-recovery'));
  const from = process.hrtime.bigint();
  let passed = 0;
  for await (const { row } of runCampaign({ lab, cells: [{ overrides: [], values: [] }], seeds, batchSize: 8 }, crew))
    if (row.passed) passed++;
  if (passed !== countOf(seeds)) throw new Error(`only ${passed} of ${countOf(seeds)} runs passed`);
  return Number(process.hrtime.bigint() - from) / 1e9;
}

async function onAllCores(): Promise<Figure[]> {
  const cores = availableParallelism();
  const folder = mkdtempSync(join(tmpdir(), 'svrlab-bench-'));
  const busyBefore = endedBusySeconds();
  const from = process.hrtime.bigint();
  const words = ['campaign', 'session-recovery', '--seeds', `1..${SEEDS}`, '--out', folder];
  const [status] = (await once(spawn(launcher, words, { stdio: 'ignore' }), 'exit')) as [number | null];
  const seconds = Number(process.hrtime.bigint() - from) / 1e9;
  rmSync(folder, { recursive: true });
  if (status !== 0) throw new Error(`svrlab ${words.join(' ')}: exit status ${status}`);
  const ofACore = ((endedBusySeconds() - busyBefore) * 1_000) / SEEDS;
  return [
    {
      what: `${SEEDS.toLocaleString('en-US')} seeds of session-recovery, ${cores} threads`,
      value: seconds,
      unit: 'seconds',
      target: { text: 'under 600 on 2 cores', isMet: (seconds * cores) / 2 < SECONDS_MAX },
    },
    { what: 'a run', value: ofACore, unit: 'ms of a core', nanoseconds: ofACore * 1e6 },
  ];
}

/** The same work by one and by two processes, beside what two processes of plain work get of this machine. */
async function atRedis(): Promise<Figure[]> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return [];
  const folder = mkdtempSync(join(tmpdir(), 'svrlab-bench-'));
  const redis = spawn('redis-server', redisWords(folder), { stdio: 'ignore' });
  try {
    await redisReady(folder, () => (redis.exitCode === null ? undefined : `exit status ${redis.exitCode}`));
    const plain = { one: await plainRate(1), two: await plainRate(2) };
    const one = await rateOf(1, folder);
    const two = await rateOf(2, folder);
    const gain = two.perSecond / one.perSecond;
    const figures = ({ perSecond, ofACore }: Rate, what: string): Figure[] => [
      { what, value: perSecond, unit: 'runs a second' },
      { what: `${what}: a run`, value: ofACore, unit: 'ms of a core', nanoseconds: ofACore * 1e6 },
    ];
    return [
      ...figures(one, 'one worker process at a Redis'),
      ...figures(two, 'two worker processes at a Redis'),
      {
        what: 'two against one',
        value: gain,
        unit: 'times as fast',
        target: { text: 'at least 1.7 times', isMet: gain >= 1.7 },
      },
      {
        what: 'two processes of the calibration loop against one',
        value: plain.two / plain.one,
        unit: 'times as fast',
      },
    ];
  } finally {
    redis.kill('SIGKILL');
    await once(redis, 'exit');
    rmSync(folder, { recursive: true });
  }
}

interface Rate {
  readonly perSecond: number;
  /** What the workers took of a core for a run, in milliseconds. */
  readonly ofACore: number;
}

/** The best of some turns, with workers that are warm. */
async function rateOf(count: number, folder: string): Promise<Rate> {
  const place = redisSocket(folder);
  const words = ['campaign', 'worker', '--redis', `unix:${place}`, '--jobs', '1'];
  const workers = await Promise.all(Array.from({ length: count }, () => begun(spawn(launcher, words))));
  const crew = await RedisCrew.open({ path: place });
  const busy = (): number => workers.reduce((sum, { pid }) => sum + (pid === undefined ? 0 : busySeconds(pid)), 0);
  let best = Infinity;
  let leastBusy = Infinity;
  for (let turn = 0; turn <= TURNS; turn++) {
    const busyBefore = busy();
    const seconds = await secondsOf(crew, { first: 1, last: REDIS_SEEDS });
    if (turn === 0) continue;
    best = Math.min(best, seconds);
    leastBusy = Math.min(leastBusy, busy() - busyBefore);
  }
  await crew.close();
  await Promise.all(workers.map(ended));
  return { perSecond: REDIS_SEEDS / best, ofACore: (1_000 * leastBusy) / REDIS_SEEDS };
}

/** A worker that has said that it works. */
async function begun(worker: ChildProcess): Promise<ChildProcess> {
  if (worker.stderr)
    for await (const line of createInterface(worker.stderr)) if (line.startsWith('working')) return worker;
  throw new Error('a worker did not begin');
}

async function ended(worker: ChildProcess): Promise<void> {
  const exit = once(worker, 'exit');
  worker.kill('SIGKILL');
  await exit;
}

/** Turns of the calibration loop that some processes make together in a second. */
async function plainRate(count: number): Promise<number> {
  const module = new URL('./calibration.js', import.meta.url).href;
  const script = `const { calibrate } = await import('${module}'); for (let i = 0; i < 20; i++) calibrate();`;
  const words = ['--input-type=module', '--eval', script];
  const from = process.hrtime.bigint();
  const all = Array.from({ length: count }, () => once(spawn(process.execPath, words, { stdio: 'ignore' }), 'exit'));
  await Promise.all(all);
  return count / (Number(process.hrtime.bigint() - from) / 1e9);
}
