import { parseConfiguration, type Authority } from '../../lib/config/index.ts';
import type { HmacCipher } from '../../lib/crypto.ts';
import type { MetadataEncoding } from '../../lib/metadata/codec.ts';

export interface LabConfiguration {
  readonly mode?: 'packet-based' | 'inactivity-based';
  readonly inactivityTimeoutSeconds?: number;
  /** Leaves of the authority's emulator block: `{ 'session-table-size': '2' }`. */
  readonly emulator?: Readonly<Record<string, string>>;
  readonly encoding?: MetadataEncoding | { readonly spoke: MetadataEncoding; readonly hub: MetadataEncoding };
  /** Without it, packets between the routers are not sealed. */
  readonly hmac?: { readonly mode?: 'time-based' | 'regular'; readonly cipher?: HmacCipher; readonly key?: string };
  /** Encrypts metadata, and the payload of the service `questions` too if `payload` is set. */
  readonly encryption?: {
    readonly key: string;
    readonly securityId?: number;
    readonly payload?: boolean;
    /** Further keys, by security ID. */
    readonly keys?: Readonly<Record<number, string>>;
  };
  /** Families of the addresses between the routers; with both there are two paths on the same wire. */
  readonly wan?: 4 | 6 | 'both';
  /** Lets the routers watch their paths by BFD, and sessions leave a path that has failed. */
  readonly failover?: boolean;
  /** Lets live traffic measure the paths; `count` packets of a colour, which lasts `intervalMs`. */
  readonly live?: { readonly intervalMs?: number; readonly count?: number; readonly monitorOnly?: boolean };
  /** The spoke can only reach out. */
  readonly pinhole?: boolean;
  /** Sessions that are idle for so many seconds have keep-alives sent for them. */
  readonly keepAlive?: { readonly tcp?: number; readonly udp?: number };
  /** A third router, `mid`, stands between spoke and hub. */
  readonly transit?: boolean;
  /** Ports of the hub's and the spoke's neighborhood, as `20000-20003`. */
  readonly hubPorts?: string;
  readonly spokePorts?: string;
  readonly transportStateEnforcement?: 'reset' | 'allow' | 'block';
  /** Blocks to be added: to the authority, to the spoke, to the hub. */
  readonly authority?: string;
  readonly spoke?: string;
  readonly hub?: string;
  /** The last word, for what has no option of its own. */
  readonly edit?: (text: string) => string;
}

const SERVER_NETWORKS = 'address 10.2.0.0/24\naddress fd00:2::/64';
const CLIENT_NETWORKS = 'address 10.1.0.0/24\naddress fd00:1::/64';

interface ServiceLine {
  readonly name: string;
  readonly networks: string;
  readonly transport: string;
  readonly tenant: string;
  /** The router behind which it is. */
  readonly at: 'spoke' | 'hub';
}

const ports = (first: number, last = first): string => `port-range ${first}\nend-port ${last}\nexit`;

const services: readonly ServiceLine[] = [
  {
    name: 'web',
    networks: SERVER_NETWORKS,
    transport: `transport tcp\n${ports(80)}\n${ports(8000, 8099)}\nexit`,
    tenant: 'corp',
    at: 'hub',
  },
  {
    name: 'questions',
    networks: SERVER_NETWORKS,
    transport: `transport udp\n${ports(7000, 7999)}\nexit`,
    tenant: 'corp',
    at: 'hub',
  },
  { name: 'echo', networks: SERVER_NETWORKS, transport: 'transport icmp\nexit', tenant: 'corp', at: 'hub' },
  {
    name: 'pushes',
    networks: CLIENT_NETWORKS,
    transport: `transport udp\n${ports(9000, 9999)}\nexit`,
    tenant: 'servers',
    at: 'spoke',
  },
];

type RouterName = 'spoke' | 'mid' | 'hub';

/** SSR configuration text of a spoke and a hub with a client network and a server network behind them. */
export function labConfigurationText(options: LabConfiguration = {}): string {
  const { mode = 'inactivity-based', inactivityTimeoutSeconds = 5, hmac, emulator = {} } = options;
  const text = `
config
authority
session-recovery-detection
mode ${mode}
inactivity-timeout ${inactivityTimeoutSeconds}
exit
emulator
${Object.entries(emulator)
  .map(([leaf, value]) => `${leaf} ${value}`)
  .join('\n')}
exit
tenant corp
exit
tenant servers
exit
security between-routers
${encryptionText(options)}
hmac-mode ${hmac ? (hmac.mode ?? 'time-based') : 'disabled'}
hmac-cipher ${hmac?.cipher ?? 'sha256-128'}
hmac-key ${hmac?.key ?? '5ea1ed5ea1ed5ea1ed5ea1ed5ea1ed5e'}
exit
${profileText(options)}
service-policy plain
session-resiliency ${options.failover ? 'failover' : 'none'}
transport-state-enforcement ${options.transportStateEnforcement ?? 'reset'}
exit
${keepAliveTypes(options)}
${services.map((service) => serviceText(service, options)).join('\n')}
${options.authority ?? ''}
${routerText('spoke', options)}
${options.transit ? routerText('mid', options) : ''}
${routerText('hub', options)}
exit
exit
`;
  return options.edit ? options.edit(text) : text;
}

function keepAliveTypes({ keepAlive }: LabConfiguration): string {
  const protocols = keepAlive ? (['tcp', 'udp'] as const) : [];
  return protocols
    .map((protocol) => `session-type kept-${protocol}\nnat-keep-alive true\ntransport ${protocol}\nexit\nexit`)
    .join('\n');
}

