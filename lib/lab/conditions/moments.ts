import type { Duration } from '../../time.ts';
import { describeDuration } from '../describe.ts';
import type { Observed, Verdict } from '../measure.ts';
import type { EventChoice, Expectation, Measure, Moments, TrafficReport } from '../scenario.ts';
import { Series, type Decider, type Point } from './series.ts';
import { describeDecider, describeValue, describeWanted, growth, isWithin } from './values.ts';

/** Of one verdict; the events have all. */
const DECIDERS_MAX = 3;

/** What is found out about the moments of a run. */
interface Finding {
  readonly held: boolean;
  readonly measured: string;
  readonly value: number | null;
  readonly decidedBy?: string;
  readonly deciders: readonly Decider[];
}

/** Judges an expectation that is not about the end of a run, but about its moments. */
export function judgeMoments(expectation: Expectation, moments: Moments, observed: Observed): Verdict {
  const isEventually = moments.kind === 'eventually';
  const finding = isEventually
    ? findEventually(expectation, moments, observed)
    : findMoment(expectation, moments.kind, observed);
  const { deciders, ...rest } = finding;
  const { text, unit, atLeast, atMost } = expectation;
  const wanted = isEventually ? `within ${describeDuration(moments.within)}` : describeWanted(expectation);
  return {
    text,
    ...rest,
    wanted: moments.kind === 'never' ? `never ${wanted}` : wanted,
    unit: isEventually ? 'microseconds' : unit,
    ...(atLeast !== undefined && !isEventually && { atLeast }),
    ...(isEventually ? { atMost: moments.within } : atMost !== undefined && { atMost }),
    ...(deciders.length > 0 && { deciders }),
  };
}

/** `always` is decided by the first moment at which it does not hold, `never` and `sometimes` by the first at which it does. */
function findMoment(expectation: Expectation, kind: 'always' | 'never' | 'sometimes', observed: Observed): Finding {
  const { unit, since } = expectation;
  const points = [...pointsOf(expectation, since, observed)];
  if (points.length === 0) return { held: false, measured: 'never', value: null, deciders: [] };
  const decisive = points.find(({ value }) => isWithin(expectation, value) === (kind !== 'always'));
  const held = (kind === 'sometimes') === (decisive !== undefined);
  if (!decisive)
    return { held, measured: describeRange(points, unit), value: points.at(-1)?.value ?? null, deciders: [] };
  const { from, value, by } = decisive;
  const measured = `${describeValue(value, unit)} at ${describeDuration(from)}`;
  return { held, measured, value, ...(by && { decidedBy: describeDecider(by) }), deciders: by ? [by] : [] };
}

function findEventually(
  expectation: Expectation,
  { within, of }: Moments & { kind: 'eventually' },
  observed: Observed,
): Finding {
  const { end } = observed;
  const begins = of ? [...eventsOf(of, observed)] : [{ from: 0 as Duration, value: 0 }];
  const name = of ? describeChoice(of) : 'the start';
  if (begins.length === 0)
    return { held: false, measured: 'never', value: null, decidedBy: `no ${name}`, deciders: [] };
  const deciders: Decider[] = [];
  let longest = 0;
  for (const { from, by } of begins) {
    const deadline = Math.min(from + within, end) as Duration;
    const since = of ? from : expectation.since;
    const met = firstOf(pointsOf(expectation, since, observed, deadline), ({ value }) => isWithin(expectation, value));
    if (!met) {
      const why =
        from + within > end ? `, and the run ended ${describeDuration((end - from) as Duration)} after it` : '';
      const decidedBy = `${name} at ${describeDuration(from)}${why}`;
      return { held: false, measured: 'not in time', value: null, decidedBy, deciders: by ? [by] : [] };
    }
    longest = Math.max(longest, met.from - from);
    if (met.by) deciders.push(met.by);
  }
  const after = describeDuration(longest as Duration);
  const measured = begins.length === 1 ? `after ${after}` : `after at most ${after}, ${begins.length} times`;
  const last = deciders.at(-1);
  return {
    held: true,
    measured,
    value: longest,
    ...(last && begins.length === 1 && { decidedBy: describeDecider(last) }),
    deciders: deciders.slice(0, DECIDERS_MAX),
  };
}

/** What is measured, from `since` until the end or earlier; counted from `since` on, if it is counted. */
function* pointsOf(
  { measure }: Expectation,
  since: Duration | undefined,
  observed: Observed,
  until: Duration = observed.end,
): Generator<Point> {
  const series = measure.of === 'traffic' ? seriesOfTraffic(measure, observed) : observed.seriesOf(measure);
  if (!series) return;
  const from = since ?? (0 as Duration);
  const count = (value: number): ((point: Point) => Point) => {
    return (point) => ({ ...point, value: growth(point.value, value) });
  };
  switch (measure.of) {
    case 'counter':
      // Whatever the event itself counts belongs to what was before.
      yield* map(series.between(from, until), count(since === undefined ? 0 : counterBefore(measure, since, observed)));
      return;
    case 'packets':
    case 'events':
    case 'traffic':
      yield* map(series.between(from, until), count(series.before(from)));
      return;
    default:
      // What was seen last may be out of date by so much.
      yield* series.between((since === undefined ? from : from + observed.resolution) as Duration, until);
  }
}

/** What it was when an expectation begins to count, or when an event came. */
function counterBefore(measure: Measure & { of: 'counter' }, since: Duration, observed: Observed): number {
  const marked = observed.countersAt.get(since);
  if (!marked) return observed.seriesOf(measure)?.at(since).value ?? 0;
  return measure.terms.reduce((sum, { node, path }) => sum + (marked.get(node)?.get(path) ?? 0), 0);
}

/** Each moment at which an event of the choice came. */
function* eventsOf(choice: EventChoice, { seriesOf, end }: Observed): Generator<Point> {
  for (const point of seriesOf({ of: 'events', ...choice })?.between(0 as Duration, end) ?? [])
    if (point.by) yield point;
}

/** How many were sent, or answered, by when. */
function seriesOfTraffic(
  { traffic, what }: Measure & { of: 'traffic' },
  { traffic: reports }: Observed,
): Series | undefined {
  const report: TrafficReport | undefined = reports.get(traffic);
  if (!report) return undefined;
  const times = report.exchanges.flatMap(({ sentAt, receivedAt }) => (what === 'sent' ? sentAt : (receivedAt ?? [])));
  const series = new Series();
  times.toSorted((a, b) => a - b).forEach((time, i) => series.set(time, i + 1));
  return series;
}

export const describeChoice = ({ type, node }: EventChoice): string =>
  node === undefined ? type : `${type} at ${node}`;

function describeRange(points: readonly Point[], unit: Expectation['unit']): string {
  const values = points.map(({ value }) => value);
  const [least, most] = values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
  const from = describeValue(least, unit);
  return least === most ? from : `${from} to ${describeValue(most, unit)}`;
}

function firstOf<T>(items: Iterable<T>, isWanted: (item: T) => boolean): T | undefined {
  for (const item of items) if (isWanted(item)) return item;
  return undefined;
}

function* map<T>(items: Iterable<T>, turn: (item: T) => T): Generator<T> {
  for (const item of items) yield turn(item);
}
