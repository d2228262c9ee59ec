import { formatAddress, formatPrefix, parsePrefix, prefixContains, sameAddress } from '../../address.ts';
import type { IpAddress, IpPrefix } from '../../address.ts';
import type { Authority } from '../../config/index.ts';
import { quote, suggest } from '../../diagnostic.ts';
import { isBridge } from '../scenario.ts';
import type { LabLink, LabNode, LinkEnd } from '../scenario.ts';
import { unknownEnd } from './end.ts';
import type { PlacedNode, PlacedPort, Topology } from './placed.ts';

/** A port must be on a link, share its networks with somebody there, and have its gateways there. */
export function checkPort({ node, at }: PlacedNode, port: PlacedPort, topology: Topology, authority: Authority): void {
  const link = linkOf({ node: node.name, port: port.port }, topology.links);
  if (!link) {
    const what = node.kind === 'host' ? 'host' : `port ${quote(port.port)} of ${node.kind}`;
    if (isBridge(node) || port.addresses.length > 0) at.wrong(`${what} ${quote(node.name)} is on no link`);
    return;
  }
  const others = addressesSeenFrom({ node: node.name, port: port.port }, topology, authority);
  if (!others) return;
  for (const { value: own, at } of port.addresses) {
    if (others.some((other) => sameAddress(other, own.address)))
      at.wrong(`another end of link ${quote(link.name)} has the address ${formatAddress(own.address)}`);
    else if (own.length > 0 && !others.some((other) => prefixContains(own, other)))
      at.wrong(
        `nobody else on link ${quote(link.name)} has an address in ${networkOf(own)}`,
        suggestAddress(others, own.address),
      );
  }
  for (const { value: gateway, at } of port.gateways) {
    if (!others.some((other) => sameAddress(other, gateway)))
      at.wrong(
        `nobody else on link ${quote(link.name)} has the address ${formatAddress(gateway)}`,
        suggestAddress(others, gateway),
      );
  }
}

/**
 * The addresses that others have on the network of an end: on its link, and behind every bridge there. Undefined if one of
 * the ends could not be read.
 */
export function addressesSeenFrom(
  from: LinkEnd,
  { nodes, links }: Topology,
  authority: Authority,
): readonly IpAddress[] | undefined {
  const seen: LinkEnd[] = [];
  const crossed = new Set<LabLink>();
  const cross = (link: LabLink | undefined): void => {
    if (!link || crossed.has(link)) return;
    crossed.add(link);
    for (const end of link.ends) {
      const node = nodes.find(({ name }) => name === end.node);
      if (!node || !isBridge(node)) seen.push(end);
      else for (const port of node.ports) cross(linkOf({ node: node.name, port }, links));
    }
  };
  cross(linkOf(from, links));
  // What addresses are at an end that could not be read, nobody knows.
  if (seen.includes(unknownEnd)) return undefined;
  return seen
    .filter((end) => end.node !== from.node || end.port !== from.port)
    .flatMap((end) => addressesOf(end, nodes, authority));
}

const linkOf = ({ node, port }: LinkEnd, links: readonly LabLink[]): LabLink | undefined =>
  links.find(({ ends }) => ends.some((end) => end.node === node && end.port === port));

/** The addresses of a port: those that the lab gives it, or a router's configuration. */
export function addressesOf(end: LinkEnd, nodes: readonly LabNode[], authority: Authority): IpAddress[] {
  const node = nodes.find(({ name }) => name === end.node);
  switch (node?.kind) {
    case 'host':
    case 'attacker':
      return node.addresses.map(({ address }) => address);
    case 'nat':
      return [end.port === 'inside' ? node.settings.inside.address.address : node.settings.outside.address.address];
    case 'router':
      return (authority.routers.find(({ name }) => name === node.router)?.nodes ?? [])
        .filter(({ name }) => node.node === undefined || node.node === name)
        .flatMap((node) => node.deviceInterfaces.filter(({ name }) => name === end.port))
        .flatMap((deviceInterface) => deviceInterface.networkInterfaces)
        .flatMap((networkInterface) => networkInterface.addresses.map(({ ipAddress }) => ipAddress));
    default:
      return [];
  }
}

const networkOf = (own: IpPrefix): string =>
  formatPrefix(parsePrefix(`${formatAddress(own.address)}/${own.length}`) ?? own);

const suggestAddress = (others: readonly IpAddress[], wanted: IpAddress): string | undefined =>
  suggest(
    formatAddress(wanted),
    others.filter(({ family }) => family === wanted.family).map((other) => formatAddress(other)),
  );
