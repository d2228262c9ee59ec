import type { Duration } from '../time.ts';
import { describeDuration } from './describe.ts';
import type { Measure, TrafficReport, Unit } from './scenario.ts';

/** A number, and what in the run made it what it is. */
export interface Measured {
  /** Undefined for what never came to be. */
  readonly value: number | undefined;
  readonly decidedBy?: string | undefined;
}

/** What a traffic report tells, of what was sent at or after `since` where it matters; the run ended at `end`. */
export function measureTraffic(
  { what, percentile = 50 }: Measure & { of: 'traffic' },
  report: TrafficReport,
  { since, unit, end }: { readonly since: Duration | undefined; readonly unit: Unit; readonly end: Duration },
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
    case 'longest-gap':
      return longestGap(exchanges, end);
    case 'round-trip':
      return percentileOf(exchanges, percentile);
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

type Exchanges = TrafficReport['exchanges'];

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
  const took = tripsOf(exchanges.filter(({ sentAt }) => until === undefined || sentAt < until));
  return took.length > 0 ? took[took.length >> 1] : undefined;
}

/** What the answered exchanges took, the shortest first. */
const tripsOf = (exchanges: Exchanges): Duration[] =>
  exchanges
    .flatMap(({ sentAt, receivedAt }) => (receivedAt === undefined ? [] : [(receivedAt - sentAt) as Duration]))
    .toSorted((a, b) => a - b);

/** By nearest rank; the median is the upper one of two, as everywhere here. */
function percentileOf(exchanges: Exchanges, percentile: number): Measured {
  const took = tripsOf(exchanges);
  if (took.length === 0) return { value: undefined, decidedBy: 'nothing was answered' };
  const rank = percentile === 50 ? took.length >> 1 : Math.ceil((percentile / 100) * took.length) - 1;
  return { value: took[Math.max(0, rank)], decidedBy: `of ${took.length} that were answered` };
}

/** From the last question on backwards, so that at each one the next answer is known. */
function longestGap(exchanges: Exchanges, end: Duration): Measured {
  if (exchanges.length === 0) return { value: undefined, decidedBy: 'nothing was sent' };
  let answeredAt = end;
  let longest = { from: end, until: end };
  for (const { sentAt, receivedAt } of exchanges.toReversed()) {
    if (receivedAt !== undefined && receivedAt < answeredAt) answeredAt = receivedAt;
    if (answeredAt - sentAt >= longest.until - longest.from) longest = { from: sentAt, until: answeredAt };
  }
  const { from, until } = longest;
  return {
    value: until - from,
    decidedBy: `from ${describeDuration(from)} until ${until === end ? 'the end' : describeDuration(until)}`,
  };
}
