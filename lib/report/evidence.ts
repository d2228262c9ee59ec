import type { Decider } from '../lab/conditions/series.ts';
import type { LabEvent } from '../lab/fabric.ts';
import type { Verdict } from '../lab/measure.ts';
import type { Expectation } from '../lab/scenario.ts';
import type { Duration } from '../time.ts';
import type { Exchange } from './plots.ts';
import type { Evidence } from './report.ts';

/** Of one verdict; the events have all. */
const EVIDENCE_MAX = 3;

/** Counters that count what an event tells too, by the end of their path. Those of drops are an event's reason. */
const eventsOfCounters: readonly (readonly [counter: string, type: string, reason?: string])[] = [
  ['added-session-health-check', 'health-check-added'],
  ['session-health-check timeouts', 'health-check-timeout'],
  ['received-enable-metadata', 'control-received', 'enableMetadata'],
  ['received-session-health-check-acknowledgement', 'control-received', 'sessionExists'],
  ['generated-session-health-check-acknowledgement', 'control-sent', 'sessionExists'],
  ['metadata added', 'metadata-added'],
  ['metadata removed', 'metadata-received'],
  ['emulator sessions created', 'session-created'],
  ['emulator sessions recreated', 'session-recreated'],
];

/** What in a run made the number of an expectation what it is, in order of time: what the verdict names, or what fits. */
export function evidenceOf(
  expectation: Expectation | undefined,
  { deciders }: Verdict,
  events: readonly LabEvent[],
  exchanges: readonly Exchange[],
): Evidence[] {
  if (deciders || !expectation) return (deciders ?? []).map(ofDecider);
  const { measure, since = 0 as Duration } = expectation;
  const later = events.filter(({ time }) => time >= since);
  switch (measure.of) {
    case 'counter': {
      const isMeant = (event: LabEvent): boolean =>
        measure.terms.some(({ node, path }) => event.node === node && counts(path, event));
      return later.filter(isMeant).slice(0, EVIDENCE_MAX).map(ofEvent);
    }
    case 'sessions': {
      const own = later.filter(
        ({ node, type }) => node === measure.node && /^session-(re)?(created|moved)$/.test(type),
      );
      return own.slice(-1).map(ofEvent);
    }
    case 'attack':
      return measure.what === 'answers' ? answersTo(measure.attack, later) : [];
    case 'strangers':
      return later
        .filter(({ type }) => type === 'session-created')
        .slice(-EVIDENCE_MAX)
        .map(ofEvent);
    case 'traffic':
      return evidenceOfTraffic(
        measure.what,
        exchanges.filter(({ traffic, sentAt }) => traffic === measure.traffic && sentAt >= since),
      );
    case 'paths':
    case 'peers':
      return later
        .filter(({ node, type }) => node === measure.node && /^peer-/.test(type))
        .slice(-1)
        .map(ofEvent);
    case 'alarms':
      return later
        .filter(({ node, type }) => node === measure.node && /^alarm-/.test(type))
        .slice(-1)
        .map(ofEvent);
    case 'packets':
    case 'events':
      return [];
  }
}

const answersTo = (attack: string, events: readonly LabEvent[]): Evidence[] =>
  events
    .filter(({ type, reason }) => type === 'attack-answered' && reason === attack)
    .slice(0, EVIDENCE_MAX)
    .map(ofEvent);

function evidenceOfTraffic(what: string, exchanges: readonly Exchange[]): Evidence[] {
  if (what === 'lost')
    return exchanges
      .filter(({ receivedAt }) => receivedAt === undefined)
      .slice(0, EVIDENCE_MAX)
      .map(({ sentAt }) => ({ time: sentAt, text: 'asked, and never answered' }));
  if (what !== 'recovery') return [];
  const first = exchanges.reduce<Exchange | undefined>(
    (best, one) => ((one.receivedAt ?? Infinity) < (best?.receivedAt ?? Infinity) ? one : best),
    undefined,
  );
  if (!first) return [];
  return [
    { time: exchanges[0].sentAt, text: 'the first question' },
    ...(first.receivedAt === undefined ? [] : [{ time: first.sentAt, text: 'asked what was answered first' }]),
  ];
}

function counts(path: string, { type, reason }: LabEvent): boolean {
  if (type === 'packet-dropped') return reason === path;
  return eventsOfCounters.some(
    ([counter, counted, why]) => path.endsWith(counter) && counted === type && (why === undefined || why === reason),
  );
}

const ofDecider = ({ time, node, port, packet, event }: Decider): Evidence => ({
  time,
  text: [port === undefined ? node : `${node}:${port}`, ...(event === undefined ? [] : [event])].join(' '),
  ...(packet !== undefined && { packet }),
});

const ofEvent = ({ time, node, type, reason, packet }: LabEvent): Evidence => ({
  time,
  text: [node, type, ...(reason === undefined ? [] : [`(${reason})`])].join(' '),
  ...(packet !== undefined && { packet }),
});
