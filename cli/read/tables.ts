import type { Dissection } from '../../lib/capture/dissection.ts';
import { dropReason } from '../../lib/capture/comments.ts';
import { formatEnd } from '../../lib/capture/fields/format.ts';
import type { Session } from '../../lib/capture/session.ts';
import { whatOf } from '../../lib/capture/summary.ts';
import { formatTable, type Column } from '../table.ts';
import { formatTime } from './listing.ts';

const protocols = new Map([
  [1, 'icmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [58, 'icmpv6'],
]);

/** A session of a capture as a row of a table, or an object of JSON. */
export interface SessionSummary {
  readonly session: string;
  readonly service: string;
  readonly tenant: string;
  readonly router: string;
  readonly protocol: string;
  readonly source: string;
  readonly destination: string;
  /** Since the first packet that was read, in seconds. */
  readonly first: number;
  readonly last: number;
  /** Counted at every port that they pass. */
  readonly forwardPackets: number;
  readonly reversePackets: number;
  readonly withMetadata: number;
  readonly dropped: number;
  readonly waypoints: readonly string[];
}

/** `startSeconds` is when the first packet was taken. */
export function sessionSummary(session: Session, startSeconds: number): SessionSummary {
  const { context, forward, reverse } = session;
  return {
    session: session.uuid,
    service: session.service ?? '',
    tenant: session.tenant ?? '',
    router: session.sourceRouter ?? '',
    protocol: context ? (protocols.get(context.protocol) ?? String(context.protocol)) : '',
    source: context ? formatEnd(context.source, context.sourcePort) : '',
    destination: context ? formatEnd(context.destination, context.destinationPort) : '',
    first: roundedTime(session.firstSeconds - startSeconds),
    last: roundedTime(session.lastSeconds - startSeconds),
    forwardPackets: forward.packets,
    reversePackets: reverse.packets,
    withMetadata: forward.withMetadata + reverse.withMetadata,
    dropped: session.dropped,
    waypoints: session.waypoints,
  };
}

/** Whole microseconds: a double has no more of a time since 1970. */
const roundedTime = (seconds: number): number => Math.round(seconds * 1e6) / 1e6;

const sessionColumns: readonly Column<SessionSummary>[] = [
  { title: 'Session', of: ({ session }) => session },
  { title: 'Service', of: ({ service }) => service },
  { title: 'Tenant', of: ({ tenant }) => tenant },
  { title: 'From', of: ({ router }) => router },
  { title: 'Proto', of: ({ protocol }) => protocol },
  { title: 'Source', of: ({ source }) => source },
  { title: 'Destination', of: ({ destination }) => destination },
  { title: 'First', of: ({ first }) => first.toFixed(3) },
  { title: 'Last', of: ({ last }) => last.toFixed(3) },
  { title: 'Fwd', of: ({ forwardPackets }) => forwardPackets },
  { title: 'Rev', of: ({ reversePackets }) => reversePackets },
  { title: 'Metadata', of: ({ withMetadata }) => withMetadata },
  { title: 'Dropped', of: ({ dropped }) => dropped },
];

export const formatSessions = (rows: readonly SessionSummary[]): string => formatTable(sessionColumns, rows);

interface Tally {
  readonly name: string;
  packets: number;
  bytes: number;
}

/** What a capture consists of: packets by where they were taken, by what they are, and by why they were dropped. */
export class Statistics {
  readonly #places = new Map<string, Tally>();
  readonly #kinds = new Map<string, Tally>();
  readonly #drops = new Map<string, Tally>();
  readonly #faults = new Map<string, Tally>();
  #packets = 0;
  #bytes = 0;
  #first = 0;
  #last = 0;

  see(packet: Dissection): void {
    const { frame, malformed } = packet;
    if (this.#packets++ === 0) this.#first = packet.secondsSinceFirst;
    this.#last = packet.secondsSinceFirst;
    this.#bytes += frame.originalLength;
    add(this.#places, frame.at.name, frame.originalLength);
    add(this.#kinds, whatOf(packet), frame.originalLength);
    const dropped = dropReason(frame.comments());
    if (dropped !== undefined) add(this.#drops, dropped, frame.originalLength);
    if (malformed) add(this.#faults, malformed.reason, frame.originalLength);
  }

  /** For JSON. */
  data(): object {
    const plain = (tallies: ReadonlyMap<string, Tally>): object =>
      Object.fromEntries(inOrder(tallies).map(({ name, packets, bytes }) => [name, { packets, bytes }]));
    return {
      packets: this.#packets,
      bytes: this.#bytes,
      seconds: roundedTime(this.#last - this.#first),
      interfaces: plain(this.#places),
      kinds: plain(this.#kinds),
      dropped: plain(this.#drops),
      malformed: plain(this.#faults),
    };
  }

  format(): string {
    const numbers = new Intl.NumberFormat('en-US');
    const format = (value: number): string => numbers.format(value);
    const head = `${format(this.#packets)} packets, ${format(this.#bytes)} bytes, ${formatTime(this.#last - this.#first)} s`;
    const tables = [
      ['Interface', this.#places],
      ['What', this.#kinds],
      ['Dropped', this.#drops],
      ['Malformed', this.#faults],
    ] as const;
    const texts = tables
      .filter(([, tallies]) => tallies.size > 0)
      .map(([title, tallies]) => formatTable(tallyColumns(title), inOrder(tallies)));
    return [head, ...texts].join('\n\n');
  }
}

/** Names of a kind that are told apart; foreign captures may have no end of them. */
const NAMES_MAX = 4096;
const OTHERS = 'others';

function add(tallies: Map<string, Tally>, name: string, bytes: number): void {
  let tally = tallies.get(name);
  if (!tally) {
    if (tallies.size >= NAMES_MAX && name !== OTHERS) return add(tallies, OTHERS, bytes);
    tally = { name, packets: 0, bytes: 0 };
    tallies.set(name, tally);
  }
  tally.packets++;
  tally.bytes += bytes;
}

const inOrder = (tallies: ReadonlyMap<string, Tally>): Tally[] =>
  [...tallies.values()].sort((a, b) => (a.name < b.name ? -1 : 1));

const tallyColumns = (title: string): readonly Column<Tally>[] => [
  { title, of: ({ name }) => name },
  { title: 'Packets', of: ({ packets }) => packets },
  { title: 'Bytes', of: ({ bytes }) => bytes },
];
