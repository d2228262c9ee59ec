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

/** Questions every 100 ms from 1 s to 7 s between hosts behind two routers, with this timeline. */
async function run(timeline: string, { lab = 'two-routers', configure = '', traffic = '' } = {}): Promise<Ran> {
  const text = `
name: frame-faults
about: what is done to some frames
lab: labs/${lab}.yaml
configure:
  - authority session-recovery-detection mode inactivity-based
  - authority session-recovery-detection inactivity-timeout 1
${configure}
duration: 9s
traffic:
  questions: { kind: udp-request, from: client, to: server, port: 7000, start: 1s, every: 100ms, count: 60 }
  pings: { kind: ping, from: client, to: server, start: 1s, every: 10ms, count: 5 }
  pushes: { kind: udp-push, from: client, to: server, port: 7100, start: 1s, every: 100ms, count: 10 }
${traffic}
timeline:
${timeline}
`;
  return recordRun(scenarioOf(parseScenario(text, 'scenarios/frame-faults.yaml', resolveFile)), 1);
}

const ofType = ({ events }: Ran, type: string, reason?: string): LabEvent[] =>
  events.filter((event) => event.type === type && (reason === undefined || event.reason === reason));

const dropped = (ran: Ran): LabEvent[] => ofType(ran, 'frame-lost', 'fault');

/** Seconds at which questions were asked that nobody answered. */
const lostOf = ({ result }: Ran, name = 'questions'): number =>
  result.traffic.find((row) => row.name === name)?.lost ?? NaN;

describe('a fault that touches some frames only', () => {
  it('takes the second packet with metadata of each session, and no other', async () => {
    const ran = await run(
      "  - { at: 0s, drop: spoke -> hub, frames: 'svr.uuid', from-nth: 2, count: 1, of-each: session }",
    );
    const lost = dropped(ran);
    equal(lost.length, 2, 'one of each of the two sessions that have a second one');
    ok(lost.every(({ node }) => node === 'spoke'));
  });

  it('takes the answers to health checks, whoever sends them, and nothing of the questions', async () => {
    const silent = await run(`
  - { at: 0s, cut: hub -> spoke, for: 1ms }
  - { at: 3s, drop: server, frames: 'udp.srcport == 7000', for: 3s }
  - { at: 0s, drop: hub -> spoke, frames: 'svr.control == "sessionExists"' }`);
    const asked = ofType(silent, 'health-check-added').length;
    ok(asked > 0, 'nothing was heard for a second: the spoke asks');
    ok(ofType(silent, 'health-check-timeout').length > 0, 'and hears no answer');
    ok(dropped(silent).filter(({ node }) => node === 'hub').length > 0);
  });

  it('takes only what BFD says, so that a path is lost over which sessions could go on', async () => {
    const ran = await run("  - { at: 2s, drop: wan, frames: 'svr.kind == bfd', for: 5s }");
    ok(dropped(ran).length > 3);
    ok(ofType(ran, 'peer-path-down').length > 0);
  });

  it('takes BFD of the first boot of its sender only, by any field of the packet', async () => {
    const ran = await run(
      "  - { at: 2s, drop: hub -> spoke, frames: 'svr.kind == bfd and ip.src == 172.16.0.2', count: 2 }",
    );
    equal(dropped(ran).length, 2);
    ok(dropped(ran).every(({ node }) => node === 'hub'));
  });

  it('takes what is encrypted with one key of a policy, and lets that of another pass', async () => {
    const timeline = `
  - { at: 0s, drop: spoke -> hub, frames: 'svr.security_id == 2', count: 1 }
  - { at: 2s, rotate-key: between-routers, node: spoke, security-id: 2 }
  - { at: 3s, forget-sessions: spoke }`;
    const ran = await run(timeline, { lab: 'two-routers-encrypted' });
    equal(dropped(ran).length, 1);
    ok(dropped(ran)[0].time > 2_000_000, 'not before the key was another');
  });

  it('holds frames back', async () => {
    const ran = await run("  - { at: 2s, delay: client, by: 50ms, frames: 'udp.dstport == 7000', for: 1s }");
    equal(ofType(ran, 'frame-delayed', '50ms').length, 10);
    equal(lostOf(ran), 0);
  });

  it('duplicates frames, which the routers notice between them', async () => {
    const ran = await run("  - { at: 2s, duplicate: spoke -> hub, frames: 'svr.session', count: 3 }");
    equal(ofType(ran, 'frame-duplicated').length, 3);
    equal(lostOf(ran), 0);
  });

  it('turns a bit over, which no host takes', async () => {
    const ran = await run("  - { at: 2s, corrupt: client, frames: 'udp.dstport == 7000', count: 4 }");
    equal(ofType(ran, 'frame-altered', 'corrupt').length, 4);
    equal(lostOf(ran), 4);
  });

  it('alters what is carried under a right checksum, which the seal between routers notices', async () => {
    const ran = await run("  - { at: 2s, alter-payload: spoke -> hub, frames: 'svr.session', count: 4 }");
    equal(ofType(ran, 'frame-altered', 'alter-payload').length, 4);
    equal(lostOf(ran), 4);
  });

  it('strips metadata, without which no session begins, until it is let pass', async () => {
    const ran = await run('  - { at: 0s, strip-metadata: wan, for: 3s }');
    const [first] = ofType(ran, 'session-created').filter(({ node }) => node === 'hub');
    ok(first.time > 3_000_000, `the hub has a session at ${first.time}`);
    ok(ofType(ran, 'frame-altered', 'strip-metadata').length > 0);
  });

  it('ends when it is lifted', async () => {
    const ran = await run('  - { at: 2s, drop: wan, for: 500ms }');
    const lost = dropped(ran).map(({ time }) => time);
    ok(lost.length > 0 && lost.every((time) => time >= 2_000_000 && time < 2_500_000));
  });
});

