import type { Random } from '../../random.ts';
import { NEVER, after, between, microseconds, milliseconds, seconds, type Duration, type Instant } from '../../time.ts';
import type { Echo } from './metadata.ts';
import { meanOpinionScore } from './mos.ts';

/** Time between two packets of a burst, unless the interval is too short for that (emulator choice). */
const SPACING: Duration = milliseconds(100);

/** How long a burst waits for its last reply (emulator choice). */
const REPLY_TIMEOUT: Duration = seconds(1);

/** The first burst begins within this time, so that paths which come up together are not tested together (emulator choice). */
const FIRST_WITHIN: Duration = seconds(1);

/** Bursts that the running averages may look back on: more would not be fresh. */
const HISTORY_MAX = 256;

/** What a burst of echoes, or the average of several, tells of a path. */
export interface PathMetrics {
  /** One way: half of the round trip, in milliseconds (emulator choice). */
  readonly latencyMs: number;
  /** Mean difference of the latency from one packet to the next, in milliseconds. */
  readonly jitterMs: number;
  /** Share of packets lost, 0 to 1. */
  readonly loss: number;
  /** 1 to 4.5. */
  readonly mos: number;
}

export interface LinkTestSettings {
  /** Time from burst to burst. */
  readonly interval: Duration;
  /** Packets of a burst; 0 for none ever. */
  readonly length: number;
  /** What `average` looks back on. */
  readonly averageOver: Duration;
}

export interface LinkTestOptions extends LinkTestSettings {
  readonly random: Random;
  readonly send: (echo: Echo, now: Instant) => void;
  /** A burst is over, with at least one reply or with none. */
  readonly finished: (metrics: PathMetrics, now: Instant) => void;
}

interface Burst {
  readonly number: number;
  readonly startedAt: Instant;
  readonly sentAt: Instant[];
  /** By index; undefined for what has not come back. */
  readonly roundTrips: (Duration | undefined)[];
  endsAt: Instant;
}

/** The echoes that measure one path while its session is up (SVR sheet, section 4.1: link-test-interval and -length). */
export class LinkTest {
  #options: LinkTestOptions;
  #spacing: Duration;
  #isRunning = false;
  #nextBurstAt: Instant = NEVER;
  #burst: Burst | undefined;
  #bursts = 0;
  #last: PathMetrics | undefined;
  readonly #history: { readonly at: Instant; readonly metrics: PathMetrics }[] = [];

  constructor(options: LinkTestOptions) {
    this.#options = options;
    this.#spacing = spacingOf(options);
  }

