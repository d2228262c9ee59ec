import { formatAddress, sameAddress } from '../../address.ts';
import { suggest } from '../../diagnostic.ts';
import { isOnLink, placesOf, whyUnreachable } from '../peering.ts';
import type {
  Authority,
  BfdNeighbor,
  DeviceInterface,
  NetworkInterface,
  NextHop,
  Node,
  Router,
  ServiceRoute,
} from '../types.ts';
import { findClashes } from './fault.ts';
import type { Fault } from './fault.ts';
import { checkRedundancy } from './redundancy.ts';
import { checkPortRanges } from './service.ts';
import { utf8Bytes } from '../../utf8.ts';

export function checkRouter(authority: Authority, router: Router, fault: Fault): void {
  for (const node of router.nodes) checkNode(node, fault);
  checkRedundancy(router, fault);
  checkPeers(authority, router, fault);
  for (const route of router.serviceRoutes) checkServiceRoute(router, route, fault);
  for (const route of router.staticRoutes) {
    if (route.nextHops.length === 0) fault(route, undefined, 'this static-route needs a next-hop');
    for (const nextHop of route.nextHops) checkNextHop(router, nextHop, fault);
  }
}

function checkNode(node: Node, fault: Fault): void {
  const interfaces = node.deviceInterfaces.flatMap((device) => device.networkInterfaces);
  findClashes(
    interfaces,
    ({ name }) => name,
    (item) => fault(item, 'name', `node '${node.name}' already has a network-interface '${item.name}'`),
  );
  findClashes(
    interfaces.flatMap((item) => item.addresses),
    ({ ipAddress }) => formatAddress(ipAddress),
    (item) =>
      fault(item, 'ip-address', `${formatAddress(item.ipAddress)} is already an address of node '${node.name}'`),
  );
  for (const device of node.deviceInterfaces) checkVlans(device, fault);
  for (const networkInterface of interfaces) checkInterface(networkInterface, fault);
}

function checkVlans(device: DeviceInterface, fault: Fault): void {
  findClashes(
    device.networkInterfaces,
    ({ vlan }) => String(vlan),
    (item, earlier) =>
      fault(item, 'vlan', `vlan ${item.vlan} of '${device.name}' already belongs to '${earlier.name}'`),
  );
}

function checkInterface(networkInterface: NetworkInterface, fault: Fault): void {
  const { addresses, neighborhoods, adjacencies, emulator } = networkInterface;
  for (const address of addresses) {
    const { ipAddress, prefixLength, gateway } = address;
    if (ipAddress.family === 4 && prefixLength > 32) {
      fault(address, 'prefix-length', 'prefix-length of an IPv4 address is at most 32');
    } else if (gateway && !isOnLink(address, gateway)) {
      fault(address, 'gateway', `gateway ${formatAddress(gateway)} is not in the network of this address`);
    }
  }
  for (const { portRanges, performanceMonitoring } of [...neighborhoods, ...adjacencies]) {
    checkPortRanges(portRanges, fault);
    if (performanceMonitoring.enabled && performanceMonitoring.profile === undefined)
      fault(performanceMonitoring, 'enabled', 'performance-monitoring that is enabled needs a profile');
  }
  for (const neighbor of emulator.bfdNeighbors) checkBfdNeighbor(networkInterface, neighbor, fault);
}

