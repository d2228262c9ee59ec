import type { Chance } from './chance.ts';
import { configuredNodesOf, type Plan, type PlannedWire, type Setting } from './plan.ts';

/** What is too long for a path is refused then, instead of cut. */
export const OBEY = 'authority emulator dont-fragment obey';

export const INACTIVITY_BASED = 'authority session-recovery-detection mode inactivity-based';

type Topology = Pick<Plan, 'routers' | 'wires'>;

/** Lines of configuration, each from the root; none if the lab has no place for them. */
type Draw = (chance: Chance, topology: Topology) => readonly string[] | Setting;

/** Packets between routers bear no HMAC. */
const UNSEALED = 'authority security between-routers hmac-mode disabled';

const UNSEALED_BFD = 'bfd authentication-type simple';

/** Whether everything between routers bears an HMAC. */
export const isSealed = (settings: readonly Setting[]): boolean =>
  !settings.some(({ lines }) => lines.some((line) => line === UNSEALED || line.endsWith(UNSEALED_BFD)));

/** Policies that a lab may encrypt by, each with a second key to turn to. */
export const ENCRYPTED_POLICIES = ['between-routers', 'payload'] as const;

const KEYS = { '128': 'a1'.repeat(16), '256': 'a2'.repeat(32) } as const;

/**
 * What a configuration may say beside what it must. Of these a seed takes a random half: what is left out matters as much
 * as what is there, because one feature may hide the mistakes of another.
 */
const settings: readonly Draw[] = [
  (chance) => {
    const timeout = chance.between(1, 2);
    const acknowledgement = chance.of([50, 200, 1_000]);
    const attempts = chance.between(1, 4);
    return {
      lines: [
        INACTIVITY_BASED,
        `authority session-recovery-detection inactivity-timeout ${timeout}s`,
        `authority emulator acknowledgement-timeout ${acknowledgement}ms`,
        `authority emulator health-check-attempts ${attempts}`,
      ],
      recoveryMs: timeout * 1_000 + attempts * (acknowledgement + 500),
    };
  },
  (chance) => [`authority emulator disable-metadata-delay ${chance.of([0, 50, 500])}ms`],
  () => ['authority emulator metadata-encoding tlv'],
  (chance, { routers }) => [`authority router ${chance.of(routers).name} emulator metadata-encoding tlv`],
  (chance) => [chance.of(['authority security between-routers hmac-mode regular', UNSEALED])],
  (chance) => [`authority security between-routers hmac-cipher ${chance.of(['sha1', 'sha256', 'sha384', 'sha512'])}`],
  (chance) => encryption('between-routers', chance),
  (chance, { routers }) => [
    ...encryption('payload', chance),
    'authority security payload hmac-mode disabled',
    ...routers
      .filter(({ hasHost }) => hasHost)
      .slice(0, chance.between(1, 3))
      .map(({ number }) => `authority service to-${number} security payload`),
  ],
  (chance, { routers }) => [
    `authority service-policy choice session-resiliency ${chance.of(['none', 'failover', 'revertible-failover'])}`,
    `authority service-policy choice lb-strategy ${chance.of(['hunt', 'proportional'])}`,
    `authority service-policy choice best-path-criteria ${chance.of(['vector', 'average-latency', 'mos'])}`,
    ...(chance.once(3)
      ? ['authority service-policy choice path-quality-filter true', 'authority service-policy choice max-latency 40']
      : []),
    ...routers
      .filter(({ hasHost }) => hasHost)
      .map(({ number }) => `authority service to-${number} service-policy choice`),
  ],
  // Longer than any traffic pauses, unless it is silent on purpose: or it would depend on jitter what is lost.
  (chance) => [
    `authority session-type short timeout ${chance.of([1_000, 3_000])}`,
    'authority session-type short transport udp',
    ...(chance.once(2) ? ['authority session-type short nat-keep-alive true'] : []),
  ],
  (chance, { routers }) => [
    ...routers.map(({ name }) => `authority router ${name} path-mtu-discovery enabled true`),
    ...routers.map(({ name }) => `authority router ${name} path-mtu-discovery interval ${chance.of([1, 3])}`),
    'authority emulator path-mtu-probe-timeout 100ms',
  ],
  () => [OBEY],
  (chance, { routers, wires }) =>
    atBothEnds(chance.of(wires), routers).map((at) => `${at} mtu ${chance.of([1_280, 1_400, 1_500])}`),
  (chance, { routers, wires }) => [
    `authority performance-monitoring-profile live interval-duration ${chance.of([200, 1_000])}ms`,
    `authority performance-monitoring-profile live marking-count ${chance.of([1, 10])}`,
    ...atBothEnds(neighbored(chance, wires), routers).flatMap((at) => [
      `${at} neighborhood ${neighborhoodIn(at)} performance-monitoring enabled true`,
      `${at} neighborhood ${neighborhoodIn(at)} performance-monitoring profile live`,
    ]),
  ],
  (chance, { routers, wires }) => {
    const first = chance.of([2_000, 30_000]);
    return atBothEnds(neighbored(chance, wires), routers).map(
      (at) =>
        `${at} neighborhood ${neighborhoodIn(at)} port-range ${first} end-port ${first + chance.between(20, 200)}`,
    );
  },
  (chance, { routers, wires }) => {
    const wire = neighbored(chance, wires);
    return atEnd(wire, wire?.from, routers).map(
      (at) => `${at} neighborhood ${neighborhoodIn(at)} nat-keep-alive udp-inactivity-timeout ${chance.between(1, 2)}s`,
    );
  },
  (chance, { routers }) =>
    routers.map(({ name }) => `authority router ${name} bfd link-test-interval ${chance.between(1, 2)}s`),
  (_, { routers }) => routers.map(({ name }) => `authority router ${name} ${UNSEALED_BFD}`),
  (_, { routers }) => ({
    lines: routers.map(({ name }) => `authority router ${name} bfd dynamic-damping enabled`),
    recoveryMs: 8_000,
  }),
  (chance) => [`authority emulator arp-timeout ${chance.between(1, 2)}`],
  (chance) => [`authority emulator reassembly-timeout ${chance.of([50, 500])}ms`],
];

