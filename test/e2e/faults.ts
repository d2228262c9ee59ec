import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Fabric, FabricOptions, LabEvent } from '../../lib/lab/fabric.ts';
import { parseScenario } from '../../lib/lab/parse.ts';
import { runScenario } from '../../lib/lab/runner.ts';
import type { TrafficReport } from '../../lib/lab/scenario.ts';
import { resolveFile, scenarioOf } from '../support/lab-files.ts';

type Exchange = TrafficReport['exchanges'][number];

/** A kind of fabric, as this suite needs it. */
export interface FabricOfFaults {
  /** Where its labs are: 'on real interfaces'. */
  readonly where: string;
  /** These skip a suite or a test, with the reason, where this machine cannot run the lab. */
  readonly require: (context: Mocha.Context) => Promise<void>;
  readonly requireStore: (context: Mocha.Context) => Promise<void>;
  readonly make: (options: FabricOptions) => Fabric;
  /** What is left of labs whose name begins so. */
  readonly leftovers: (prefix: string) => readonly string[];
}

const text = `
name: many-faults
about: many faults, one after the other
lab: labs/two-routers.yaml
configure:
  - authority session-recovery-detection mode inactivity-based
  - authority session-recovery-detection inactivity-timeout 1
duration: 6s
traffic:
  pings: { kind: ping, from: client, to: server, start: 300ms, every: 10ms, count: 10 }
  questions: { kind: udp-request, from: client, to: server, port: 7000, start: 500ms, every: 30ms, count: 170 }
timeline:
  - { at: 0s, drop: spoke -> hub, frames: svr.uuid, from-nth: 2, count: 1, of-each: session }
  - { at: 700ms, refuse: server, port: 7000, for: 150ms }
  - { after: 'session-created at hub, the 2nd time', wait: 500ms, clog: wan, for: 300ms }
  - { when: sessions at hub at least 2, wait: 1200ms, delay: hub -> spoke, by: 100ms, frames: svr, for: 300ms }
  - { at: 2.3s, slow: server, port: 7000, by: 150ms, for: 300ms }
  - { at: 2.8s, blackhole: server, port: 7000, for: 300ms }
  - { at: 3.3s, pause: hub, for: 400ms }
  - { after: resume at hub, wait: 200ms, alter-payload: client, frames: 'udp.dstport == 7000', count: 2 }
  - { at: 4.2s, corrupt: client, frames: 'udp.dstport == 7000', count: 2 }
  - { at: 4.4s, table-full: hub, for: 100ms }
  - { at: 4.4s, slow-setup: hub, each: 50ms, for: 600ms }
  - { at: 4.6s, forget-sessions: hub, service: questions }
  - { at: 5s, duplicate: spoke -> hub, count: 2 }
  - { at: 5.2s, clock-step: hub, by: 40s, for: 100ms }
`;

const storeText = `
name: store-faults
about: what two nodes of a router share is slow, and gone; a host stands still
lab: labs/two-nodes.yaml
configure:
  - authority session-recovery-detection mode inactivity-based
duration: 9s
traffic:
  questions: { kind: udp-request, from: client, to: server, port: 7000, start: 1300ms, every: 50ms, count: 145 }
timeline:
  - { at: 1s, store-slow: spoke, by: 400ms, for: 2s }
  - { at: 3.5s, store-gone: spoke, for: 3s }
  - { at: 7s, pause: server, for: 500ms }
  - { at: 7.1s, refuse: server, port: 9999, for: 100ms }
`;

