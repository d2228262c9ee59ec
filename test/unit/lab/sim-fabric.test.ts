import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { nodeCrypto } from '../../../daemon/crypto.ts';
import type { CapturedPacket, LabEvent } from '../../../lib/lab/fabric.ts';
import { parseScenario } from '../../../lib/lab/parse.ts';
import { runScenario } from '../../../lib/lab/runner.ts';
import type { RunProgress, RunResult } from '../../../lib/lab/runner.ts';
import { SimFabric } from '../../../lib/lab/sim/fabric.ts';
import { milliseconds, seconds } from '../../../lib/time.ts';
import { loadScenario, scenarioOf } from '../../support/lab-files.ts';

interface Run {
  readonly result: RunResult;
  readonly events: readonly LabEvent[];
  readonly packets: readonly Omit<CapturedPacket, 'bytes'>[];
  readonly progress: readonly RunProgress[];
}

/** Three hosts on one segment. */
async function run(rest: string): Promise<Run> {
  const text = `
name: segment
about: three hosts on one segment
duration: 2s
lab:
  nodes:
    a: { kind: host, addresses: [10.0.0.1/24, 'fd00::1/64'] }
    b: { kind: host, addresses: [10.0.0.2/24, 'fd00::2/64'] }
    c: { kind: host, addresses: [10.0.0.3/24] }
  links:
    wire: { ends: [a, b, c], delay: 5ms, directions: { b -> a: { delay: 15ms } } }
  configuration: |
    authority
    exit
${rest}`;
  const scenario = scenarioOf(parseScenario(text, 'segment.yaml', () => undefined));
  const events: LabEvent[] = [];
  const packets: CapturedPacket[] = [];
  const progress: RunProgress[] = [];
  const fabric = new SimFabric({
    scenario,
    seed: 1,
    crypto: nodeCrypto,
    events: { event: (event) => events.push(event) },
    capture: { packet: (packet) => packets.push(packet) },
  });
  const onProgress = (reached: RunProgress): void => void progress.push(reached);
  const result = await runScenario({ fabric, scenario, seed: 1, version: 'test', onProgress });
  return { result, events, packets, progress };
}

const pings = 'traffic: { pings: { kind: ping, from: a, to: b, every: 100ms, count: 10 } }';