/** The same, read; what is wrong with it is thrown. */
export function labConfiguration(options: LabConfiguration = {}): Authority {
  const { authority, diagnostics } = parseConfiguration(labConfigurationText(options), 'lab.conf');
  if (!authority) throw new Error(diagnostics.map((one) => JSON.stringify(one)).join('\n'));
  return authority;
}

function encryptionText({ encryption }: LabConfiguration): string {
  if (!encryption) return 'encrypt false';
  const { key, securityId = 1, keys = {} } = encryption;
  const further = Object.entries(keys).map(([id, other]) => `key ${id}\nencryption-key ${other}\nexit`);
  return `encrypt true\nencryption-key ${key}\nemulator\nsecurity-id ${securityId}\n${further.join('\n')}\nexit`;
}

function profileText({ live }: LabConfiguration): string {
  if (!live) return '';
  const { intervalMs = 1_000, count = 100, monitorOnly = false } = live;
  const leaves = `interval-duration ${intervalMs}\nmarking-count ${count}\nmonitor-only ${monitorOnly}`;
  return `performance-monitoring-profile lively\n${leaves}\nexit`;
}

const serviceText = ({ name, networks, transport, tenant }: ServiceLine, options: LabConfiguration): string => `
service ${name}
${name === 'questions' && options.encryption?.payload ? 'security between-routers' : ''}
${networks}
${transport}
access-policy ${tenant}
exit
service-policy plain
exit`;

function routerText(router: RouterName, options: LabConfiguration): string {
  const peers = peersOf(router, options.transit ?? false);
  const blocks = [
    ...peers.map((peer) => peerText(router, peer, options)),
    ...services.map((service) => routeText(router, service, peers)),
    nodeText(router, options),
    (router === 'spoke' ? options.spoke : router === 'hub' ? options.hub : '') ?? '',
  ];
  return `router ${router}\n${blocks.join('\n')}\nexit`;
}

function peersOf(router: RouterName, transit: boolean): readonly RouterName[] {
  if (router === 'mid') return ['spoke', 'hub'];
  if (transit) return ['mid'];
  return [router === 'spoke' ? 'hub' : 'spoke'];
}

function peerText(router: RouterName, peer: RouterName, { encoding }: LabConfiguration): string {
  const own = typeof encoding === 'object' ? (router === 'mid' ? undefined : encoding[router]) : encoding;
  const block = own ? `emulator\nmetadata-encoding ${own}\nexit\n` : '';
  return `peer ${peer}\nrouter-name ${peer}\n${block}exit`;
}

function routeText(router: RouterName, { name, at }: ServiceLine, peers: readonly RouterName[]): string {
  const towards = at === 'hub' ? peers[peers.length - 1] : peers[0];
  const way = router === at ? `next-hop ${router} lan\nexit` : `peer ${towards}`;
  return `service-route ${name}\nservice-name ${name}\n${way}\nexit`;
}

function nodeText(router: RouterName, options: LabConfiguration): string {
  const ends = {
    spoke: [lanText('corp', '10.1.0.1', 'fd00:1::1'), wanText('wan', 'wan', 1, router, options)],
    mid: [wanText('west', 'wan', 3, router, options), wanText('east', 'far', 1, router, options)],
    hub: [
      lanText('servers', '10.2.0.1', 'fd00:2::1'),
      wanText('wan', options.transit ? 'far' : 'wan', 2, router, options),
    ],
  }[router];
  return `node ${router}\n${ends.join('\n')}\nexit`;
}

const addressText = (address: string, length: number): string => `address ${address}\nprefix-length ${length}\nexit`;

const lanText = (tenant: string, ipv4: string, ipv6: string): string => `
device-interface lan
network-interface lan
tenant ${tenant}
${addressText(ipv4, 24)}
${addressText(ipv6, 64)}
exit
exit`;

/** Networks between routers: 172.16.0.0/24 and fd00:a::/64 are `wan`, 172.17.0.0/24 and fd00:b::/64 are `far`. */
function wanText(
  name: string,
  neighborhood: 'wan' | 'far',
  host: number,
  router: RouterName,
  options: LabConfiguration,
): string {
  const { wan = 4, pinhole, keepAlive } = options;
  const isWan = neighborhood === 'wan';
  const range = { spoke: options.spokePorts, mid: undefined, hub: options.hubPorts }[router];
  const [first, last = first] = range?.split('-') ?? [];
  return `
device-interface ${name}
network-interface ${name}
mtu 9000
inter-router-security between-routers
neighborhood ${neighborhood}
topology mesh
bfd
state ${options.failover ? 'enabled' : 'disabled'}
exit
${keepAlive ? `nat-keep-alive\ntcp-inactivity-timeout ${keepAlive.tcp ?? 1800}\nudp-inactivity-timeout ${keepAlive.udp ?? 30}\nexit` : ''}
${options.live ? 'performance-monitoring\nenabled true\nprofile lively\nexit' : ''}
${pinhole && router === 'spoke' ? 'peer-connectivity outbound-only' : ''}
${first ? `port-range ${first}\nend-port ${last}\nexit` : ''}
exit
${wan === 6 ? '' : addressText(`${isWan ? '172.16.0' : '172.17.0'}.${host}`, 24)}
${wan === 4 ? '' : addressText(`fd00:${isWan ? 'a' : 'b'}::${host}`, 64)}
exit
exit`;
}
