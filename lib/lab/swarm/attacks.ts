import type { Family } from '../../address.ts';
import type { Chance } from './chance.ts';
import { wireAddress } from './configuration.ts';
import { middleboxOf, type Plan, type PlannedAttack, type PlannedWire } from './plan.ts';
import { isSealed } from './settings.ts';
import { formatMs } from './time.ts';

type Lab = Pick<Plan, 'wires' | 'settings' | 'traffic'>;
type Keys = Readonly<Record<string, string>>;

const FIRST_WAYPOINT = 16_384;
const PACKETS_MAX = 200;

/** What an attack says beside its pace. */
type Draw = (chance: Chance, lab: Lab, wire: PlannedWire) => Keys;

interface Row {
  readonly draw: Draw;
  /** What it sends is as good as any packet where something is not sealed: there is none in such a lab. */
  readonly needsSeal: boolean;
}

const passing = (chance: Chance): Keys => ({
  packets: `[${chance.of(['metadata', 'bare', 'bfd', 'metadata, bare', 'metadata, bare, bfd'])}]`,
  ...(chance.once(4) && { towards: chance.of(['inside', 'outside']) }),
});

/**
 * Whoever is in a wire, and does something to those who pass. What it sends in the place of a packet is a loss that nobody
 * heals, since it lasts for so many packets as the attack is long: there is none of that.
 */
const onPath: Readonly<Record<string, Row>> = {
  replay: {
    needsSeal: true,
    draw: (chance) => ({
      kind: 'replay',
      ...passing(chance),
      age: formatMs(chance.of([0, 100, 1_000, 3_000])),
      ...(chance.once(4) && { turned: 'yes' }),
      ...(chance.once(6) && { port: String(FIRST_WAYPOINT + chance.between(0, 7)) }),
    }),
  },
  'bit-flip': {
    needsSeal: true,
    draw: (chance) => ({ kind: 'bit-flip', ...passing(chance), bits: chance.of(['each', '3']) }),
  },
  look: { needsSeal: false, draw: (chance) => ({ kind: 'look', ...passing(chance) }) },
};

/** Whoever is beside a wire, and makes packets up. */
const offPath: Readonly<Record<string, Row>> = {
  'port-scan': {
    needsSeal: false,
    draw: (chance, _, wire) => {
      const first = chance.of([1_024, 2_000, FIRST_WAYPOINT, 30_000]);
      const { target } = drawEnds(chance, wire);
      return { kind: 'port-scan', target, ports: `${first}..${first + chance.of([7, 99])}` };
    },
  },
  spoof: {
    needsSeal: true,
    draw: (chance, _, wire) => {
      const { target, peer } = drawEnds(chance, wire);
      return { kind: 'spoof', target, as: peer, packets: list(chance, messages) };
    },
  },
  flood: {
    needsSeal: true,
    draw: (chance, lab, wire) => {
      const { target, family } = drawEnds(chance, wire);
      const sources = chance.once(2) ? wireAddress(wire.number, family, 0) : lanOf(family);
      return { kind: 'flood', target, sources: `${sources}/${family === 4 ? 16 : 32}`, ...pretence(chance, lab) };
    },
  },
  forge: {
    needsSeal: true,
    draw: (chance, lab, wire) => {
      const { target, peer } = drawEnds(chance, wire);
      const packets = list(chance, [...messages, 'first-packet', 'reverse-metadata', 'keep-alive']);
      return { kind: 'forge', target, ...(chance.once(2) && { as: peer }), packets, ...pretence(chance, lab) };
    },
  },
};

const messages = ['bare', 'health-check', 'enable-metadata', 'disable-metadata', 'delete-session', 'bfd'] as const;

const lanOf = (family: Family): string => (family === 4 ? '10.0.0.0' : 'fd00::');

const list = (chance: Chance, items: readonly string[]): string => {
  const some = chance.some(items);
  return `[${(some.length > 0 ? some : items).join(', ')}]`;
};

/** Whose session made-up metadata pretends to be of, and how it is sealed. */
function pretence(chance: Chance, { traffic }: Lab): Keys {
  const { name, keys } = chance.of(traffic);
  return { like: name, tenant: 'corp', service: `to-${keys.to.slice(1)}`, hmac: chance.of(['none', 'wrong']) };
}

interface Ends {
  readonly family: Family;
  /** Who is attacked. */
  readonly target: string;
  /** The one whose packets come to it by this wire. */
  readonly peer: string;
}

/** A NAT is one of the ends of the wire outside of it. */
function drawEnds(chance: Chance, { number, middlebox, families }: PlannedWire): Ends {
  const family = chance.of(families);
  const ends = [middlebox === 'nat' ? 9 : 1, 2].map((end) => wireAddress(number, family, end));
  const [target, peer] = chance.once(2) ? ends : ends.toReversed();
  return { family, target, peer };
}

/** What attackers do to a lab. They have no key: who seals must not care. */
export function drawAttacks(chance: Chance, lab: Lab, durationMs: number): PlannedAttack[] {
  const possible = (rows: Readonly<Record<string, Row>>): Row[] =>
    Object.values(rows).filter(({ needsSeal }) => !needsSeal || isSealed(lab.settings));
  const attackers = lab.wires.flatMap((wire): Attacker[] => [
    ...(wire.middlebox === 'attacker' ? [{ by: middleboxOf(wire), wire, rows: possible(onPath) }] : []),
    ...(wire.stranger ? [{ by: wire.stranger.name, wire, rows: possible(offPath) }] : []),
  ]);
  return attackers
    .flatMap((attacker) => Array.from({ length: chance.between(1, 2) }, () => attacker))
    .map((attacker, i) => ({ name: `a${i + 1}`, keys: drawAttack(chance, lab, attacker, durationMs) }));
}

interface Attacker {
  readonly by: string;
  readonly wire: PlannedWire;
  readonly rows: readonly Row[];
}

function drawAttack(chance: Chance, lab: Lab, { by, wire, rows }: Attacker, durationMs: number): Keys {
  const startMs = chance.between(5, 20) * 100;
  const everyMs = chance.of([5, 50]);
  const count = Math.min(PACKETS_MAX, Math.floor((durationMs - startMs) / everyMs));
  const { kind, ...own } = chance.of(rows).draw(chance, lab, wire);
  return { kind, by, start: formatMs(startMs), every: formatMs(everyMs), count: String(count), ...own };
}
