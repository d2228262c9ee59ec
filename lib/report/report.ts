import type { FabricName, LabEvent } from '../lab/fabric.ts';
import type { Verdict } from '../lab/measure.ts';
import type { AttackSummary, TrafficSummary } from '../lab/runner.ts';
import type { PlainKeys } from './keys.ts';
import type { PhraseTone } from './phrases.ts';
import type { Topology } from './topology.ts';

/** All that the page about a run, or about a lab that is up, shows besides packets. Times are microseconds since the start. */
export interface Report {
  readonly about: ReportAbout;
  readonly topology: Topology;
  readonly faults: readonly FaultWindow[];
  readonly plots: readonly Plot[];
  readonly verdicts: readonly JudgedVerdict[];
  readonly traffic: readonly TrafficSummary[];
  /** Undefined if nobody attacks. */
  readonly attacks: ReportAttacks | undefined;
  readonly events: readonly ReportEvent[];
  /** By node: words of `show stats`, and the number. Those that are not 0. */
  readonly counters: Readonly<Record<string, readonly (readonly [path: string, value: number])[]>>;
  readonly sessions: readonly ReportSession[];
  /** Nodes of a lab that is up that do not answer: of these the page shows what they said last. */
  readonly silent: readonly string[];
  /** What it takes to read the packets. */
  readonly keys: PlainKeys;
}

export interface ReportAbout {
  readonly scenario: string;
  readonly teaches: string;
  readonly fabric: FabricName;
  readonly seed: number;
  readonly version: string;
  /** The time that the timeline begins at: 0 for a run, the last while for a lab that is up. */
  readonly begin: number;
  readonly duration: number;
  /** When time 0 was, in microseconds since the Unix epoch. */
  readonly epoch: number;
  /** Undefined for a lab that is up, and that nobody judges. */
  readonly passed: boolean | undefined;
}

/** From a step of the timeline until what undoes it; a step that nothing undoes is a moment, and ends when it begins. */
export interface FaultWindow {
  readonly start: number;
  readonly end: number;
  /** As the timeline says it: 'cut wan'. */
  readonly what: string;
  /** Node or link. */
  readonly target: string;
}

/** One plot over the time of the run. All plots of a report have the same time axis. */
export interface Plot {
  readonly name: 'throughput' | 'latency' | 'loss' | 'sessions';
  readonly title: string;
  readonly unit: 'bit/s' | 'us' | 'count';
  /** Line over buckets of time; points, each at a time of its own; bars over buckets; steps, each until the next. */
  readonly shape: 'line' | 'points' | 'bars' | 'steps';
  readonly series: readonly Series[];
}

/** `values[i]` is what was measured at `times[i]`, or from then until `times[i + 1]`. */
export interface Series {
  readonly name: string;
  readonly times: readonly number[];
  readonly values: readonly number[];
}

export interface JudgedVerdict extends Verdict {
  /** Events and packets that made the number what it is, the first few. */
  readonly evidence: readonly Evidence[];
}

export interface ReportAttacks {
  readonly attacks: readonly AttackSummary[];
  /** Sessions at the end that carry nothing of the scenario's traffic; of each router that has some. */
  readonly strangers: readonly { readonly node: string; readonly sessions: number }[];
}

export interface Evidence {
  readonly time: number;
  readonly text: string;
  /** Its id in the capture. */
  readonly packet?: number;
}

/** An event as events.ndjson has it, and what a person reads of it. */
export interface ReportEvent extends LabEvent {
  /** In plain words, or as its details if there are none for it. */
  readonly text: string;
  readonly tone: PhraseTone;
}

/** A session as far as routers have told of it. */
export interface ReportSession {
  readonly id: string;
  /** Empty as long as no router has listed it. */
  readonly service: string;
  readonly tenant: string;
  readonly protocol: string;
  readonly source: string;
  readonly destination: string;
  readonly begun: number;
  /** When it was lost by some router for other reasons than its end, and when it was back. */
  readonly losses: readonly number[];
  readonly returns: readonly number[];
  /** Routers that have it at the end. */
  readonly knownBy: readonly string[];
}
