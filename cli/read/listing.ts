import { dropReason } from '../../lib/capture/comments.ts';
import type { Dissection } from '../../lib/capture/dissection.ts';
import type { Direction, Session } from '../../lib/capture/session.ts';
import { destinationOf, infoOf, sourceOf, whatOf } from '../../lib/capture/summary.ts';
import type { Paint, Tone } from '../terminal.ts';

/** Seconds with six digits behind the point, which is what labs have. */
export const formatTime = (seconds: number): string => seconds.toFixed(6);

/** Eight digits tell the sessions of one capture apart; what is not a UUID stays whole. */
export const shortSession = (uuid: string): string => (/^[0-9a-f]{8}-/.test(uuid) ? uuid.slice(0, 8) : uuid);

const GAP = '  ';

type Column = 'time' | 'place' | 'id' | 'from' | 'to' | 'what' | 'whose';

/** One line a packet. Columns become wider as they have to, and never narrower. */
export class Listing {
  readonly #paint: Paint;
  readonly #widths: Record<Column, number> = { time: 10, place: 15, id: 4, from: 17, to: 18, what: 16, whose: 0 };

  readonly #names = new Map<Session, Record<Direction, string>>();

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  line(packet: Dissection): string {
    const { frame } = packet;
    const what = whatOf(packet);
    const dropped = dropReason(frame.comments());
    const info = infoOf(packet);
    const from = sourceOf(packet);
    const time = formatTime(packet.secondsSinceFirst);
    const widths = this.#widths;
    if (time.length > widths.time) widths.time = time.length;
    const columns =
      time.padStart(widths.time) +
      GAP +
      this.#padded('place', frame.direction === undefined ? frame.at.name : `${frame.at.name} ${frame.direction}`) +
      this.#padded('id', frame.id === 0 ? String(packet.number) : `#${frame.id}`) +
      this.#padded('from', from) +
      this.#padded('to', from === '' ? destinationOf(packet) : `> ${destinationOf(packet)}`) +
      this.#padded('what', what) +
      this.#padded('whose', this.#whose(packet));
    const rest = dropped === undefined ? info : `${info}${info === '' ? '' : ', '}DROPPED: ${dropped}`;
    return this.#paint(toneOf(what, packet, dropped), rest === '' ? columns.trimEnd() : columns + rest);
  }

  /** The session that it belongs to, and which way it goes; empty if it belongs to none. */
  #whose({ session, direction }: Dissection): string {
    if (!session) return '';
    let names = this.#names.get(session);
    if (!names) {
      const name = `${session.service ?? '?'}/${shortSession(session.uuid)}`;
      this.#names.set(session, (names = { forward: `${name} fwd`, reverse: `${name} rev` }));
    }
    return names[direction ?? 'reverse'];
  }

  #padded(column: Column, cell: string): string {
    const widths = this.#widths;
    if (cell.length > widths[column]) widths[column] = cell.length;
    return cell.padEnd(widths[column]) + GAP;
  }
}

function toneOf(what: string, packet: Dissection, dropped: string | undefined): Tone {
  if (dropped !== undefined) return 'bad';
  if (packet.malformed) return 'fault';
  if (what === 'SVR control' || what === 'SVR health check') return 'heading';
  if (what === 'SVR metadata') return 'good';
  return what === 'ARP' || what === 'SVR BFD' || what === 'BFD' ? 'faint' : 'plain';
}