  /** Bursts are other ones from now on; what was measured stays. */
  set(settings: LinkTestSettings, now: Instant): void {
    const { interval, length } = this.#options;
    this.#options = { ...this.#options, ...settings };
    if (interval === settings.interval && length === settings.length) return;
    this.#spacing = spacingOf(settings);
    this.#burst = undefined;
    if (this.#isRunning) this.start(now);
  }

  /** The last burst; undefined if there was none since the path came up. */
  get last(): PathMetrics | undefined {
    return this.#last;
  }

  start(now: Instant): void {
    this.#isRunning = true;
    this.#nextBurstAt = NEVER;
    if (this.#options.length === 0) return;
    this.#nextBurstAt = after(now, microseconds(FIRST_WITHIN * this.#options.random.unit()));
  }

  /** Ends it until `start`; what was measured says nothing of the path any more. */
  stop(): void {
    this.#isRunning = false;
    this.#nextBurstAt = NEVER;
    this.#burst = undefined;
    this.#last = undefined;
    this.#history.length = 0;
  }

  nextDeadline(): Instant {
    const burst = this.#burst;
    if (!burst) return this.#nextBurstAt;
    return burst.sentAt.length < this.#options.length ? this.#dueAt(burst) : burst.endsAt;
  }

  poll(now: Instant): void {
    if (!this.#burst && now >= this.#nextBurstAt) this.#begin(now);
    const burst = this.#burst;
    if (!burst) return;
    if (burst.sentAt.length < this.#options.length) {
      if (now >= this.#dueAt(burst)) this.#sendNext(burst, now);
    } else if (now >= burst.endsAt) {
      this.#finish(burst, now);
    }
  }

  /** A reply, which may be late, doubled, or to nothing that was asked: then it is left alone. False for those. */
  reply({ burst: number, index }: Echo, now: Instant): boolean {
    const burst = this.#burst;
    if (burst?.number !== number || index >= burst.sentAt.length || burst.roundTrips[index] !== undefined) return false;
    burst.roundTrips[index] = between(burst.sentAt[index], now);
    const isWhole =
      burst.sentAt.length === this.#options.length && burst.roundTrips.every((trip) => trip !== undefined);
    if (isWhole) this.#finish(burst, now);
    return true;
  }

  /** Means of the bursts that ended within the averaging time; undefined if there was none. */
  average(now: Instant): PathMetrics | undefined {
    const { averageOver } = this.#options;
    const fresh = this.#history.filter(({ at }) => now - at <= averageOver).map(({ metrics }) => metrics);
    if (fresh.length === 0) return undefined;
    const mean = (of: (metrics: PathMetrics) => number): number =>
      fresh.reduce((sum, metrics) => sum + of(metrics), 0) / fresh.length;
    const [latencyMs, jitterMs, loss] = [mean((m) => m.latencyMs), mean((m) => m.jitterMs), mean((m) => m.loss)];
    return { latencyMs, jitterMs, loss, mos: meanOpinionScore(latencyMs, jitterMs, loss) };
  }

  #dueAt({ startedAt, sentAt }: Burst): Instant {
    return after(startedAt, (sentAt.length * this.#spacing) as Duration);
  }

  #begin(now: Instant): void {
    this.#nextBurstAt = after(now, this.#options.interval);
    const { length } = this.#options;
    this.#burst = {
      number: ++this.#bursts,
      startedAt: now,
      sentAt: [],
      roundTrips: new Array<Duration | undefined>(length).fill(undefined),
      endsAt: NEVER,
    };
  }

  #sendNext(burst: Burst, now: Instant): void {
    const index = burst.sentAt.push(now) - 1;
    if (burst.sentAt.length === this.#options.length)
      // The next burst does not wait for this one's stragglers.
      burst.endsAt = Math.min(after(now, REPLY_TIMEOUT), this.#nextBurstAt) as Instant;
    this.#options.send({ kind: 'request', burst: burst.number, index }, now);
  }

  #finish({ roundTrips }: Burst, now: Instant): void {
    this.#burst = undefined;
    const oneWayMs = roundTrips.flatMap((trip) => (trip === undefined ? [] : [trip / 2_000]));
    const metrics = metricsOf(oneWayMs, 1 - oneWayMs.length / roundTrips.length, this.#last);
    this.#last = metrics;
    this.#history.push({ at: now, metrics });
    if (this.#history.length > HISTORY_MAX) this.#history.shift();
    this.#options.finished(metrics, now);
  }
}

const spacingOf = ({ interval, length }: LinkTestSettings): Duration =>
  Math.min(SPACING, microseconds(interval / (length + 1))) as Duration;

/** A burst that lost all says nothing of latency and jitter: they stay what they were. */
function metricsOf(oneWayMs: readonly number[], loss: number, before: PathMetrics | undefined): PathMetrics {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const differences = oneWayMs.slice(1).map((value, i) => Math.abs(value - oneWayMs[i]));
  const latencyMs = oneWayMs.length > 0 ? mean(oneWayMs) : (before?.latencyMs ?? 0);
  const jitterMs = differences.length > 0 ? mean(differences) : (before?.jitterMs ?? 0);
  return { latencyMs, jitterMs, loss, mos: meanOpinionScore(latencyMs, jitterMs, loss) };
}
