import type { Duration } from '../../time.ts';
import type { ProbeReport, Traffic, TrafficReport, Transfer } from './traffic.ts';

/** What one side of a traffic entry saw. Plain data that survives JSON; the times' indices are sequence numbers. */
export interface SideReport {
  readonly sent: number;
  readonly received: number;
  readonly unexpected: number;
  readonly sentAt: readonly (Duration | null)[];
  readonly receivedAt: readonly (Duration | null)[];
  /** UDP or TCP port, or ICMP identifier, that this side speaks from; 0 before it does. */
  readonly sourcePort: number;
  readonly transfer?: Transfer;
  /** Absent as long as none was sent, or came where nobody answers. */
  readonly probes?: ProbeReport;
}

export const NOTHING_SEEN: SideReport = {
  sent: 0,
  received: 0,
  unexpected: 0,
  sentAt: [],
  receivedAt: [],
  sourcePort: 0,
};

/** On which side what counts is sent, and on which it is received. */
const sides = {
  'udp-request': { sender: 'from', receiver: 'from' },
  'udp-push': { sender: 'to', receiver: 'from' },
  'udp-one-way': { sender: 'from', receiver: 'to' },
  ping: { sender: 'from', receiver: 'from' },
  'http-download': { sender: 'from', receiver: 'from' },
  scan: { sender: 'from', receiver: 'from' },
} as const satisfies Record<Traffic['kind'], { sender: 'from' | 'to'; receiver: 'from' | 'to' }>;

/** One report of a traffic entry from what its two sides saw; a side that is missing saw nothing. */
export function mergeReports(
  traffic: Traffic,
  from: SideReport = NOTHING_SEEN,
  to: SideReport = NOTHING_SEEN,
): TrafficReport {
  const bySide = { from, to };
  const sender = bySide[sides[traffic.kind].sender];
  const receiver = bySide[sides[traffic.kind].receiver];
  return {
    name: traffic.name,
    sent: sender.sent,
    received: receiver.received,
    unexpected: receiver.unexpected,
    exchanges: sender.sentAt.flatMap((sentAt, sequence) => {
      if (sentAt === null) return [];
      const receivedAt = receiver.receivedAt[sequence] ?? undefined;
      return [receivedAt === undefined ? { sentAt } : { sentAt, receivedAt }];
    }),
    ...(receiver.transfer && { transfer: receiver.transfer }),
    ...(sender.probes && {
      probes: { sent: sender.probes.sent, answered: receiver.probes?.answered ?? 0 },
    }),
  };
}
