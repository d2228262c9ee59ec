import type { Attack, AttackReport } from '../attacker/attack.ts';
import { Secrets } from '../capture/secrets.ts';
import type { CryptoProvider } from '../crypto.ts';
import type { AlarmRow, EventRow, PeerRow } from '../peering/rows.ts';
import { SeededRandom } from '../random.ts';
import type { SessionRow } from '../service-area/rows.ts';
import type { Duration } from '../time.ts';
import { describeAction } from './actions/table.ts';
import { refuseUnable } from './actions/unable.ts';
import { Snapshot } from './conditions/levels.ts';
import { keyOf, Watch } from './conditions/watch.ts';
import { converge } from './convergence.ts';
import type { Fabric, FabricName, Progress } from './fabric.ts';
import type { Violation } from './invariants/violation.ts';
import { judge } from './measure.ts';
import type { CounterSnapshot, Observed, Verdict } from './measure.ts';
import { Schedule, type ScheduledAction } from './schedule.ts';
import type { Expectation, Measure, Scenario, Traffic, TrafficReport } from './scenario.ts';
import { recoveryOf, roundTripOf } from './traffic-measures.ts';
import { strangersAmong } from './traffic-sessions.ts';

export interface RunOptions {
  readonly fabric: Fabric;
  readonly scenario: Scenario;
  /** The seed that the fabric was made with. */
  readonly seed: number;
  /** Of this program: with the seed it says how to get the same run again. */
  readonly version: string;
  readonly onProgress?: (progress: RunProgress) => void;
  /** Takes what the traffic saw, exchange by exchange, at the end. */
  readonly onTraffic?: (reports: readonly TrafficReport[]) => void;
  /** When the run began, in microseconds since the Unix epoch. */
  readonly epoch?: () => number;
  /** What the packets that expectations name are decrypted with. */
  readonly crypto?: CryptoProvider | undefined;
}

/** How far a run has come. */
export interface RunProgress extends Progress {
  readonly duration: Duration;
  /** What the timeline does next; empty when it does nothing more. */
  readonly step: string;
}

/** What a run leaves behind, as `result.json` holds it. Times are in microseconds. */
export interface RunResult {
  readonly scenario: string;
  readonly about: string;
  readonly fabric: FabricName;
  readonly seed: number;
  readonly version: string;
  readonly duration: Duration;
  /** When time 0 was, in microseconds since the Unix epoch; 0 if nobody told. */
  readonly epoch: number;
  /** Whether every expectation held, and no invariant was broken. */
  readonly passed: boolean;
  readonly violations: readonly Violation[];
  readonly verdicts: readonly Verdict[];
  /** Events that steps of the timeline waited for in vain; absent if there are none. */
  readonly neverCame?: readonly string[];
  readonly traffic: readonly TrafficSummary[];
  readonly attacks: readonly AttackSummary[];
  /** Of each router, each middlebox and each attacker, those that are not 0. */
  readonly counters: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly sessions: Readonly<Record<string, readonly SessionRow[]>>;
  /** Of each router: its paths to peers, alarms that stand, and events; their times are Instants. */
  readonly peers: Readonly<Record<string, readonly PeerRow[]>>;
  readonly alarms: Readonly<Record<string, readonly AlarmRow[]>>;
  readonly events: Readonly<Record<string, readonly EventRow[]>>;
}

export interface TrafficSummary {
  readonly name: string;
  readonly kind: Traffic['kind'];
  readonly from: string;
  readonly to: string;
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
  readonly unexpected: number;
  /** Median; null if nothing was answered. */
  readonly roundTrip: Duration | null;
  /** For each fault of the timeline after which something was sent. */
  readonly recoveries: readonly Recovery[];
  readonly transfer?: TrafficReport['transfer'];
}

/** What became of an attack. */
export type AttackSummary = AttackReport & Pick<Attack, 'kind' | 'by'>;

export interface Recovery {
  readonly after: string;
  readonly at: Duration;
  /** From the first question after the step to the first answer after that; null if none came. */
  readonly took: Duration | null;
}

/** Takes a lab from its creation to its end, and judges it. Whatever happens, the fabric is stopped. */
export async function runScenario(options: RunOptions): Promise<RunResult> {
  const { fabric, scenario } = options;
  refuseUnable(scenario, fabric.name);
  const schedule = new Schedule(scenario);
  const watch = watchOf(options, schedule);
  if (!watch.isIdle) fabric.observe(watch);
  if (schedule.awaitsEvents) fabric.follow(schedule);
  const gathered = await untilStopped(fabric, async () => {
    await fabric.create();
    await fabric.start();
    const countersAt = await runTimeline(options, watch, schedule);
    const gathered = await gather(options, countersAt, watch);
    const converged = await convergence(options, schedule);
    return { ...gathered, convergence: converged, violations: fabric.violations?.() ?? [] };
  });
  // Some fabrics tell of packets and events when they stop.
  return conclude(options, gathered, schedule);
}

