import { dropReason } from '../../lib/capture/comments.ts';
import type { Dissection } from '../../lib/capture/dissection.ts';
import { summarize, type Summary } from '../../lib/capture/summary.ts';
import type { Paint, Tone } from '../terminal.ts';

/** Seconds with six digits behind the point, which is what labs have. */
export const formatTime = (seconds: number): string => seconds.toFixed(6);

/** Eight digits tell the sessions of one capture apart; what is not a UUID stays whole. */
export const shortSession = (uuid: string): string => (/^[0-9a-f]{8}-/.test(uuid) ? uuid.slice(0, 8) : uuid);

/** One line a packet. Columns become wider as they have to, and never narrower. */
export class Listing {
  readonly #paint: Paint;
  readonly #widths: number[] = [10, 15, 4, 17, 18, 16, 0];

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  line(packet: Dissection): string {
    const { frame, session, direction } = packet;
    const { from, to, what, info } = summarize(packet);
    const dropped = dropReason(frame.comments());
    const place = frame.direction === undefined ? frame.at.name : `${frame.at.name} ${frame.direction}`;
    const whose = session ? `${session.service ?? '?'}/${shortSession(session.uuid)}` : '';
    const cells = [
      formatTime(packet.secondsSinceFirst).padStart(this.#widths[0]),
      place,
      frame.id === 0 ? String(packet.number) : `#${frame.id}`,
      from,
      `${from === '' ? '' : '> '}${to}`,
      what,
      session ? `${whose} ${direction === 'forward' ? 'fwd' : 'rev'}` : '',
      dropped === undefined ? info : `${info}${info === '' ? '' : ', '}DROPPED: ${dropped}`,
    ];
    const text = cells.map((cell, i) => this.#padded(cell, i)).join('  ');
    return this.#paint(toneOf(what, packet, dropped), text.trimEnd());
  }

  #padded(cell: string, column: number): string {
    if (column >= this.#widths.length) return cell;
    this.#widths[column] = Math.max(this.#widths[column], cell.length);
    return cell.padEnd(this.#widths[column]);
  }
}

function toneOf(what: Summary['what'], packet: Dissection, dropped: string | undefined): Tone {
  if (dropped !== undefined) return 'bad';
  if (packet.malformed) return 'fault';
  if (what === 'SVR control' || what === 'SVR health check') return 'heading';
  if (what === 'SVR metadata') return 'good';
  return what === 'ARP' || what === 'SVR BFD' || what === 'BFD' ? 'faint' : 'plain';
}
