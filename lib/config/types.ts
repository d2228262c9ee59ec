import type { authority } from './schema/authority.ts';
import type { ItemOf } from './schema/element.ts';

/**
 * A configuration that holds together: every reference is resolved, every range kept, every default filled in.
 * The shapes come from the schema: names are in camel case, lists are plural. Nothing in them may be changed.
 */
export type Authority = ItemOf<typeof authority>;
export type SessionRecoveryDetection = Authority['sessionRecoveryDetection'];
export type Emulator = Authority['emulator'];
export type MetadataEncoding = Emulator['metadataEncoding'];
export type Tenant = Authority['tenants'][number];
export type Security = Authority['securities'][number];
export type SessionType = Authority['sessionTypes'][number];
export type PerformanceMonitoringProfile = Authority['performanceMonitoringProfiles'][number];
export type ServicePolicy = Authority['servicePolicies'][number];

export type Service = Authority['services'][number];
export type Transport = Service['transports'][number];
export type TransportProtocol = Transport['protocol'];
/** Without an `endPort` it is one port. */
export type PortRange = Transport['portRanges'][number];
export type AccessPolicy = Service['accessPolicies'][number];

export type Router = Authority['routers'][number];
export type Peer = Router['peers'][number];
/** How a path to a peer is watched. */
export type BfdSettings = Router['bfd'];
/** Whether and how often the MTU of a path to a peer is looked for. */
export type PathMtuDiscoverySettings = Router['pathMtuDiscovery'];
export type ServiceRoute = Router['serviceRoutes'][number];
export type ServiceRoutePolicy = Authority['serviceRoutePolicies'][number];
export type NextHop = ServiceRoute['nextHops'][number];
export type RedundancyGroup = Router['redundancyGroups'][number];
export type StaticRoute = Router['staticRoutes'][number];
export type Node = Router['nodes'][number];
export type DeviceInterface = Node['deviceInterfaces'][number];
export type NetworkInterface = DeviceInterface['networkInterfaces'][number];
export type BfdNeighbor = NetworkInterface['emulator']['bfdNeighbors'][number];
export type InterfaceAddress = NetworkInterface['addresses'][number];
export type Neighborhood = NetworkInterface['neighborhoods'][number];
export type Topology = Neighborhood['topology'];
export type PeerConnectivity = Neighborhood['peerConnectivity'];
export type NatKeepAlive = Neighborhood['natKeepAlive'];
export type Adjacency = NetworkInterface['adjacencies'][number];
