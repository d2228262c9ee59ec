import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { LabError } from '../../lib/lab/fabric.ts';
import type { CapturedPacket, Fabric, FabricOptions, LabEvent } from '../../lib/lab/fabric.ts';
import { parseScenario } from '../../lib/lab/parse.ts';
import type { Scenario, TrafficReport } from '../../lib/lab/scenario.ts';
import { NO_IMPAIRMENT } from '../../lib/link/impairment.ts';
import { milliseconds, seconds } from '../../lib/time.ts';
import { resolveFile, scenarioOf } from '../support/lab-files.ts';

/** A kind of fabric, as the compliance suite needs it. */
export interface FabricUnderTest {
  readonly name: string;
  /** Skips all tests of the suite, with its reason, where this machine cannot run the fabric. */
  readonly require?: (context: Mocha.Context) => Promise<void> | void;
  make(options: FabricOptions): Promise<Fabric> | Fabric;
  /** What a stopped lab has left on the machine; empty is right. */
  leftovers(): Promise<readonly string[]> | readonly string[];
  /** How long one test may take. */
  readonly timeoutMs: number;
}

/** Everything that a `Fabric` promises, for any of them. Times leave room for real machines. */
export function complies(fabric: FabricUnderTest): void {
  describe(`the ${fabric.name} fabric`, function () {
    this.timeout(fabric.timeoutMs);
    let lab: Lab | undefined;

    before(async function () {
      await fabric.require?.(this);
    });

    afterEach(async () => {
      await lab?.fabric.stop();
      lab = undefined;
    });

    async function started(text: string): Promise<Lab> {
      lab = await Lab.make(fabric, text);
      await lab.fabric.create();
      await lab.fabric.start();
      return lab;
    }

    it('lets hosts reach each other through routers, by UDP, ICMP and TCP, over IPv4 and IPv6', async () => {
      // The first two have link addresses found; a router holds only few packets while it asks for one.
      const { fabric, report } = await started(`
  questions: { kind: udp-request, from: client, to: server, port: 7000, start: 200ms, every: 50ms, count: 20 }
  questions6:
    { kind: udp-request, from: client, to: server, address: 'fd00:2::10', port: 7001, start: 200ms, every: 50ms, count: 20 }
  pings: { kind: ping, from: client, to: server, start: 600ms, every: 50ms, count: 20 }
  pings6: { kind: ping, from: client, to: server, address: 'fd00:2::10', start: 600ms, every: 50ms, count: 20 }
  pushes: { kind: udp-push, from: client, to: server, port: 7100, start: 600ms, every: 50ms, count: 20 }
  messages: { kind: udp-one-way, from: client, to: server, port: 514, start: 600ms, every: 50ms, count: 20 }
  download: { kind: http-download, from: client, to: server, port: 80, start: 600ms, bytes: 100kB }`);
      await fabric.advance(seconds(3), () => undefined);
      for (const name of ['questions', 'questions6', 'pings', 'pings6', 'pushes', 'messages']) {
        const { sent, received, unexpected } = await report(name);
        deepEqual({ name, sent, received, unexpected }, { name, sent: 20, received: 20, unexpected: 0 });
      }
      const { transfer } = await report('download');
      deepEqual([transfer?.bytes, transfer?.finished, transfer?.checksumEqual], [100_000, true, true]);
    });

    it('shows sessions, flows and counters of its routers', async () => {
      const { fabric } = await started(questions);
      await fabric.advance(seconds(1), () => undefined);
      for (const router of ['spoke', 'hub']) {
        const sessions = await fabric.sessions(router);
        equal(new Set(sessions.map(({ sessionId }) => sessionId)).size, 1);
        deepEqual(sessions.map(({ direction }) => direction).sort(), ['fwd', 'rev']);
        equal((await fabric.flows(router)).length, 2);
      }
      const [spoke, hub] = [await fabric.sessions('spoke'), await fabric.sessions('hub')];
      equal(spoke[0].sessionId, hub[0].sessionId);
      equal(spoke[0].service, 'questions');
      const counters = await fabric.counters('spoke');
      ok((counters.get('packet-processing action success metadata added') ?? 0) >= 1);
    });

    it('brings the paths between its routers up, and shows them, their alarms and events', async () => {
      const { fabric } = await started(questions);
      await fabric.advance(seconds(2.5), () => undefined);
      for (const router of ['spoke', 'hub']) {
        const peers = await fabric.peers(router);
        deepEqual(
          peers.map(({ status, reason }) => [status, reason]),
          [['up', 'bfd-up']],
        );
        deepEqual(await fabric.alarms(router), []);
        const events = await fabric.events(router);
        ok(events.some(({ message }) => message.endsWith('up (bfd-up)')));
      }
    });

    it('begins at time 0, and is at least where it was told to go', async () => {
      const { fabric, report } = await started(questions);
      ok(fabric.elapsed() < seconds(1));
      const seen: number[] = [];
      await fabric.advance(seconds(1), ({ elapsed }) => seen.push(elapsed));
      ok(fabric.elapsed() >= seconds(1));
      ok(seen.length > 0);
      deepEqual(
        seen,
        seen.toSorted((a, b) => a - b),
      );
      const [first] = (await report('questions')).exchanges;
      ok(Math.abs(first.sentAt - milliseconds(200)) < milliseconds(100), `first sent at ${first.sentAt}`);
    });

    it('delays what it carries as the links say', async () => {
      const { fabric, report } = await started(questions);
      await fabric.advance(seconds(1), () => undefined);
      const { sentAt, receivedAt } = (await report('questions')).exchanges[5];
      ok(receivedAt !== undefined && receivedAt - sentAt >= milliseconds(43), `took ${receivedAt} - ${sentAt}`);
    });

    it('cuts one direction of a link, and heals it', async () => {
      const { fabric, report, events } = await started(questions);
      await fabric.advance(milliseconds(600), () => undefined);
      await fabric.inject({ kind: 'cut', link: 'wan', direction: 1 });
      await fabric.advance(milliseconds(1_000), () => undefined);
      await fabric.inject({ kind: 'heal', link: 'wan', direction: 1 });
      await fabric.advance(milliseconds(2_000), () => undefined);
      const { exchanges } = await report('questions');
      const answered = (from: number, until: number): boolean[] =>
        exchanges
          .filter(({ sentAt }) => sentAt >= milliseconds(from) && sentAt < milliseconds(until))
          .map(({ receivedAt }) => receivedAt !== undefined);
      deepEqual(new Set(answered(0, 500)), new Set([true]));
      deepEqual(new Set(answered(700, 900)), new Set([false]));
      deepEqual(new Set(answered(1_100, 2_000)), new Set([true]));
      await fabric.stop();
      deepEqual(
        events.filter(({ type }) => type === 'cut' || type === 'heal').map(({ node, type }) => `${type} ${node}`),
        ['cut wan', 'heal wan'],
      );
      ok(events.some(({ type, reason }) => type === 'frame-lost' && reason === 'cut'));
    });

    it('impairs a link', async () => {
      const { fabric, report } = await started(questions);
      const slow = { ...NO_IMPAIRMENT, delay: milliseconds(120) };
      await fabric.inject({ kind: 'impair', link: 'wan', direction: 0, impairment: slow });
      await fabric.advance(seconds(1), () => undefined);
      const { sentAt, receivedAt } = (await report('questions')).exchanges[5];
      ok(receivedAt !== undefined && receivedAt - sentAt >= milliseconds(143), `took ${receivedAt} - ${sentAt}`);
    });

    it("takes a router's interface down, which the router notices, and up again", async () => {
      const { fabric, events } = await started(questions);
      await fabric.advance(seconds(1.5), () => undefined);
      const conditions = async (): Promise<string[]> =>
        (await fabric.peers('spoke')).map(({ status, reason }) => `${status}: ${reason}`);
      const critical = async (): Promise<string[]> =>
        (await fabric.alarms('spoke')).filter(({ category }) => category === 'interface').map(({ message }) => message);
      deepEqual([await conditions(), await critical()], [['up: bfd-up'], []]);
      await fabric.inject({ kind: 'interface-down', node: 'spoke', port: 'wan' });
      await fabric.advance(seconds(2.5), () => undefined);
      deepEqual(
        [await conditions(), await critical()],
        [['down: interface-down'], ['Interface wan on wan is operationally down']],
      );
      await fabric.inject({ kind: 'interface-up', node: 'spoke', port: 'wan' });
      await fabric.advance(seconds(5.5), () => undefined);
      // BFD is up by then, so that packets come and go; the path has yet to prove steady.
      deepEqual([await conditions(), await critical()], [['down: hold-down'], []]);
      await fabric.stop();
      ok(events.some(({ node, type, port }) => node === 'spoke' && type === 'interface-down' && port === 'wan'));
    });

    it('makes a router forget every session', async () => {
      const { fabric, events } = await started(oneQuestion);
      await fabric.advance(milliseconds(800), () => undefined);
      equal((await fabric.sessions('hub')).length, 2);
      await fabric.inject({ kind: 'forget-sessions', node: 'hub' });
      deepEqual(await fabric.sessions('hub'), []);
      deepEqual(await fabric.flows('hub'), []);
      equal((await fabric.sessions('spoke')).length, 2);
      await fabric.stop();
      ok(events.some(({ node, type }) => node === 'hub' && type === 'forget-sessions'));
    });

    it('makes a router forget one session, that of the traffic named', async () => {
      const { fabric } = await started(`${oneQuestion}
  other: { kind: udp-request, from: client, to: server, port: 7001, start: 200ms, every: 1s, count: 1 }`);
      await fabric.advance(milliseconds(800), () => undefined);
      await fabric.inject({ kind: 'forget-session', node: 'spoke', traffic: 'other' });
      const left = (await fabric.sessions('spoke')).filter(({ direction }) => direction === 'fwd');
      deepEqual(
        left.map(({ destinationPort }) => destinationPort),
        [7000],
      );
    });

    it('restarts a router, which is away for a while and has an empty memory then', async () => {
      const { fabric, report, events } = await started(questions);
      await fabric.advance(milliseconds(600), () => undefined);
      await fabric.inject({ kind: 'restart', node: 'hub', downFor: milliseconds(500) });
      await fabric.advance(milliseconds(900), () => undefined);
      const { received } = await report('questions');
      await fabric.advance(milliseconds(1_050), () => undefined);
      equal((await report('questions')).received, received);
      await fabric.advance(milliseconds(2_500), () => undefined);
      ok((await report('questions')).received > received);
      equal((await fabric.counters('hub')).get('emulator sessions created') ?? 0, 0);
      await fabric.stop();
      ok(
        events.some(({ node, type, time }) => node === 'hub' && type === 'node-started' && time >= milliseconds(1_100)),
      );
    });

    it('kills a router, which stays dead until it is started', async () => {
      const { fabric, report, events } = await started(questions);
      await fabric.advance(milliseconds(600), () => undefined);
      await fabric.inject({ kind: 'kill', node: 'hub' });
      await fabric.advance(milliseconds(1_000), () => undefined);
      const { received } = await report('questions');
      await fabric.advance(milliseconds(1_100), () => undefined);
      equal((await report('questions')).received, received);
      deepEqual(await fabric.sessions('hub'), []);
      await fabric.inject({ kind: 'start', node: 'hub' });
      await fabric.advance(seconds(5), () => undefined);
      const { exchanges } = await report('questions');
      const startedAt = events.find(({ type }) => type === 'node-started')?.time;
      await fabric.stop();
      const back = startedAt ?? events.find(({ type }) => type === 'node-started')?.time;
      ok(back !== undefined && back >= milliseconds(1_100));
      // The traffic may be over by the time that a real router is back.
      const after = exchanges.filter(({ sentAt }) => sentAt > back + milliseconds(300));
      ok(after.every(({ receivedAt }) => receivedAt !== undefined));
    });

    it('records every port, in order of time, with ids that follow a packet through the lab', async () => {
      const { fabric, events, packets, scenario } = await started(oneQuestion);
      await fabric.advance(seconds(1), () => undefined);
      await fabric.stop();
      const times = packets.map(({ time }) => time);
      ok([...packets, ...events].every(({ time }) => time >= 0));
      deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
      deepEqual(
        events.map(({ time }) => time),
        events.map(({ time }) => time).toSorted((a, b) => a - b),
      );
      const ports = scenario.nodes.flatMap(({ name, ports }) => ports.map((port) => `${name}:${port}`));
      const seen = new Set(packets.map(({ node, port }) => `${node}:${port}`));
      deepEqual(
        [...seen].filter((port) => !ports.includes(port)),
        [],
      );
      ok(['spoke:lan', 'spoke:wan', 'hub:wan', 'hub:lan'].every((port) => seen.has(port)));
      ok(packets.every(({ id }) => id > 0));
      const created = events.find(({ node, type }) => node === 'spoke' && type === 'session-created');
      const way = packets.filter(({ id }) => id === created?.packet && created !== undefined);
      const routers = way.filter(({ node }) => node === 'spoke' || node === 'hub');
      deepEqual(
        routers.map(({ node, port, direction }) => `${node}:${port} ${direction}`),
        ['spoke:lan in', 'spoke:wan out', 'hub:wan in', 'hub:lan out'],
      );
      ok(routers[1].comments.some((comment) => comment.startsWith('metadata-added')));
    });

    it('knows only its own routers', async () => {
      const { fabric } = await started(oneQuestion);
      await rejects(fabric.counters('nobody'), LabError);
      await rejects(fabric.sessions('client'), LabError);
    });

    it('can be stopped at any time, more than once, and leaves nothing behind', async () => {
      const never = await Lab.make(fabric, oneQuestion);
      await never.fabric.stop();

      const created = await Lab.make(fabric, oneQuestion);
      await created.fabric.create();
      await created.fabric.stop();
      await created.fabric.stop();

      const running = await Lab.make(fabric, oneQuestion);
      await running.fabric.create();
      await running.fabric.start();
      await running.fabric.advance(milliseconds(300), () => undefined);
      await running.fabric.stop();
      await running.fabric.stop();
      deepEqual(await fabric.leftovers(), []);
    });
  });
}

