import { brokenIdentities } from '../stats/identities.ts';
import { milliseconds, type Duration } from '../time.ts';
import { Snapshot } from './conditions/levels.ts';
import { describeDuration } from './describe.ts';
import type { Fabric, Progress } from './fabric.ts';
import type { Verdict } from './measure.ts';
import { machinesOf } from './read/machines.ts';
import type { Action, RouterNode, Scenario, Traffic, TrafficReport } from './scenario.ts';
import { sessionsOf } from './traffic-sessions.ts';

/** Between two looks at the lab. */
const LOOK_EVERY = milliseconds(50);
/** Between two exchanges on a session that has not answered yet. */
const PROBE_EVERY = milliseconds(500);

/**
 * Undoes what still stands of the faults of a run, and waits until the lab is as one that nothing has happened to: every
 * session works, routers agree on which sessions there are, counters add up. Returns the row that tells so.
 *
 * What is sent and counted meanwhile belongs to no measure of the run.
 */
export async function converge(
  fabric: Fabric,
  scenario: Scenario,
  lifts: readonly Action[],
  tick: (progress: Progress) => void,
): Promise<Verdict | undefined> {
  const { convergeWithin } = scenario;
  if (convergeWithin === undefined) return undefined;
  for (const action of lifts) await fabric.inject(action);
  const begin = fabric.elapsed();
  const deadline = begin + convergeWithin;
  const live = new LiveTraffic(fabric, scenario);
  let nextProbe: number = begin;
  for (;;) {
    const now = fabric.elapsed();
    if (now >= nextProbe) {
      await live.probe();
      nextProbe = now + PROBE_EVERY;
    }
    await fabric.advance(Math.min(now + LOOK_EVERY, deadline) as Duration, tick);
    const wrong = [...(await live.unanswered()), ...(await disagreements(fabric, scenario))];
    const took = (fabric.elapsed() - begin) as Duration;
    if (wrong.length === 0 || took >= convergeWithin) return verdictOf(convergeWithin, took, wrong);
  }
}

/** How the verdict on convergence is called. */
export const describeConvergence = (within: Duration): string => `converges within ${describeDuration(within)}`;

function verdictOf(within: Duration, took: Duration, wrong: readonly string[]): Verdict {
  const held = wrong.length === 0;
  return {
    text: describeConvergence(within),
    held,
    measured: held ? `after ${describeDuration(took)}` : 'not in time',
    wanted: `within ${describeDuration(within)}`,
    unit: 'microseconds',
    value: held ? took : null,
    atMost: within,
    ...(!held && { decidedBy: wrong.join('; ') }),
  };
}

/** The traffic whose sessions can be tried. */
class LiveTraffic {
  readonly #fabric: Fabric;
  readonly #traffic: readonly Traffic[];
  #silent: readonly Traffic[];

  constructor(fabric: Fabric, scenario: Scenario) {
    this.#fabric = fabric;
    this.#traffic = scenario.traffic;
    this.#silent = triedOf(scenario);
  }

  async probe(): Promise<void> {
    if (this.#silent.length > 0) await this.#fabric.probe(this.#silent.map(({ name }) => name));
  }

  /** What is wrong with it. */
  async unanswered(): Promise<string[]> {
    const reports = new Map((await this.#fabric.traffic()).map((report) => [report.name, report]));
    this.#silent = this.#silent.filter(({ name, kind }) => {
      const { probes, sent = 0 } = reports.get(name) ?? {};
      // Who was never asked has nobody to push to.
      const hasNoSession = kind === 'udp-push' && sent === 0;
      return !hasNoSession && (probes?.answered ?? 0) === 0;
    });
    const hangs = (transfer: TrafficReport['transfer']): boolean => !transfer?.finished && !transfer?.brokenOff;
    const unfinished = this.#traffic.filter(
      ({ kind, name }) => kind === 'http-download' && hangs(reports.get(name)?.transfer),
    );
    return [
      ...this.#silent.map(({ name, kind }) => `${name} ${isOneWay(kind) ? 'does not arrive' : 'is not answered'}`),
      ...unfinished.map(({ name }) => `${name} is not finished`),
    ];
  }
}

/** What goes one way is tried as well, unless it may have to come in where only what goes out opens the way. */
function triedOf({ traffic, nodes }: Scenario): readonly Traffic[] {
  const hasMiddlebox = nodes.some(({ kind }) => kind === 'nat' || kind === 'firewall');
  return traffic.filter((entry) => isAnswered(entry) || (isOneWay(entry.kind) && !hasMiddlebox));
}

const isOneWay = (kind: Traffic['kind']): boolean => kind === 'udp-push' || kind === 'udp-one-way';

const isAnswered = ({ kind }: Traffic): boolean => kind === 'udp-request' || kind === 'ping';

/** Where routers disagree with each other, or a node with itself. */
async function disagreements(fabric: Fabric, scenario: Scenario): Promise<string[]> {
  const snapshot = new Snapshot(fabric);
  const { machines } = machinesOf(scenario.nodes);
  const wrong: string[] = [];
  for (const { name, kind } of machines) {
    const counters = await snapshot.counters(name);
    wrong.push(...brokenIdentities(kind, counters).map((what) => `${name}: ${what}`));
    if (kind !== 'router') continue;
    const rows = await snapshot.sessions(name);
    const waypoints = rows.filter(({ natPort }) => natPort !== 0).length;
    const inUse = counters.get('emulator waypoints entries') ?? 0;
    if (waypoints !== inUse) wrong.push(`${name}: ${inUse} waypoints are taken, and sessions have ${waypoints}`);
  }
  for (const traffic of scenario.traffic.filter(isAnswered)) {
    const what = await disagreement(traffic, scenario, snapshot);
    if (what !== undefined) wrong.push(what);
  }
  return wrong;
}

/**
 * Routers that carry a traffic entry know the same sessions of it. A router of two nodes may know more: what a node has not
 * shared stays there after a failover.
 */
async function disagreement(traffic: Traffic, scenario: Scenario, snapshot: Snapshot): Promise<string | undefined> {
  const known = new Map<string, Set<string>>();
  const pairs = new Set<string>();
  for (const { name, router } of scenario.nodes.filter((node): node is RouterNode => node.kind === 'router')) {
    const ids = sessionsOf(traffic, scenario, await snapshot.sessions(name));
    if (known.has(router)) pairs.add(router);
    known.set(router, new Set([...(known.get(router) ?? []), ...ids]));
  }
  const carrying = [...known].filter(([, ids]) => ids.size > 0);
  for (const [router, ids] of carrying) {
    const other = carrying.find(([, others]) => !pairs.has(router) && [...ids].some((id) => !others.has(id)));
    if (other) return `${traffic.name} is session ${list(ids)} at ${router}, and ${list(other[1])} at ${other[0]}`;
  }
  return undefined;
}

const list = (ids: ReadonlySet<string>): string => [...ids].toSorted().join(', ');
