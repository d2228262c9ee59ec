import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkMachine } from '../daemon/fabric/netns.ts';
import { loadLab } from '../daemon/load-lab.ts';
import { LabError } from '../lib/lab/fabric.ts';
import type { Scenario } from '../lib/lab/scenario.ts';
import { milliseconds, seconds } from '../lib/time.ts';
import { measureFailover, ROUND_TRIP } from './failover.ts';
import { manyPaths } from './many-paths.ts';
import { pathsInSim } from './paths-in-sim.ts';
import { pathsOnNetns } from './paths-on-netns.ts';
import type { Figure } from './print.ts';

const SEEDS = [1, 2, 3, 4, 5];
const WARM_UP = seconds(20);

/** Real time for which the daemons are watched. */
const REAL_SECONDS = 60;

/** Virtual time for which a thousand paths are watched. */
const VIRTUAL_SECONDS = 120;

const quick = ['desired-tx-interval 100', 'required-min-rx-interval 100', 'hold-down-time 1'];

/** How long a session takes to leave a dead path, for some timers of BFD: the slowest of a few seeds. */
export async function failover(): Promise<Figure[]> {
  const scenario = loadLab(join(import.meta.dirname, '..', '..', 'scenarios', 'path-failover.yaml'));
  const figures: Figure[] = [];
  for (const [intervalMs, multiplier] of [
    [50, 3],
    [100, 3],
    [300, 3],
    [1_000, 3],
    [100, 10],
  ]) {
    const timers = { interval: milliseconds(intervalMs), multiplier };
    const runs = [];
    for (const seed of SEEDS) runs.push(await measureFailover(scenario, timers, seed));
    const took = Math.max(...runs.map((run) => run.took));
    const bound = runs[0].detectionTime + ROUND_TRIP;
    const lost = Math.max(...runs.map((run) => run.lost));
    const wrongly = Math.max(...runs.map((run) => run.lostWrongly));
    figures.push({
      what: `BFD every ${intervalMs} ms, ${multiplier} times; ${lost} packets lost of 100 a second, ${wrongly} sent after detection`,
      value: took / 1_000,
      unit: 'ms',
      target: { text: `at most ${bound / 1_000} ms, none`, isMet: took <= bound && wrongly === 0 },
    });
  }
  return figures;
}

/** A thousand paths at the default timers, in virtual time. */
export async function manyPathsInSim(): Promise<Figure[]> {
  const { paths, up, falseDowns, busySeconds } = await pathsInSim(
    readLab(manyPaths(1_000, ['hold-down-time 1'])),
    WARM_UP,
    seconds(VIRTUAL_SECONDS),
  );
  const share = (100 * busySeconds) / VIRTUAL_SECONDS / 2;
  return [
    {
      what: `1,000 paths a router, ${VIRTUAL_SECONDS} s: ${up} of ${paths} up, ${falseDowns} false downs`,
      value: share,
      unit: '% of a core for a router',
      nanoseconds: (busySeconds * 1e9) / VIRTUAL_SECONDS / paths,
      target: { text: 'all up, none', isMet: up === paths && falseDowns === 0 },
    },
  ];
}

/** Two hundred paths every 100 ms between two daemons, in real time. Nothing where this machine has no namespaces. */
export async function manyPathsOnNetns(): Promise<Figure[]> {
  try {
    await checkMachine();
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    console.error(`left out: ${error.message}`);
    return [];
  }
  const { paths, up, falseDowns, busySeconds } = await pathsOnNetns(manyPaths(200, quick), REAL_SECONDS * 1_000);
  return [
    {
      what: `200 paths every 100 ms a daemon, ${REAL_SECONDS} s: ${up} of ${paths} up, ${falseDowns} false downs`,
      value: (100 * Math.max(...busySeconds)) / REAL_SECONDS,
      unit: '% of a core for a daemon',
      target: { text: 'all up, none', isMet: up === paths && falseDowns === 0 },
    },
  ];
}

function readLab(text: string): Scenario {
  const folder = mkdtempSync(join(tmpdir(), 'svrlab-bench-'));
  try {
    const path = join(folder, 'scenario.yaml');
    writeFileSync(path, text);
    return loadLab(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
