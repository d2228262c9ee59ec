import { simMac } from '../lib/lab/sim/nodes.ts';
import type { Scenario } from '../lib/lab/scenario.ts';

/** The Ethernet address of a port, the same as in the simulator: a router's shared-phys-address, or one by its place. */
export function macOf(scenario: Scenario, node: string, port: string): Uint8Array {
  const shared = scenario.authority.routers
    .filter(({ name }) => name === node)
    .flatMap((router) => router.nodes.flatMap(({ deviceInterfaces }) => deviceInterfaces))
    .find(({ name }) => name === port)?.sharedPhysAddress;
  const index = scenario.nodes.findIndex(({ name }) => name === node);
  return shared ?? simMac(index, scenario.nodes[index].ports.indexOf(port));
}
