import type { Chance } from './chance.ts';
import { middleboxOf, type Plan, type PlannedAttack } from './plan.ts';
import { UNSEALED, UNSEALED_BFD } from './settings.ts';
import { formatMs } from './time.ts';

/** What an attacker in a wire does to those who pass. It has no key: who seals must not care. */
export function drawAttacks(
  chance: Chance,
  { wires, settings }: Pick<Plan, 'wires' | 'settings'>,
  durationMs: number,
): PlannedAttack[] {
  const wire = wires.find(({ middlebox }) => middlebox === 'attacker');
  const lines = settings.flatMap((setting) => setting.lines);
  const isSealed = !lines.some((line) => line === UNSEALED || line.endsWith(UNSEALED_BFD));
  // Where something is not sealed, what an attacker sends is as good as any packet.
  if (!wire || !isSealed) return [];
  return Array.from({ length: chance.between(1, 2) }, (_, i): PlannedAttack => {
    const everyMs = chance.of([5, 50]);
    const common = {
      by: middleboxOf(wire),
      start: formatMs(chance.between(5, 20) * 100),
      every: formatMs(everyMs),
      count: String(Math.min(200, Math.floor((durationMs - 2_100) / everyMs))),
      packets: `[${chance.of(['metadata', 'bare', 'bfd', 'metadata, bare'])}]`,
    };
    if (chance.once(2))
      return { name: `a${i + 1}`, keys: { kind: 'bit-flip', ...common, bits: chance.of(['each', '3']) } };
    return {
      name: `a${i + 1}`,
      keys: {
        kind: 'replay',
        ...common,
        age: formatMs(chance.of([0, 100, 1_000, 3_000])),
        ...(chance.once(4) && { turned: 'yes' }),
      },
    };
  });
}
