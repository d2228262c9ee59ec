import { INACTIVITY_BASED } from '../swarm/settings.ts';
import { lanAddress, wireAddress } from '../swarm/configuration.ts';
import {
  linksOf,
  machinesOf,
  middleboxOf,
  type Fault,
  type Plan,
  type PlannedRouter,
  type PlannedTraffic,
  type PlannedWire,
  type Setting,
} from '../swarm/plan.ts';
import { formatMs } from '../swarm/time.ts';
import { nameOf, type Cell, type MatrixFault } from './cells.ts';

/** When it fails. Between two questions: no answer is on its way that would open a firewall again. */
export const FAULT_AT_MS = 3_080;

/** So long that also what an outbound-only side sends every 30 s to keep its pinholes open comes once. */
export const DURATION_MS = 45_000;

const SENT_EVERY_MS = 100;
const SENT_FROM_MS = 1_000;
/** What was sent last has a second to arrive. */
const SENT_UNTIL_MS = DURATION_MS - 1_000;

/** It takes about two seconds, of which the fault hits the first. */
const DOWNLOAD_FROM_MS = 2_800;
const DOWNLOAD_BYTES = '2MB';

/** What a stranger asks of the hub, before anything fails. */
export const STRANGER_PORTS = 20;
const FIRST_WAYPOINT = 16_384;

export const MATRIX_TRAFFIC = 'talk';
export const SCAN = 'scan';

/** The lab of a cell: a spoke with host h1, a hub with host h2, and a stranger between them who asks at the hub. */
export function planOf(cell: Cell, seed: number): Plan {
  const { mode, fault, direction, transport, encoding } = cell;
  const spoke: PlannedRouter = { name: 'spoke', number: 1, hasHost: true, isPair: fault === 'ha-failover' };
  const hub: PlannedRouter = { name: 'hub', number: 2, hasHost: true, isPair: false };
  const wires = wiresOf(cell);
  return {
    name: nameOf(cell),
    about: `${fault}, traffic ${direction} over ${transport}, metadata as ${encoding}, detection ${mode}`,
    seed,
    routers: [spoke, hub],
    wires,
    lanFamilies: [4],
    settings: settingsOf(cell, wires),
    traffic: [talkOf(cell), scan],
    faults: [faults[fault](cell, spoke, wires)],
    attacks: [],
    expectations: [`received of ${SCAN} is ${mode === 'packet-based' ? STRANGER_PORTS : 0}`],
    healedAtMs: DURATION_MS,
    convergedAtMs: DURATION_MS,
    durationMs: DURATION_MS,
    convergeWithinMs: 0,
  };
}

function wiresOf({ fault, direction }: Cell): PlannedWire[] {
  const isOutboundOnly = direction === 'outbound-only';
  const needsFirewall = fault === 'firewall-forgot' || isOutboundOnly;
  const middlebox = fault === 'nat-rebound' ? 'nat' : needsFirewall ? 'firewall' : undefined;
  const wire = (name: string, number: number, delayMs: number): PlannedWire => ({
    ...{ name, number, from: 'spoke', to: 'hub', families: [4], delayMs, jitterUs: 200, isOutboundOnly },
    ...(middlebox && { middlebox }),
    ...(number === 1 && { stranger: { name: 'stranger', kind: 'host' } as const }),
  });
  return fault === 'path-moved' ? [wire('cable', 1, 10), wire('lte', 2, 30)] : [wire('wan', 1, 20)];
}

function settingsOf({ mode, fault, encoding }: Cell, wires: readonly PlannedWire[]): Setting[] {
  const inactivityBased = [
    INACTIVITY_BASED,
    'authority session-recovery-detection inactivity-timeout 1s',
    'authority emulator acknowledgement-timeout 200ms',
  ];
  const moving = [
    'authority service-policy moves session-resiliency failover',
    ...wires.map(({ name, number }) => `authority service-policy moves vector ${name} priority ${number}`),
    ...wires.flatMap(({ name, from, to }) => [from, to].map((router) => vectorLine(router, name))),
    'authority service to-1 service-policy moves',
    'authority service to-2 service-policy moves',
  ];
  const lines = [
    ...(mode === 'inactivity-based' ? inactivityBased : []),
    ...(encoding === 'tlv' ? ['authority emulator metadata-encoding tlv'] : []),
    ...(fault === 'path-moved' ? moving : []),
    ...(fault === 'ha-failover' ? ['authority emulator redundancy-detection-time 300ms'] : []),
  ];
  return [{ lines, recoveryMs: 0 }];
}

/** Routers and wires name what belongs to them alike. */
const vectorLine = (router: string, wire: string): string =>
  `authority router ${router} node ${router} device-interface ${wire} ` +
  `network-interface ${wire} neighborhood ${wire} vector ${wire}`;

const kindsOfUdp = {
  'both-ways': 'udp-request',
  'one-way-forward': 'udp-one-way',
  'one-way-reverse': 'udp-push',
  'outbound-only': 'udp-request',
} as const satisfies Record<Cell['direction'], string>;

/** Only where the spoke is outbound-only the hub's side begins, through pinholes. */
function talkOf({ direction, transport }: Cell): PlannedTraffic {
  const [from, to] = direction === 'outbound-only' ? [2, 1] : [1, 2];
  const ends = { from: `h${from}`, to: `h${to}`, address: lanAddress(to, 4, 10) };
  const pace = {
    start: formatMs(SENT_FROM_MS),
    every: formatMs(SENT_EVERY_MS),
    count: String(Math.floor((SENT_UNTIL_MS - SENT_FROM_MS) / SENT_EVERY_MS)),
  };
  const keys: Record<string, string> =
    transport === 'udp'
      ? { kind: kindsOfUdp[direction], ...ends, port: '7000', ...pace }
      : { kind: 'http-download', ...ends, port: '80', start: formatMs(DOWNLOAD_FROM_MS), bytes: DOWNLOAD_BYTES };
  return { name: MATRIX_TRAFFIC, keys, outlives: false };
}

const scan: PlannedTraffic = {
  name: SCAN,
  keys: {
    kind: 'scan',
    from: 'stranger',
    to: 'hub',
    address: wireAddress(1, 4, 2),
    ports: `${FIRST_WAYPOINT}..${FIRST_WAYPOINT + STRANGER_PORTS - 1}`,
    start: '1500ms',
    every: '20ms',
  },
  outlives: false,
};

const once = (place: string, keys: Readonly<Record<string, string>>): Fault => ({
  places: [place],
  steps: [{ atMs: FAULT_AT_MS, keys }],
});

/** Who receives forgets: who sends is the one to find out. */
const receiverOf = ({ direction }: Cell): string =>
  direction === 'one-way-reverse' || direction === 'outbound-only' ? 'spoke' : 'hub';

const faults: Readonly<
  Record<MatrixFault, (cell: Cell, spoke: PlannedRouter, wires: readonly PlannedWire[]) => Fault>
> = {
  'peer-forgot': (cell) => once(receiverOf(cell), { 'forget-sessions': receiverOf(cell) }),
  'nat-rebound': (_, __, [wire]) => once(middleboxOf(wire), { rebind: middleboxOf(wire) }),
  'firewall-forgot': (_, __, [wire]) => once(middleboxOf(wire), { 'forget-states': middleboxOf(wire) }),
  'path-moved': (_, __, [wire]) => once(linksOf(wire)[0], { cut: linksOf(wire)[0] }),
  'ha-failover': (_, spoke) => once(machinesOf(spoke)[0], { kill: machinesOf(spoke)[0] }),
};
