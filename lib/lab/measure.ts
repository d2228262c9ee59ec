import type { Duration } from '../time.ts';
import { measureAttack, type ObservedAttacks } from './attack-measures.ts';
import { judgeMoments } from './conditions/moments.ts';
import type { Decider, Series } from './conditions/series.ts';
import { describeDecider, describeValue, describeWanted, growth, isWithin } from './conditions/values.ts';
import type { Condition, Expectation, Measure, StreamMeasure, TrafficReport, Unit } from './scenario.ts';
import { measureTraffic, type Measured } from './traffic-measures.ts';

/** Counters by node and path, at one time. */
export type CounterSnapshot = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** What a run leaves behind to be measured. */
export interface Observed {
  readonly traffic: ReadonlyMap<string, TrafficReport>;
  readonly counters: CounterSnapshot;
  /** Counters as they were at each `since` of an expectation. */
  readonly countersAt: ReadonlyMap<Duration, CounterSnapshot>;
  readonly attacks: ObservedAttacks;
  /** What a node has at the end. */
  readonly levelOf: (measure: Measure) => number | undefined;
  /** What was watched while the run lasted. */
  readonly seriesOf: (measure: Measure) => Series | undefined;
  /** How late a change of what a node has may have been seen. */
  readonly resolution: Duration;
  /** When the run ended; what came later does not count. */
  readonly end: Duration;
}

/** One row of the verdict table. `measured` and `wanted` are for people, the numbers for programs. */
export interface Verdict {
  readonly text: string;
  readonly held: boolean;
  readonly measured: string;
  readonly wanted: string;
  readonly unit: Unit;
  /** In `unit`; null for what never came to be. */
  readonly value: number | null;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** What in the run made the number what it is. */
  readonly decidedBy?: string;
  /** The packets and events that decided, the first few; absent if none is known. */
  readonly deciders?: readonly Decider[];
}

export function judge(expectation: Expectation, observed: Observed): Verdict {
  const { moments } = expectation;
  return moments ? judgeMoments(expectation, moments, observed) : judgeEnd(expectation, observed);
}

function judgeEnd(expectation: Expectation, observed: Observed): Verdict {
  const { text, unit, atLeast, atMost } = expectation;
  const { value, decidedBy, deciders } = measure(expectation, observed);
  return {
    text,
    held: value !== undefined && isWithin(expectation, value),
    measured: value === undefined ? 'never' : describeValue(value, unit),
    wanted: describeWanted(expectation),
    unit,
    value: value ?? null,
    ...(atLeast !== undefined && { atLeast }),
    ...(atMost !== undefined && { atMost }),
    ...(decidedBy !== undefined && { decidedBy }),
    ...(deciders && { deciders }),
  };
}

type Decided = Measured & { readonly deciders?: readonly Decider[] };

function measure(expectation: Expectation, observed: Observed): Decided {
  const { measure, since, unit } = expectation;
  switch (measure.of) {
    case 'counter':
      return measureCounter(
        measure,
        observed.counters,
        since === undefined ? undefined : observed.countersAt.get(since),
      );
    case 'traffic': {
      const report = observed.traffic.get(measure.traffic);
      return report ? measureTraffic(measure, report, { since, unit, end: observed.end }) : { value: undefined };
    }
    case 'attack':
    case 'strangers':
      return measureAttack(measure, observed.attacks);
    case 'packets':
    case 'events':
      return measureStream({ ...expectation, measure }, observed);
    default:
      return { value: observed.levelOf(measure) };
  }
}

function measureCounter(
  { terms }: Measure & { of: 'counter' },
  counters: CounterSnapshot,
  before: CounterSnapshot | undefined,
): Measured {
  const values = terms.map(({ node, path }) =>
    growth(counters.get(node)?.get(path) ?? 0, before?.get(node)?.get(path) ?? 0),
  );
  const value = values.reduce((sum, term) => sum + term, 0);
  if (terms.length === 1) return { value };
  return { value, decidedBy: terms.map(({ node }, i) => `${values[i]} at ${node}`).join(', ') };
}

/** What decides is the one too many, or else the one that made it enough, or else the last. */
function measureStream(
  { measure, since = 0 as Duration, atLeast, atMost }: Condition & { readonly measure: StreamMeasure },
  { seriesOf, end }: Observed,
): Decided {
  const series = seriesOf(measure);
  if (!series) return { value: undefined };
  const before = series.before(since);
  const value = series.at(end).value - before;
  const tooMany = atMost !== undefined && value > atMost;
  const place = tooMany ? atMost + 1 : Math.min(value, atLeast ?? value);
  const decider = place > 0 ? series.first(since, end, (point) => point.value - before >= place)?.by : undefined;
  return { value, ...(decider && { decidedBy: describeDecider(decider), deciders: [decider] }) };
}
