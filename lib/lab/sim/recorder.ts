import type { Frame } from '../../frame.ts';
import type { Duration } from '../../time.ts';
import { traceTypes } from '../../trace.ts';
import type { TraceEvent } from '../../trace.ts';
import { bothCaptures, bothEvents } from '../fabric.ts';
import type { CaptureSink, EventSink, LabEvent } from '../fabric.ts';

interface PacketRecord {
  readonly node: string;
  readonly port: string;
  readonly direction: 'in' | 'out';
  readonly id: number;
  /** Where its bytes are in the arena. */
  readonly start: number;
  readonly end: number;
  readonly comments: string[];
}

/** An event about a packet that leaves, told before the packet did. */
interface Announced {
  readonly node: string;
  /** The packet's id; 0 for one that the node has just made. */
  readonly packet: number;
  readonly comment: string;
  /** Where it stands among what was told in this step; -1 if it was told in an earlier one. */
  readonly toldAt: number;
}

/** Packets that may wait, for a link address to be found, with a comment on them. */
const WAITING_MAX = 256;

/**
 * Collects what happens while one node handles one frame or its timers: the packet that came, those that left, and what
 * the device told. Only at the end is it all known to whom a comment belongs, so only then is it written, in the order
 * of the wire.
 */
export class Recorder {
  #events: EventSink | undefined;
  #capture: CaptureSink | undefined;
  readonly #records: PacketRecord[] = [];
  readonly #told: LabEvent[] = [];
  #announced: Announced[] = [];
  #arena = new Uint8Array(1 << 16);
  #used = 0;

  constructor(events: EventSink | undefined, capture: CaptureSink | undefined) {
    this.#events = events;
    this.#capture = capture;
  }

  /** Writes to these, too, from now on. */
  observe(observer: EventSink & CaptureSink): void {
    this.#events = this.#events ? bothEvents(this.#events, observer) : observer;
    this.#capture = this.#capture ? bothCaptures(this.#capture, observer) : observer;
  }

  /** Nobody listens: then nothing is recorded, which is much of a run's work. */
  get isSilent(): boolean {
    return this.#events === undefined && this.#capture === undefined;
  }

  arrived(node: string, port: string, frame: Frame, comments: readonly string[] = []): void {
    if (!this.isSilent) this.#record(node, port, 'in', frame, [...comments]);
  }

  /** `idBefore` is the frame's id as the device gave it away: 0 for a packet that it made. */
  left(node: string, port: string, frame: Frame, idBefore: number, more: readonly string[]): void {
    if (this.isSilent) return;
    // Nothing is told about most packets, and there are many.
    const comments = this.#announced.length === 0 ? [] : this.#takeAnnounced(node, idBefore, frame.id);
    if (more.length > 0) comments.push(...more);
    this.#record(node, port, 'out', frame, comments);
  }

  /** The comments on a packet that leaves, which has the id `id` from now on. */
  #takeAnnounced(node: string, idBefore: number, id: number): string[] {
    const comments: string[] = [];
    const isAbout = (announced: Announced): boolean => announced.node === node && announced.packet === idBefore;
    for (const { comment, toldAt } of this.#announced.filter(isAbout)) {
      comments.push(comment);
      if (toldAt >= 0) this.#told[toldAt] = { ...this.#told[toldAt], packet: id };
    }
    this.#announced = this.#announced.filter((announced) => !isAbout(announced));
    return comments;
  }

  trace(time: Duration, node: string, event: TraceEvent): void {
    if (this.isSilent) return;
    const { type, packet, ...details } = event;
    const { where } = traceTypes[type];
    const arrival = this.#records.find(({ direction }) => direction === 'in');
    const id = packet === 0 && where === 'in' && arrival ? arrival.id : packet;
    this.#told.push({ time, node, type, ...(id > 0 && { packet: id }), ...details });
    if (where === 'in' && arrival?.id === id) arrival.comments.push(describeTrace(event));
    if (where === 'out')
      this.#announced.push({ node, packet, comment: describeTrace(event), toldAt: this.#told.length - 1 });
  }

  event(event: LabEvent): void {
    if (!this.isSilent) this.#told.push(event);
  }

  /** Writes everything that was collected, which all happened at `time`. */
  flush(time: Duration): void {
    if (this.isSilent) return;
    if (this.#announced.length > 0) this.#announced = this.#announced.filter((announced) => !this.#wasLate(announced));
    for (const { node, port, direction, id, start, end, comments } of this.#records)
      this.#capture?.packet({ time, node, port, direction, id, bytes: this.#arena.subarray(start, end), comments });
    for (const event of this.#told) this.#events?.event(event);
    this.#records.length = this.#told.length = this.#used = 0;
    if (this.#announced.length === 0) return;
    const waiting = this.#announced.filter(({ packet }) => packet !== 0).slice(-WAITING_MAX);
    this.#announced = waiting.map((announced) => ({ ...announced, toldAt: -1 }));
  }

  /** A device may tell about a packet after it has given it away: then the comment belongs to the one that left. */
  #wasLate({ node, packet, toldAt, comment }: Announced): boolean {
    if (toldAt < 0) return false;
    const record = this.#records.findLast(
      ({ direction, id, ...at }) => direction === 'out' && at.node === node && (packet === 0 || id === packet),
    );
    record?.comments.push(comment);
    return record !== undefined;
  }

  #record(node: string, port: string, direction: 'in' | 'out', frame: Frame, comments: string[]): void {
    const start = this.#used;
    const end = start + frame.length;
    if (end > this.#arena.length) {
      const larger = new Uint8Array(2 * end);
      larger.set(this.#arena.subarray(0, start));
      this.#arena = larger;
    }
    this.#arena.set(frame.bytes.subarray(frame.start, frame.end), start);
    this.#used = end;
    this.#records.push({ node, port, direction, id: frame.id, start, end, comments });
  }
}

/** `packet-dropped: no-service`, `metadata-added: tenant, service`. */
function describeTrace({ type, reason, attributes }: TraceEvent): string {
  const details = [...(reason === undefined ? [] : [reason]), ...(attributes ?? [])];
  return details.length > 0 ? `${type}: ${details.join(', ')}` : type;
}
