import type { Chance } from './chance.ts';
import { wireAddress } from './configuration.ts';
import { hostOf, linksOf, machinesOf, middleboxOf, type Fault, type Plan, type PlannedWire } from './plan.ts';
import { ENCRYPTED_POLICIES, INACTIVITY_BASED, isSealed } from './settings.ts';
import { formatMs } from './time.ts';

export type Lab = Pick<Plan, 'routers' | 'wires' | 'settings' | 'traffic'>;
type Keys = Readonly<Record<string, string>>;

/** The first and the last moment of a fault. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Undefined where the lab has no place for it. */
export type Draw = (chance: Chance, lab: Lab, span: Span) => Fault | undefined;

/** Something that is over at once. */
const once = (place: string, keys: Keys, { fromMs }: Span): Fault => ({
  places: [place],
  steps: [{ atMs: fromMs, keys }],
});

/** Something that says itself how long it lasts. */
export const lasting = (place: string, keys: Keys, key: 'for' | 'down-for', { fromMs, untilMs }: Span): Fault => ({
  places: [place],
  steps: [{ atMs: fromMs, keys: { ...keys, [key]: formatMs(untilMs - fromMs) } }],
});

const lastingAt =
  (kind: string, more: (chance: Chance) => Keys = () => ({})): Draw =>
  (chance, lab, span) => {
    const machine = anyMachine(chance, lab);
    return lasting(machine, { [kind]: machine, ...more(chance) }, 'for', span);
  };

export const anyMachine = (chance: Chance, { routers }: Lab): string => chance.of(machinesOf(chance.of(routers)));

