import type { LabEvent } from '../lab/fabric.ts';
import type { RunResult } from '../lab/runner.ts';
import type { Scenario } from '../lab/scenario.ts';
import { describeDuration } from '../lab/describe.ts';
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
  sessionsPlot,
  throughputPlot,
} from './plots.ts';
import type { Exchange } from './plots.ts';
import type { Report, ReportEvent } from './report.ts';
import { reportSessions } from './sessions.ts';
import { drawTopology } from './topology.ts';

/** Events that a report shows; events.ndjson has all. */
const EVENTS_MAX = 20_000;

/** A packet that has come to a port, as far as throughput cares. */
export interface ArrivedPacket {
  readonly time: number;
  readonly node: string;
  readonly port: string;
  readonly length: number;
}

/** Gathers what a run leaves behind, and makes its report. */
export class ReportBuilder {
  readonly #scenario: Scenario;
  readonly #bucket: number;
  readonly #bytes: Buckets;
  /** Name of the link by port that is worth a line, 'node:port'. */
  readonly #linkOf: ReadonlyMap<string, string>;
  readonly #events: LabEvent[] = [];
  readonly #exchanges: Exchange[] = [];

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#bucket = bucketLength(scenario.duration);
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

  report(result: RunResult): Report {
    const { duration, peers, verdicts, traffic, counters, sessions } = result;
    const scenario = this.#scenario;
    const [events, exchanges] = [this.#events, this.#exchanges];
    const routers = scenario.nodes.filter(({ kind }) => kind === 'router').map(({ name }) => name);
    const { scenario: name, about: teaches, fabric, seed, version, passed, epoch } = result;
    return {
      about: { scenario: name, teaches, fabric, seed, version, duration, epoch, passed },
      topology: drawTopology(scenario, peers),
      faults: faultWindows(events, scenario.links, duration),
      plots: [
        throughputPlot(this.#bytes, this.#bucket, duration),
        latencyPlot(exchanges),
        lossPlot(exchanges, events, this.#bucket, duration),
        sessionsPlot(events, routers, duration),
      ],
      verdicts: verdicts.map((verdict, i) => ({
        ...verdict,
        evidence: evidenceOf(scenario.expectations[i], events, exchanges),
      })),
      traffic,
      events: events.slice(0, EVENTS_MAX).map((event) => told(event, scenario)),
      counters: Object.fromEntries(Object.entries(counters).map(([node, values]) => [node, Object.entries(values)])),
      sessions: reportSessions(events, sessions),
      keys: plainKeys(scenario.authority),
    };
  }
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
