import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { liveLabs } from '../daemon/live-labs.ts';
import { linkDowns } from './paths-in-sim.ts';

export interface PathsOnNetns {
  /** At both daemons together. */
  readonly paths: number;
  readonly up: number;
  readonly falseDowns: number;
  /** Seconds of a core that each daemon used, while it was watched. */
  readonly busySeconds: readonly number[];
}

const SETTLE_TRIES = 150;
const SETTLE_POLL_MS = 200;

/** What Linux counts the time of processes in. */
const TICKS_PER_SECOND = 100;

/** Brings a lab up on netns, waits until its paths are up, and watches them for some real time. */
export async function pathsOnNetns(text: string, watchMs: number): Promise<PathsOnNetns> {
  const folder = mkdtempSync(join(tmpdir(), 'svrlab-paths-'));
  const scenarioPath = join(folder, 'scenario.yaml');
  writeFileSync(scenarioPath, text);
  const lab = await liveLabs.up({ name: `paths-${process.pid}`, fabric: 'netns', scenarioPath, seed: 1 });
  try {
    const names = lab.nodes.map(({ name }) => name);
    const rows = async () => (await Promise.all(names.map((name) => lab.peers(name)))).flat();
    const areUp = async (): Promise<boolean> => (await rows()).every(({ status }) => status === 'up');
    for (let tries = 0; tries < SETTLE_TRIES && !(await areUp()); tries++) await sleep(SETTLE_POLL_MS);
    const downs = async (): Promise<number> => {
      const counters = await Promise.all(names.map((name) => lab.counters(name)));
      return counters.reduce((sum, all) => sum + linkDowns(all), 0);
    };
    const pids = (await Promise.all(names.map((name) => lab.health(name)))).map(({ pid }) => pid);
    const [downsBefore, busyBefore] = [await downs(), pids.map(busySeconds)];
    await sleep(watchMs);
    const busyAfter = pids.map(busySeconds);
    const after = await rows();
    return {
      paths: after.length,
      up: after.filter(({ status }) => status === 'up').length,
      falseDowns: (await downs()) - downsBefore,
      busySeconds: busyAfter.map((busy, i) => busy - busyBefore[i]),
    };
  } finally {
    await lab.down();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** User and system time of a process (proc(5): utime and stime of /proc/PID/stat, behind the name in parentheses). */
export function busySeconds(pid: number): number {
  return sumOfTimes(pid, 11);
}

/** The same of all processes that this one has waited for (cutime and cstime). */
export function endedBusySeconds(): number {
  return sumOfTimes('self', 13);
}

function sumOfTimes(pid: number | 'self', at: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[at]) + Number(fields[at + 1])) / TICKS_PER_SECOND;
}
