import type { AttackReport } from '../attacker/attack.ts';
import { suggest } from '../diagnostic.ts';
import type { AlarmRow, EventRow, PeerRow } from '../peering/rows.ts';
import type { FlowRow, SessionRow } from '../service-area/rows.ts';
import type { Duration } from '../time.ts';
import type { Violation } from './invariants/violation.ts';
import type { Action, Scenario, TrafficReport } from './scenario.ts';

/**
 * Where a lab runs. `sim` has virtual time, `netns` and `compose` have the real one; a runner drives all three alike,
 * and one compliance suite holds for all three.
 *
 * The order of calls is observe and follow (if at all), create, start, any number of advance/inject/inspect, stop. `stop`
 * may be called at any time, also after a failure, and leaves nothing behind.
 */
export interface Fabric {
  readonly name: FabricName;
  /**
   * Tells an observer, too, of every event and packet, each in order of time: at once where time is virtual, and when the
   * lab is stopped where it is real.
   */
  observe(observer: EventSink & CaptureSink): void;
  /** Makes nodes and links. Fails with a `LabError` that says what this machine lacks, and then nothing is left made. */
  create(): Promise<void>;
  /** Starts routers and hosts; when it returns, the time of the run is 0 and traffic begins on its own schedule. */
  start(): Promise<void>;
  /** Time since the start of the run. */
  elapsed(): Duration;
  /** Tells of events as they happen, wherever that is. */
  follow(follower: EventSink): void;
  /**
   * Lets the lab live until the time of the run is `until`; calls `tick` now and then with how far it has come. Returns
   * earlier as soon as `pauses` says so, which is asked after every event that is told at once.
   */
  advance(until: Duration, tick: (progress: Progress) => void, pauses?: () => boolean): Promise<void>;
  inject(action: Action): Promise<void>;
  /** Of a router or a middlebox. */
  counters(node: string): Promise<ReadonlyMap<string, number>>;
  sessions(node: string): Promise<readonly SessionRow[]>;
  flows(node: string): Promise<readonly FlowRow[]>;
  /** The paths of a router to its peers; alarms that stand; the last events. None of a router that is down. */
  peers(node: string): Promise<readonly PeerRow[]>;
  alarms(node: string): Promise<readonly AlarmRow[]>;
  events(node: string): Promise<readonly EventRow[]>;
  traffic(): Promise<readonly TrafficReport[]>;
  /** Of every attack whose attacker is up. */
  attacks(): Promise<readonly AttackReport[]>;
  /** Invariants that were found broken. Only where every packet is seen: in sim. */
  violations?(): readonly Violation[];
  /** Sends one more exchange of each of these traffic entries, on its session; the report tells of it as `probes`. */
  probe(traffic: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

export type FabricName = 'sim' | 'netns' | 'compose';

export interface Progress {
  readonly elapsed: Duration;
  readonly sessions: number;
  readonly packets: number;
}

/**
 * What a fabric is made from. `events` and `capture` take what happens, in order of time; when `stop` has returned, they
 * have taken all of it.
 */
export interface FabricOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly events: EventSink;
  readonly capture: CaptureSink;
  /**
   * Takes what the routers have captured of sessions, in order of time, when the lab is stopped; the port is the capture
   * point. A router that was restarted has forgotten what it had.
   */
  readonly sessionCaptures?: CaptureSink | undefined;
  /**
   * A folder for tapes of all that entered the routers and middleboxes, one for each start of each. `sim` makes none: its
   * seed repeats the run.
   */
  readonly tapesIn?: string | undefined;
}

/**
 * One line of events.ndjson. `type` is one of
 *
 * - `TraceType`: what a router tells about itself;
 * - `Action['kind']`: what the timeline does; `node` is the node or the link that it is done to (`faultEvent`);
 * - `frame-lost`: a frame that left `port` never arrived, for the `reason` 'cut', 'loss', 'too-long', 'no-link',
 *   'no-carrier' or 'queue-full'; or one that came to `port` found its node 'down', or the port without carrier;
 * - `FrameEventType`: what else the link behind `port` made of a frame: it was duplicated, corrupted, marked, sent ahead;
 * - `node-started`: a router is back after a restart.
 */
export interface LabEvent {
  /** Microseconds since the start of the run. */
  readonly time: number;
  readonly node: string;
  readonly type: string;
  readonly packet?: number;
  readonly session?: string;
  readonly reason?: string;
  readonly attributes?: readonly string[];
  readonly [detail: string]: unknown;
}

export interface EventSink {
  event(event: LabEvent): void;
}

/** One packet at one port of one node. */
export interface CapturedPacket {
  /** Microseconds since the start of the run. */
  readonly time: number;
  readonly node: string;
  readonly port: string;
  readonly direction: 'in' | 'out';
  readonly id: number;
  /** Valid during the call only. */
  readonly bytes: Uint8Array;
  /** Why: what was added to it, or why it went no further. */
  readonly comments: readonly string[];
}

export interface CaptureSink {
  packet(packet: CapturedPacket): void;
}

/** Both of two sinks, the first first. */
export const bothEvents = (one: EventSink, other: EventSink): EventSink => ({
  event(event) {
    one.event(event);
    other.event(event);
  },
});

export const bothCaptures = (one: CaptureSink, other: CaptureSink): CaptureSink => ({
  packet(packet) {
    one.packet(packet);
    other.packet(packet);
  },
});

/** A lab that cannot be: `status` 2 for a person's mistake, 3 for what this machine lacks. */
export class LabError extends Error {
  readonly status: 2 | 3;

  constructor(message: string, status: 2 | 3) {
    super(message);
    this.name = 'LabError';
    this.status = status;
  }
}

/** Something that was named is not there. */
export class NotFoundError extends LabError {
  constructor(message: string) {
    super(message, 2);
  }
}

/** `there is no link 'wna'; did you mean 'wan'?` */
export function notFound(what: string, name: string | number, known: Iterable<string | number>): NotFoundError {
  const hint = suggest(String(name), [...known].map(String));
  return new NotFoundError(`there is no ${what} '${name}'${hint === undefined ? '' : `; ${hint}`}`);
}