describe('a fault of frames that is lifted', () => {
  const harmless = 'duplicate';
  for (const [kind, told] of [
    [harmless, 'frame-duplicated'],
    ['corrupt', 'frame-altered'],
    ['alter-payload', 'frame-altered'],
  ] as const)
    it(`touches nothing any more: ${kind}`, async () => {
      const ran = await run(`  - { at: 2s, ${kind}: spoke -> hub, frames: 'svr.session', for: 1s }`);
      const touched = ofType(ran, told).map(({ time }) => time);
      ok(touched.length >= 10 && touched.every((time) => time >= 2_000_000 && time < 3_000_000), touched.join());
      equal(lostOf(ran), kind === harmless ? 0 : touched.length);
    });
});

describe('other faults of links', () => {
  it('are a clog, after which everything comes that has waited', async () => {
    const ran = await run('  - { at: 2s, clog: wan, for: 500ms }');
    equal(lostOf(ran), 0);
    const slowest = ran.result.traffic.find(({ name }) => name === 'questions');
    ok(slowest);
    deepEqual(dropped(ran), []);
  });

  it('are a flap, which cuts as long and as often as it says', async () => {
    const ran = await run('  - { at: 2s, flap: wan, down: 200ms, up: 300ms, for: 1.2s }');
    const done = ran.events.flatMap(({ time, what }) => (typeof what === 'string' ? [`${time / 1_000} ${what}`] : []));
    deepEqual(done, [
      '2000 cut wan',
      '2200 heal wan',
      '2500 cut wan',
      '2700 heal wan',
      '3000 cut wan',
      '3200 heal wan',
    ]);
  });

  it('are a port that does not answer ARP, until it does', async () => {
    const silent = await run('  - { at: 0s, arp-silent: server, for: 3s }');
    ok(dropped(silent).length > 0 && dropped(silent).every(({ node, time }) => node === 'server' && time < 3_000_000));
    const lost = lostOf(silent);
    ok(lost > 10 && lost < 40, `${lost} lost`);
  });

  it("are the same of a router's port, which answers its peer again when it is lifted", async () => {
    const configure = '  - authority emulator arp-timeout 1';
    const ran = await run("  - { at: 2s, arp-silent: 'hub:wan', for: 3s }", { configure });
    const unanswered = dropped(ran);
    ok(unanswered.length >= 2);
    ok(unanswered.every(({ node, port, time }) => node === 'hub' && port === 'wan' && time >= 2e6 && time < 5e6));
    equal(ran.result.verdicts.at(-1)?.held, true);
  });
});

describe('a service', () => {
  it('is not heard of any more when it is a blackhole, while its neighbor is', async () => {
    const ran = await run('  - { at: 1s, blackhole: server, port: 7000, for: 2s }');
    equal(lostOf(ran, 'pushes'), 0);
    equal(lostOf(ran), 20);
  });

  it('refuses, and is asked in vain until it does not any more', async () => {
    const ran = await run('  - { at: 1s, refuse: server, port: 7000, for: 2s }');
    equal(lostOf(ran), 20);
    equal(lostOf(ran, 'pushes'), 0);
  });

  it('resets the connections that it has, and takes none for good until it does not any more', async () => {
    const traffic = '  download: { kind: http-download, from: client, to: server, start: 2s, bytes: 4MB }';
    const broken = await run('  - { at: 2.2s, reset: server, port: 80, for: 500ms }', { traffic });
    const whole = await run('  - { at: 1s, reset: server, port: 80, for: 500ms }', { traffic });
    const finished = ({ result }: Ran): boolean | undefined =>
      result.traffic.find(({ name }) => name === 'download')?.transfer?.finished;
    equal(finished(broken), false);
    equal(finished(whole), true);
  });

  it('answers late when it is slow', async () => {
    const ran = await run('  - { at: 0s, slow: server, port: 7000, by: 250ms }');
    const { roundTrip } = ran.result.traffic.find(({ name }) => name === 'questions') ?? { roundTrip: null };
    ok(roundTrip !== null && roundTrip > 250_000, `${roundTrip}`);
  });
});
