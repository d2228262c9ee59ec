import { deepEqual, equal, ok } from 'node:assert/strict';
import type { LabEvent } from '../../lib/lab/fabric.ts';
import { parseScenario } from '../../lib/lab/parse.ts';
import type { RunResult } from '../../lib/lab/runner.ts';
import { resolveFile, scenarioOf } from '../support/lab-files.ts';
import { recordRun } from '../support/recorded-run.ts';

interface Ran {
  readonly result: RunResult;
  readonly events: readonly LabEvent[];
}

interface Around {
  readonly lab?: string;
  readonly configure?: string;
  readonly traffic?: string;
}

const questions =
  'questions: { kind: udp-request, from: client, to: server, port: 7000, start: 1s, every: 100ms, count: 70 }';

async function run(timeline: string, { lab = 'two-routers', configure = '', traffic = '' }: Around = {}): Promise<Ran> {
  const text = `
name: node-faults
about: what is done to nodes
lab: labs/${lab}.yaml
configure:
  - authority session-recovery-detection mode inactivity-based
  - authority session-recovery-detection inactivity-timeout 1
${configure}
duration: 10s
traffic:
  ${questions}
${traffic}
timeline:
${timeline}
`;
  return recordRun(scenarioOf(parseScenario(text, 'scenarios/node-faults.yaml', resolveFile)), 1);
}

const lostOf = ({ result }: Ran, name = 'questions'): number =>
  result.traffic.find((row) => row.name === name)?.lost ?? NaN;
const counterOf = ({ result }: Ran, node: string, path: string): number => result.counters[node]?.[path] ?? 0;
const timesOf = ({ events }: Ran, wanted: string, at: string): number[] =>
  events.filter(({ type, node }) => type === wanted && node === at).map(({ time }) => time / 1e6);

describe('a node that is paused', () => {
  it('does nothing, loses nothing that waits for it, and goes on', async () => {
    const ran = await run('  - { at: 3s, pause: hub, for: 600ms }');
    equal(lostOf(ran), 0);
    const told = ran.events.filter(
      ({ node, type, what }) => node === 'hub' && type !== 'frame-lost' && what === undefined,
    );
    ok(told.every(({ time }) => time <= 3_000_000 || time >= 3_600_000));
  });

  it('may be a host, which answers when it goes on', async () => {
    for (const host of ['server', 'client']) {
      const ran = await run(`  - { at: 3s, pause: ${host}, for: 600ms }`);
      equal(lostOf(ran), 0);
      const [{ took }] = ran.result.traffic[0].recoveries;
      ok(took !== null && took > 550_000 && took < 700_000, `${host}: ${took}`);
    }
  });

  it('is missed by its peer when it takes long', async () => {
    const ran = await run('  - { at: 1200ms, pause: hub, for: 3300ms }');
    ok(timesOf(ran, 'peer-path-down', 'spoke').length > 0);
    ok(timesOf(ran, 'peer-path-up', 'spoke').some((time) => time > 4.5));
  });
});

