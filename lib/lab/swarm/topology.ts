import type { Family } from '../../address.ts';
import type { Chance } from './chance.ts';
import { isFiltered, type Plan, type PlannedRouter, type PlannedWire } from './plan.ts';

type Topology = Pick<Plan, 'routers' | 'wires' | 'lanFamilies'>;

/** Pairs of router numbers that are joined: the first is the spoke. */
type Joints = readonly (readonly [from: number, to: number])[];

const shapes: Readonly<Record<string, (chance: Chance) => Joints>> = {
  pair: () => [[1, 2]],
  parallel: (chance) => Array.from({ length: chance.between(2, 3) }, () => [1, 2] as const),
  chain: (chance) => Array.from({ length: chance.between(2, 4) }, (_, i) => [i + 1, i + 2] as const),
  star: (chance) => Array.from({ length: chance.between(2, 4) }, (_, i) => [i + 2, 1] as const),
  'parallel with a tail': () => [
    [1, 2],
    [1, 2],
    [2, 3],
  ],
};

/** Pairs are common, as most of what can go wrong goes wrong between two. */
const drawn = ['pair', 'pair', 'parallel', 'parallel', 'chain', 'star', 'parallel with a tail'];

const wireFamilies: readonly (readonly Family[])[] = [[4], [4], [4], [4], [6], [4, 6]];

export function drawTopology(chance: Chance): Topology {
  const joints = shapes[chance.of(drawn)](chance);
  const count = Math.max(...joints.flat());
  const pair = chance.once(6) ? chance.between(1, count) : 0;
  const neighborsOf = (number: number): number =>
    new Set(joints.filter((joint) => joint.includes(number)).flat()).size - 1;
  const routers = Array.from({ length: count }, (_, i): PlannedRouter => {
    const number = i + 1;
    // Who has one neighbor alone has a host; a router in the middle may be no more than on the way.
    return {
      name: `r${number}`,
      number,
      hasHost: neighborsOf(number) === 1 || count === 2 || chance.once(2),
      isPair: number === pair,
    };
  });
  const middleboxAt = chance.once(4) ? chance.between(1, joints.length) : 0;
  const strangerAt = chance.once(5) ? chance.between(1, joints.length) : 0;
  const wires = joints.map(([from, to], i): PlannedWire => {
    const number = i + 1;
    const middlebox = number === middleboxAt ? chance.of(['nat', 'firewall', 'attacker'] as const) : undefined;
    return {
      name: `w${number}`,
      number,
      from: `r${from}`,
      to: `r${to}`,
      families: middlebox === 'nat' ? [4] : chance.of(wireFamilies),
      delayMs: chance.of([1, 5, 10, 20, 50]),
      jitterUs: chance.of([0, 0, 200, 2_000]),
      ...(middlebox && { middlebox }),
      isOutboundOnly: middlebox === 'firewall' ? chance.once(2) : middlebox !== 'nat' && chance.once(10),
      // Two attackers at one wire would answer for each other.
      ...(number === strangerAt &&
        middlebox !== 'attacker' && { stranger: { name: `w${number}-mallory`, kind: 'attacker' } as const }),
    };
  });
  return { routers, wires, lanFamilies: chance.once(4) ? [4, 6] : [4] };
}

/** Whether a middlebox on the way lets nobody in who comes from this side. */
export function isBarred({ wires }: Pick<Plan, 'wires'>, way: readonly string[]): boolean {
  return wires.some((wire) => {
    const at = way.indexOf(wire.to);
    return isFiltered(wire) && !wire.isOutboundOnly && at >= 0 && way[at + 1] === wire.from;
  });
}

/** The routers on the way from one to another, the first and the last included. */
export function wayBetween({ wires }: Pick<Plan, 'wires'>, from: string, to: string): string[] {
  const walk = (at: string, before: readonly string[]): string[] | undefined => {
    const way = [...before, at];
    if (at === to) return way;
    for (const wire of wires) {
      if (wire.from !== at && wire.to !== at) continue;
      const next = wire.from === at ? wire.to : wire.from;
      const found = before.includes(next) ? undefined : walk(next, way);
      if (found) return found;
    }
    return undefined;
  };
  return walk(from, []) ?? [];
}