export function drawSettings(chance: Chance, topology: Topology): Setting[] {
  // Every seed takes another share, so that there are plain labs and crowded ones.
  const share = chance.between(2, 8);
  return settings.flatMap((draw) => {
    if (!chance.once(share)) return [];
    const drawn = draw(chance, topology);
    const setting: Setting = 'lines' in drawn ? drawn : { lines: drawn, recoveryMs: 0 };
    return setting.lines.length > 0 ? [setting] : [];
  });
}

function encryption(policy: (typeof ENCRYPTED_POLICIES)[number], chance: Chance): string[] {
  const length = chance.of(['128', '256'] as const);
  return [
    `authority security ${policy} encrypt true`,
    `authority security ${policy} encryption-cipher ${chance.of(['aes-cbc', 'aes-gcm'])}-${length}`,
    `authority security ${policy} encryption-key ${KEYS[length]}`,
    `authority security ${policy} emulator key 2 encryption-key ${KEYS[length].replaceAll('a', 'b')}`,
  ];
}

/** A wire whose ends find each other by a neighborhood. */
function neighbored(chance: Chance, wires: readonly PlannedWire[]): PlannedWire | undefined {
  const candidates = wires.filter(({ middlebox }) => middlebox !== 'nat');
  return candidates.length > 0 ? chance.of(candidates) : undefined;
}

/** The network interfaces of one end of a wire: two, if that router is a pair. */
function atEnd(wire: PlannedWire | undefined, end: string | undefined, routers: Plan['routers']): string[] {
  if (!wire) return [];
  return routers
    .filter(({ name }) => name === end)
    .flatMap((router) =>
      configuredNodesOf(router).map(
        (node) =>
          `authority router ${router.name} node ${node} device-interface ${wire.name} network-interface ${wire.name}`,
      ),
    );
}

const atBothEnds = (wire: PlannedWire | undefined, routers: Plan['routers']): string[] =>
  wire ? [...atEnd(wire, wire.from, routers), ...atEnd(wire, wire.to, routers)] : [];

/** A wire's neighborhood has its name. */
const neighborhoodIn = (at: string): string => at.slice(at.lastIndexOf(' ') + 1);
