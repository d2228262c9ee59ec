import { formatAddress, formatPrefix } from '../../lib/address.ts';
import { LabError } from '../../lib/lab/fabric.ts';
import type { LabNode, Scenario } from '../../lib/lab/scenario.ts';
import type { LinkNetwork, Subnet } from './compose-networks.ts';
import { mtuOf } from './mtu.ts';
import { needsStore, redisWords, sharesStore } from './redis-server.ts';
import { storeSocket } from './slow-store.ts';

/** Where the nodes find the folder of their run. */
export const RUN_FOLDER = '/run/svrlab';

/** The service of the Redis that two nodes of a router share. No node has such a name. */
export const STORE = '-store';

/** How a lab is to be run in containers, apart from what the lab is. */
export interface ComposeOptions {
  readonly image: string;
  /** The scenario's file, as the nodes see it. */
  readonly labPath: string;
  /** What is mounted at `RUN_FOLDER`: a volume of its own, or a folder of this machine. */
  readonly run: { readonly volume: string } | { readonly folder: string };
  /** Without, Compose finds names. */
  readonly containerOf?: (node: string) => string;
  /** Further words for every daemon. */
  readonly words?: readonly string[];
  /** Whether the engine watches over the nodes' health. */
  readonly isWatched: boolean;
}

/** A Compose file, for Compose v2 and docker-compose 1.29 alike. */
export interface ComposeDocument {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, object>>;
  readonly volumes?: Readonly<Record<string, null>>;
}

export interface ComposeService {
  readonly command: string;
  readonly networks?: Readonly<Record<string, object>>;
  readonly [key: string]: unknown;
}

/**
 * The Compose file of a lab: one service for each node, one network for each link, and a store if one is needed.
 * docs/compose.md gives the reasons.
 */
export function composeDocument(
  scenario: Scenario,
  networks: readonly LinkNetwork[],
  options: ComposeOptions,
): ComposeDocument {
  const { run } = options;
  const services = scenario.nodes.map((node): [string, ComposeService] => [
    node.name,
    nodeService(node, networks, scenario, options),
  ]);
  if (needsStore(scenario)) services.push([STORE, storeService(options)]);
  return {
    services: Object.fromEntries(services),
    networks: Object.fromEntries(networks.map((network) => [network.link.name, networkOf(scenario, network)])),
    ...('volume' in run && { volumes: { [run.volume]: null } }),
  };
}

function nodeService(
  node: LabNode,
  networks: readonly LinkNetwork[],
  scenario: Scenario,
  options: ComposeOptions,
): ComposeService {
  const { labPath, words = [], isWatched } = options;
  const { name, kind } = node;
  const places = placesOf(node, networks);
  const takes = places.flatMap(({ port, addresses: [first] }) => ['--take', `${port}=${formatAddress(first)}`]);
  const store = sharesStore(node) ? ['--store', `unix:${storeSocket(scenario, RUN_FOLDER)}`] : [];
  return {
    ...container(name, options),
    hostname: name,
    cap_add: ['NET_ADMIN', 'NET_RAW'],
    sysctls: sysctls(kind, networks),
    ...(isWatched && { healthcheck }),
    command: [kind, '--lab', labPath, '--node', name, '--run', RUN_FOLDER, ...takes, ...store, ...words].join(' '),
    networks: Object.fromEntries(
      places.map(({ link, addresses }) => [
        link,
        Object.fromEntries(addresses.map((address) => [`ipv${address.family}_address`, formatAddress(address)])),
      ]),
    ),
  };
}

/** A socket is all that it takes: no network, and no address that a router's kernel would have to answer for. */
const storeService = (options: ComposeOptions): ComposeService => ({
  ...container(STORE, options),
  network_mode: 'none',
  entrypoint: 'redis-server',
  command: redisWords(RUN_FOLDER)
    .map((word) => word || "''")
    .join(' '),
});

/** What is the same for all containers of a lab. */
function container(name: string, { image, run, containerOf }: ComposeOptions): object {
  return {
    image,
    ...(containerOf && { container_name: containerOf(name) }),
    init: true,
    cap_drop: ['ALL'],
    volumes: [
      'volume' in run ? `${run.volume}:${RUN_FOLDER}` : { type: 'bind', source: run.folder, target: RUN_FOLDER },
    ],
    stop_grace_period: '3s',
  };
}

const healthcheck = {
  test: `curl --silent --fail --unix-socket ${RUN_FOLDER}/$$HOSTNAME.sock http://node/health`,
  interval: '2s',
  timeout: '2s',
  retries: 5,
  start_period: '10s',
};

/** Routers and middleboxes forward, kernels do not; and their kernel answers for no address, not even before the daemon begins. */
function sysctls(kind: LabNode['kind'], networks: readonly LinkNetwork[]): Record<string, number> {
  const usesIpv6 = networks.some(({ subnets }) => subnets.length > 1);
  const isHost = kind === 'host';
  return {
    'net.ipv4.ip_forward': 0,
    ...(isHost ? { 'net.ipv4.ip_unprivileged_port_start': 0 } : { 'net.ipv4.conf.all.arp_ignore': 8 }),
    ...(usesIpv6 && { 'net.ipv6.conf.all.disable_ipv6': isHost ? 0 : 1 }),
  };
}

/** Where a node stands: each of its ports with its link, and what the engine calls it there, IPv4 first. */
function placesOf({ name, ports }: LabNode, networks: readonly LinkNetwork[]) {
  const places = networks.flatMap(({ link, subnets }) =>
    link.ends.flatMap((end, at) =>
      end.node === name ? [{ port: end.port, link: link.name, addresses: subnets.map((s) => s.addresses[at]) }] : [],
    ),
  );
  const twice = places.find((place, at) => places.findIndex(({ link }) => link === place.link) !== at);
  if (twice) throw new LabError(`'${name}' is on link '${twice.link}' twice, which containers cannot be`, 2);
  const loose = ports.find((wanted) => !places.some(({ port }) => port === wanted));
  if (loose !== undefined) throw new LabError(`port '${loose}' of '${name}' is on no link; containers want one`, 2);
  return places;
}

function networkOf(scenario: Scenario, { link, subnets }: LinkNetwork): object {
  const hasIpv6 = subnets.length > 1;
  return {
    driver: 'bridge',
    driver_opts: {
      'com.docker.network.driver.mtu': String(mtuOf(scenario, link)),
      'com.docker.network.bridge.inhibit_ipv4': 'true',
      'com.docker.network.bridge.enable_ip_masquerade': 'false',
      'com.docker.network.bridge.gateway_mode_ipv4': 'routed',
      'com.docker.network.bridge.gateway_mode_ipv6': 'routed',
      'com.docker.network.advertise_addr_nmsgs': '0',
    },
    ...(hasIpv6 && { enable_ipv6: true }),
    ipam: { config: subnets.map(ipam) },
  };
}

const ipam = ({ prefix, gateway }: Subnet): object => ({
  subnet: formatPrefix(prefix),
  gateway: formatAddress(gateway),
});
