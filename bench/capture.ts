import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
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
import { busySeconds } from './paths-on-netns.ts';
import type { Figure } from './print.ts';

/** Packets a second that are offered to the router. */
const OFFERED = 10_000;
const SETTLE_MS = 3_000;
const WARM_UP_MS = 1_000;
const MEASURE_MS = 3_000;
/** Each way is measured so often, in turns; what disturbs the machine disturbs them all. */
const TURNS = 5;

/** A router on netns that is flooded; paths are not watched, so that nobody else has to be alive. */
const scenario = (folder: string): string => `
name: capture-cost
about: a router that is flooded
lab: ${relative(folder, join(import.meta.dirname, '..', '..', 'scenarios', 'labs', 'two-routers.yaml'))}
configure:
  - authority router spoke bfd state disabled
  - authority router hub bfd state disabled
duration: 1s
traffic: {}
timeline: []
expect: []
`;

type Way = 'none' | 'read' | 'unread';

/**
 * What a live capture costs a daemon that forwards on real interfaces: with a reader that keeps up, and with one that never
 * reads. Packets come at a rate that leaves it time; what it needs of a core for each says how many it could forward.
 */
export async function captureCost(): Promise<Figure[]> {
  try {
    await checkMachine();
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    console.error(`left out: ${error.message}`);
    return [];
  }
  const { each, dropped } = await busyOnNetns();
  const less = (way: Way): number => 100 * (1 - each.none / each[way]);
  const captured = (way: Way, what: string, isMet = true): Figure => ({
    what: `${what}: ${each[way].toFixed(2)} µs of a core a packet, forwarding rate`,
    value: less(way),
    unit: '% less',
    target: { text: 'at most 30 %', isMet: isMet && less(way) <= 30 },
  });
  return [
    {
      what: `a daemon on netns, ${OFFERED.toLocaleString('en-US')} packets a second, nobody captures`,
      value: each.none,
      unit: 'µs of a core a packet',
      nanoseconds: each.none * 1_000,
    },
    captured('read', 'all ports captured, and read'),
    captured('unread', `all ports captured, never read, ${dropped.toLocaleString('en-US')} dropped`, dropped > 0),
  ];
}

/** Microseconds of a core for each packet; and packets that were dropped because nobody read. */
async function busyOnNetns(): Promise<{ each: Record<Way, number>; dropped: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'svrlab-capture-cost-'));
  const scenarioPath = join(folder, 'scenario.yaml');
  writeFileSync(scenarioPath, scenario(folder));
  const name = `capture-${process.pid}`;
  const lab = await liveLabs.up({ name, fabric: 'netns', scenarioPath, seed: 1 });
  const flooding = flood(`svrlab-${name}-client`, loadLab(scenarioPath));
  try {
    await sleep(SETTLE_MS);
    // What the others would do takes nothing from the router that is measured.
    for (const node of ['hub', 'server']) process.kill((await lab.health(node)).pid, 'SIGSTOP');
    const client = new NodeClient('spoke', socketPath(labFolder(name), 'spoke'));
    const { pid } = await lab.health('spoke');
    const each: Record<Way, number[]> = { none: [], read: [], unread: [] };
    for (let turn = 0; turn < TURNS; turn++)
      for (const way of ['none', 'read', 'unread'] as const) each[way].push(await busyEach(client, pid, way));
    const dropped = droppedIn(await textOf(await client.open('metrics')));
    return { each: { none: median(each.none), read: median(each.read), unread: median(each.unread) }, dropped };
  } finally {
    flooding.kill();
    await lab.down();
    rmSync(folder, { recursive: true, force: true });
  }
}

function flood(namespace: string, described: Scenario): ChildProcess {
  const macs = [macOf(described, 'client', 'eth0'), macOf(described, 'spoke', 'lan')].map(formatMac);
  const program = join(import.meta.dirname, 'flood.js');
  const words = ['netns', 'exec', namespace, process.execPath, program, 'eth0', ...macs, String(OFFERED)];
  return spawn('ip', words, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Microseconds of a core that the router needs for a packet that it forwards, while it is captured in this way. */
async function busyEach(client: NodeClient, pid: number, way: Way): Promise<number> {
  const capture = way === 'none' ? undefined : await client.open('captureStream');
  if (way === 'read') capture?.resume();
  await sleep(WARM_UP_MS);
  const forwarded = async (): Promise<number> => (await client.ask('stats'))['emulator highway forwarded-packets'] ?? 0;
  const [packetsBefore, busyBefore] = [await forwarded(), busySeconds(pid)];
  await sleep(MEASURE_MS);
  const packets = (await forwarded()) - packetsBefore;
  const busy = busySeconds(pid) - busyBefore;
  capture?.destroy();
  if (packets < (OFFERED * MEASURE_MS) / 2_000) throw new Error(`only ${packets} packets were forwarded`);
  return (busy * 1e6) / packets;
}

const droppedIn = (metrics: string): number =>
  Number(/^svr_capture_dropped_packets_total\{.*\} (\d+)$/m.exec(metrics)?.[1]);

async function textOf(response: IncomingMessage): Promise<string> {
  return (await response.setEncoding('utf8').toArray()).join('');
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
