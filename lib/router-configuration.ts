import { formatAddress, sameAddress } from './address.ts';
import { assert } from './assert.ts';
import type { Authority, PeerPath as ConfiguredPath, Router as RouterConfiguration } from './config/index.ts';
import { onNode, placesOf } from './config/index.ts';
import type { NetworkInterface, NetworkInterfaces } from './highway/interfaces.ts';
import type { PeerPath } from './highway/peer-path.ts';
import type { WatchedPath } from './peering/path-watch.ts';
import type { PlainNeighbor } from './peering/plain-bfd.ts';
import type { SecurityPolicies } from './security-policies.ts';

/** A port of the router, as far as its configuration is concerned. */
export interface NamedPort {
  /** Name of the device-interface. */
  readonly name: string;
  readonly mac: Uint8Array;
}

/** What the authority says of one router, or of one node of it. */
export function routerNamed({ routers }: Authority, name: string, node: string | undefined): RouterConfiguration {
  const whole = routers.find((router) => router.name === name);
  assert(whole !== undefined, `the configuration has no router '${name}'`);
  return node === undefined ? whole : onNode(whole, node);
}

/** The network-interfaces that have a port here. */
export function interfacesOf(
  configuration: RouterConfiguration,
  ports: readonly NamedPort[],
  paths: readonly ConfiguredPath[],
  policies: SecurityPolicies,
): NetworkInterface[] {
  const list: NetworkInterface[] = [];
  for (const { node, deviceInterface, networkInterface } of placesOf(configuration)) {
    const port = ports.findIndex(({ name }) => name === deviceInterface.name);
    if (port < 0 || !node.enabled || !deviceInterface.enabled) continue;
    const path = paths.find((candidate) => candidate.networkInterface === networkInterface);
    list.push({
      index: list.length,
      name: networkInterface.name,
      deviceName: deviceInterface.name,
      port,
      mac: deviceInterface.sharedPhysAddress ?? ports[port].mac,
      vlan: networkInterface.vlan,
      globalId: deviceInterface.globalId,
      mtu: networkInterface.mtu,
      enforcedMss: networkInterface.enforcedMss,
      tenant: networkInterface.tenant,
      addresses: networkInterface.addresses.map(({ ipAddress, prefixLength, gateway }) => ({
        address: ipAddress,
        prefix: { address: ipAddress, length: prefixLength },
        gateway,
      })),
      seal: policies.seal(path?.inboundSecurity),
      keys: policies.keys(path?.inboundSecurity),
      hasPeers: path !== undefined,
    });
  }
  return list;
}

/** The systems with which plain BFD is spoken, behind the interfaces that have a port here. */
export function bfdNeighborsOf(configuration: RouterConfiguration, interfaces: NetworkInterfaces): PlainNeighbor[] {
  return [...placesOf(configuration)].flatMap(({ node, networkInterface }) => {
    const out = interfaces.byName(networkInterface.name);
    if (!out) return [];
    return networkInterface.emulator.bfdNeighbors.map((settings) => ({
      node: node.name,
      networkInterface: out.index,
      settings,
    }));
  });
}

/** A path with what the configuration says of it. */
export interface ConfiguredPeerPath extends PeerPath {
  readonly configured: ConfiguredPath;
  readonly localPortRanges: ConfiguredPath['localPortRanges'];
  readonly remotePortRanges: ConfiguredPath['remotePortRanges'];
}

/** The paths whose interfaces have a port here, in the order of their indices. */
export const pathsOf = (
  configured: readonly ConfiguredPath[],
  interfaces: NetworkInterfaces,
  policies: SecurityPolicies,
): ConfiguredPeerPath[] =>
  configured.flatMap((path) => pathOf(path, interfaces, policies)).map((path, index) => ({ ...path, index }));

/** No path if the interface it would leave by has no port here. */
function pathOf(path: ConfiguredPath, interfaces: NetworkInterfaces, policies: SecurityPolicies): ConfiguredPeerPath[] {
  const out = interfaces.byName(path.networkInterface.name);
  if (!out) return [];
  return [
    {
      index: 0,
      peer: path.peer.name,
      peerRouter: path.peer.routerName,
      networkInterface: out.index,
      family: path.localAddress.family,
      local: path.localAddress,
      remote: path.remoteAddress,
      peerAt: path.remoteAddress,
      nextHop: path.gateway ?? path.remoteAddress,
      seal: policies.seal(path.outboundSecurity),
      keys: policies.keys(path.outboundSecurity),
      marking: undefined,
      mtu: out.mtu,
      encoding: path.metadataEncoding,
      vectors: path.vectors,
      outboundOnly:
        path.localConnectivity === 'outbound-only'
          ? 'local'
          : path.remoteConnectivity === 'outbound-only'
            ? 'remote'
            : undefined,
      keepAlive:
        path.natKeepAlive.mode === 'disabled'
          ? undefined
          : { tcp: path.natKeepAlive.tcpInactivityTimeout, udp: path.natKeepAlive.udpInactivityTimeout },
      configured: path,
      localPortRanges: path.localPortRanges,
      remotePortRanges: path.remotePortRanges,
    },
  ];
}

/**
 * Of two configurations: a path is the same if it leads from the same address to the same peer at the same address, and the
 * same side can be reached.
 */
export function isSamePath(a: ConfiguredPeerPath, b: ConfiguredPeerPath): boolean {
  const nameOf = ({ peer, peerRouter, networkInterface, local, remote, outboundOnly }: PeerPath): string =>
    [peer, peerRouter, networkInterface, formatAddress(local), formatAddress(remote), outboundOnly].join(' ');
  return nameOf(a) === nameOf(b);
}

/** Of two configurations: whether nothing but the address that a path leads from is another one. */
export const isReaddressed = (a: ConfiguredPeerPath, b: ConfiguredPeerPath): boolean =>
  !sameAddress(a.local, b.local) && isSamePath({ ...a, local: b.local }, b);

/** Whether live traffic on a path is marked alike by both. */
export const isMarkedAlike = (a: ConfiguredPeerPath, b: ConfiguredPeerPath): boolean =>
  a.encoding === b.encoding &&
  JSON.stringify(a.configured.performanceMonitoring) === JSON.stringify(b.configured.performanceMonitoring);

export const watchedPath = (path: ConfiguredPeerPath): WatchedPath => ({
  path,
  node: path.configured.node.name,
  settings: path.configured.bfd,
  isMonitorOnly: path.configured.performanceMonitoring?.monitorOnly ?? false,
  mtuDiscovery: path.configured.pathMtuDiscovery,
});
