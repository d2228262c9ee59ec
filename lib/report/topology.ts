import { formatAddress, formatPrefix } from '../address.ts';
import { describeDuration, describeField, impairedFields } from '../lab/describe.ts';
import type { Impairment } from '../link/impairment.ts';
import { isBridge } from '../lab/scenario.ts';
import type { LabLink, LabNode, NodeKind, Scenario } from '../lab/scenario.ts';
import type { PeerRow } from '../peering/rows.ts';

/** A lab as it is drawn. Places are columns and rows of a grid, counted from 0; halves are possible. */
export interface Topology {
  readonly columns: number;
  readonly rows: number;
  readonly nodes: readonly DrawnNode[];
  readonly links: readonly DrawnLink[];
  readonly paths: readonly DrawnPath[];
}

export interface DrawnNode {
  readonly name: string;
  readonly kind: NodeKind;
  readonly column: number;
  readonly row: number;
  readonly addresses: readonly string[];
}

export interface DrawnLink {
  readonly name: string;
  readonly ends: readonly { readonly node: string; readonly port: string }[];
  /** What it does to frames. */
  readonly about: string;
  /** Which of several links between the same nodes it is, and how many there are. */
  readonly lane: number;
  readonly lanes: number;
}

/** A path between two routers that are peers: over which links it goes, and what each end says of it. */
export interface DrawnPath {
  readonly routers: readonly [string, string];
  readonly links: readonly string[];
  readonly ends: readonly { readonly node: string; readonly text: string; readonly status: PeerRow['status'] }[];
}

/** Lays a lab out: from left to right by the number of links from where traffic begins. */
export function drawTopology(scenario: Scenario, peers: Readonly<Record<string, readonly PeerRow[]>>): Topology {
  const columns = columnsOf(scenario);
  const inColumn = new Map<number, LabNode[]>();
  for (const node of scenario.nodes) {
    const column = columns.get(node.name) ?? 0;
    inColumn.set(column, [...(inColumn.get(column) ?? []), node]);
  }
  const rows = Math.max(1, ...[...inColumn.values()].map((nodes) => nodes.length));
  const nodes = [...inColumn].flatMap(([column, members]) =>
    members.map((node, i): DrawnNode => ({
      name: node.name,
      kind: node.kind,
      column,
      row: i + (rows - members.length) / 2,
      addresses: addressesOf(node, scenario),
    })),
  );
  return {
    columns: Math.max(0, ...columns.values()) + 1,
    rows,
    nodes,
    links: scenario.links.map((link) => drawLink(link, scenario.links)),
    paths: drawPaths(scenario, peers),
  };
}

/** Column of each node: links from the first host that sends, or from the first node that nothing else reaches. */
function columnsOf({ nodes, links, traffic }: Scenario): Map<string, number> {
  const columns = new Map<string, number>();
  const first = traffic.map(({ from }) => from);
  for (const start of [...first.slice(0, 1), ...nodes.map(({ name }) => name)]) {
    if (columns.has(start)) continue;
    let reached = [start];
    for (let column = 0; reached.length > 0; column++) {
      for (const name of reached) columns.set(name, column);
      const near = links.filter(({ ends }) => ends.some(({ node }) => reached.includes(node)));
      reached = [...new Set(near.flatMap(({ ends }) => ends.map(({ node }) => node)))].filter(
        (name) => !columns.has(name),
      );
    }
  }
  return columns;
}

function addressesOf(node: LabNode, { authority }: Scenario): string[] {
  switch (node.kind) {
    case 'host':
    case 'attacker':
      return node.addresses.map(formatPrefix);
    case 'nat':
      return [node.settings.inside, node.settings.outside].map(({ address }) => formatPrefix(address));
    case 'firewall':
      return [];
    case 'router': {
      const router = authority.routers.find(({ name }) => name === node.router);
      const standing = router?.nodes.filter(({ name }) => node.node === undefined || name === node.node) ?? [];
      const interfaces = standing.flatMap(({ deviceInterfaces }) =>
        deviceInterfaces.flatMap((device) => device.networkInterfaces),
      );
      return interfaces.flatMap(({ addresses }) =>
        addresses.map(({ ipAddress, prefixLength }) => `${formatAddress(ipAddress)}/${prefixLength}`),
      );
    }
  }
}

function drawLink(link: LabLink, links: readonly LabLink[]): DrawnLink {
  const between = ({ ends }: LabLink): string => [...new Set(ends.map(({ node }) => node))].sort().join(' ');
  const alike = links.filter((other) => between(other) === between(link));
  const about = [...new Set(link.impairments.map(inShort))].join(' | ');
  return { name: link.name, ends: link.ends, about, lane: alike.indexOf(link), lanes: alike.length };
}

/** What a link does to frames, without what it does not do. */
function inShort(impairment: Impairment): string {
  const { delay, jitter, loss } = impairment;
  const further = impairedFields(impairment).filter((field) => !['delay', 'jitter', 'loss', 'mtu'].includes(field));
  const words = [
    `${describeDuration(delay)}${jitter > 0 ? ` ± ${describeDuration(jitter)}` : ''}`,
    ...(loss > 0 ? [`loses ${Number((loss * 100).toFixed(2))}%`] : []),
    ...further.map((field) => describeField(field, impairment)),
  ];
  return words.join(', ');
}

function drawPaths(scenario: Scenario, peers: Readonly<Record<string, readonly PeerRow[]>>): DrawnPath[] {
  const paths = new Map<string, DrawnPath>();
  for (const [name, rows] of Object.entries(peers)) {
    for (const row of rows) {
      const way = wayToPeer(scenario, name, row);
      if (!way) continue;
      const routers = [name, way.peer].sort() as [string, string];
      const links = name === routers[0] ? way.links : way.links.toReversed();
      const key = [...routers, ...links].join(' ');
      const text = `${name}: ${row.networkInterface} to ${row.destination} is ${row.status} (${row.reason})`;
      const ends = [...(paths.get(key)?.ends ?? []), { node: name, text, status: row.status }];
      paths.set(key, { routers, links, ends });
    }
  }
  return [...paths.values()];
}

/** The links from a router's interface to its peer, through the middleboxes on the way; undefined if none lead there. */
function wayToPeer(
  { nodes, links, authority }: Scenario,
  name: string,
  row: PeerRow,
): { peer: string; links: string[] } | undefined {
  const start = nodes.find((node) => node.name === name);
  if (start?.kind !== 'router') return undefined;
  const device = authority.routers
    .find((router) => router.name === start.router)
    ?.nodes.flatMap((node) => node.deviceInterfaces)
    .find(({ networkInterfaces }) => networkInterfaces.some((own) => own.name === row.networkInterface));
  let at: { node: string; port: string } | undefined = device && { node: name, port: device.name };
  const passed: string[] = [];
  while (at) {
    const here: { node: string; port: string } = at;
    const link = links.find(({ ends }) => ends.some(({ node, port }) => node === here.node && port === here.port));
    if (!link || passed.includes(link.name)) return undefined;
    passed.push(link.name);
    const others = link.ends.filter(({ node }) => node !== here.node);
    const standing = others.map(({ node }) => nodes.find((other) => other.name === node));
    const peer = standing.find((node) => node?.kind === 'router' && node.router === row.peer);
    if (peer) return { peer: peer.name, links: passed };
    const through = standing.find((node) => node && (node.kind === 'nat' || isBridge(node)));
    const entered = others.find(({ node }) => node === through?.name);
    at = entered && { node: entered.node, port: entered.port === 'inside' ? 'outside' : 'inside' };
  }
  return undefined;
}
