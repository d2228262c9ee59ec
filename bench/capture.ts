import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatMac } from '../lib/address.ts';
import { LabError } from '../lib/lab/fabric.ts';
import type { Scenario } from '../lib/lab/scenario.ts';
import { checkMachine } from '../daemon/fabric/netns.ts';
import { NodeClient } from '../daemon/fabric/node-client.ts';
import { labFolder } from '../daemon/fabric/run-folder.ts';
import { liveLabs } from '../daemon/live-labs.ts';
import { loadLab } from '../daemon/load-lab.ts';
import { macOf } from '../daemon/node-macs.ts';
import { socketPath } from '../daemon/node-service.ts';
import type { Figure } from './print.ts';

const SETTLE_MS = 3_000;
const WARM_UP_MS = 500;
const MEASURE_MS = 2_000;
/** Each way is measured so often, in turns; what disturbs the machine disturbs them all. */
const TURNS = 5;

/** A router on netns that is flooded; paths are not watched, so that nobody else has to be alive. */
const scenario = `
name: capture-cost
about: a router that is flooded
lab: ${join(import.meta.dirname, '..', '..', 'scenarios', 'labs', 'two-routers.yaml')}
configure:
  - authority router spoke bfd state disabled
  - authority router hub bfd state disabled
duration: 1s
traffic: {}
timeline: []
expect: []
`;

type Way = 'none' | 'read' | 'unread';

/** What a live capture costs a daemon that forwards on real interfaces: with a reader that keeps up, and one that never reads. */
export async function captureCost(): Promise<Figure[]> {
  try {
    await checkMachine();
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    console.error(`left out: ${error.message}`);
    return [];
  }
  const rates = await ratesOnNetns();
  const lost = (way: Way): number => 100 * (1 - rates[way] / rates.none);
  return [
    {
      what: 'packets forwarded, flooded on netns, nobody captures',
      value: rates.none,
      unit: 'packets a second',
      nanoseconds: 1e9 / rates.none,
    },
    {
      what: `all ports captured and read: ${Math.round(rates.read).toLocaleString('en-US')} a second`,
      value: lost('read'),
      unit: '% less',
      target: { text: 'at most 30 %', isMet: lost('read') <= 30 },
    },
    {
      what: `captured, and never read: ${Math.round(rates.unread).toLocaleString('en-US')} a second`,
      value: lost('unread'),
      unit: '% less',
      target: { text: 'at most 30 %', isMet: lost('unread') <= 30 },
    },
  ];
}

async function ratesOnNetns(): Promise<Record<Way, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'svrlab-capture-cost-'));
  const scenarioPath = join(folder, 'scenario.yaml');
  writeFileSync(scenarioPath, scenario);
  const name = `capture-${process.pid}`;
  const lab = await liveLabs.up({ name, fabric: 'netns', scenarioPath, seed: 1 });
  const flooding = flood(`svrlab-${name}-client`, loadLab(scenarioPath));
  try {
    await sleep(SETTLE_MS);
    // What the others would do takes nothing from the router that is measured.
    for (const node of ['hub', 'server']) process.kill((await lab.health(node)).pid, 'SIGSTOP');
    const client = new NodeClient('spoke', socketPath(labFolder(name), 'spoke'));
    const rates: Record<Way, number[]> = { none: [], read: [], unread: [] };
    for (let turn = 0; turn < TURNS; turn++)
      for (const way of ['none', 'read', 'unread'] as const) rates[way].push(await rate(client, way));
    return { none: median(rates.none), read: median(rates.read), unread: median(rates.unread) };
  } finally {
    flooding.kill();
    await lab.down();
    rmSync(folder, { recursive: true, force: true });
  }
}

function flood(namespace: string, described: Scenario): ChildProcess {
  const macs = [macOf(described, 'client', 'eth0'), macOf(described, 'spoke', 'lan')].map(formatMac);
  const program = join(import.meta.dirname, 'flood.js');
  const words = ['netns', 'exec', namespace, process.execPath, program, 'eth0', ...macs];
  return spawn('ip', words, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Packets that the router forwards in a second, while it is captured in this way. */
async function rate(client: NodeClient, way: Way): Promise<number> {
  const capture = way === 'none' ? undefined : await client.open('captureStream');
  if (way === 'read') capture?.resume();
  await sleep(WARM_UP_MS);
  const forwarded = async (): Promise<number> => (await client.ask('stats'))['emulator highway forwarded-packets'] ?? 0;
  const [before, from] = [await forwarded(), performance.now()];
  await sleep(MEASURE_MS);
  const each = ((await forwarded()) - before) / (performance.now() - from);
  capture?.destroy();
  return each * 1_000;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
