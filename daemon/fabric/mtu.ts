import type { LabLink, Scenario } from '../../lib/lab/scenario.ts';

/** Between routers a full packet with its metadata fits; hosts have what hosts usually have. */
const MTU = { betweenRouters: 9_000, hosts: 1_500 };

/** What the interfaces of a link carry at most, in bytes. */
export function mtuOf({ nodes }: Scenario, { ends }: LabLink): number {
  const isRouter = (name: string): boolean => nodes.find((node) => node.name === name)?.kind === 'router';
  return ends.filter(({ node }) => isRouter(node)).length >= 2 ? MTU.betweenRouters : MTU.hosts;
}
