import { deviceInterfacesOf, simMac } from '../lib/lab/sim/nodes.ts';
import type { Scenario } from '../lib/lab/scenario.ts';

/** The Ethernet address of a port, the same as in the simulator: a router's shared-phys-address, or one by its place. */
export function macOf({ authority, nodes }: Scenario, name: string, port: string): Uint8Array {
  const index = nodes.findIndex((node) => node.name === name);
  const node = nodes[index];
  const deviceInterfaces = node.kind === 'router' ? deviceInterfacesOf(authority, node) : [];
  const shared = deviceInterfaces.find((deviceInterface) => deviceInterface.name === port)?.sharedPhysAddress;
  return shared ?? simMac(index, node.ports.indexOf(port));
}
