import type { LabLink, Scenario } from '../../lib/lab/scenario.ts';

/** Between routers a full packet with its metadata fits; hosts have what hosts usually have. */
const MTU = { betweenRouters: 9_000, hosts: 1_500 };

/** What the interfaces of a link carry at most, in bytes. */
export function mtuOf({ nodes }: Scenario, { ends }: LabLink): number {
  // Two nodes of one router that share a port are one end. A middlebox is as good as the router behind it.
  const routers = new Set(
    ends.flatMap(({ node: name }) => {
      const node = nodes.find((node) => node.name === name);
      return node?.kind === 'router' ? node.router : node && node.kind !== 'host' ? node.name : [];
    }),
  );
  return routers.size >= 2 ? MTU.betweenRouters : MTU.hosts;
}