export const faultRows: Readonly<Record<string, Draw>> = {
  'forget sessions': (chance, lab, span) => {
    const machine = anyMachine(chance, lab);
    return once(machine, { 'forget-sessions': machine }, span);
  },
  'forget a session': (chance, lab, span) => {
    const machine = anyMachine(chance, lab);
    return once(machine, { 'forget-session': chance.of(lab.traffic).name, node: machine }, span);
  },
  'forget some sessions': (chance, lab, span) => {
    const machine = anyMachine(chance, lab);
    const { number } = chance.of(lab.routers.filter(({ hasHost }) => hasHost));
    const some = chance.of<Keys>([{ service: `to-${number}` }, { source: `10.${number}.0.0/16` }, { share: '50%' }]);
    return once(machine, { 'forget-sessions': machine, ...some }, span);
  },
  restart: (chance, lab, span) => {
    const machine = anyMachine(chance, lab);
    return lasting(machine, { restart: machine }, 'down-for', span);
  },
  kill: lastingAt('kill'),
  pause: lastingAt('pause'),
  'clock step': lastingAt('clock-step', (chance) => ({ by: chance.of(['1s', '-1s', '40s', '-40s']) })),
  'clock drift': lastingAt('clock-drift', (chance) => ({ rate: chance.of(['10%', '-10%', '500%', '-90%']) })),
  'full table': lastingAt('table-full'),
  'slow set-up': lastingAt('slow-setup', (chance) => ({ each: `${chance.of([1, 20, 200])}ms` })),
  'kill one of a pair': (chance, { routers }, span) => {
    const pair = routers.find(({ isPair }) => isPair);
    if (!pair) return undefined;
    const machine = chance.of(machinesOf(pair));
    return lasting(machine, { kill: machine }, 'for', span);
  },
  'store gone': (_, { routers }, span) => {
    const pair = routers.find(({ isPair }) => isPair);
    return pair && lasting(`store of ${pair.name}`, { 'store-gone': pair.name }, 'for', span);
  },
  'slow store': (chance, { routers }, span) => {
    const pair = routers.find(({ isPair }) => isPair);
    const by = `${chance.of([10, 200, 1_000])}ms`;
    return pair && lasting(`store of ${pair.name}`, { 'store-slow': pair.name, by }, 'for', span);
  },
  cut: (chance, { wires }, span) => {
    const link = chance.of(linksOf(chance.of(wires)));
    return lasting(link, { cut: link }, 'for', span);
  },
  'cut one way': (chance, lab, span) => {
    const wire = plainWire(chance, lab);
    if (!wire) return undefined;
    const ends = [wire.from, wire.to].map((end) => `${chance.of(machinesAt(lab, end))}:${wire.name}`);
    const what = (chance.once(2) ? ends : ends.toReversed()).join(' -> ');
    return lasting(wire.name, { cut: what }, 'for', span);
  },
  clog: (chance, { wires }, span) => {
    const link = chance.of(linksOf(chance.of(wires)));
    return lasting(`clog of ${link}`, { clog: link }, 'for', span);
  },
  'arp silent': (chance, lab, span) => {
    const wire = chance.of(lab.wires);
    const hosts = lab.routers.filter(({ hasHost }) => hasHost).map(hostOf);
    const machines = [wire.from, wire.to].flatMap((end) => machinesAt(lab, end));
    const port = chance.of([...machines.map((machine) => `${machine}:${wire.name}`), chance.of(hosts)]);
    return lasting(port.split(':')[0], { 'arp-silent': port }, 'for', span);
  },
  flap: (chance, { wires }, { fromMs, untilMs }) => {
    const link = chance.of(linksOf(chance.of(wires)));
    const times = chance.between(2, 4);
    const everyMs = Math.floor((untilMs - fromMs) / times);
    const keys = { cut: link, for: formatMs(Math.ceil(everyMs / 2)), every: formatMs(everyMs), times: String(times) };
    return once(link, keys, { fromMs, untilMs });
  },
  impair: (chance, { wires }, span) => {
    const { name } = chance.of(wires);
    const impaired = { impair: name, delay: `${chance.of([1, 20, 100, 200])}ms`, ...impairment(chance) };
    return lasting(name, impaired, 'for', span);
  },
  'interface down': (chance, lab, span) => {
    const wire = chance.of(lab.wires);
    const machine = chance.of([...machinesAt(lab, wire.from), ...machinesAt(lab, wire.to)]);
    const fault = lasting(wire.name, { 'interface-down': `${machine}:${wire.name}` }, 'for', span);
    return { ...fault, places: [wire.name, machine] };
  },
  'another address': (chance, lab, span) => {
    const wire = plainWire(chance, lab);
    if (!wire) return undefined;
    const [machine] = machinesAt(lab, chance.once(2) ? wire.from : wire.to);
    const port = `${machine}:${wire.name}`;
    const address = wireAddress(wire.number, chance.of(wire.families), chance.between(20, 29));
    const fault = lasting(machine, { 'address-change': port, address }, 'for', span);
    return { ...fault, places: [`address of ${wire.name}`, machine] };
  },
  rebind: (_, lab, span) => atMiddlebox(lab, ['nat'], (box) => once(box, { rebind: box }, span)),
  'rebind to another address': (_, lab, span) => {
    const nat = lab.wires.find(({ middlebox }) => middlebox === 'nat');
    // Without an HMAC nobody proves who he is: a router that was restarted takes its peer from no address but the known one.
    if (!isSealed(lab.settings)) return undefined;
    return nat && once(middleboxOf(nat), { rebind: middleboxOf(nat), address: wireAddress(nat.number, 4, 10) }, span);
  },
  'forget mappings': (_, lab, span) => atMiddlebox(lab, ['nat'], (box) => once(box, { 'forget-mappings': box }, span)),
  'forget states': (_, lab, span) => atMiddlebox(lab, ['firewall'], (box) => once(box, { 'forget-states': box }, span)),
  'restart a middlebox': (_, lab, span) =>
    atMiddlebox(lab, ['nat', 'firewall'], (box) => lasting(box, { restart: box }, 'down-for', span)),
  'pause a middlebox': (_, lab, span) =>
    atMiddlebox(lab, ['nat', 'firewall', 'attacker'], (box) => lasting(box, { pause: box }, 'for', span)),
  blackhole: atService('blackhole'),
  'slow service': atService('slow', (chance) => ({ by: `${chance.of([10, 200, 800])}ms` })),
  refuse: atService('refuse'),
  reset: atService('reset'),
  reconfigure: (chance, { routers, wires, settings }, span) => {
    const isInactivityBased = settings.some(({ lines }) => lines.includes(INACTIVITY_BASED));
    const hasMiddlebox = wires.some(({ middlebox }) => middlebox !== undefined);
    const router = chance.of(routers).name;
    const line = chance.of([
      // Its timers are short only where the lab has them so, and what a middlebox breaks it heals only while it lasts.
      ...(isInactivityBased && !hasMiddlebox ? ['inactivity-based', 'packet-based'] : []).map(
        (mode) => `session-recovery-detection mode ${mode}`,
      ),
      'emulator metadata-encoding tlv',
      'emulator metadata-encoding protobuf',
      `router ${router} bfd desired-tx-interval 200ms`,
      `router ${router} bfd required-min-rx-interval 50ms`,
    ]);
    return once('configuration', { configure: `authority ${line}` }, span);
  },
  'rotate a key': (chance, lab, span) => {
    const machine = anyMachine(chance, lab);
    const policies = ENCRYPTED_POLICIES.filter((policy) =>
      lab.settings.some(({ lines }) => lines.includes(`authority security ${policy} encrypt true`)),
    );
    if (policies.length === 0) return undefined;
    return once(machine, { 'rotate-key': chance.of(policies), node: machine, 'security-id': '2' }, span);
  },
  'session capture': (chance, lab, span) => {
    const machine = anyMachine(chance, lab);
    const { number } = chance.of(lab.routers.filter(({ hasHost }) => hasHost));
    return once(machine, { 'session-capture': `to-${number}`, node: machine }, span);
  },
};

