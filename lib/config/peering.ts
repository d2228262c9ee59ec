import { formatAddress, prefixContains, sameAddress } from '../address.ts';
import type { IpAddress } from '../address.ts';
import type {
  Adjacency,
  Authority,
  BfdSettings,
  DeviceInterface,
  InterfaceAddress,
  MetadataEncoding,
  NatKeepAlive,
  Neighborhood,
  NetworkInterface,
  Node,
  PathMtuDiscoverySettings,
  Peer,
  PeerConnectivity,
  PerformanceMonitoringProfile,
  PortRange,
  Router,
  Security,
  Topology,
} from './types.ts';

/** One way from a router to a peer: an address of its own, and one of the peer's. */
export interface PeerPath {
  readonly peer: Peer;
  readonly node: Node;
  readonly deviceInterface: DeviceInterface;
  readonly networkInterface: NetworkInterface;
  readonly localAddress: IpAddress;
  readonly remoteAddress: IpAddress;
  /** Where packets to `remoteAddress` are handed over; absent when it is on the link. */
  readonly gateway?: IpAddress;
  /** Name of the shared neighborhood; absent for an adjacency, which names the address itself. */
  readonly neighborhood?: string;
  readonly localConnectivity: PeerConnectivity;
  readonly remoteConnectivity: PeerConnectivity;
  readonly natKeepAlive: NatKeepAlive;
  /** Waypoint ports allowed on each side; empty means the router's whole pool. */
  readonly localPortRanges: readonly PortRange[];
  readonly remotePortRanges: readonly PortRange[];
  readonly vectors: readonly string[];
  /** How the path is watched: as its neighborhood or adjacency says, and otherwise the router. */
  readonly bfd: BfdSettings;
  /** How live traffic measures the path; absent if it does not. */
  readonly performanceMonitoring?: PerformanceMonitoringProfile;
  /** Whether its MTU is looked for; the same holds. */
  readonly pathMtuDiscovery: PathMtuDiscoverySettings;
  /** Protects what is sent: the adjacency's inter-router-security, or that of the peer's interface. */
  readonly outboundSecurity?: Security;
  /** Protects what arrives: the inter-router-security of the own interface. */
  readonly inboundSecurity?: Security;
  /** How metadata for this peer is written. Both encodings are always understood. */
  readonly metadataEncoding: MetadataEncoding;
}

/** A network interface, and what it is part of. */
export interface Place {
  readonly node: Node;
  readonly deviceInterface: DeviceInterface;
  readonly networkInterface: NetworkInterface;
}

export function* placesOf(router: Router): Generator<Place> {
  for (const node of router.nodes) {
    for (const deviceInterface of node.deviceInterfaces) {
      for (const networkInterface of deviceInterface.networkInterfaces)
        yield { node, deviceInterface, networkInterface };
    }
  }
}

/** Each place once for the nodes that share it: packets find the address at whichever of them is the active one. */
function* sharedPlacesOf(router: Router): Generator<Place> {
  const seen = new Set<string>();
  for (const place of placesOf(router)) {
    const { globalId } = place.deviceInterface;
    const key = `${globalId} ${place.networkInterface.vlan}`;
    if (globalId !== undefined && seen.has(key)) continue;
    seen.add(key);
    yield place;
  }
}

/**
 * Every path from `router` to its peers, over the interfaces that are enabled on both sides: one for each pair of
 * interfaces that share a neighborhood in which they may peer, and IP family, and one for each adjacency. An adjacency
 * to an address that a neighborhood leads to as well stands in for it.
 */
export function peerPaths(authority: Authority, router: Router): readonly PeerPath[] {
  return router.peers.flatMap((peer) => {
    const open = meetings(authority, router, peer).filter((meeting) => meeting.enabled);
    return open.flatMap((meeting) => ('path' in meeting ? [meeting.path] : []));
  });
}

/** Why a peer cannot be reached whatever is enabled, in words; undefined if it can. */
export function whyUnreachable(authority: Authority, router: Router, peer: Peer): string | undefined {
  const found = meetings(authority, router, peer);
  if (found.some((meeting) => 'path' in meeting)) return undefined;
  const [first] = found;
  if (first && 'obstacle' in first) return first.obstacle;
  return `router '${router.name}' and router '${peer.routerName}' share no neighborhood, and there is no adjacency`;
}

/** Two interfaces that were meant to peer, and what came of it. */
type Meeting = { readonly enabled: boolean } & ({ readonly path: PeerPath } | { readonly obstacle: string });