function checkBfdNeighbor({ name, addresses }: NetworkInterface, neighbor: BfdNeighbor, fault: Fault): void {
  const { ipAddress, multihop, authenticationType, authenticationKeys } = neighbor;
  const own = addresses.filter((address) => address.ipAddress.family === ipAddress.family);
  const isNear = own.some((address) => isOnLink(address, ipAddress));
  const mayBeFar = multihop && own.some(({ gateway }) => gateway !== undefined);
  if (!isNear && !mayBeFar) {
    const message = `${formatAddress(ipAddress)} cannot be reached from interface '${name}'`;
    fault(neighbor, 'ip-address', message, multihop ? undefined : "it is not on the link; is 'multihop true' meant?");
  }
  if (authenticationType !== 'none' && authenticationKeys.length === 0)
    fault(neighbor, 'authentication-type', `authentication-type ${authenticationType} needs an authentication-key`);
  const lengthMax = authenticationType.endsWith('sha1') ? 20 : 16;
  for (const key of authenticationKeys) {
    const { length } = utf8Bytes(key.secret);
    if (length < 1 || length > lengthMax)
      fault(key, 'secret', `the secret of key ${key.id} must have 1 to ${lengthMax} bytes, not ${length}`);
  }
}

function checkPeers(authority: Authority, router: Router, fault: Fault): void {
  findClashes(
    router.peers,
    ({ routerName }) => routerName,
    (peer, earlier) =>
      fault(peer, 'router-name', `peer '${earlier.name}' already stands for router '${peer.routerName}'`),
  );
  for (const peer of router.peers) {
    if (peer.authorityName !== undefined && peer.authorityName !== authority.name) {
      fault(peer, 'authority-name', `a peer must belong to this authority, '${authority.name}'`);
    } else if (peer.routerName === router.name) {
      fault(peer, 'router-name', 'a router cannot be its own peer');
    } else {
      const reason = whyUnreachable(authority, router, peer);
      if (reason) fault(peer, undefined, `no path leads to peer '${peer.name}': ${reason}`);
    }
  }
}

function checkServiceRoute(router: Router, route: ServiceRoute, fault: Fault): void {
  if (route.peer === undefined && route.nextHops.length === 0) {
    fault(route, undefined, `service-route '${route.name}' needs a peer or a next-hop`);
  } else if (route.peer !== undefined && route.nextHops.length > 0) {
    fault(route, 'peer', `service-route '${route.name}' has both a peer and a next-hop; it takes one kind`);
  }
  for (const nextHop of route.nextHops) checkNextHop(router, nextHop, fault);
}

function checkNextHop(router: Router, nextHop: NextHop, fault: Fault): void {
  const places = [...placesOf(router)].filter(({ node }) => node.name === nextHop.nodeName);
  const found = places.find(({ networkInterface }) => networkInterface.name === nextHop.interface);
  if (!found) {
    const names = places.map(({ networkInterface }) => networkInterface.name);
    const message = `node '${nextHop.nodeName}' has no network-interface '${nextHop.interface}'`;
    return fault(nextHop, 'interface', message, suggest(nextHop.interface, names));
  }
  const { gatewayIp } = nextHop;
  if (!gatewayIp) return;
  const { name, addresses } = found.networkInterface;
  if (!addresses.some((address) => isOnLink(address, gatewayIp))) {
    fault(nextHop, 'gateway-ip', `${formatAddress(gatewayIp)} is in no network of interface '${name}'`);
  } else if (addresses.some(({ ipAddress }) => sameAddress(ipAddress, gatewayIp))) {
    fault(nextHop, 'gateway-ip', `${formatAddress(gatewayIp)} is the router's own address`);
  }
}

/** Within a neighborhood every address belongs to one router. */
export function checkNeighborhoods(authority: Authority, fault: Fault): void {
  const uses = authority.routers.flatMap((router) =>
    [...placesOf(router)].flatMap(({ networkInterface: { neighborhoods, addresses } }) =>
      neighborhoods.flatMap((neighborhood) => addresses.map((address) => ({ router, neighborhood, address }))),
    ),
  );
  findClashes(
    uses,
    ({ neighborhood, address }) => `${neighborhood.name} ${formatAddress(address.ipAddress)}`,
    ({ router, neighborhood, address }, earlier) => {
      if (router === earlier.router) return;
      const owner = `router '${earlier.router.name}' in neighborhood '${neighborhood.name}'`;
      fault(address, 'ip-address', `${formatAddress(address.ipAddress)} is already an address of ${owner}`);
    },
  );
}