describe('the simulated lab', () => {
  it('takes exactly as long over a link as its directions say', async () => {
    const { result } = await run(pings);
    deepEqual([result.traffic[0].sent, result.traffic[0].received], [10, 10]);
    equal(result.traffic[0].roundTrip, milliseconds(5 + 15));
  });

  it('takes a frame to the port that it is for, and what is for all to everybody', async () => {
    const { packets } = await run(pings);
    const atC = packets.filter(({ node }) => node === 'c');
    equal(atC.length, 1, 'the stranger sees nothing but the question for the address of b');
  });

  it('carries IPv6 as well', async () => {
    const { result } = await run(
      "traffic: { pings: { kind: ping, from: a, to: b, address: 'fd00::2', every: 100ms, count: 10 } }",
    );
    equal(result.traffic[0].received, 10);
  });

  it('says at the packet that left why it never arrived', async () => {
    const { result, events, packets } = await run(`${pings}
timeline:
  - { at: 350ms, cut: b -> a }
  - { at: 550ms, heal: wire }
`);
    equal(result.traffic[0].lost, 2);
    const lost = packets.filter(({ comments }) => comments.includes('lost on the link: cut'));
    deepEqual(
      lost.map(({ time, node, direction }) => [time, node, direction]),
      [
        [milliseconds(405), 'b', 'out'],
        [milliseconds(505), 'b', 'out'],
      ],
    );
    deepEqual(
      events.map(({ time, node, type, reason }) => [time, node, type, reason]),
      [
        [milliseconds(350), 'wire', 'cut', undefined],
        [milliseconds(405), 'b', 'frame-lost', 'cut'],
        [milliseconds(505), 'b', 'frame-lost', 'cut'],
        [milliseconds(550), 'wire', 'heal', undefined],
      ],
    );
    deepEqual(
      result.traffic[0].recoveries.map(({ after, took }) => [after, took]),
      [
        ['cut b -> a, c', milliseconds(220)],
        ['heal wire', milliseconds(20)],
      ],
    );
  });

  it('loses as many as chance wants, and says so', async () => {
    const { result, events } = await run(`traffic: { pings: { kind: ping, from: a, to: b, every: 1ms, count: 1000 } }
timeline:
  - { at: 100ms, impair: a -> b, delay: 5ms, loss: 30% }
`);
    const lost = result.traffic[0].lost;
    ok(lost > 200 && lost < 340, `${lost} of 900`);
    equal(events.filter(({ type, reason }) => type === 'frame-lost' && reason === 'loss').length, lost);
  });

  it('carries what a link makes of a frame under the id of the packet, and says so where it was sent', async () => {
    const { result, events, packets } = await run(`${pings}
timeline:
  - { at: 150ms, impair: a -> b, delay: 5ms, duplicate: 100% }
  - { at: 350ms, impair: a -> b, delay: 5ms, reorder: 100% }
  - { at: 550ms, impair: a -> b, delay: 5ms, corrupt: 100% }
  - { at: 750ms, impair: a -> b, rate: 8kbit, limit-bytes: 90 }
`);
    equal(result.traffic[0].unexpected, 2, 'both duplicates are answered');
    const toldOf = (type: string): readonly LabEvent[] => events.filter((event) => event.type === type);
    equal(toldOf('frame-duplicated').length, 2);
    for (const { packet } of toldOf('frame-duplicated')) {
      const seen = packets.filter(({ id }) => id === packet);
      deepEqual(
        seen.map(({ node, direction, comments }) => `${node} ${direction} ${comments.join()}`),
        ['a out duplicated on the link', 'b in ', 'b in '],
      );
    }
    for (const { packet } of toldOf('frame-reordered')) {
      const [sent, arrived] = packets.filter(({ id }) => id === packet);
      deepEqual([sent.comments, arrived.time - sent.time], [['sent ahead on the link'], 0]);
    }
    equal(toldOf('frame-corrupted').length, 2);
    ok(toldOf('frame-corrupted').every(({ reason }) => /^bit [0-7] of byte \d+$/.test(reason ?? '')));
    deepEqual(
      toldOf('frame-lost').map(({ reason }) => reason),
      ['queue-full', 'queue-full'],
    );
  });

  it('tells how far it has come, and what comes next', async () => {
    const { progress } = await run(`${pings}\ntimeline: [{ at: 1s, cut: wire }]`);
    equal(progress.at(0)?.step, 'cut wire');
    const ran = progress.filter(({ step }) => step !== 'converging');
    equal(ran.at(-1)?.step, '');
    equal(ran.at(-1)?.elapsed, seconds(2));
    ok(ran.length < progress.length);
    ok(progress.every(({ duration }) => duration === seconds(2)));
    ok((progress.at(-1)?.packets ?? 0) > 20);
  });
});

describe('the runner', () => {
  it('stops the lab when something fails on the way', async () => {
    const scenario = loadScenario('scenarios/session-recovery.yaml');
    const calls: string[] = [];
    class Breaking extends SimFabric {
      override async start(): Promise<void> {
        calls.push('start');
        return Promise.reject(new Error('the machine is on fire'));
      }

      override async stop(): Promise<void> {
        calls.push('stop');
        await super.stop();
      }
    }
    const nowhere = { event: () => undefined, packet: () => undefined };
    const fabric = new Breaking({ scenario, seed: 1, crypto: nodeCrypto, events: nowhere, capture: nowhere });
    await rejects(runScenario({ fabric, scenario, seed: 1, version: 'test' }), /on fire/);
    deepEqual(calls, ['start', 'stop']);
  });
});
