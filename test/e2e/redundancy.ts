import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Fabric, FabricOptions } from '../../lib/lab/fabric.ts';
import { seconds } from '../../lib/time.ts';
import { loadScenario } from '../support/lab-files.ts';

/** A kind of fabric whose labs have a Redis of their own, as this suite needs it. */
export interface FabricWithStore {
  readonly name: string;
  /** Skips all tests of the suite, with its reason, where this machine cannot run the lab. */
  readonly require: (context: Mocha.Context) => Promise<void>;
  readonly make: (options: FabricOptions) => Fabric;
  /** What is done to the Redis of a lab whose name begins with 'ha-store'. */
  readonly redis: Readonly<Record<'freeze' | 'thaw' | 'kill', () => void>>;
  readonly leftovers: (prefix: string) => readonly string[];
}

/** The lab of ha-failover, to which nothing happens but what a test does. */
const scenario = { ...loadScenario('scenarios/ha-failover.yaml'), name: 'ha-store', timeline: [], expectations: [] };

/** What a router of two nodes promises when its store is away, and when a port of its active node goes down. */
export function outlivesItsParts({ name, require, make, redis, leftovers }: FabricWithStore): void {
  describe(`two nodes of a router on the ${name} fabric`, function () {
    this.timeout(60_000);
    this.slow(20_000);
    let fabric: Fabric;

    before(async function () {
      await require(this);
    });

    beforeEach(async () => {
      const nothing = { event: () => undefined, packet: () => undefined };
      fabric = make({ scenario, seed: 1, events: nothing, capture: nothing });
      await fabric.create();
      await fabric.start();
    });

    afterEach(async () => {
      await fabric.stop();
      deepEqual(leftovers('ha-store'), []);
    });

    const count = async (node: string, path: string): Promise<number> => {
      const value = (await fabric.counters(node)).get(`emulator ${path}`);
      ok(value !== undefined, `${node} does not count '${path}'`);
      return value;
    };

    const takeovers = (): Promise<number[]> =>
      Promise.all(['spoke.node0', 'spoke.node1'].map((node) => count(node, 'redundancy takeovers')));

    const advance = (at: number): Promise<void> => fabric.advance(seconds(at), () => undefined);

    it('go on while their Redis stands still, and the takeover works once it goes on', async () => {
      await advance(2.3);
      redis.freeze();
      await advance(5);
      deepEqual(await takeovers(), [1, 0]);
      equal(await count('spoke.node0', 'state-store losses'), 1);
      redis.thaw();
      await advance(8);
      deepEqual(await takeovers(), [1, 0]);
      equal((await fabric.sessions('spoke.node1')).length, (await fabric.sessions('spoke.node0')).length);
      await fabric.inject({ kind: 'kill', node: 'spoke.node0' });
      await advance(12);
      equal(await count('spoke.node1', 'redundancy takeovers'), 1);
      const download = (await fabric.traffic()).find(({ name }) => name === 'download');
      deepEqual([download?.transfer?.bytes, download?.transfer?.checksumEqual], [4_000_000, true]);
    });

    it('change places at once when the active one loses the carrier of a port', async () => {
      await advance(2.5);
      await fabric.inject({ kind: 'interface-down', node: 'spoke.node0', port: 'wan' });
      await advance(4);
      deepEqual(await takeovers(), [1, 1]);
      equal(await count('spoke.node0', 'redundancy step-downs'), 1);
      await fabric.inject({ kind: 'interface-up', node: 'spoke.node0', port: 'wan' });
      await advance(12);
      deepEqual(await takeovers(), [1, 1]);
      const download = (await fabric.traffic()).find(({ name }) => name === 'download');
      deepEqual([download?.transfer?.bytes, download?.transfer?.checksumEqual], [4_000_000, true]);
    });

    it('go on without their Redis when it is killed', async () => {
      await advance(2.3);
      redis.kill();
      await advance(12);
      deepEqual(await takeovers(), [1, 0]);
      const reports = await fabric.traffic();
      const pushes = reports.find(({ name }) => name === 'pushes');
      deepEqual([pushes?.sent, pushes?.received], [60, 60]);
      equal(reports.find(({ name }) => name === 'download')?.transfer?.checksumEqual, true);
    });
  });
}
