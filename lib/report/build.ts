import type { LabEvent } from '../lab/fabric.ts';
import type { RunResult } from '../lab/runner.ts';
import type { Scenario } from '../lab/scenario.ts';
import { describeDuration } from '../lab/describe.ts';
import { strangersAmong } from '../lab/traffic-sessions.ts';
import { evidenceOf } from './evidence.ts';
import { faultWindows } from './faults.ts';
import { plainKeys } from './keys.ts';
import { phraseOf } from './phrases.ts';
import {
  bucketLength,
  Buckets,
  interestingLinks,
  latencyPlot,
  lossPlot,
  plotOfSessions,
  sessionsPlot,
  throughputPlot,
} from './plots.ts';
import type { Exchange } from './plots.ts';
import type { Plot, Report, ReportAttacks, ReportEvent } from './report.ts';
import { reportSessions } from './sessions.ts';
import { drawTopology } from './topology.ts';

/** Events that a report shows; events.ndjson has all. */
const EVENTS_MAX = 20_000;

/** Counts of sessions that are kept of a lab that is up. */
const COUNTS_MAX = 3_600;

/** A packet that has come to a port, as far as throughput cares. */
export interface ArrivedPacket {
  readonly time: number;
  readonly node: string;
  readonly port: string;
  readonly length: number;
}

/** A result that nobody has judged, for a lab that is up. */
export type ReportedResult = Omit<RunResult, 'passed'> & {
  readonly passed: boolean | undefined;
  /** Nodes that do not answer. */
  readonly silent?: readonly string[];
};

/** Gathers what a run leaves behind, and makes its report. */
export class ReportBuilder {
  readonly #scenario: Scenario;
  readonly #bucket: number;
  readonly #bytes: Buckets;
  /** Name of the link by port that is worth a line, 'node:port'. */
  readonly #linkOf: ReadonlyMap<string, string>;
  readonly #events: LabEvent[] = [];
  readonly #exchanges: Exchange[] = [];
  readonly #counts = new Map<string, { name: string; times: number[]; values: number[] }>();

  /** `bucket` is the length of those of time, in microseconds. */
  constructor(scenario: Scenario, bucket = bucketLength(scenario.duration)) {
    this.#scenario = scenario;
    this.#bucket = bucket;
    this.#bytes = new Buckets(this.#bucket);
    const shown = interestingLinks(scenario);
    this.#linkOf = new Map(
      scenario.links
        .filter(({ name }) => shown.has(name))
        .flatMap(({ name, ends }) => ends.map(({ node, port }) => [`${node}:${port}`, name] as const)),
    );
  }

  event(event: LabEvent): void {
    this.#events.push(event);
  }

  exchange(exchange: Exchange): void {
    this.#exchanges.push(exchange);
  }

  arrived({ time, node, port, length }: ArrivedPacket): void {
    const link = this.#linkOf.get(`${node}:${port}`);
    if (link !== undefined) this.#bytes.add(link, time, length);
  }

  /** A router was found to have so many sessions. Without that, its events tell. */
  counted(node: string, time: number, sessions: number): void {
    let series = this.#counts.get(node);
    if (!series) this.#counts.set(node, (series = { name: node, times: [], values: [] }));
    series.times.push(time);
    series.values.push(sessions);
    if (series.times.length > COUNTS_MAX) for (const column of [series.times, series.values]) column.shift();
  }

  /** What has been gathered; the timeline shows what happened since `begin`. */
  report(result: ReportedResult, begin = 0): Report {
    const { duration, peers, verdicts, traffic, counters, sessions } = result;
    const scenario = this.#scenario;
    // Of a lab that is up, what nodes tell comes sooner than what is captured at them.
    const events = this.#events.toSorted((a, b) => a.time - b.time);
    const exchanges = this.#exchanges;
    const routers = scenario.nodes.filter(({ kind }) => kind === 'router').map(({ name }) => name);
    const { scenario: name, about: teaches, fabric, seed, version, passed, epoch } = result;
    return {
      about: { scenario: name, teaches, fabric, seed, version, begin, duration, epoch, passed },
      topology: drawTopology(scenario, peers),
      faults: faultWindows(events, scenario.links, duration).filter(({ end }) => end >= begin),
      plots: [
        throughputPlot(this.#bytes, this.#bucket, duration),
        latencyPlot(exchanges),
        lossPlot(exchanges, events, this.#bucket, duration),
        this.#counts.size > 0 ? plotOfSessions([...this.#counts.values()]) : sessionsPlot(events, routers, duration),
      ].map((plot) => since(plot, begin)),
      verdicts: verdicts.map((verdict, i) => ({
        ...verdict,
        evidence: evidenceOf(scenario.expectations.at(i), verdict, events, exchanges),
      })),
      traffic,
      attacks: reportAttacks(result, scenario),
      events: events
        .slice(begin === 0 ? 0 : -EVENTS_MAX)
        .slice(0, EVENTS_MAX)
        .map((event) => told(event, scenario)),
      counters: Object.fromEntries(Object.entries(counters).map(([node, values]) => [node, Object.entries(values)])),
      sessions: reportSessions(events, sessions),
      silent: result.silent ?? [],
      keys: plainKeys(scenario.authority),
    };
  }
}

function reportAttacks({ attacks, sessions }: ReportedResult, scenario: Scenario): ReportAttacks | undefined {
  if (attacks.length === 0) return undefined;
  const strangers = Object.entries(sessions).map(([node, rows]) => ({
    node,
    sessions: strangersAmong(rows, scenario),
  }));
  return { attacks, strangers: strangers.filter(({ sessions }) => sessions > 0) };
}

/** Of a plot, what was measured since `begin`. */
function since(plot: Plot, begin: number): Plot {
  if (begin === 0) return plot;
  const series = plot.series.map(({ name, times, values }) => {
    const first = Math.max(0, times.findIndex((time) => time >= begin) - (plot.shape === 'steps' ? 1 : 0));
    return { name, times: times.slice(first).map((time) => Math.max(begin, time)), values: values.slice(first) };
  });
  return { ...plot, series };
}

/** An event in the words of the story, or, where the story passes over it, in those of events.ndjson. */
function told(event: LabEvent, { authority }: Scenario): ReportEvent {
  const timeout = describeDuration(authority.sessionRecoveryDetection.inactivityTimeout);
  const phrase = phraseOf(event, { timeout });
  return { ...event, text: phrase?.text ?? details(event), tone: phrase?.tone ?? 'plain' };
}

const shownElsewhere = new Set(['time', 'node', 'type', 'packet', 'session']);

const details = (event: LabEvent): string =>
  Object.entries(event)
    .filter(([key, value]) => !shownElsewhere.has(key) && value !== undefined)
    .map(([key, value]) =>
      key === 'reason' ? String(value) : `${key} ${Array.isArray(value) ? value.join(', ') : String(value)}`,
    )
    .join(', ');
