import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { nodeCrypto } from '../../daemon/crypto.ts';
import type { CapturedPacket } from '../../lib/lab/fabric.ts';
import { runScenario } from '../../lib/lab/runner.ts';
import type { Scenario } from '../../lib/lab/scenario.ts';
import { SimFabric } from '../../lib/lab/sim/fabric.ts';
import { loadScenario } from '../support/lab-files.ts';

const scenario = loadScenario('scenarios/session-capture.yaml');

async function capturedBy(scenario: Scenario): Promise<CapturedPacket[]> {
  const packets: CapturedPacket[] = [];
  const nobody = { event: () => undefined, packet: () => undefined };
  const sessionCaptures = { packet: (packet: CapturedPacket) => void packets.push(packet) };
  const options = { scenario, seed: 1, crypto: nodeCrypto, events: nobody, capture: nobody, sessionCaptures };
  await runScenario({ fabric: new SimFabric(options), scenario, seed: 1, version: 'test' });
  return packets;
}

describe('session captures of a simulated lab', () => {
  it('come from all routers, in order of time, each packet under its own id from point to point', async () => {
    const packets = await capturedBy(scenario);
    const times = packets.map(({ time }) => time);
    deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    const [first] = packets;
    const way = packets.filter(({ id }) => id === first.id).map(({ node, port }) => `${node}:${port}`);
    deepEqual(way, ['spoke:forward-ingress', 'spoke:forward-egress', 'hub:forward-ingress', 'hub:forward-egress']);
    const points = new Set(packets.map(({ node, port }) => `${node}:${port}`));
    equal(points.size, 8);
  });

  it('keep what the hub took before it forgot the session, and go on with what it takes after that', async () => {
    const atHub = (await capturedBy(scenario)).filter(({ node, port }) => node === 'hub' && port === 'forward-ingress');
    const firsts = atHub.filter(({ comments }) => comments[0].includes('packet 1 of 30'));
    deepEqual(
      firsts.map(({ time }) => time > 4_000_000),
      [false, true],
    );
  });

  it('show metadata in the clear where it leaves, though it is encrypted on the wire', async () => {
    const packets = await capturedBy(scenario);
    const shows = ({ bytes }: CapturedPacket): boolean => Buffer.from(bytes).includes('questions');
    const [, left, came] = packets.filter(({ id }) => id === packets[0].id);
    ok(shows(left));
    ok(!shows(came));
    ok(left.comments[1].startsWith('metadata in the clear'));
  });

  it('of a router that is restarted begin anew', async () => {
    const timeline = [
      ...scenario.timeline.slice(0, 1),
      { at: 3_000_000 as typeof scenario.duration, action: { kind: 'kill', node: 'hub' } as const },
    ];
    const packets = await capturedBy({ ...scenario, timeline, convergeWithin: undefined });
    deepEqual([...new Set(packets.map(({ node }) => node))], ['spoke']);
  });

  it('are refused at a service that the configuration has no more', async () => {
    const request = { service: 'nothing' };
    const timeline = [
      { at: scenario.timeline[0].at, action: { kind: 'session-capture', node: 'hub', request } as const },
    ];
    await rejects(capturedBy({ ...scenario, timeline }), /hub: there is no service 'nothing'/);
  });
});
