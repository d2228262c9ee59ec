import { formatAddress } from '../address.ts';
import type { SessionRow } from '../service-area/rows.ts';
import type { HostNode, Scenario, Traffic } from './scenario.ts';

/** The ids of the sessions, among those that a router lists, that carry a traffic entry. */
export function sessionsOf(traffic: Traffic, scenario: Scenario, rows: readonly SessionRow[]): string[] {
  const from = scenario.nodes.find((node): node is HostNode => node.kind === 'host' && node.name === traffic.from);
  const sources = from?.addresses.map(({ address }) => formatAddress(address)) ?? [];
  const destination = formatAddress(traffic.destination);
  const carries = (row: SessionRow): boolean =>
    row.protocol === protocolOf(traffic) &&
    row.destinationAddress === destination &&
    sources.includes(row.sourceAddress) &&
    (traffic.kind === 'ping' || row.destinationPort === traffic.port);
  return [...new Set(rows.filter(carries).map(({ sessionId }) => sessionId))];
}

function protocolOf(traffic: Traffic): SessionRow['protocol'] {
  if (traffic.kind === 'ping') return traffic.destination.family === 4 ? 'icmp' : 'icmpv6';
  return traffic.kind === 'http-download' ? 'tcp' : 'udp';
}
