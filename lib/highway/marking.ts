import { metricsBlocks, type MetricsBlock } from '../metadata/metrics-block.ts';
import type { MetadataEncoding } from '../metadata/codec.ts';
import { METRICS_CLOCK_MS, METRICS_COUNT_MAX, noMetrics, type PathMetrics } from '../metadata/path-metrics.ts';
import { NEVER, after, microseconds, milliseconds, seconds, type Duration, type Instant } from '../time.ts';

/** Colours go round from 1 to 15; 0 says that there is none (emulator choice). */
const COLOURS = 15;

/** Packets of a colour may come so long after the first of the next (emulator choice; RFC 9341, section 5). */
const GUARD_MAX = seconds(1);

/** A round trip that takes longer tells of clocks, not of the path. */
const ROUND_TRIP_MAX_MS = 60_000;

export const nextColour = (colour: number): number => (colour % COLOURS) + 1;
export const previousColour = (colour: number): number => (colour <= 1 ? COLOURS : colour - 1);

/** Milliseconds from `earlier` to `later` on a clock that goes round; negative if it is the other way. */
export const clockDifferenceMs = (earlier: number, later: number): number => {
  const forward = (later - earlier + METRICS_CLOCK_MS) % METRICS_CLOCK_MS;
  return forward < METRICS_CLOCK_MS / 2 ? forward : forward - METRICS_CLOCK_MS;
};

const clockMs = (now: Instant): number => Math.round(now / 1_000) % METRICS_CLOCK_MS;

/** What is known of a colour once its fate is, and of the round trips since the one before. */
export interface ColourFate {
  /** Packets that were marked, and those of them that did not come. */
  readonly sent: number;
  readonly lost: number;
  /** How many round trips were timed, their sum, and the sum of the differences from one to the next. */
  readonly roundTrips: number;
  readonly roundTripSumMs: number;
  readonly differenceSumMs: number;
}

export interface MarkingOptions {
  readonly encoding: MetadataEncoding;
  /** How long a colour lasts at least, and how many packets have it at most. */
  readonly interval: Duration;
  readonly count: number;
  /** The fate of a colour is known. */
  readonly settled: (fate: ColourFate, now: Instant) => void;
  /** `nextDeadline` has changed. */
  readonly deadlineChanged: () => void;
}

/**
 * Alternate marking of what goes over one path, in both directions (RFC 9341; SVR sheet, sections 1.2 and 4.7). Marked
 * packets carry path metrics. This side gives those that it sends a colour, another one after each interval; it counts
 * those that come, and tells the peer how many there were of the last colour, and when. What the two directions have in
 * common is only the packet.
 *
 * An interval begins with its first packet, so each colour has one. Marked packets are spread over the interval: the
 * n-th has to wait until n of `count` parts of it are over.
 */
export class Marking {
  readonly #options: MarkingOptions;
  readonly #block: MetricsBlock;
  readonly #guard: Duration;
  readonly #value = noMetrics();

  // What is sent, by colour.
  #colour = 0;
  #colourEndsAt = 0;
  readonly #sent = new Uint16Array(COLOURS + 1);
  readonly #startedAt = new Float64Array(COLOURS + 1);
  /** 1 for a colour that is over, and whose fate is not known. */
  readonly #isOpen = new Uint8Array(COLOURS + 1);
  /** When the peer last told anything. */
  #heardAt = -Infinity;
  #roundTrips = 0;
  #roundTripSumMs = 0;
  #differenceSumMs = 0;
  #lastRoundTripMs = -1;

  // What comes.
  #rxColour = 0;
  #rxCount = 0;
  #rxPreviousCount = 0;
  /** Whether all of the colour, and of the one before, was seen. */
  #isRxWhole = false;
  #isRxPreviousWhole = false;
  #rxChangedAt = 0 as Instant;
  /** The latest time that the peer has told, and when it came. */
  #rxTimeMs = 0;
  #rxTimeAt = 0 as Instant;
  /** The flow to the peer on which a report can go. */
  #reportFlow = -1;
  #reportAt: Instant = NEVER;

