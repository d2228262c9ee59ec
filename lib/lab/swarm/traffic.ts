import type { Chance } from './chance.ts';
import { lanAddress } from './configuration.ts';
import { hostOf, type Plan, type PlannedRouter, type PlannedTraffic, type PlannedWire } from './plan.ts';
import { isBarred, wayBetween } from './topology.ts';
import { formatMs } from './write.ts';

const kinds = ['udp-request', 'udp-request', 'udp-push', 'udp-one-way', 'ping', 'http-download'] as const;

/** What is too long for a path is refused then, instead of cut. */
export const OBEY = 'authority emulator dont-fragment obey';

/** Time in which what was sent last is answered. */
export const LAST_ANSWER_MS = 1_000;

export function drawTraffic(
  chance: Chance,
  { routers, wires, lanFamilies, settings }: Pick<Plan, 'routers' | 'wires' | 'lanFamilies' | 'settings'>,
  { convergedAtMs, durationMs }: Pick<Plan, 'convergedAtMs' | 'durationMs'>,
): PlannedTraffic[] {
  const hosts = routers.filter(({ hasHost }) => hasHost);
  // Applications whose packets are refused as too long do not send shorter ones.
  const isRefused = settings.some(({ lines }) => lines.includes(OBEY));
  const lengths = isRefused ? [16, 64, 64, 500] : [16, 64, 64, 500, 1_300, 1_452];
  return Array.from({ length: chance.between(1, 5) }, (_, i): PlannedTraffic => {
    const kind = chance.of(kinds);
    const { from, to, isAcrossMiddlebox } = drawEnds(chance, hosts, wires);
    const name = `t${i + 1}`;
    const common = {
      kind,
      from: hostOf(from),
      to: hostOf(to),
      address: lanAddress(to.number, chance.of(lanFamilies), 10),
    };
    if (kind === 'http-download') {
      const isLate = chance.once(2);
      const startMs = isLate ? convergedAtMs : chance.between(300, 2_500);
      const bytes = String(chance.of([1, 1_000, 5_000, 20_000]));
      return { name, keys: { ...common, start: formatMs(startMs), bytes, port: String(80 + i) }, outlives: isLate };
    }
    const startMs = chance.between(3, 12) * 100;
    const everyMs = chance.of([20, 50, 100, 100, 300]);
    // A silence in which everything may be forgotten.
    const silenceMs = chance.once(3) ? chance.between(500, 2_500) : 0;
    const count = Math.floor((durationMs - LAST_ANSWER_MS - startMs - silenceMs) / everyMs);
    const keys = {
      ...common,
      ...(kind === 'ping' ? {} : { port: String(7_000 + chance.between(0, 1) * i) }),
      start: formatMs(startMs),
      every: formatMs(everyMs),
      count: String(count),
      length: String(chance.of(lengths)),
      ...(silenceMs > 0 && { silences: `[${formatMs(startMs + 500)}..${formatMs(startMs + 500 + silenceMs)}]` }),
    };
    // Where only the outside speaks, and a middlebox forgets, nobody opens the way in again: such a session stays stuck.
    return { name, keys, outlives: !(kind === 'udp-push' && isAcrossMiddlebox) };
  });
}

/** Two hosts, of which the first can reach the second. */
function drawEnds(
  chance: Chance,
  hosts: readonly PlannedRouter[],
  wires: readonly PlannedWire[],
): { readonly from: PlannedRouter; readonly to: PlannedRouter; readonly isAcrossMiddlebox: boolean } {
  const a = chance.of(hosts);
  const b = chance.of(hosts.filter((host) => host !== a));
  const way = wayBetween({ wires }, a.name, b.name);
  const isForward = !isBarred({ wires }, way);
  const isAcrossMiddlebox = wires.some(
    ({ from, to, middlebox }) => middlebox !== undefined && way.includes(from) && way.includes(to),
  );
  return { ...(isForward ? { from: a, to: b } : { from: b, to: a }), isAcrossMiddlebox };
}