/** What still stands is lifted when the run has ended. */
async function convergence(
  { fabric, scenario, onProgress }: RunOptions,
  schedule: Schedule,
): Promise<Verdict | undefined> {
  const { duration } = scenario;
  const tick = (progress: Progress): void => onProgress?.({ ...progress, duration, step: 'converging' });
  return converge(fabric, scenario, schedule.lifts(), tick);
}

async function untilStopped<T>(fabric: Fabric, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await fabric.stop();
  }
}

function watchOf({ scenario, crypto, epoch = () => 0 }: RunOptions, schedule: Schedule): Watch {
  const { authority, links, expectations } = scenario;
  const secrets = (): Secrets | undefined => crypto && new Secrets(authority, crypto, new SeededRandom(0));
  const awaited = schedule.conditions.map(({ measure }) => measure);
  return new Watch([...awaited, ...expectations.flatMap(watchedBy)], { links, secrets, epoch });
}

/** What must be watched while the run lasts, as nobody can tell at its end. */
function watchedBy({ measure, moments }: Expectation): Measure[] {
  const isWatched = moments !== undefined || measure.of === 'packets' || measure.of === 'events';
  const of = moments?.kind === 'eventually' ? moments.of : undefined;
  return [...(isWatched ? [measure] : []), ...(of ? [{ of: 'events' as const, ...of }] : [])];
}

/** Returns the counters at each time that an expectation counts from; those of a time before the steps of that time. */
async function runTimeline(
  { fabric, scenario, onProgress }: RunOptions,
  watch: Watch,
  schedule: Schedule,
): Promise<Map<Duration, CounterSnapshot>> {
  const { duration, links } = scenario;
  const countersAt = new Map<Duration, CounterSnapshot>();
  const marks = [...new Set(scenario.expectations.flatMap(({ since }) => since ?? []))].sort((a, b) => a - b);
  /** False if an event has changed what comes next, before that time. */
  const advance = async (until: Duration): Promise<boolean> => {
    const { next } = schedule;
    const step = next ? describeAction(next.action, links) : '';
    const isChanged = (): boolean => {
      if (schedule.awaited.length > 0) schedule.look((condition) => watch.holds(condition), fabric.elapsed());
      return schedule.next !== next;
    };
    const tick = (progress: Progress): void => onProgress?.({ ...progress, duration, step });
    await advanceWatching(fabric, watch, until, tick, isChanged);
    return !isChanged();
  };
  await watch.sample(fabric);
  for (;;) {
    const { next } = schedule;
    const until = next && next.at < duration ? next.at : duration;
    const mark = marks.at(0);
    if (!(await advance(mark === undefined ? until : (Math.min(mark, until) as Duration)))) continue;
    if (mark !== undefined && mark <= until) {
      countersAt.set(mark, await readCounters(fabric, scenario));
      marks.shift();
    } else if (next && next.at < duration) {
      await fabric.inject(next.action);
      schedule.note(next);
      await watch.sample(fabric);
    } else return countersAt;
  }
}

/** Lets the lab live until then, or until something else makes it over, and looks at it as often as the watch wants. */
async function advanceWatching(
  fabric: Fabric,
  watch: Watch,
  until: Duration,
  tick: (progress: Progress) => void,
  isOver: () => boolean,
): Promise<void> {
  const pauses = watch.pauses ? (): boolean => isOver() || watch.pauses?.() === true : isOver;
  for (;;) {
    const next = Math.min(until, watch.nextSample(fabric)) as Duration;
    await fabric.advance(next, tick, pauses);
    await watch.sample(fabric);
    if (isOver() || fabric.elapsed() >= until) return;
  }
}

/** What is known when the run has come to its end, and the lab still is there. */
interface Gathered {
  readonly observed: Observed;
  readonly rest: Pick<RunResult, 'sessions' | 'peers' | 'alarms' | 'events'>;
}

/** The same, when everything has come to rest. */
interface Concluded extends Gathered {
  readonly convergence: Verdict | undefined;
  readonly violations: readonly Violation[];
}

