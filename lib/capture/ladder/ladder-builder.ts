import { traceTypes } from '../../trace.ts';
import type { Dissection } from '../dissection.ts';
import { formatEnd } from '../fields/format.ts';
import type { Session } from '../session.ts';
import { HopTracker, type TrackedHop } from './hop-tracker.ts';
import type { Ladder, LadderHop, LadderMark, LadderNote, LadderRow, LadderSession } from './model.ts';
import { isNoteType, isOfNode, type NoteType } from './note-words.ts';
import { PathOrder } from './path-order.ts';
import { isDone, microsecondsOf, typeOfComment, type LadderEvent } from './run-clock.ts';

/** Hops that are kept of a session; what comes after them is counted. */
const HOPS_MAX = 200_000;
const NOTES_MAX = 20_000;

const COLUMNS_MAX = 64;

interface TrackedNote {
  readonly time: number;
  readonly place: number;
  readonly type: NoteType;
  readonly reason: string | undefined;
}

/** Collects one session's packets, in the order in which they were taken, to a ladder. */
export class LadderBuilder {
  readonly #uuid: string;
  readonly #order = new PathOrder(COLUMNS_MAX);
  readonly #tracker = new HopTracker(this.#order);
  readonly #hops: TrackedHop[] = [];
  readonly #notes: TrackedNote[] = [];
  #session: Session | undefined;
  #omitted = 0;

  constructor(uuid: string) {
    this.#uuid = uuid;
  }

  /** Whether any packet of the session has come. */
  get isEmpty(): boolean {
    return this.#session === undefined;
  }

  /** Takes note of a packet, if it is of the session. */
  see(packet: Dissection): void {
    const { session } = packet;
    if (session?.uuid !== this.#uuid) return;
    this.#session = session;
    const hop = this.#hops.length < HOPS_MAX ? this.#tracker.see(packet) : null;
    if (hop === null) this.#omitted++;
    else if (hop) this.#hops.push(hop);
    if (hop !== null) this.#noteComments(packet);
  }

  /** What was seen so far. `events` are those of the run, and `offset` what a `RunClock` has found. */
  build(events: readonly LadderEvent[] = [], offset = 0): Ladder {
    const order = this.#order.copy();
    const ends = this.#hops.map((hop) => this.#tracker.endsOf(hop, order));
    const columns = order.ordered();
    const columnOf = new Map(columns.map((name, column) => [order.placeOf(name), column]));
    const begin = (this.#hops.at(0)?.time ?? 0) + offset;
    const hops = this.#hops.map((hop, i) =>
      finished(hop, columnOf.get(ends[i].from) ?? 0, columnOf.get(ends[i].to) ?? 0, offset),
    );
    const notes = this.#notes.map(({ time, place, type, reason }): LadderNote =>
      noteAt(time + offset, columnOf.get(place) ?? 0, type, reason),
    );
    const told = events.filter(({ time }) => time >= begin);
    const marks = told.filter(({ type }) => isDone(type)).map(markOf);
    const more = told.flatMap((event) => this.#noteOf(event, columns));
    // At one time: what is done to the lab, then what nodes make of it, then what their packets do.
    const rows: LadderRow[] = [...marks, ...more, ...hops, ...notes].sort((a, b) => a.time - b.time);
    return { session: this.#describe(), columns, rows, omitted: this.#omitted };
  }

  #noteComments(packet: Dissection): void {
    const { frame } = packet;
    for (const comment of frame.comments()) {
      const type = typeOfComment(comment);
      if (!isNoteType(type)) continue;
      if (this.#notes.length === NOTES_MAX) {
        this.#omitted++;
        return;
      }
      const reason = comment.length > type.length ? comment.slice(type.length + 2) : undefined;
      this.#notes.push({ time: microsecondsOf(packet), place: this.#order.placeOf(frame.at.node), type, reason });
    }
  }

  /** An event that no packet has as its comment, if it is about the session, or about all of a node on its way. */
  #noteOf({ time, node, type, session, reason, path }: LadderEvent, columns: readonly string[]): LadderNote[] {
    const column = columns.indexOf(node);
    if (column < 0 || !isNoteType(type) || traceTypes[type].where !== 'node') return [];
    if (session === undefined ? !isOfNode(type) : session !== this.#uuid) return [];
    const details = [path, reason].filter((detail) => typeof detail === 'string');
    return [noteAt(time, column, type, details.length === 0 ? undefined : details.join(', '))];
  }

  #describe(): LadderSession {
    const { service = '', tenant = '', context } = this.#session ?? {};
    return {
      uuid: this.#uuid,
      service,
      tenant,
      source: context ? formatEnd(context.source, context.sourcePort) : '',
      destination: context ? formatEnd(context.destination, context.destinationPort) : '',
    };
  }
}

type Unfinished = { -readonly [Name in keyof LadderHop]: LadderHop[Name] };

/** There may be a hundred thousand of these, and an object that is put together of others takes several times as long. */
function finished(hop: TrackedHop, from: number, to: number, offset: number): LadderHop {
  const made: Unfinished = {
    is: 'hop',
    time: hop.time + offset,
    kind: hop.kind,
    label: hop.label,
    content: hop.content,
    packet: hop.packet,
    direction: hop.direction,
    from,
    fromPort: hop.fromPort,
    to,
    toPort: hop.toPort,
    source: hop.source,
    destination: hop.destination,
  };
  if (hop.arrived !== undefined) made.arrived = hop.arrived + offset;
  if (hop.detail) made.detail = hop.detail;
  if (hop.rewritten) made.rewritten = hop.rewritten;
  if (hop.dropped) made.dropped = hop.dropped;
  return made;
}

const noteAt = (time: number, column: number, type: NoteType, reason: string | undefined): LadderNote => ({
  is: 'note',
  time,
  column,
  type,
  ...(reason !== undefined && { reason }),
});

function markOf({ time, node, type, what }: LadderEvent): LadderMark {
  return { is: 'mark', time, node, type, what: typeof what === 'string' ? what : `${type} ${node}` };
}
