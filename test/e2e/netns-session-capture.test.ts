import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NetnsFabric } from '../../daemon/fabric/netns.ts';
import { liveLabs, type UpLab } from '../../daemon/live-labs.ts';
import type { CapturedPacket } from '../../lib/lab/fabric.ts';
import { runScenario } from '../../lib/lab/runner.ts';
import { loadScenario } from '../support/lab-files.ts';
import { requireNetns } from './netns-support.ts';

const LAB = 'sessions';
const main = join(import.meta.dirname, '..', '..', 'cli', 'main.js');

function svrlab(...words: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [main, ...words], { encoding: 'utf8' });
  equal(status, 0, stderr);
  return stdout;
}
const pcli = (...words: readonly string[]): string => svrlab('pcli', '--lab', LAB, ...words);

describe('session captures of a lab of namespaces', function () {
  this.timeout(60_000);
  let lab: UpLab;
  let folder: string;

  before(async function () {
    await requireNetns(this);
    folder = mkdtempSync(join(tmpdir(), 'svrlab-session-capture-'));
    lab = await liveLabs.up({ name: LAB, fabric: 'netns', scenarioPath: 'scenarios/session-capture.yaml', seed: 1 });
  });

  after(async () => {
    await lab?.down();
    if (folder) rmSync(folder, { recursive: true });
  });

  it('are created, shown and saved by the shell: one file with eight points, metadata in the clear', async () => {
    match(
      pcli('create', 'session-capture', 'service', 'echo', 'packet-count', '3', 'node', 'spoke'),
      /^Session capture 1 of service echo is active on spoke\.$/m,
    );
    equal(await lab.exec('client', ['sh', '-c', 'ping -e 77 -c 2 -i 0.2 -W 1 10.2.0.10 >/dev/null']), 0);
    const shown = pcli('show', 'session-captures');
    match(shown, /Node: spoke\n=+\n.*\n.*\n.*\n echo +1 +-- +-- +-- +unlimited +1 +2 +No +operator/);
    match(shown, /Node: hub\n=+\n.*\n.*\n.*\n echo +1 +-- +-- +-- +0 +1 +2 +No +peer/);

    equal(await lab.exec('client', ['sh', '-c', 'ping -e 77 -c 2 -i 0.2 -W 1 10.2.0.10 >/dev/null']), 0);
    match(pcli('show', 'session-captures'), /Node: hub\n=+\nThere are no active session captures/);

    const file = join(folder, 'echo.pcapng');
    match(pcli('save', 'session-captures', 'service', 'echo', 'file', file), /^24 packets of spoke, hub in /);
    ok(readFileSync(file).includes('spoke:forward-ingress'));
    const rows = svrlab('read', file, '--fields', 'frame.interface_name,svr.session.service,svr.session.tenant')
      .trimEnd()
      .split('\n');
    equal(rows.length, 24);
    deepEqual(
      rows.slice(0, 8).map((row) => row.split('\t')[0]),
      ['forward-ingress', 'forward-egress', 'reverse-egress', 'reverse-ingress']
        .map((point) => `spoke:${point}`)
        .toSpliced(
          2,
          0,
          ...['forward-ingress', 'forward-egress', 'reverse-egress', 'reverse-ingress'].map((point) => `hub:${point}`),
        ),
    );
  });

  it('are refused by the router with its reason', () => {
    const { stderr, status } = spawnSync(
      process.execPath,
      [main, 'pcli', '--lab', LAB, 'create', 'session-capture', 'service', 'ecco', 'node', 'hub'],
      { encoding: 'utf8' },
    );
    equal(status, 2);
    match(stderr, /node 'hub': there is no service 'ecco'/);
  });
});

describe('session captures of a run on namespaces', function () {
  this.timeout(60_000);

  it('come to the run from all routers, in order of time, by a step of the timeline', async function () {
    await requireNetns(this);
    const scenario = loadScenario('scenarios/session-capture.yaml');
    const packets: CapturedPacket[] = [];
    const nobody = { event: () => undefined, packet: () => undefined };
    const sessionCaptures = { packet: (packet: CapturedPacket) => void packets.push({ ...packet }) };
    const fabric = new NetnsFabric({ scenario, seed: 1, events: nobody, capture: nobody, sessionCaptures });
    const { passed } = await runScenario({ fabric, scenario, seed: 1, version: 'test' });
    ok(passed);
    const times = packets.map(({ time }) => time);
    deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    ok(times[0] >= 1_000_000 && times[0] < 2_000_000, 'times count from the start of the run');
    equal(new Set(packets.map(({ node, port }) => `${node}:${port}`)).size, 8);
    const pointsOf = new Map<number, string[]>();
    for (const { id, node, port } of packets) pointsOf.set(id, [...(pointsOf.get(id) ?? []), `${node}:${port}`]);
    const whole = [...pointsOf.values()].filter(({ length }) => length === 4);
    ok(whole.length > 40, `${whole.length} packets are known at all four points that they passed`);
    ok(whole.every((points) => new Set(points).size === 4));
  });
});
