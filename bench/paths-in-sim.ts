import { nodeCrypto } from '../daemon/crypto.ts';
import type { Scenario } from '../lib/lab/scenario.ts';
import { SimFabric } from '../lib/lab/sim/fabric.ts';
import type { Duration } from '../lib/time.ts';

export interface PathsInSim {
  /** At both routers together. */
  readonly paths: number;
  readonly up: number;
  readonly falseDowns: number;
  /** Seconds of a core that it took, behind the warm-up. */
  readonly busySeconds: number;
}

/** Lets the routers of a lab watch their paths in the simulator, for `warmUp` and then for `watch`. */
export async function pathsInSim(scenario: Scenario, warmUp: Duration, watch: Duration): Promise<PathsInSim> {
  const nothing = { event: () => undefined, packet: () => undefined };
  const fabric = new SimFabric({ scenario, seed: 1, crypto: nodeCrypto, events: nothing, capture: nothing });
  await fabric.create();
  await fabric.start();
  await fabric.advance(warmUp, () => undefined);
  const before = process.cpuUsage();
  await fabric.advance((warmUp + watch) as Duration, () => undefined);
  const { user, system } = process.cpuUsage(before);
  const busySeconds = (user + system) / 1e6;
  const names = scenario.nodes.map(({ name }) => name);
  const rows = (await Promise.all(names.map((name) => fabric.peers(name)))).flat();
  const counters = await Promise.all(names.map((name) => fabric.counters(name)));
  await fabric.stop();
  return {
    paths: rows.length,
    up: rows.filter(({ status }) => status === 'up').length,
    falseDowns: counters.reduce((sum, all) => sum + linkDowns(all), 0),
    busySeconds,
  };
}

/** How often a path has gone down, for whatever reason. */
export function linkDowns(counters: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [path, value] of counters) if (path.startsWith('bfd by-peer-path link-down ')) sum += value;
  return sum;
}