describe('a router', () => {
  const second =
    '  others: { kind: udp-request, from: client, to: server, port: 7001, start: 4s, every: 100ms, count: 30 }';

  it('forgets the sessions of one service, or of nobody', async () => {
    const all = await run('  - { at: 3s, forget-sessions: hub, service: questions }', { lab: 'two-routers' });
    const none = await run('  - { at: 3s, forget-sessions: hub, source: 10.99.0.0/16 }');
    equal(all.events.filter(({ type, reason }) => type === 'session-removed' && reason === 'forgotten').length, 1);
    equal(none.events.filter(({ type, reason }) => type === 'session-removed' && reason === 'forgotten').length, 0);
  });

  it('forgets the sessions of one tenant, and keeps those of another', async () => {
    const forgotten = async (tenant: string): Promise<number> => {
      const ran = await run(`  - { at: 3s, forget-sessions: hub, tenant: ${tenant} }`, {
        configure: '  - authority tenant guests',
      });
      return ran.events.filter(({ type, reason }) => type === 'session-removed' && reason === 'forgotten').length;
    };
    deepEqual([await forgotten('corp'), await forgotten('guests')], [1, 0]);
  });

  it('forgets a share of its sessions', async () => {
    const traffic = [1, 2, 3, 4]
      .map(
        (i) =>
          `  q${i}: { kind: udp-request, from: client, to: server, port: 700${i}, start: 1s, every: 1s, count: 3 }`,
      )
      .join('\n');
    const ran = await run('  - { at: 3s, forget-sessions: hub, share: 40% }', { traffic });
    equal(ran.events.filter(({ type, reason }) => type === 'session-removed' && reason === 'forgotten').length, 2);
  });

  it('whose table is full keeps what it has and takes nothing new, until it is free', async () => {
    const ran = await run('  - { at: 3s, table-full: hub, for: 2s }', { traffic: second });
    equal(lostOf(ran), 0);
    equal(lostOf(ran, 'others') > 5 && lostOf(ran, 'others') < 15, true, `${lostOf(ran, 'others')} lost`);
    ok(counterOf(ran, 'hub', 'emulator session-install-errors table-full') > 0);
  });

  it('takes its time for new sessions when it is slow, and for none when it is not any more', async () => {
    const slow = await run('  - { at: 3s, slow-setup: hub, each: 350ms }', { traffic: second });
    const [, created] = timesOf(slow, 'session-created', 'hub');
    ok(created > 4.35 && created < 4.5, `${created}`);
    const prompt = await run('  - { at: 3s, slow-setup: hub, each: 350ms, for: 500ms }', { traffic: second });
    ok(timesOf(prompt, 'session-created', 'hub')[1] < 4.1);
  });

  it('refuses what is sealed by a clock that is off, by a step or by drift, until it is right', async () => {
    for (const fault of ['clock-step: hub, by: -3min', 'clock-drift: hub, rate: 1000%']) {
      const ran = await run(`  - { at: 2s, ${fault}, for: 4s }`, { lab: 'two-routers-encrypted' });
      ok(counterOf(ran, 'hub', 'emulator hmac outside-time-window') > 0);
      ok((ran.result.traffic[0].recoveries.at(-1)?.took ?? Infinity) < 3e6, 'and is understood again');
      const refused = timesOf(ran, 'packet-dropped', 'spoke').concat(timesOf(ran, 'packet-dropped', 'hub'));
      deepEqual(
        refused.filter((time) => time > 6.2),
        [],
      );
    }
  });
});

describe('a router whose interface has another address', () => {
  const change = (port: string): string => `  - { at: 2s, address-change: '${port}', address: 172.16.0.77 }`;

  it('keeps it when it is started anew, and is found there by a peer that is', async () => {
    for (const node of ['spoke', 'hub']) {
      const ran = await run(`${change('spoke:wan')}\n  - { at: 3s, restart: ${node}, down-for: 500ms }`);
      const [, back] = timesOf(ran, 'peer-path-up', 'hub');
      ok(node === 'spoke' || (back > 3.5 && back < 6), `${back}`);
      ok((ran.result.traffic[0].recoveries.at(-1)?.took ?? Infinity) < 2e6, node);
      ok(ran.result.passed);
    }
  });

  it('has it at both of its nodes, and one goes on from there for the other', async () => {
    const ran = await run(`${change('spoke.node0:wan')}\n  - { at: 5s, kill: spoke.node0 }`, { lab: 'two-nodes' });
    ok((ran.result.traffic[0].recoveries.at(-1)?.took ?? Infinity) < 2.5e6);
    equal(counterOf(ran, 'hub', 'emulator sessions created'), 1);
    equal(counterOf(ran, 'hub', 'emulator sessions recreated'), 0);
  });
});

describe('the store of two nodes', () => {
  it('is gone, and back', async () => {
    const ran = await run('  - { at: 3s, store-gone: spoke, for: 2s }', { lab: 'two-nodes' });
    const changed = ran.events
      .filter(({ type }) => type === 'store-changed')
      .map(({ reason, time }) => `${time} ${reason}`);
    ok(
      changed.some((text) => text.startsWith('3000000 lost')),
      changed.join(),
    );
    ok(
      changed.some((text) => /^5\d{6} /.test(text)),
      changed.join(),
    );
  });

  it('is slow', async () => {
    const late =
      '  late: { kind: udp-request, from: client, to: server, port: 7001, start: 4s, every: 100ms, count: 30 }';
    const synced = async (timeline: string): Promise<number[]> =>
      timesOf(await run(timeline, { lab: 'two-nodes', traffic: late }), 'session-synced', 'spoke.node1');
    const [usual, slow] = [await synced('  []'), await synced('  - { at: 0s, store-slow: spoke, by: 400ms, for: 3s }')];
    ok(slow[0] - usual[0] > 0.35, `${usual.join()} and ${slow.join()}`);
    ok(Math.abs((slow.at(-1) ?? NaN) - (usual.at(-1) ?? NaN)) < 0.01, 'and as quick as ever when it is so no more');
  });
});