  constructor(options: MarkingOptions) {
    this.#options = options;
    this.#block = metricsBlocks[options.encoding];
    this.#guard = Math.min(GUARD_MAX, options.interval / 4) as Duration;
  }

  /** Bytes that a mark adds to a packet. */
  get length(): number {
    return this.#block.length;
  }

  /** Whether the next packet is to be marked. */
  wants(now: Instant): boolean {
    if (now >= this.#colourEndsAt) return true;
    const { interval, count } = this.#options;
    const sent = this.#sent[this.#colour];
    return sent < count && (now - this.#startedAt[this.#colour]) * count >= sent * interval;
  }

  /** Writes the mark of a packet that leaves, `length` bytes, at `at`. */
  mark(bytes: Uint8Array, at: number, now: Instant): void {
    if (now >= this.#colourEndsAt) this.#beginColour(now);
    this.#sent[this.#colour]++;
    this.#write(bytes, at, this.#colour, now);
    if (now >= this.#rxChangedAt + this.#guard) this.#setReportAt(NEVER);
  }

  /** The same for a packet that is made to tell what has come, and for nothing else. */
  report(bytes: Uint8Array, at: number, now: Instant): void {
    this.#write(bytes, at, 0, now);
  }

  #write(bytes: Uint8Array, at: number, colour: number, now: Instant): void {
    const value = this.#value;
    value.txColour = colour;
    value.txTimeMs = clockMs(now);
    value.rxColour = this.#isRxPreviousWhole ? this.#rxColour : 0;
    const heldMs = Math.round((now - this.#rxTimeAt) / 1_000);
    value.rxTimeMs = value.rxColour === 0 ? 0 : (this.#rxTimeMs + heldMs) % METRICS_CLOCK_MS;
    value.drop = colour === 0;
    value.previousRxCount = value.rxColour === 0 ? 0 : Math.min(this.#rxPreviousCount, METRICS_COUNT_MAX);
    this.#block.write(value, bytes, at);
  }

  #beginColour(now: Instant): void {
    const { interval } = this.#options;
    if (this.#colour !== 0) this.#isOpen[this.#colour] = 1;
    const colour = nextColour(this.#colour);
    this.#colour = colour;
    this.#colourEndsAt = now + interval;
    this.#sent[colour] = 0;
    this.#startedAt[colour] = now;
    this.#isOpen[colour] = 0;
    // Two intervals have passed since it was over: nobody will tell of it any more.
    this.#giveUp(previousColour(previousColour(previousColour(colour))), now);
  }

  /** A peer that has not said anything since the colour began got nothing of it; one that has merely did not tell. */
  #giveUp(colour: number, now: Instant): void {
    if (this.#isOpen[colour] === 0) return;
    if (this.#heardAt < this.#startedAt[colour]) this.#settle(colour, 0, now);
    this.#isOpen[colour] = 0;
  }

  /** Takes in the metrics of a packet from the peer; on `flow` packets leave to it. */
  take(metrics: PathMetrics, flow: number, now: Instant): void {
    this.#heardAt = now;
    if (metrics.rxColour !== 0) this.#takeReport(metrics, now);
    if (metrics.txColour !== 0) this.#takeMark(metrics.txColour, metrics.txTimeMs, flow, now);
  }

  #takeReport({ rxColour, rxTimeMs, previousRxCount }: PathMetrics, now: Instant): void {
    this.#timeRoundTrip(clockDifferenceMs(rxTimeMs, clockMs(now)));
    const colour = previousColour(rxColour);
    const isBehind = this.#startedAt[rxColour] > this.#startedAt[colour];
    if (this.#isOpen[colour] === 0 || !isBehind || now < this.#startedAt[rxColour] + this.#guard) return;
    this.#settle(colour, previousRxCount, now);
  }

  /** What has come is as old as it says; times are whole milliseconds, so that -1 is nothing. */
  #timeRoundTrip(roundTripMs: number): void {
    if (roundTripMs < -1 || roundTripMs > ROUND_TRIP_MAX_MS) return;
    const time = Math.max(0, roundTripMs);
    this.#roundTrips++;
    this.#roundTripSumMs += time;
    if (this.#lastRoundTripMs >= 0) this.#differenceSumMs += Math.abs(time - this.#lastRoundTripMs);
    this.#lastRoundTripMs = time;
  }

  /** Copies may have come: more than all is all. */
  #settle(colour: number, arrived: number, now: Instant): void {
    this.#isOpen[colour] = 0;
    const sent = this.#sent[colour];
    const fate: ColourFate = {
      sent,
      lost: Math.max(0, sent - arrived),
      roundTrips: this.#roundTrips,
      roundTripSumMs: this.#roundTripSumMs,
      differenceSumMs: this.#differenceSumMs,
    };
    this.#roundTrips = 0;
    this.#roundTripSumMs = 0;
    this.#differenceSumMs = 0;
    this.#options.settled(fate, now);
  }

  #takeMark(colour: number, timeMs: number, flow: number, now: Instant): void {
    this.#reportFlow = flow;
    const laterMs = this.#rxColour === 0 ? 1 : clockDifferenceMs(this.#rxTimeMs, timeMs);
    const isLate = this.#isLate(colour, laterMs);
    if (colour === this.#rxColour) this.#rxCount++;
    else if (!isLate) this.#changeRxColour(colour, now);
    else if (colour === previousColour(this.#rxColour)) this.#rxPreviousCount++;
    if (isLate) return;
    this.#rxTimeMs = timeMs;
    this.#rxTimeAt = now;
  }

  /** Whether a packet was overtaken by others. One that is older than two intervals tells of a clock that was set back. */
  #isLate(colour: number, laterMs: number): boolean {
    const isOlder = laterMs < 0 || (laterMs === 0 && colour === previousColour(this.#rxColour));
    return isOlder && milliseconds(-laterMs) <= 2 * this.#options.interval;
  }

  #changeRxColour(colour: number, now: Instant): void {
    const isNext = colour === nextColour(this.#rxColour);
    // Of a colour between the two nothing has come.
    this.#rxPreviousCount = isNext ? this.#rxCount : 0;
    this.#isRxPreviousWhole = this.#isRxWhole;
    // What is heard first may be the middle of a colour, unless it is the first of all.
    this.#isRxWhole = this.#rxColour !== 0 || colour === 1;
    this.#rxColour = colour;
    this.#rxCount = 1;
    this.#rxChangedAt = now;
    if (this.#isRxPreviousWhole) this.#setReportAt(after(now, microseconds(this.#options.interval / 2)));
  }

  /** When the peer is to be told by a packet made for that; by then no other has left that could tell it. */
  nextDeadline(): Instant {
    return this.#reportAt;
  }

  /** The flow on which a report that is due is to go, which it then is no more; -1 if none is. */
  takeDue(now: Instant): number {
    if (now < this.#reportAt) return -1;
    this.#setReportAt(NEVER);
    return this.#reportFlow;
  }

  #setReportAt(at: Instant): void {
    if (at === this.#reportAt) return;
    this.#reportAt = at;
    this.#options.deadlineChanged();
  }

  /** The peer is another, or was restarted: neither side's counts say anything any more. */
  reset(): void {
    this.#isOpen.fill(0);
    this.#colourEndsAt = 0;
    // What has been sent of this colour is nobody's.
    this.#colour = 0;
    this.#roundTrips = 0;
    this.#roundTripSumMs = 0;
    this.#differenceSumMs = 0;
    this.#lastRoundTripMs = -1;
    this.#rxColour = 0;
    this.#isRxWhole = false;
    this.#isRxPreviousWhole = false;
    this.#setReportAt(NEVER);
  }
}
