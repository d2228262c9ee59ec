import type { Chance } from './chance.ts';
import { linksOf, machinesOf, middleboxOf, type Fault, type Plan, type PlannedWire } from './plan.ts';
import { ENCRYPTED_POLICIES, INACTIVITY_BASED } from './settings.ts';
import { formatMs } from './time.ts';

type Lab = Pick<Plan, 'routers' | 'wires' | 'settings' | 'traffic'>;
type Keys = Readonly<Record<string, string>>;

/** The first and the last moment of a fault. */
interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Undefined where the lab has no place for it. */
type Draw = (chance: Chance, lab: Lab, span: Span) => Fault | undefined;

/** Something that is over at once. */
const once = (place: string, keys: Keys, { fromMs }: Span): Fault => ({
  places: [place],
  steps: [{ atMs: fromMs, keys }],
});

/** Something that says itself how long it lasts. */
const lasting = (place: string, keys: Keys, key: 'for' | 'down-for', { fromMs, untilMs }: Span): Fault => ({
  places: [place],
  steps: [{ atMs: fromMs, keys: { ...keys, [key]: formatMs(untilMs - fromMs) } }],
});

const anyMachine = (chance: Chance, { routers }: Lab): string => chance.of(machinesOf(chance.of(routers)));

const faults: Readonly<Record<string, Draw>> = {
  'forget sessions': (chance, lab, span) => {
    const machine = anyMachine(chance, lab);
    return once(machine, { 'forget-sessions': machine }, span);
  },
  'forget a session': (chance, lab, span) => {
    const machine = anyMachine(chance, lab);
    return once(machine, { 'forget-session': chance.of(lab.traffic).name, node: machine }, span);
  },
  restart: (chance, lab, span) => {
    const machine = anyMachine(chance, lab);
    return lasting(machine, { restart: machine }, 'down-for', span);
  },
  kill: (chance, lab, span) => {
    const machine = anyMachine(chance, lab);
    return lasting(machine, { kill: machine }, 'for', span);
  },
  'kill one of a pair': (chance, { routers }, span) => {
    const pair = routers.find(({ isPair }) => isPair);
    if (!pair) return undefined;
    const machine = chance.of(machinesOf(pair));
    return lasting(machine, { kill: machine }, 'for', span);
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
  rebind: (_, lab, span) => atMiddlebox(lab, ['nat'], (box) => once(box, { rebind: box }, span)),
  'forget mappings': (_, lab, span) => atMiddlebox(lab, ['nat'], (box) => once(box, { 'forget-mappings': box }, span)),
  'forget states': (_, lab, span) => atMiddlebox(lab, ['firewall'], (box) => once(box, { 'forget-states': box }, span)),
  'restart a middlebox': (_, lab, span) =>
    atMiddlebox(lab, ['nat', 'firewall'], (box) => lasting(box, { restart: box }, 'down-for', span)),
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
  (chance) => ({ rate: chance.of(['64kbit', '1Mbit', '10Mbit']), limit: String(chance.of([1, 10, 100])) }),
  (chance) => ({ mtu: String(chance.of([600, 1_280, 1_400])) }),
];

/** Of the kinds of faults a seed enables some, and draws from those alone. */
export function drawFaults(chance: Chance, lab: Lab, { fromMs, untilMs }: Span): Fault[] {
  const enabled = chance.some(Object.values(faults));
  const drawn = Array.from({ length: enabled.length > 0 ? chance.between(0, 6) : 0 }, () => {
    const begins = chance.between(fromMs, untilMs - 100);
    const span = { fromMs: begins, untilMs: chance.between(begins + 50, untilMs) };
    const fault = chance.of(enabled)(chance, lab, span);
    return fault && { fault, span };
  }).filter((found) => found !== undefined);
  // Of two at the same place at the same time the first one stays: nobody restarts what is down.
  const kept = drawn.filter(
    (one, i) =>
      !drawn
        .slice(0, i)
        .some(
          (other) =>
            overlap(one.span, other.span) && one.fault.places.some((place) => other.fault.places.includes(place)),
        ),
  );
  return kept.map(({ fault }) => fault);
}

const overlap = (a: Span, b: Span): boolean => a.fromMs <= b.untilMs && b.fromMs <= a.untilMs;

const machinesAt = ({ routers }: Lab, end: string): string[] =>
  routers.filter(({ name }) => name === end).flatMap(machinesOf);

function plainWire(chance: Chance, { wires }: Lab): PlannedWire | undefined {
  const plain = wires.filter(({ middlebox }) => !middlebox);
  return plain.length > 0 ? chance.of(plain) : undefined;
}

function atMiddlebox({ wires }: Lab, kinds: readonly string[], fault: (name: string) => Fault): Fault | undefined {
  const wire = wires.find(({ middlebox }) => middlebox !== undefined && kinds.includes(middlebox));
  return wire && fault(middleboxOf(wire));
}
