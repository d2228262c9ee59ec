import { formatAddress } from '../address.ts';
import type { SessionRow } from '../service-area/rows.ts';
import type { HostNode, Scenario, Traffic } from './scenario.ts';

/** The ids of the sessions, among those that a router lists, that carry a traffic entry. */
export function sessionsOf(traffic: Traffic, scenario: Scenario, rows: readonly SessionRow[]): string[] {
  const from = scenario.nodes.find((node): node is HostNode => node.kind === 'host' && node.name === traffic.from);
  const sources = from?.addresses.map(({ address }) => formatAddress(address)) ?? [];
  const destination = formatAddress(traffic.destination);
  const isBetween = (client: string, server: string, port: number): boolean =>
    sources.includes(client) && server === destination && (traffic.kind === 'ping' || port === traffic.port);
  // The router behind the client sees the hosts in its forward rows, the one behind the server in its reverse rows.
  const carries = (row: SessionRow): boolean =>
    row.protocol === protocolOf(traffic) &&
    (isBetween(row.sourceAddress, row.destinationAddress, row.destinationPort) ||
      isBetween(row.destinationAddress, row.sourceAddress, row.sourcePort));
  return [...new Set(rows.filter(carries).map(({ sessionId }) => sessionId))];
}

/** How many of a router's sessions carry nothing of the scenario's traffic. Each entry has one session, and no more. */
export function strangersAmong(rows: readonly SessionRow[], scenario: Scenario): number {
  const strangers = new Set(rows.map(({ sessionId }) => sessionId));
  for (const traffic of scenario.traffic) {
    const own = sessionsOf(traffic, scenario, rows).find((id) => strangers.has(id));
    if (own !== undefined) strangers.delete(own);
  }
  return strangers.size;
}

function protocolOf(traffic: Traffic): SessionRow['protocol'] {
  if (traffic.kind === 'ping') return traffic.destination.family === 4 ? 'icmp' : 'icmpv6';
  return traffic.kind === 'http-download' ? 'tcp' : 'udp';
}
