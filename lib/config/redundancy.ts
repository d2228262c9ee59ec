import type { NextHop, Node, Router } from './types.ts';

/** A node of a router of two, as its configuration makes it. */
export interface Redundancy {
  /** 0 or 1: its place among the nodes of the router. */
  readonly place: 0 | 1;
  readonly twin: string;
  readonly priority: number;
  /** The device-interfaces that work on one node at a time. */
  readonly deviceInterfaces: ReadonlySet<string>;
}

/**
 * What a node shares with its twin; undefined if it has none. All redundancy groups of a node move together, with the
 * highest of their priorities (emulator choice).
 */
export function redundancyOf(router: Router, nodeName: string): Redundancy | undefined {
  const place = router.nodes.findIndex(({ name }) => name === nodeName);
  const groups = router.redundancyGroups.filter(({ members }) => members.some(({ node }) => node === nodeName));
  const twin = twinOf(router, nodeName);
  if (!twin || groups.length === 0 || (place !== 0 && place !== 1)) return undefined;
  return {
    place,
    twin: twin.name,
    priority: Math.max(...groups.map(({ priority }) => priority)),
    deviceInterfaces: new Set(
      groups.flatMap(({ members }) =>
        members.filter(({ node }) => node === nodeName).map(({ deviceInterface }) => deviceInterface),
      ),
    ),
  };
}

/** The router as one of its nodes has to know it: with that node's ports and next hops alone. */
export function onNode(router: Router, nodeName: string): Router {
  const isHere = (nextHop: NextHop): boolean => nextHop.nodeName === nodeName;
  return {
    ...router,
    nodes: router.nodes.filter(({ name }) => name === nodeName),
    serviceRoutes: router.serviceRoutes.map((route) => ({ ...route, nextHops: route.nextHops.filter(isHere) })),
    staticRoutes: router.staticRoutes.map((route) => ({ ...route, nextHops: route.nextHops.filter(isHere) })),
  };
}

/** The other one of two nodes. */
export function twinOf({ nodes }: Router, nodeName: string): Node | undefined {
  return nodes.length === 2 ? nodes.find(({ name }) => name !== nodeName) : undefined;
}