function meetings(authority: Authority, router: Router, peer: Peer): readonly Meeting[] {
  const remote = authority.routers.find((other) => other.name === peer.routerName);
  if (!remote || remote === router) return [];
  return [...placesOf(router)].flatMap((here) => {
    const adjacent = here.networkInterface.adjacencies
      .filter((adjacency) => adjacency.peer === peer.name)
      .map((adjacency) => meetByAdjacency(authority, router, peer, here, remote, adjacency));
    const neighbors = [...sharedPlacesOf(remote)].flatMap((there) =>
      meetInNeighborhoods(authority, router, peer, here, there),
    );
    const overridden = (meeting: Meeting): boolean => adjacent.some((other) => sameRemote(meeting, other));
    return [...adjacent, ...neighbors.filter((meeting) => !overridden(meeting))];
  });
}

function sameRemote(a: Meeting, b: Meeting): boolean {
  return 'path' in a && 'path' in b && sameAddress(a.path.remoteAddress, b.path.remoteAddress);
}

function meetByAdjacency(
  authority: Authority,
  router: Router,
  peer: Peer,
  here: Place,
  remote: Router,
  adjacency: Adjacency,
): Meeting {
  const { ipAddress, peerConnectivity, interRouterSecurity } = adjacency;
  const owns = ({ networkInterface }: Place): boolean =>
    networkInterface.addresses.some((address) => sameAddress(address.ipAddress, ipAddress));
  // A NAT may stand between: then no interface of the peer has the address, and that is no mistake.
  const there = [...placesOf(remote)].find(owns);
  const back = adjacencyBack(router, here, remote, there);
  const enabled = isEnabled(here) && (there === undefined || isEnabled(there));
  const local = localAddress(here.networkInterface, ipAddress);
  if (typeof local === 'string') return { enabled, obstacle: local };
  if (peerConnectivity === 'outbound-only' && back?.peerConnectivity === 'outbound-only')
    return { enabled, obstacle: `adjacency ${formatAddress(ipAddress)} is outbound-only, and so is the peer's` };
  const path: PeerPath = {
    ...here,
    ...commonOf(authority, router, peer, here),
    localAddress: local.ipAddress,
    remoteAddress: ipAddress,
    gateway: gatewayTo(local, ipAddress),
    localConnectivity: peerConnectivity,
    remoteConnectivity: back?.peerConnectivity ?? 'bidirectional',
    natKeepAlive: adjacency.natKeepAlive,
    localPortRanges: back?.portRanges ?? [],
    remotePortRanges: adjacency.portRanges,
    vectors: adjacency.vectors,
    bfd: { ...router.bfd, ...adjacency.bfd },
    performanceMonitoring: profileOf(authority, adjacency),
    pathMtuDiscovery: { ...router.pathMtuDiscovery, ...adjacency.pathMtuDiscovery },
    outboundSecurity: securityNamed(authority, interRouterSecurity ?? there?.networkInterface.interRouterSecurity),
  };
  return { enabled, path };
}

/** The adjacency by which the peer reaches this interface. Behind a NAT it is known by the address that it names alone. */
function adjacencyBack(router: Router, here: Place, remote: Router, there: Place | undefined): Adjacency | undefined {
  const namesUs = ({ peer }: Adjacency): boolean => namesRouter(remote, peer, router.name);
  if (there) return there.networkInterface.adjacencies.find(namesUs);
  const isOurs = ({ ipAddress }: Adjacency): boolean =>
    here.networkInterface.addresses.some((address) => sameAddress(address.ipAddress, ipAddress));
  return [...placesOf(remote)]
    .flatMap(({ networkInterface }) => networkInterface.adjacencies)
    .find((adjacency) => namesUs(adjacency) && isOurs(adjacency));
}

function namesRouter(router: Router, peerName: string, routerName: string): boolean {
  return router.peers.some((peer) => peer.name === peerName && peer.routerName === routerName);
}

