import { offPathPorts, onPathPorts } from '../../attacker/attacker.ts';
import type { Authority, Node, Router } from '../../config/index.ts';
import { quote, suggest } from '../../diagnostic.ts';
import type { AttackerNode, HostNode, LabLink, NodeKind, RouterNode } from '../scenario.ts';
import type { Fields, Value } from './document.ts';
import { readEnd, unknownEnd } from './end.ts';
import * as forms from './forms.ts';
import { impairmentKeys, readImpairment } from './impairment.ts';
import { checkPort } from './link-addresses.ts';
import { readDirection } from './link-name.ts';
import { readFirewall, readNat } from './middlebox.ts';
import type { Placed, PlacedNode, PlacedPort, Topology } from './placed.ts';

const nodeKinds = ['host', 'router', 'nat', 'firewall', 'attacker'] as const satisfies readonly NodeKind[];
const nodeKind = forms.oneOf("a kind of node: 'host', 'router', 'nat', 'firewall' or 'attacker'", nodeKinds);
/** What is said of a node of a kind that has no settings. */
export const nodeForms = {
  host: { addresses: forms.interfaceAddress, gateways: forms.address },
  attacker: { addresses: forms.interfaceAddress, gateways: forms.address },
  router: { nodes: forms.name },
} as const;
const nodeFields = ['kind', ...Object.keys({ ...nodeForms.host, ...nodeForms.router })];
const linkFields = ['ends', 'directions', ...impairmentKeys];

export function readTopology(fields: Fields, authority: Authority): Topology {
  const nodes = readNodes(fields.need('nodes'), authority);
  const linked = new Set<string>();
  const links = (fields.need('links')?.entries("links: 'wan: {ends: [...]}'") ?? []).map(({ key, value }) =>
    readLink(key, value, nodes, linked),
  );
  const topology = { nodes: nodes.map(({ node }) => node), links };
  for (const node of nodes) for (const port of node.ports) checkPort(node, port, topology, authority);
  return topology;
}

/** Stands for a node of no kind, so that its name is known to the rest of the file. */
const unknownNode: HostNode = { kind: 'host', name: '', ports: ['eth0'], addresses: [], gateways: [] };

function readNodes(value: Value | undefined, authority: Authority): PlacedNode[] {
  return (value?.entries("nodes: 'client: {kind: host, ...}'") ?? []).flatMap(({ key, value }): PlacedNode[] => {
    const name = key.read(forms.name) ?? forms.name.neutral;
    const kind = value
      .entries('a node')
      .find(({ key }) => key.text === 'kind')
      ?.value.read(nodeKind);
    if (kind === 'nat') return [readNat(name, key, value)];
    if (kind === 'firewall') return [readFirewall(name, key, value)];
    const fields = value.fields('a node', nodeFields);
    if (kind === 'host') return [readHost(name, key, fields)];
    if (kind === 'attacker') return [readAttacker(name, key, fields)];
    if (kind === 'router')
      return readRouter(key, name, fields, authority).map((node) => ({ node, at: key, ports: [] }));
    fields.need('kind');
    return [{ node: { ...unknownNode, name }, at: key, ports: [] }];
  });
}

function readHost(name: string, at: Value, fields: Fields): PlacedNode<HostNode> {
  fields.get('nodes')?.wrong("a host has no 'nodes'");
  const { addresses, gateways } = readAddresses(fields);
  if ((fields.get('addresses')?.items() ?? []).length === 0) at.wrong(`host ${quote(name)} needs 'addresses'`);
  const node: HostNode = {
    kind: 'host',
    name,
    ports: ['eth0'],
    addresses: addresses.map(({ value }) => value),
    gateways: gateways.map(({ value }) => value),
  };
  return { node, at, ports: [{ port: 'eth0', addresses, gateways }] };
}

/** Off the path like a host, or, without an address, on the path like a firewall. */
function readAttacker(name: string, at: Value, fields: Fields): PlacedNode<AttackerNode> {
  fields.get('nodes')?.wrong("an attacker has no 'nodes'");
  const { addresses, gateways } = readAddresses(fields);
  const isOnPath = !fields.get('addresses');
  if (isOnPath) fields.get('gateways')?.wrong("an attacker without 'addresses' is on the path, and has no gateways");
  const ports: readonly string[] = isOnPath ? onPathPorts : offPathPorts;
  const node: AttackerNode = {
    kind: 'attacker',
    name,
    ports,
    addresses: addresses.map(({ value }) => value),
    gateways: gateways.map(({ value }) => value),
  };
  return { node, at, ports: ports.map((port) => ({ port, addresses, gateways })) };
}