async function gather(
  { fabric, scenario, onTraffic }: RunOptions,
  countersAt: ReadonlyMap<Duration, CounterSnapshot>,
  watch: Watch,
): Promise<Gathered> {
  const end = fabric.elapsed();
  const reports = await fabric.traffic();
  onTraffic?.(reports);
  const attacks = await fabric.attacks();
  const sessions = await fromEachRouter(scenario, (name) => fabric.sessions(name));
  const strangers = Object.entries(sessions).map(([name, rows]) => [name, strangersAmong(rows, scenario)] as const);
  const snapshot = new Snapshot(fabric);
  const levels = new Map<string, number>();
  for (const { measure } of scenario.expectations) {
    const level = await snapshot.valueOf(measure);
    if (level !== undefined) levels.set(keyOf(measure), level);
  }
  return {
    observed: {
      traffic: new Map(reports.map((report) => [report.name, report])),
      counters: await readCounters(fabric, scenario),
      countersAt,
      attacks: { reports: new Map(attacks.map((report) => [report.name, report])), strangers: new Map(strangers) },
      levelOf: (measure) => levels.get(keyOf(measure)),
      seriesOf: (measure) => watch.seriesOf(measure),
      resolution: watch.resolutionOn(fabric),
      end,
    },
    rest: {
      sessions,
      peers: await fromEachRouter(scenario, (name) => fabric.peers(name)),
      alarms: await fromEachRouter(scenario, (name) => fabric.alarms(name)),
      events: await fromEachRouter(scenario, (name) => fabric.events(name)),
    },
  };
}

function conclude(
  { fabric, scenario, seed, version, epoch }: RunOptions,
  { observed, rest, convergence, violations }: Concluded,
  schedule: Schedule,
): RunResult {
  const judged = scenario.expectations.map((expectation) => judge(expectation, observed));
  const verdicts = convergence ? [...judged, convergence] : judged;
  return {
    scenario: scenario.name,
    about: scenario.about,
    fabric: fabric.name,
    seed,
    version,
    duration: observed.end,
    epoch: epoch?.() ?? 0,
    passed: verdicts.every(({ held }) => held) && violations.length === 0,
    violations,
    verdicts,
    ...(schedule.awaited.length > 0 && { neverCame: schedule.awaited.map(({ text }) => text) }),
    traffic: scenario.traffic.flatMap((traffic) => {
      const report = observed.traffic.get(traffic.name);
      return report ? [summarize(traffic, report, schedule.done, scenario)] : [];
    }),
    attacks: scenario.attacks.flatMap(({ name, kind, by }) => {
      const report = observed.attacks.reports.get(name);
      return report ? [{ ...report, kind, by }] : [];
    }),
    counters: Object.fromEntries(
      Array.from(observed.counters, ([node, values]) => [
        node,
        Object.fromEntries([...values].filter(([, value]) => value !== 0)),
      ]),
    ),
    ...rest,
  };
}

async function fromEachRouter<Row>(
  scenario: Scenario,
  ask: (name: string) => Promise<readonly Row[]>,
): Promise<Record<string, readonly Row[]>> {
  const rows: Record<string, readonly Row[]> = {};
  for (const name of routersOf(scenario)) rows[name] = await ask(name);
  return rows;
}

const routersOf = ({ nodes }: Scenario): string[] =>
  nodes.filter(({ kind }) => kind === 'router').map(({ name }) => name);

async function readCounters(fabric: Fabric, scenario: Scenario): Promise<CounterSnapshot> {
  const snapshot = new Map<string, ReadonlyMap<string, number>>();
  const counting = scenario.nodes.filter(({ kind }) => kind !== 'host');
  for (const { name } of counting) snapshot.set(name, await fabric.counters(name));
  return snapshot;
}

/** Steps that are no faults count as such only if something was lost between them and the next. */
function isFelt(
  { at, action }: ScheduledAction,
  done: readonly ScheduledAction[],
  { exchanges }: TrafficReport,
): boolean {
  if (action.kind !== 'session-capture' && action.kind !== 'configure') return true;
  const next = Math.min(...done.flatMap((other) => (other.at > at ? other.at : [])));
  return exchanges.some(({ sentAt, receivedAt }) => sentAt >= at && sentAt < next && receivedAt === undefined);
}

function summarize(
  traffic: Traffic,
  report: TrafficReport,
  done: readonly ScheduledAction[],
  { links }: Scenario,
): TrafficSummary {
  const { sent, received, unexpected, exchanges, transfer } = report;
  const recoveries = done
    .filter(({ at }) => exchanges.some(({ sentAt }) => sentAt >= at))
    .filter((step) => isFelt(step, done, report))
    .map(({ at, action }): Recovery => {
      const recovery = recoveryOf(report, at);
      const took = recovery ? ((recovery.answeredAt - recovery.askedAt) as Duration) : null;
      return { after: describeAction(action, links), at, took };
    });
  return {
    name: traffic.name,
    kind: traffic.kind,
    from: traffic.from,
    to: traffic.to,
    sent,
    received,
    lost: sent - received,
    unexpected,
    roundTrip: roundTripOf(report, undefined) ?? null,
    recoveries,
    ...(transfer && { transfer }),
  };
}
