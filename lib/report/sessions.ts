import type { LabEvent } from '../lab/fabric.ts';
import type { SessionRow } from '../service-area/rows.ts';
import type { ReportSession } from './report.ts';

/** Sessions that a report lists; the events have all. */
const SESSIONS_MAX = 5_000;

/** Reason of a session's end where nobody told why: a router that had it did not list it any more. */
export const GONE = 'not known any more';

/** Every session that routers have told of, in order of time. */
export function reportSessions(
  events: readonly LabEvent[],
  atEnd: Readonly<Record<string, readonly SessionRow[]>>,
): ReportSession[] {
  const rows = Object.entries(atEnd).flatMap(([node, list]) => list.map((row) => ({ node, row })));
  const sessions = new Map<string, ReportSession & { losses: number[]; returns: number[] }>();
  const find = (id: string, time: number): { losses: number[]; returns: number[] } | undefined => {
    const known = sessions.get(id);
    if (known || sessions.size === SESSIONS_MAX) return known;
    const own = rows.filter(({ row }) => row.sessionId === id);
    // The router behind the client sees the client in its forward row.
    const first = own.find(({ row }) => row.direction === 'fwd' && row.natAddress !== '') ?? own[0];
    const found = {
      id,
      service: first?.row.service ?? '',
      tenant: first?.row.tenant ?? '',
      protocol: first?.row.protocol ?? '',
      source: first ? end(first.row.sourceAddress, first.row.sourcePort) : '',
      destination: first ? end(first.row.destinationAddress, first.row.destinationPort) : '',
      begun: time,
      losses: [],
      returns: [],
      knownBy: [...new Set(own.map(({ node }) => node))],
    };
    sessions.set(id, found);
    return found;
  };
  for (const { type, session, time, reason } of events) {
    if (session === undefined) continue;
    const told = find(session, time);
    if (type === 'session-recreated') told?.returns.push(time);
    if (type === 'session-removed' && (reason === 'forgotten' || reason === GONE)) told?.losses.push(time);
  }
  for (const { row } of rows) find(row.sessionId, 0);
  return [...sessions.values()];
}

const end = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