/** Some of what a link can do to frames beside delaying them. */
const impairment = (chance: Chance): Keys =>
  Object.fromEntries(chance.some(impairments).flatMap((draw) => Object.entries(draw(chance))));

const impairments: readonly ((chance: Chance) => Keys)[] = [
  (chance) => ({ jitter: `${chance.of([1, 10, 100])}ms`, ...(chance.once(2) && { order: 'free' }) }),
  (chance) => ({ loss: `${chance.of([1, 10, 30, 70])}%` }),
  (chance) => ({ duplicate: `${chance.of([1, 10, 100])}%` }),
  (chance) => ({ reorder: `${chance.of([1, 25, 50])}%` }),
  (chance) => ({ corrupt: `${chance.of([1, 10, 30])}%` }),
  (chance) => {
    // What waits when the link is whole again goes on at this rate, and everything waits for it: no longer than a second.
    const [rate, limitBytes] = chance.of([
      ['64kbit', '8KiB'],
      ['1Mbit', '64KiB'],
      ['10Mbit', '64KiB'],
    ]);
    return { rate, limit: String(chance.of([1, 10, 100])), 'limit-bytes': limitBytes };
  },
  (chance) => ({ mtu: String(chance.of([600, 1_280, 1_400])) }),
];

export const machinesAt = ({ routers }: Lab, end: string): string[] =>
  routers.filter(({ name }) => name === end).flatMap(machinesOf);

/** At the host that a traffic entry goes to: at its port alone, or at all. */
function atService(kind: string, more: (chance: Chance) => Keys = () => ({})): Draw {
  return (chance, { traffic }, span) => {
    const { to, port } = chance.of(traffic).keys;
    const where = port !== undefined && chance.once(2) ? { port } : undefined;
    return lasting(to, { [kind]: to, ...where, ...more(chance) }, 'for', span);
  };
}

function plainWire(chance: Chance, { wires }: Lab): PlannedWire | undefined {
  const plain = wires.filter(({ middlebox }) => !middlebox);
  return plain.length > 0 ? chance.of(plain) : undefined;
}

function atMiddlebox({ wires }: Lab, kinds: readonly string[], fault: (name: string) => Fault): Fault | undefined {
  const wire = wires.find(({ middlebox }) => middlebox !== undefined && kinds.includes(middlebox));
  return wire && fault(middleboxOf(wire));
}
