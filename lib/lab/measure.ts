import type { Duration } from '../time.ts';
import { describeDuration } from './describe.ts';
import type { Expectation, Measure, TrafficMeasure, TrafficReport, Unit } from './scenario.ts';

/** Counters by node and path, at one time. */
export type CounterSnapshot = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** What a run leaves behind to be measured. */
export interface Observed {
  readonly traffic: ReadonlyMap<string, TrafficReport>;
  readonly counters: CounterSnapshot;
  /** Counters as they were at each `since` of an expectation. */
  readonly countersAt: ReadonlyMap<Duration, CounterSnapshot>;
  readonly sessionCounts: ReadonlyMap<string, number>;
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
}

interface Measured {
  readonly value: number | undefined;
  readonly decidedBy?: string;
}

export function judge(expectation: Expectation, observed: Observed): Verdict {
  const { text, unit, atLeast, atMost } = expectation;
  const { value, decidedBy } = measure(expectation, observed);
  const held = value !== undefined && value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);
  return {
    text,
    held,
    measured: value === undefined ? 'never' : describeValue(value, unit),
    wanted: describeWanted(expectation),
    unit,
    value: value ?? null,
    ...(atLeast !== undefined && { atLeast }),
    ...(atMost !== undefined && { atMost }),
    ...(decidedBy !== undefined && { decidedBy }),
  };
}

function measure({ measure, since, unit }: Expectation, observed: Observed): Measured {
  switch (measure.of) {
    case 'counter':
      return measureCounter(
        measure,
        observed.counters,
        since === undefined ? undefined : observed.countersAt.get(since),
      );
    case 'sessions':
      return { value: observed.sessionCounts.get(measure.node) };
    case 'traffic': {
      const report = observed.traffic.get(measure.traffic);
      return report ? measureTraffic(measure.what, report, since, unit) : { value: undefined };
    }
  }
}

function measureCounter(
  { terms }: Measure & { of: 'counter' },
  counters: CounterSnapshot,
  before: CounterSnapshot | undefined,
): Measured {
  const values = terms.map(({ node, path }) => {
    const value = counters.get(node)?.get(path) ?? 0;
    const earlier = before?.get(node)?.get(path) ?? 0;
    // A counter that went down belongs to a router that was restarted since, and counts from 0 again.
    return value >= earlier ? value - earlier : value;
  });
  const value = values.reduce((sum, term) => sum + term, 0);
  if (terms.length === 1) return { value };
  return { value, decidedBy: terms.map(({ node }, i) => `${values[i]} at ${node}`).join(', ') };
}

function measureTraffic(
  what: TrafficMeasure,
  report: TrafficReport,
  since: Duration | undefined,
  unit: Unit,
): Measured {
  const exchanges = report.exchanges.filter(({ sentAt }) => since === undefined || sentAt >= since);
  const whole = since === undefined;
  switch (what) {
    case 'sent':
      return { value: whole ? report.sent : exchanges.length };
    case 'received':
      return { value: whole ? report.received : exchanges.filter(({ receivedAt }) => receivedAt !== undefined).length };
    case 'lost': {
      const lost = exchanges.filter(({ receivedAt }) => receivedAt === undefined);
      const first = lost.length > 0 ? `the first at ${describeDuration(lost[0].sentAt)}` : undefined;
      return { value: whole ? report.sent - report.received : lost.length, decidedBy: first };
    }
    case 'unexpected':
      return { value: report.unexpected };
    case 'bytes':
      return { value: report.transfer?.bytes };
    case 'checksum-equal':
      return { value: report.transfer?.checksumEqual ? 1 : 0 };
    case 'recovery':
      return measureRecovery(report, since, unit);
  }
}

function measureRecovery(report: TrafficReport, since: Duration | undefined, unit: Unit): Measured {
  const recovery = recoveryOf(report, since);
  if (!recovery) return { value: undefined, decidedBy: 'nothing was answered' };
  const { askedAt, answeredAt } = recovery;
  const took = answeredAt - askedAt;
  const times = `asked at ${describeDuration(askedAt)}, answered at ${describeDuration(answeredAt)}`;
  if (unit === 'microseconds') return { value: took, decidedBy: times };
  const roundTrip = roundTripOf(report, since);
  if (roundTrip === undefined)
    return { value: undefined, decidedBy: 'no exchange before tells how long a round trip is' };
  return { value: took / roundTrip, decidedBy: `${times}, a round trip is ${describeDuration(roundTrip)}` };
}

/** The first question at or after `since`, and the first answer to it or to a later one; undefined if none came. */
export function recoveryOf(
  { exchanges }: TrafficReport,
  since: Duration | undefined,
): { readonly askedAt: Duration; readonly answeredAt: Duration } | undefined {
  const later = exchanges.filter(({ sentAt }) => since === undefined || sentAt >= since);
  const answers = later.flatMap(({ receivedAt }) => receivedAt ?? []);
  if (answers.length === 0) return undefined;
  return { askedAt: later[0].sentAt, answeredAt: answers.reduce((first, answer) => (answer < first ? answer : first)) };
}

/** The median of what the answered exchanges took; of those sent before `until`, if given. */
export function roundTripOf({ exchanges }: TrafficReport, until: Duration | undefined): Duration | undefined {
  const took = exchanges
    .filter(({ sentAt }) => until === undefined || sentAt < until)
    .flatMap(({ sentAt, receivedAt }) => (receivedAt === undefined ? [] : [receivedAt - sentAt]))
    .toSorted((a, b) => a - b);
  return took.length > 0 ? (took[took.length >> 1] as Duration) : undefined;
}

function describeWanted({ unit, atLeast, atMost }: Expectation): string {
  if (atLeast !== undefined && atMost !== undefined) return describeValue(atLeast, unit);
  if (atLeast !== undefined) return `at least ${describeValue(atLeast, unit)}`;
  return `at most ${describeValue(atMost ?? 0, unit)}`;
}

function describeValue(value: number, unit: Unit): string {
  if (unit === 'microseconds') return describeDuration(value as Duration);
  if (unit === 'round-trips') return `${Number(value.toFixed(2))} round trips`;
  return String(value);
}