function meetInNeighborhoods(
  authority: Authority,
  router: Router,
  peer: Peer,
  here: Place,
  there: Place,
): readonly Meeting[] {
  const enabled = isEnabled(here) && isEnabled(there);
  return here.networkInterface.neighborhoods.flatMap((mine): readonly Meeting[] => {
    const theirs = there.networkInterface.neighborhoods.find((other) => other.name === mine.name);
    if (!theirs) return [];
    const refusal = refuses(mine, theirs);
    if (refusal) return [{ enabled, obstacle: refusal }];
    const targets = firstOfEachFamily(there.networkInterface);
    if (targets.length === 0)
      return [{ enabled, obstacle: `interface '${there.networkInterface.name}' of the peer has no address` }];
    return targets.map(({ ipAddress }): Meeting => {
      const local = localAddress(here.networkInterface, ipAddress);
      if (typeof local === 'string') return { enabled, obstacle: local };
      const path: PeerPath = {
        ...here,
        ...commonOf(authority, router, peer, here),
        localAddress: local.ipAddress,
        remoteAddress: ipAddress,
        gateway: gatewayTo(local, ipAddress),
        neighborhood: mine.name,
        localConnectivity: mine.peerConnectivity,
        remoteConnectivity: theirs.peerConnectivity,
        natKeepAlive: mine.natKeepAlive,
        localPortRanges: mine.portRanges,
        remotePortRanges: theirs.portRanges,
        vectors: mine.vectors,
        bfd: { ...router.bfd, ...mine.bfd },
        performanceMonitoring: profileOf(authority, mine),
        pathMtuDiscovery: { ...router.pathMtuDiscovery, ...mine.pathMtuDiscovery },
        outboundSecurity: securityNamed(authority, there.networkInterface.interRouterSecurity),
      };
      return { enabled, path };
    });
  });
}

/** Spokes and hubs need the other kind, and a mesh peers with everybody. */
function refuses(mine: Neighborhood, theirs: Neighborhood): string | undefined {
  const same = (kind: Topology): boolean => mine.topology === kind && theirs.topology === kind;
  if (same('spoke')) return `both are spokes in neighborhood '${mine.name}'`;
  if (same('hub')) return `both are hubs in neighborhood '${mine.name}'`;
  const outboundOnly = mine.peerConnectivity === 'outbound-only' && theirs.peerConnectivity === 'outbound-only';
  return outboundOnly ? `both are outbound-only in neighborhood '${mine.name}'` : undefined;
}

/** The interface's address to speak from: one that has `remote` on its link if possible; or what is in the way. */
function localAddress(networkInterface: NetworkInterface, remote: IpAddress): InterfaceAddress | string {
  const family = networkInterface.addresses.filter(({ ipAddress }) => ipAddress.family === remote.family);
  if (family.length === 0) return `interface '${networkInterface.name}' has no IPv${remote.family} address`;
  const usable = family.find((address) => isOnLink(address, remote)) ?? family.find(({ gateway }) => gateway);
  return (
    usable ??
    `${formatAddress(remote)} is not on the link of interface '${networkInterface.name}', which has no gateway`
  );
}

export function isOnLink({ ipAddress, prefixLength }: InterfaceAddress, other: IpAddress): boolean {
  return prefixContains({ address: ipAddress, length: prefixLength }, other);
}

function gatewayTo(local: InterfaceAddress, remote: IpAddress): IpAddress | undefined {
  return isOnLink(local, remote) ? undefined : local.gateway;
}

function firstOfEachFamily({ addresses }: NetworkInterface): readonly InterfaceAddress[] {
  const first = (family: number): InterfaceAddress | undefined =>
    addresses.find(({ ipAddress }) => ipAddress.family === family);
  return [first(4), first(6)].filter((address) => address !== undefined);
}

function isEnabled({ node, deviceInterface }: Place): boolean {
  return node.enabled && deviceInterface.enabled;
}

function commonOf(
  authority: Authority,
  router: Router,
  peer: Peer,
  here: Place,
): Pick<PeerPath, 'peer' | 'inboundSecurity' | 'metadataEncoding'> {
  const metadataEncoding =
    peer.emulator.metadataEncoding ?? router.emulator.metadataEncoding ?? authority.emulator.metadataEncoding;
  return {
    peer,
    metadataEncoding,
    inboundSecurity: securityNamed(authority, here.networkInterface.interRouterSecurity),
  };
}

function profileOf(
  authority: Authority,
  { performanceMonitoring: { enabled, profile } }: Adjacency | Neighborhood,
): PerformanceMonitoringProfile | undefined {
  return enabled ? authority.performanceMonitoringProfiles.find(({ name }) => name === profile) : undefined;
}

function securityNamed(authority: Authority, name: string | undefined): Security | undefined {
  return authority.securities.find((security) => security.name === name);
}
