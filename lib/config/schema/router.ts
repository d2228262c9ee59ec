import { seconds } from '../../time.ts';
import { bfd, bfdNeighbor, bfdOverride } from './bfd.ts';
import { description, name, portRange } from './common.ts';
import { atStart, container, list, whollyAtStart } from './element.ts';
import { emulatorOverride } from './emulator.ts';
import { pathMtuDiscovery, pathMtuDiscoveryOverride } from './path-mtu-discovery.ts';
import {
  boolean,
  duration,
  enumeration,
  identifier,
  integer,
  ipAddress,
  ipPrefix,
  leafList,
  macAddress,
  mss,
  reference,
} from './leaf.ts';
import { performanceMonitoring } from './performance.ts';

// SVR sheet, section 2.8.
const waypointPorts = portRange(1_025);

const vector = leafList(identifier({ help: 'Vector for the choice of paths' }));

const peerConnectivity = enumeration(['bidirectional', 'outbound-only'], {
  default: 'bidirectional',
  help: 'Whether peers can reach this side, or only be reached from it',
});

// SVR sheet, section 4.2.
const natKeepAlive = container(
  'Keep-alives that keep NATs and firewalls between routers from forgetting idle sessions',
  {
    mode: enumeration(['auto', 'disabled'], {
      default: 'auto',
      help: 'auto: for sessions whose session-type wants it, and for all if this side is outbound-only; disabled: for none',
    }),
    'tcp-inactivity-timeout': duration('s', 1, 86_400, {
      default: seconds(1_800),
      help: 'How long a TCP session sends nothing before a keep-alive is sent',
    }),
    'udp-inactivity-timeout': duration('s', 1, 86_400, {
      default: seconds(30),
      help: 'The same for sessions of other protocols',
    }),
  },
);

const nextHop = list('Where packets go that stay outside SVR', ['node-name', 'interface'], {
  'node-name': reference('node', { required: true, help: 'Node of this router' }),
  interface: identifier({ required: true, help: 'Network interface of that node' }),
  'gateway-ip': ipAddress({ help: 'Gateway; without it destinations are on the link' }),
  vector,
});

const serviceRoute = list('Where a router sends the traffic of a service', ['name'], {
  name: name('the service route'),
  description,
  'service-name': reference('service', { required: true, help: 'The service' }),
  'service-route-policy': reference('service-route-policy', { help: 'How many sessions the route takes' }),
  peer: reference('peer', { help: 'Peer that knows the way; instead of next-hops' }),
  'next-hop': nextHop,
  vector,
});

const staticRoute = list('Routes to networks behind gateways', ['destination-prefix'], {
  'destination-prefix': ipPrefix({ required: true, help: 'The network' }),
  description,
  distance: integer(1, 255, { default: 1, help: 'Administrative distance; the lowest wins' }),
  'next-hop': nextHop,
});

const peer = list('Other routers that this one talks SVR to', ['name'], {
  name: name('the peer'),
  description,
  'authority-name': identifier({ help: "The peer's authority; this one if absent" }),
  'router-name': reference('router', { required: true, help: "The peer's router" }),
  emulator: emulatorOverride,
});

const neighborhood = list('Networks in which routers find each other', ['name'], {
  name: name('the neighborhood'),
  topology: enumeration(['spoke', 'hub', 'mesh'], {
    default: 'spoke',
    help: 'Whom to peer with: spokes with hubs, hubs with spokes, and everybody with a mesh',
  }),
  'peer-connectivity': peerConnectivity,
  'nat-keep-alive': natKeepAlive,
  'port-range': waypointPorts,
  vector,
  bfd: bfdOverride,
  'performance-monitoring': performanceMonitoring,
  'path-mtu-discovery': pathMtuDiscoveryOverride,
});

const adjacency = list('Peers that are reached at a given address', ['ip-address', 'peer'], {
  'ip-address': ipAddress({ required: true, help: "The peer's address" }),
  peer: reference('peer', { required: true, help: 'The peer' }),
  'peer-connectivity': peerConnectivity,
  'nat-keep-alive': natKeepAlive,
  'inter-router-security': reference('security', { help: 'Protection of what is sent to this peer' }),
  'port-range': waypointPorts,
  vector,
  bfd: bfdOverride,
  'performance-monitoring': performanceMonitoring,
  'path-mtu-discovery': pathMtuDiscoveryOverride,
});

const networkInterface = list('Networks on a device interface', ['name'], {
  name: name('the network interface'),
  description,
  vlan: atStart(integer(0, 4_094, { default: 0, help: 'VLAN tag; 0 is untagged' })),
  mtu: integer(68, 9_100, { default: 1_500, units: 'bytes', help: 'Longest IP packet' }),
  'enforced-mss': mss({
    default: 'automatic',
    help: 'Longest TCP payload that hosts may announce for connections over this network; automatic is what fits',
  }),
  tenant: reference('tenant', { help: 'Tenant of whoever sends from this network' }),
  'inter-router-security': reference('security', { help: 'Protection of what arrives here from other routers' }),
  neighborhood,
  address: list('Addresses of the router in this network', ['ip-address'], {
    'ip-address': ipAddress({ required: true, help: 'The address' }),
    'prefix-length': atStart(integer(0, 128, { required: true, help: 'Length of the prefix that is on the link' })),
    gateway: atStart(ipAddress({ help: 'Gateway to whatever is not on the link' })),
  }),
  adjacency,
  emulator: container('What the emulator adds to a network interface', { 'bfd-neighbor': whollyAtStart(bfdNeighbor) }),
});

const deviceInterface = list('Ports of a node', ['name'], {
  name: name('the device interface'),
  description,
  type: enumeration(['ethernet'], { default: 'ethernet', help: 'What the port is' }),
  enabled: atStart(boolean({ default: true, help: 'Whether the port is used' })),
  'shared-phys-address': atStart(macAddress({ help: 'MAC address; without it the port has one of its own' })),
  'global-id': atStart(integer(1, 65_535, { help: 'What both nodes of the router call this port' })),
  'network-interface': atStart(networkInterface),
});

const node = list('Machines that the router runs on', ['name'], {
  name: name('the node'),
  description,
  enabled: atStart(boolean({ default: true, help: 'Whether the node takes part' })),
  'device-interface': atStart(deviceInterface),
});

const redundancyGroup = list('Ports of a node that work, or wait for the node to take over, together', ['name'], {
  name: name('the redundancy group'),
  description,
  priority: integer(0, 100, { default: 100, help: 'Of the two nodes the one with the highest is preferred' }),
  member: list('Ports of the group', ['node', 'device-interface'], {
    node: reference('node', { required: true, help: 'Node of this router' }),
    'device-interface': identifier({ required: true, help: 'Port of that node' }),
  }),
});

export const router = list('Session Smart Routers', ['name'], {
  name: name('the router'),
  description,
  'inter-node-security': reference('security', { help: 'Protection of what goes between the nodes of this router' }),
  'max-way-points': atStart(
    integer(50_000, 1_000_000, { default: 50_000, units: 'ports', help: 'Size of the pool of waypoint ports' }),
  ),
  emulator: emulatorOverride,
  bfd,
  'path-mtu-discovery': pathMtuDiscovery,
  'path-metrics-rolling-avg-interval': duration('s', 1, 3_600, {
    default: seconds(60),
    help: 'What the averages of measured latency, loss and jitter look back on',
  }),
  peer,
  'service-route': serviceRoute,
  'static-route': staticRoute,
  'redundancy-group': whollyAtStart(redundancyGroup),
  node: atStart(node),
});
