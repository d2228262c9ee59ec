import type { LabNode } from '../scenario.ts';

/** A node that is ours on every fabric: it counts, goes down and comes up. */
export type Machine = Exclude<LabNode, { kind: 'host' }>;

/** Those of a lab, and what messages call one. */
export function machinesOf(nodes: readonly LabNode[]): {
  readonly machines: readonly Machine[];
  readonly what: string;
} {
  const machines = nodes.filter((node) => node.kind !== 'host');
  const has = (...kinds: Machine['kind'][]): boolean => machines.some(({ kind }) => kinds.includes(kind));
  if (has('attacker')) return { machines, what: 'router, middlebox or attacker' };
  return { machines, what: has('nat', 'firewall') ? 'router or middlebox' : 'router' };
}
