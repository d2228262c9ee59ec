import type { LabEvent } from '../lab/fabric.ts';
import type { Scenario } from '../lab/scenario.ts';
import type { Plot, Series } from './report.ts';

/** A question of the traffic, and when it was answered, if it was. Microseconds since the start of the run. */
export interface Exchange {
  readonly traffic: string;
  readonly sentAt: number;
  readonly receivedAt?: number;
}

/** Points of a series that are drawn; of more, those are kept that stand out in their stretch of time. */
const POINTS_MAX = 2_000;

/** About as many buckets as a wide screen can tell apart. */
const BUCKETS = 120;

/** The length of a bucket: a round number of microseconds. */
export function bucketLength(duration: number): number {
  const least = Math.max(1, duration / BUCKETS);
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((digit) => power * digit >= least) ?? 10);
}

/** Adds up amounts by name and bucket of time. */
export class Buckets {
  readonly #length: number;
  readonly #sums = new Map<string, number[]>();

  constructor(length: number) {
    this.#length = length;
  }

  add(name: string, time: number, amount: number): void {
    let sums = this.#sums.get(name);
    if (!sums) this.#sums.set(name, (sums = []));
    const bucket = Math.max(0, Math.floor(time / this.#length));
    sums[bucket] = (sums[bucket] ?? 0) + amount;
  }

  /** A series for each name, with a value for every bucket until `end`; each value is multiplied by `factor`. */
  series(end: number, factor = 1): Series[] {
    const count = Math.max(1, Math.ceil(end / this.#length));
    const times = Array.from({ length: count }, (_, i) => i * this.#length);
    return Array.from(this.#sums, ([name, sums]) => ({
      name,
      times,
      values: times.map((_, i) => (sums[i] ?? 0) * factor),
    }));
  }
}

/** Names of links whose throughput tells something: those between routers and middleboxes, or all if there are none. */
export function interestingLinks({ nodes, links }: Scenario): ReadonlySet<string> {
  const hosts = new Set(nodes.filter(({ kind }) => kind === 'host').map(({ name }) => name));
  const inner = links.filter(({ ends }) => ends.filter(({ node }) => !hosts.has(node)).length >= 2);
  return new Set((inner.length > 0 ? inner : links).map(({ name }) => name));
}

/** Bits that arrived over links, per second. */
export const throughputPlot = (bytes: Buckets, bucket: number, end: number): Plot => ({
  name: 'throughput',
  title: 'Throughput',
  unit: 'bit/s',
  shape: 'line',
  series: bytes.series(end, (8 * 1_000_000) / bucket),
});

export function latencyPlot(exchanges: readonly Exchange[]): Plot {
  const answered = exchanges.filter(({ receivedAt }) => receivedAt !== undefined);
  const names = [...new Set(answered.map(({ traffic }) => traffic))];
  const series = names.map((name): Series => {
    const own = thinned(answered.filter(({ traffic }) => traffic === name));
    return {
      name,
      times: own.map(({ sentAt }) => sentAt),
      values: own.map(({ sentAt, receivedAt = sentAt }) => receivedAt - sentAt),
    };
  });
  return { name: 'latency', title: 'Time to answer', unit: 'us', shape: 'points', series };
}

/** As many as can be told apart: of each stretch of neighbours the quickest and the slowest. */
function thinned(exchanges: readonly Exchange[]): readonly Exchange[] {
  if (exchanges.length <= POINTS_MAX) return exchanges;
  const stretch = Math.ceil((2 * exchanges.length) / POINTS_MAX);
  const took = ({ sentAt, receivedAt = sentAt }: Exchange): number => receivedAt - sentAt;
  const kept: Exchange[] = [];
  for (let from = 0; from < exchanges.length; from += stretch) {
    const some = exchanges.slice(from, from + stretch).toSorted((a, b) => took(a) - took(b));
    kept.push(some[0], some[some.length - 1]);
  }
  return kept;
}

/** Questions without an answer, and packets that a node or a link has dropped. */
export function lossPlot(
  exchanges: readonly Exchange[],
  events: readonly LabEvent[],
  bucket: number,
  end: number,
): Plot {
  const lost = new Buckets(bucket);
  for (const { sentAt, receivedAt } of exchanges) if (receivedAt === undefined) lost.add('not answered', sentAt, 1);
  for (const { type, time } of events) {
    if (type === 'packet-dropped') lost.add('dropped by a node', time, 1);
    if (type === 'frame-lost') lost.add('lost on a link', time, 1);
  }
  return { name: 'loss', title: 'Lost', unit: 'count', shape: 'bars', series: lost.series(end) };
}

const begins = new Set(['session-created', 'session-recreated', 'session-synced']);
const endsAll = new Set(['restart', 'kill']);

/** How many sessions each router has, out of its events. */
export function sessionsPlot(events: readonly LabEvent[], routers: readonly string[], end: number): Plot {
  const known = new Map(routers.map((name) => [name, new Set<string>()]));
  const series = new Map(routers.map((name) => [name, { name, times: [0], values: [0] }]));
  for (const { type, node, session, time } of events) {
    const own = known.get(node);
    const steps = series.get(node);
    if (!own || !steps) continue;
    if (begins.has(type) && session !== undefined) own.add(session);
    else if (type === 'session-removed' && session !== undefined) own.delete(session);
    else if (endsAll.has(type)) own.clear();
    else continue;
    steps.times.push(time);
    steps.values.push(own.size);
  }
  for (const { times, values } of series.values()) {
    times.push(end);
    values.push(values[values.length - 1]);
  }
  return plotOfSessions([...series.values()]);
}

export const plotOfSessions = (series: readonly Series[]): Plot => ({
  name: 'sessions',
  title: 'Sessions',
  unit: 'count',
  shape: 'steps',
  series,
});
