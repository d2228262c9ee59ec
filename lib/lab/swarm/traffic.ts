import type { Chance } from './chance.ts';
import { lanAddress } from './configuration.ts';
import { hostOf, isFiltered, type Plan, type PlannedRouter, type PlannedTraffic, type PlannedWire } from './plan.ts';
import { INACTIVITY_BASED, OBEY } from './settings.ts';
import { isBarred, wayBetween } from './topology.ts';
import { formatMs } from './time.ts';

const kinds = ['udp-request', 'udp-request', 'udp-push', 'udp-one-way', 'ping', 'http-download'] as const;

export type DrawnKind = (typeof kinds)[number];

/** Whether nobody answers what is sent. */
export const isUnanswered = (kind: string): boolean => kind === 'udp-push' || kind === 'udp-one-way';

/** Who is attacked is expected to have all downloads right, whatever else fails: there are none where an attacker is. */
export function drawKinds(chance: Chance, wires: readonly PlannedWire[]): DrawnKind[] {
  const isAttacked = wires.some(({ middlebox, stranger }) => middlebox === 'attacker' || stranger);
  const allowed = kinds.filter((kind) => kind !== 'http-download' || !isAttacked);
  return Array.from({ length: chance.between(1, 5) }, () => chance.of(allowed));
}

/** Time in which what was sent last is answered. */
const LAST_ANSWER_MS = 1_000;

export function drawTraffic(
  chance: Chance,
  kinds: readonly DrawnKind[],
  { routers, wires, lanFamilies, settings }: Pick<Plan, 'routers' | 'wires' | 'lanFamilies' | 'settings'>,
  { convergedAtMs, durationMs }: Pick<Plan, 'convergedAtMs' | 'durationMs'>,
): PlannedTraffic[] {
  const hosts = routers.filter(({ hasHost }) => hasHost);
  // Applications whose packets are refused as too long do not send shorter ones.
  const isRefused = settings.some(({ lines }) => lines.includes(OBEY));
  const isInactivityBased = settings.some(({ lines }) => lines.includes(INACTIVITY_BASED));
  const lengths = isRefused ? [16, 64, 64, 500] : [16, 64, 64, 500, 1_300, 1_452];
  return kinds.map((kind, i): PlannedTraffic => {
    const { from, to } = drawEnds(chance, hosts, wires);
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
      return {
        name,
        keys: { ...common, start: formatMs(startMs), bytes, port: String(80 + i) },
        outlives: isLate && !isRefused,
      };
    }
    const startMs = chance.between(3, 12) * 100;
    const everyMs = chance.of([20, 100, 100, 200, 300]);
    // A silence in which everything may be forgotten.
    const sendingMs = durationMs - LAST_ANSWER_MS - startMs;
    const silenceMs = chance.once(3) ? Math.min(chance.between(500, 2_500), sendingMs - 1_000) : 0;
    const count = Math.floor((sendingMs - Math.max(0, silenceMs)) / everyMs);
    const keys = {
      ...common,
      ...(kind === 'ping' ? {} : { port: String(7_000 + i) }),
      start: formatMs(startMs),
      every: formatMs(everyMs),
      count: String(count),
      length: String(chance.of(lengths)),
      ...(silenceMs > 0 && { silences: `[${formatMs(startMs + 500)}..${formatMs(startMs + 500 + silenceMs)}]` }),
    };
    const [speaker, listener] = kind === 'udp-push' ? [to, from] : [from, to];
    const isAtRisk = speaksFromOutside(wayBetween({ wires }, speaker.name, listener.name), wires, isInactivityBased);
    return { name, keys, outlives: !isAtRisk };
  });
}

/**
 * Where only the outside of a middlebox speaks by itself, and the middlebox forgets, nobody opens the way in again, and the
 * session stays stuck. Only in inactivity-based mode the outside notices, and only who is outbound-only can then be told.
 */
function speaksFromOutside(way: readonly string[], wires: readonly PlannedWire[], isInactivityBased: boolean): boolean {
  return wires.some((wire) => {
    const at = way.indexOf(wire.to);
    const isInwards = isFiltered(wire) && at >= 0 && way[at + 1] === wire.from;
    return isInwards && !(isInactivityBased && wire.isOutboundOnly);
  });
}

/** Two hosts, of which the first can reach the second. */
function drawEnds(
  chance: Chance,
  hosts: readonly PlannedRouter[],
  wires: readonly PlannedWire[],
): { readonly from: PlannedRouter; readonly to: PlannedRouter } {
  const a = chance.of(hosts);
  const b = chance.of(hosts.filter((host) => host !== a));
  return isBarred({ wires }, wayBetween({ wires }, a.name, b.name)) ? { from: b, to: a } : { from: a, to: b };
}