const questions = `
  questions: { kind: udp-request, from: client, to: server, port: 7000, start: 200ms, every: 50ms, count: 40 }`;

const oneQuestion = `
  question: { kind: udp-request, from: client, to: server, port: 7000, start: 200ms, every: 1s, count: 1 }`;

/** A lab of two routers with the traffic of one test, and everything that it tells. */
class Lab {
  readonly fabric: Fabric;
  readonly scenario: Scenario;
  readonly events: readonly LabEvent[];
  readonly packets: readonly Omit<CapturedPacket, 'bytes'>[];

  private constructor(fabric: Fabric, scenario: Scenario, events: LabEvent[], packets: CapturedPacket[]) {
    this.fabric = fabric;
    this.scenario = scenario;
    this.events = events;
    this.packets = packets;
  }

  static async make(under: FabricUnderTest, traffic: string): Promise<Lab> {
    const text = `
name: compliance
about: what every fabric promises
lab: labs/two-routers.yaml
duration: 10s
traffic:${traffic}
`;
    const scenario = scenarioOf(parseScenario(text, 'scenarios/compliance.yaml', resolveFile));
    const events: LabEvent[] = [];
    const packets: CapturedPacket[] = [];
    const fabric = await under.make({
      scenario,
      seed: 1,
      events: { event: (event) => events.push(event) },
      capture: { packet: (packet) => packets.push(packet) },
    });
    return new Lab(fabric, scenario, events, packets);
  }

  readonly report = async (name: string): Promise<TrafficReport> => {
    const report = (await this.fabric.traffic()).find((report) => report.name === name);
    ok(report, `no report of ${name}`);
    return report;
  };
}
