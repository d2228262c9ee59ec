import { milliseconds, type Duration } from '../../time.ts';
import type { CapturedPacket, CaptureSink, EventSink, Fabric, LabEvent } from '../fabric.ts';
import type { Condition, Measure, StreamMeasure } from '../scenario.ts';
import { nodesOf, Snapshot } from './levels.ts';
import { PacketTests, type PacketSurroundings } from './packet-tests.ts';
import { Series, type Decider } from './series.ts';

/** Between two looks at counters and at what nodes have: in virtual time, and in real time. */
const SAMPLE_EVERY = { sim: milliseconds(10), real: milliseconds(100) };

interface Watched<M extends Measure = Measure> {
  readonly measure: M;
  readonly series: Series;
}

type WatchedEvents = Watched<StreamMeasure & { of: 'events' }>;
type WatchedPackets = Watched<StreamMeasure & { of: 'packets' }>;

/**
 * Watches measures while a lab runs. Packets and events are counted as they come; counters and what nodes have are looked
 * at whenever one of their nodes tells of an event (where events come at once, which is in the simulator), and every so
 * often. What nobody asks for costs nothing.
 */
export class Watch implements EventSink, CaptureSink {
  readonly #watched = new Map<string, Watched>();
  readonly #levels: readonly Watched[];
  readonly #events: readonly WatchedEvents[];
  readonly #packets: readonly WatchedPackets[];
  readonly #packetTests: PacketTests | undefined;
  /** Nodes whose events may change what is watched. */
  readonly #nodes: ReadonlySet<string>;
  #wokenBy: Decider | undefined;
  #isDue = false;

  constructor(measures: Iterable<Measure>, around: PacketSurroundings) {
    for (const measure of measures)
      if (measure.of !== 'traffic') this.#watched.set(keyOf(measure), { measure, series: new Series() });
    const all = [...this.#watched.values()];
    this.#levels = all.filter(({ measure }) => nodesOf(measure).length > 0);
    this.#events = all.filter((one): one is WatchedEvents => one.measure.of === 'events');
    this.#packets = all.filter((one): one is WatchedPackets => one.measure.of === 'packets');
    this.#nodes = new Set(this.#levels.flatMap(({ measure }) => nodesOf(measure)));
    const filters = new Set(this.#packets.map(({ measure }) => measure.filter));
    this.#packetTests = filters.size > 0 ? new PacketTests(filters, around) : undefined;
  }

  get isIdle(): boolean {
    return this.#watched.size === 0;
  }

  /** Asks whether something has happened after which `sample` should look; undefined if nothing ever is looked at. */
  get pauses(): (() => boolean) | undefined {
    return this.#levels.length > 0 ? () => this.#isDue : undefined;
  }

  event(event: LabEvent): void {
    const { time, node, type, packet } = event;
    const by: Decider = { time, node, event: type, ...(packet !== undefined && { packet }) };
    for (const { measure, series } of this.#events)
      if (measure.type === type && (measure.node ?? node) === node) series.count(time as Duration, by);
    if (!this.#nodes.has(node)) return;
    this.#isDue = true;
    this.#wokenBy = by;
  }

  packet(packet: CapturedPacket): void {
    const { time, node, port, id } = packet;
    this.#packetTests?.load(packet);
    for (const { measure, series } of this.#packets) {
      const isThere = (measure.node ?? node) === node && (measure.port ?? port) === port;
      if (isThere && this.#packetTests?.test(measure.filter))
        series.count(time as Duration, { time, node, port, packet: id });
    }
  }

  /** When it should look next, if nothing happens until then. */
  nextSample(fabric: Fabric): Duration {
    if (this.#levels.length === 0) return Infinity as Duration;
    return (fabric.elapsed() + (fabric.name === 'sim' ? SAMPLE_EVERY.sim : SAMPLE_EVERY.real)) as Duration;
  }

  /** How late it may see a change of what a node has: in the simulator each comes with an event. */
  resolutionOn({ name }: Fabric): Duration {
    return name === 'sim' ? (0 as Duration) : SAMPLE_EVERY.real;
  }

  /** Looks at counters and at what nodes have now. */
  async sample(fabric: Fabric): Promise<void> {
    const by = this.#wokenBy;
    this.#isDue = false;
    this.#wokenBy = undefined;
    if (this.#levels.length === 0) return;
    const time = fabric.elapsed();
    const snapshot = new Snapshot(fabric);
    for (const { measure, series } of this.#levels) {
      const value = await snapshot.valueOf(measure);
      const isBy = by && nodesOf(measure).includes(by.node);
      if (value !== undefined) series.set(time, value, isBy ? by : { time, node: nodesOf(measure).join(', ') });
    }
  }

  /** What a measure was over the time of the run; undefined if it is not watched. */
  seriesOf(measure: Measure): Series | undefined {
    return this.#watched.get(keyOf(measure))?.series;
  }

  /** Whether a condition holds by what was last seen. It has no `since`. */
  holds({ measure, atLeast = -Infinity, atMost = Infinity }: Condition): boolean {
    const value = this.seriesOf(measure)?.last;
    return value !== undefined && value >= atLeast && value <= atMost;
  }
}

/** Measures with the same key are the same. */
export const keyOf = (measure: Measure): string => JSON.stringify(measure);
