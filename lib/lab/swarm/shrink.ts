import { lanLinkOf, hostOf, isFiltered, linksOf, machinesOf, middleboxOf, type Plan } from './plan.ts';

/** Runs that the search for a smaller lab may take. */
const TRIES_MAX = 400;

/**
 * A smaller plan that still fails: everything that can be left out is, one thing after the other, until nothing more can.
 * `fails` says whether a plan fails in the way that is looked for.
 */
export async function shrink(plan: Plan, fails: (plan: Plan) => Promise<boolean>): Promise<Plan> {
  let smallest = plan;
  let tries = 0;
  for (let isSmaller = true; isSmaller && tries < TRIES_MAX;) {
    isSmaller = false;
    for (const step of steps) {
      for (let at = 0; tries < TRIES_MAX;) {
        const candidate = step(smallest, at);
        if (candidate === undefined) break;
        tries++;
        if (await fails(candidate)) {
          smallest = candidate;
          isSmaller = true;
        } else at++;
      }
    }
  }
  return smallest;
}

/** The plan made smaller at one place; undefined if it has no such place. */
type Step = (plan: Plan, at: number) => Plan | undefined;

/** The larger pieces first. */
const steps: readonly Step[] = [
  (plan, at) => {
    const router = plan.routers.at(at);
    return router && at < plan.routers.length ? withoutRouter(plan, router.name) : undefined;
  },
  (plan, at) => (at < plan.wires.length ? cleaned({ ...plan, wires: without(plan.wires, at) }) : undefined),
  (plan, at) => (at < plan.traffic.length ? cleaned({ ...plan, traffic: without(plan.traffic, at) }) : undefined),
  (plan, at) => (at < plan.faults.length ? { ...plan, faults: without(plan.faults, at) } : undefined),
  (plan, at) => (at < plan.attacks.length ? { ...plan, attacks: without(plan.attacks, at) } : undefined),
  (plan, at) => (at < plan.settings.length ? { ...plan, settings: without(plan.settings, at) } : undefined),
  replaced('routers', (router) => router.isPair && { ...router, isPair: false }),
  replaced('routers', (router) => router.hasHost && { ...router, hasHost: false }),
  replaced('wires', ({ middlebox, ...wire }) => middlebox && wire),
  replaced('wires', ({ stranger, ...wire }) => stranger && wire),
  // Behind a middlebox it is what lets anybody in.
  replaced('wires', (wire) => wire.isOutboundOnly && !isFiltered(wire) && { ...wire, isOutboundOnly: false }),
  replaced('wires', (wire) => wire.families.length > 1 && { ...wire, families: [4] }),
  replaced('wires', (wire) => wire.families[0] === 6 && { ...wire, families: [4] }),
  replaced('wires', (wire) => wire.jitterUs > 0 && { ...wire, jitterUs: 0 }),
  replaced('wires', (wire) => wire.delayMs > 1 && { ...wire, delayMs: 1 }),
  (plan, at) => (at === 0 && plan.lanFamilies.length > 1 ? { ...plan, lanFamilies: [4] } : undefined),
  replaced('traffic', ({ keys, ...entry }) => {
    const { silences, ...rest } = keys;
    return silences !== undefined && { ...entry, keys: rest };
  }),
  replaced('traffic', ({ keys, ...entry }) => {
    const count = Math.floor(Number(keys.count ?? 0) / 2);
    return count > 0 && { ...entry, keys: { ...keys, count: String(count) } };
  }),
];

/** Each item of a list once, replaced by what `smaller` makes of it. */
function replaced<K extends 'routers' | 'wires' | 'traffic'>(
  key: K,
  smaller: (item: Plan[K][number]) => Plan[K][number] | false | undefined,
): Step {
  return (plan, at) => {
    const items: readonly Plan[K][number][] = plan[key];
    const places = items.flatMap((item, place) => {
      const made = smaller(item);
      return made ? [{ place, made }] : [];
    });
    const chosen = at < places.length ? places[at] : undefined;
    return chosen && cleaned({ ...plan, [key]: items.map((item, i) => (i === chosen.place ? chosen.made : item)) });
  };
}

const without = <T>(items: readonly T[], at: number): T[] => items.filter((_, i) => i !== at);

/** A router at the rim goes with its wires; one in the middle of two has them joined. */
function withoutRouter(plan: Plan, name: string): Plan {
  const own = plan.wires.filter(({ from, to }) => from === name || to === name);
  const neighbors = [...new Set(own.map(({ from, to }) => (from === name ? to : from)))];
  const routers = plan.routers.filter((router) => router.name !== name);
  const wires = plan.wires.filter((wire) => !own.includes(wire));
  if (neighbors.length !== 2) return cleaned({ ...plan, routers, wires });
  const joined = { ...own[0], from: neighbors[0], to: neighbors[1] };
  return cleaned({ ...plan, routers, wires: [...wires, joined] });
}

/** Without what speaks of something that is not there any more. */
function cleaned(plan: Plan): Plan {
  const gone = goneNames(plan);
  const isWhole = (text: string): boolean => !(text.match(/[\w-]+/g) ?? []).some((word) => gone(word));
  const traffic = plan.traffic.filter(({ keys }) => isWhole(`${keys.from} ${keys.to}`));
  const names = traffic.map(({ name }) => name);
  const isKnown = (text: string): boolean => isWhole(text) && (!/^t\d+$/.test(text) || names.includes(text));
  return {
    ...plan,
    traffic,
    settings: plan.settings
      .map((setting) => ({ ...setting, lines: setting.lines.filter(isWhole) }))
      .filter(({ lines }) => lines.length > 0),
    attacks: plan.attacks.filter(({ keys }) => Object.values(keys).every(isKnown)),
    faults: plan.faults.filter(({ steps }) =>
      steps.every(({ beginning, keys }) => Object.values({ ...beginning, ...keys }).every(isKnown)),
    ),
  };
}

/** Whether a word is the name of something that a plan could have, and this one has not. */
function goneNames({ routers, wires }: Plan): (word: string) => boolean {
  const hosts = routers.filter(({ hasHost }) => hasHost);
  const known = new Set([
    ...routers.flatMap((router) => [
      router.name,
      ...machinesOf(router).map((machine) => machine.split('.').at(-1) ?? ''),
    ]),
    ...hosts.flatMap((router) => [hostOf(router), lanLinkOf(router), `to-${router.number}`]),
    ...wires.flatMap((wire) => [
      ...linksOf(wire),
      ...(wire.middlebox ? [middleboxOf(wire)] : []),
      ...(wire.stranger ? [wire.stranger.name] : []),
    ]),
  ]);
  return (word) => /^(r\d+|h\d+|lan\d+|to-\d+|node\d|w\d+(-\w+)?)$/.test(word) && !known.has(word);
}
