import type { LabLink, Scenario } from '../../lib/lab/scenario.ts';

/** Between routers a full packet with its metadata fits; hosts have what hosts usually have. */
const MTU = { betweenRouters: 9_000, hosts: 1_500 };

/** What the interfaces of a link carry at most, in bytes. */
export function mtuOf({ nodes }: Scenario, { ends }: LabLink): number {
  const routerOf = (name: string): string[] =>
    nodes.flatMap((node) => (node.name === name && node.kind === 'router' ? [node.router] : []));
  // Two nodes of one router that share a port are one end.
  const routers = new Set(ends.flatMap(({ node }) => routerOf(node)));
  return routers.size >= 2 ? MTU.betweenRouters : MTU.hosts;
}