/** Every fault is what it is in the simulator, and is undone in its time. */
export function doesFaults({ where, require, requireStore, make, leftovers }: FabricOfFaults): void {
  describe(`faults ${where}`, function () {
    this.timeout(60_000);

    before(async function () {
      await require(this);
    });

    it('are those of the simulator: of frames, services, nodes and tables, each undone in its time', async () => {
      const scenario = scenarioOf(parseScenario(text, 'scenarios/many-faults.yaml', resolveFile));
      const events: LabEvent[] = [];
      const sinks = {
        events: { event: (event: LabEvent) => events.push(event) },
        capture: { packet: () => undefined },
      };
      const fabric = make({ scenario, seed: 1, ...sinks });
      let asked: readonly Exchange[] = [];
      const onTraffic = (reports: readonly TrafficReport[]): void => {
        asked = reports.find(({ name }) => name === 'questions')?.exchanges ?? [];
      };
      const result = await runScenario({ fabric, scenario, seed: 1, version: 'test', onTraffic });
      deepEqual(leftovers('many-faults'), []);
      equal(result.neverCame, undefined);
      const of = (type: string, reason?: string): LabEvent[] =>
        events.filter((event) => event.type === type && (reason === undefined || event.reason === reason));
      const timeOf = (what: string): number => Number(events.find((event) => event.what === what)?.time);

      const hubSessions = of('session-created').filter(({ node }) => node === 'hub');
      ok(timeOf('clog wan') - hubSessions[1].time < 700_000, 'half a second after the event, or little more');
      const dropped = of('frame-lost', 'fault');
      equal(dropped.filter(({ time }) => time < 1_000_000).length, 2, 'the second metadata of each session');
      const refused = asked.filter(({ sentAt }) => sentAt > 720_000 && sentAt < 800_000);
      ok(refused.length > 0 && refused.every(({ receivedAt }) => receivedAt === undefined));
      ok(of('frame-delayed', '100ms').length >= 3);
      ok(of('frame-delayed', '150ms').length >= 3);
      ok(dropped.filter(({ time }) => time > timeOf('blackhole server, port 7000')).length >= 3);
      const whilePaused = events.filter(
        ({ node, what, time }) =>
          node === 'hub' &&
          what === undefined &&
          time > timeOf('pause hub') + 50_000 &&
          time < timeOf('resume hub') - 50_000,
      );
      deepEqual(whilePaused, []);
      equal(of('frame-altered', 'alter-payload').length, 2);
      equal(of('frame-altered', 'corrupt').length, 2);
      equal(of('frame-duplicated').length, 2);
      ok(of('session-recreated').some(({ node, time }) => node === 'hub' && time > 4_600_000));
      // The hub's silence about a session that it has forgotten is found out when the timeline is over.
      ok(result.verdicts.some(({ text }) => text.startsWith('converges')));
      deepEqual(
        result.verdicts.filter(({ held }) => !held).map(({ text, decidedBy }) => `${text}: ${decidedBy}`),
        [],
      );
    });

    it('are those of a Redis that is slow or gone, and of a host that stands still', async function () {
      await requireStore(this);
      const scenario = scenarioOf(parseScenario(storeText, 'scenarios/store-faults.yaml', resolveFile));
      const events: LabEvent[] = [];
      const sinks = {
        events: { event: (event: LabEvent) => events.push(event) },
        capture: { packet: () => undefined },
      };
      const fabric = make({ scenario, seed: 1, ...sinks });
      let asked: readonly Exchange[] = [];
      const onTraffic = ([{ exchanges }]: readonly TrafficReport[]): void => void (asked = exchanges);
      await runScenario({ fabric, scenario, seed: 1, version: 'test', onTraffic });
      deepEqual(leftovers('store-faults'), []);

      const timesOf = (wanted: string, node: string, reason = /./): number[] =>
        events
          .filter((event) => event.type === wanted && event.node === node && reason.test(event.reason ?? '-'))
          .map(({ time }) => time / 1e6);
      const [created] = timesOf('session-created', 'spoke.node0');
      const [synced] = timesOf('session-synced', 'spoke.node1');
      // A dozen packets take 300 ms, and the store has them 400 ms later.
      ok(synced - created > 0.65, `created at ${created}, shared at ${synced}`);
      const lost = timesOf('store-changed', 'spoke.node0', /^lost/);
      ok(lost.length === 1 && lost[0] > 3.5 && lost[0] < 6.5, `lost at ${lost.join()}`);
      ok(timesOf('store-changed', 'spoke.node0').some((time) => time > 6.5));

      ok(asked.every(({ receivedAt }) => receivedAt !== undefined));
      const meanwhile = asked.filter(({ sentAt }) => sentAt > 7_050_000 && sentAt < 7_400_000);
      ok(meanwhile.length > 5 && meanwhile.every(({ receivedAt = 0 }) => receivedAt >= 7_490_000));
    });
  });
}