const readAddresses = (fields: Fields): Pick<PlacedPort, 'addresses' | 'gateways'> => ({
  addresses: place(fields.get('addresses'), nodeForms.host.addresses),
  gateways: place(fields.get('gateways'), nodeForms.host.gateways),
});

/** The items of a list that can be read. */
function place<T>(list: Value | undefined, form: forms.Form<T>): Placed<T>[] {
  return (list?.items() ?? []).flatMap((at) => {
    const value = at.read(form);
    return value === undefined ? [] : [{ value, at }];
  });
}

/** One machine, or one for each of the router's nodes that the lab names. */
function readRouter(at: Value, name: string, fields: Fields, authority: Authority): RouterNode[] {
  for (const field of ['addresses', 'gateways'])
    fields.get(field)?.wrong(`a router has no '${field}' here: they stand in its configuration`);
  const names = authority.routers.map((router) => router.name);
  const router = authority.routers.find((router) => router.name === name);
  if (!router) {
    at.wrong(`the configuration has no router ${quote(name)}`, suggest(name, names));
    return [{ kind: 'router', name, router: name, ports: [] }];
  }
  const portsOf = (node: Node): string[] => node.deviceInterfaces.map((deviceInterface) => deviceInterface.name);
  const nodes = fields.get('nodes');
  if (nodes) return readRouterNodes(nodes, router).map((node) => nodeOf(router, node, portsOf(node)));
  if (router.redundancyGroups.length > 0)
    at.wrong(
      `router ${quote(name)} has redundancy groups: its nodes are machines of their own`,
      `write '${name}: {kind: router, nodes: [${router.nodes.map((node) => node.name).join(', ')}]}'`,
    );
  return [{ kind: 'router', name, router: name, ports: router.nodes.flatMap(portsOf) }];
}

const nodeOf = (router: Router, node: Node, ports: readonly string[]): RouterNode => ({
  kind: 'router',
  name: `${router.name}.${node.name}`,
  router: router.name,
  node: node.name,
  ports,
});

function readRouterNodes(value: Value, router: Router): Node[] {
  const names = router.nodes.map(({ name }) => name);
  const items = value.items();
  const found = items.flatMap((item) => {
    const name = item.read(nodeForms.router.nodes) ?? forms.name.neutral;
    const node = router.nodes.find((node) => node.name === name);
    if (!node) item.wrong(`router ${quote(router.name)} has no node ${quote(name)}`, suggest(name, names));
    return node ?? [];
  });
  if (new Set(found).size < found.length) value.wrong('each node is named once');
  if (found.length === items.length && found.length < router.nodes.length)
    value.wrong(`all nodes of the router are in the lab: ${names.join(', ')}`);
  return found;
}

/** `linked` holds the ports of the links before this one. */
function readLink(key: Value, value: Value, nodes: readonly PlacedNode[], linked: Set<string>): LabLink {
  const name = key.read(forms.name) ?? forms.name.neutral;
  const fields = value.fields('a link', linkFields);
  const endValues = fields.need('ends')?.items() ?? [];
  if (endValues.length < 2) key.wrong(`link ${quote(name)} needs two ends at least`);
  const ends = endValues.map((value) => {
    const end = readEnd(
      value,
      nodes.map(({ node }) => node),
    );
    const text = `${end.node}:${end.port}`;
    if (end !== unknownEnd && linked.has(text)) value.wrong(`${text} is already on a link`);
    linked.add(text);
    return end;
  });
  const own = readImpairment(fields);
  const link: LabLink = { name, ends, impairments: ends.map(() => own) };
  const impairments = [...link.impairments];
  for (const { key, value } of fields.get('directions')?.entries("directions: 'spoke -> hub: {...}'") ?? []) {
    const direction = readDirection(key, [link]);
    const impairment = readImpairment(value.fields('a direction', impairmentKeys), own);
    if (typeof direction?.direction === 'number') impairments[direction.direction] = impairment;
    else if (direction) key.wrong('this names both directions', "write 'spoke -> hub' for what spoke sends");
  }
  return { ...link, impairments };
}
