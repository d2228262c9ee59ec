import { configuredNodesOf, type Plan, type PlannedRouter, type PlannedWire } from './plan.ts';
import { wayBetween } from './topology.ts';

/** A block of configuration with what stands in it, or a leaf. */
type Line = string | Block;

interface Block {
  readonly opening: string;
  readonly inside: readonly Line[];
}

const block = (opening: string, ...inside: readonly Line[]): Block => ({ opening, inside });

/** The plain configuration of a plan's routers: what makes every host reach every other, and nothing else. */
export function configurationLines(plan: Plan): string[] {
  const hosts = plan.routers.filter(({ hasHost }) => hasHost);
  const authority: Line = block(
    'authority',
    'name swarm',
    block('emulator', 'session-table-size 64', 'replay-cache-size 1024', 'reassembly-packets 16'),
    block('tenant corp'),
    block('security between-routers', 'encrypt false', `hmac-key ${'5ea1ed5e'.repeat(4)}`),
    ...hosts.map(({ number }): Line =>
      block(
        `service to-${number}`,
        ...plan.lanFamilies.map((family) => `address ${lanAddress(number, family, 0)}/${family === 4 ? 24 : 64}`),
        block('access-policy corp'),
      ),
    ),
    ...plan.routers.map((router) => routerBlock(router, plan)),
  );
  return print(block('config', authority), 0);
}

/** `10.1.0.10`, `fd00:1::10`: the network behind router 1. */
export function lanAddress(number: number, family: 4 | 6, host: number): string {
  return family === 4 ? `10.${number}.0.${host}` : `fd00:${number}::${host === 0 ? '' : host}`;
}

/** The ends of a wire: 1 at `from`, 2 at `to`; 9 is the outside of a NAT. */
export function wireAddress(number: number, family: 4 | 6, end: number): string {
  return family === 4 ? `172.16.${number}.${end}` : `fd01:${number}::${end}`;
}

/** Inside of a NAT: 1 is the NAT, 2 the router. */
export const insideAddress = (number: number, end: number): string => `192.168.${number}.${end}`;

function routerBlock(router: PlannedRouter, plan: Plan): Line {
  const wires = plan.wires.filter(({ from, to }) => from === router.name || to === router.name);
  const peers = [...new Set(wires.map(({ from, to }) => (from === router.name ? to : from)))];
  const nodes = configuredNodesOf(router);
  const ports = [...(router.hasHost ? ['lan'] : []), ...wires.map(({ name }) => name)];
  const destinations = plan.routers.filter(({ hasHost, name }) => hasHost && name !== router.name);
  const groups = router.isPair ? nodes : [];
  return block(
    `router ${router.name}`,
    block('bfd', 'desired-tx-interval 200ms', 'required-min-rx-interval 200ms', 'hold-down-time 1s'),
    ...peers.map((peer): Line => block(`peer ${peer}`, `router-name ${peer}`)),
    ...destinations.map(({ name, number }): Line => {
      const next = wayBetween(plan, router.name, name)[1];
      return block(`service-route to-${number}`, `service-name to-${number}`, `peer ${next}`);
    }),
    ...groups.map((node): Line =>
      block(`redundancy-group ${node}`, 'priority 50', ...ports.map((port): Line => block(`member ${node} ${port}`))),
    ),
    ...nodes.map((node): Line => block(`node ${node}`, ...ports.map((port, i) => portBlock(router, port, i, plan)))),
  );
}

function portBlock(router: PlannedRouter, port: string, index: number, plan: Plan): Line {
  const wire = plan.wires.find(({ name }) => name === port);
  const shared = `02:5e:00:00:${hex(router.number)}:${hex(index + 1)}`;
  return block(
    `device-interface ${port}`,
    ...(router.isPair ? [`shared-phys-address ${shared}`, `global-id ${index + 1}`] : []),
    block(`network-interface ${port}`, ...(wire ? wireLines(router, wire) : lanLines(router, plan))),
  );
}

const lanLines = ({ number }: PlannedRouter, { lanFamilies }: Plan): Line[] => [
  'tenant corp',
  ...lanFamilies.map((family) => address(lanAddress(number, family, 1), family)),
];

function wireLines(router: PlannedRouter, wire: PlannedWire): Line[] {
  const isFrom = router.name === wire.from;
  const own = isFrom ? 1 : 2;
  const common: Line[] = ['mtu 9000', 'inter-router-security between-routers'];
  if (wire.middlebox !== 'nat')
    return [
      ...common,
      block(
        `neighborhood ${wire.name}`,
        `topology ${isFrom ? 'spoke' : 'hub'}`,
        ...(isFrom && wire.isOutboundOnly ? ['peer-connectivity outbound-only'] : []),
      ),
      ...wire.families.map((family) => address(wireAddress(wire.number, family, own), family)),
    ];
  if (!isFrom)
    return [
      ...common,
      block(`adjacency ${wireAddress(wire.number, 4, 9)} ${wire.from}`, 'inter-router-security between-routers'),
      address(wireAddress(wire.number, 4, own), 4),
    ];
  return [
    ...common,
    block(
      `adjacency ${wireAddress(wire.number, 4, 2)} ${wire.to}`,
      ...(wire.isOutboundOnly ? ['peer-connectivity outbound-only'] : []),
    ),
    address(insideAddress(wire.number, 2), 4, insideAddress(wire.number, 1)),
  ];
}

const address = (text: string, family: 4 | 6, gateway?: string): Line =>
  block(
    `address ${text}`,
    `prefix-length ${family === 4 ? 24 : 64}`,
    ...(gateway === undefined ? [] : [`gateway ${gateway}`]),
  );

const hex = (value: number): string => value.toString(16).padStart(2, '0');

function print(line: Line, depth: number): string[] {
  const indent = '  '.repeat(depth);
  if (typeof line === 'string') return [`${indent}${line}`];
  const { opening, inside } = line;
  return [`${indent}${opening}`, ...inside.flatMap((inner) => print(inner, depth + 1)), `${indent}exit`];
}
