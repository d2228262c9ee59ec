import { formatAddressBytes } from '../address.ts';
import {
  KEY_WORDS,
  keyDestination,
  keyDestinationPort,
  keyNetworkInterface,
  keyProtocol,
  keySource,
  keySourcePort,
} from '../highway/flow-key.ts';
import { flowFlags } from '../highway/flow-table.ts';
import { seconds, type Instant } from '../time.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import type { ServiceAreaParts } from './parts.ts';
import type { FlowRow, SessionRow } from './rows.ts';
import type { ServiceArea } from './service-area.ts';

const protocolNames: Readonly<Record<number, SessionRow['protocol']>> = {
  [ipProtocols.tcp]: 'tcp',
  [ipProtocols.udp]: 'udp',
  [ipProtocols.icmp]: 'icmp',
  [ipProtocols.icmpv6]: 'icmpv6',
};

/** Two rows for each session, forward and reverse, as `show sessions` has them (SVR sheet, section 6). */
export function sessionRows(parts: ServiceAreaParts, serviceArea: ServiceArea, now: Instant): SessionRow[] {
  return [...parts.sessions.all()].flatMap((session) => [
    sessionRow(parts, serviceArea, session * 2, now),
    sessionRow(parts, serviceArea, session * 2 + 1, now),
  ]);
}

function sessionRow(parts: ServiceAreaParts, serviceArea: ServiceArea, flow: number, now: Instant): SessionRow {
  const { flows, sessions, services, interfaces } = parts;
  const session = flow >> 1;
  const at = flow * KEY_WORDS;
  const opposite = (flow ^ 1) * KEY_WORDS;
  const networkInterface = interfaces.list[keyNetworkInterface(flows.keys, at)];
  const leavesToPeer = flows.path[flow] !== 0;
  const redundancyState = serviceArea.redundancyState(session);
  return {
    sessionId: sessions.uuidText(session),
    direction: (flow & 1) === 0 ? 'fwd' : 'rev',
    service: services.list[sessions.service[session]].name,
    tenant: sessions.tenant(session),
    deviceName: networkInterface.deviceName,
    interfaceName: networkInterface.name,
    vlan: networkInterface.vlan,
    protocol: protocolNames[keyProtocol(flows.keys, at)],
    sourceAddress: formatAddressBytes(keySource(flows.keys, at)),
    sourcePort: keySourcePort(flows.keys, at),
    destinationAddress: formatAddressBytes(keyDestination(flows.keys, at)),
    destinationPort: keyDestinationPort(flows.keys, at),
    natAddress: leavesToPeer ? formatAddressBytes(keyDestination(flows.keys, opposite)) : '',
    natPort: leavesToPeer ? keyDestinationPort(flows.keys, opposite) : 0,
    payloadEncrypted: (flows.flags[flow] & flowFlags.encrypted) !== 0,
    ...(redundancyState && { redundancyState }),
    timeout: Math.round(serviceArea.sessions.secondsLeft(session, now)),
    uptime: Math.round((now - sessions.createdAt[session]) / seconds(1)),
  };
}

export function flowRows(parts: ServiceAreaParts, serviceArea: ServiceArea, now: Instant): FlowRow[] {
  return [...parts.sessions.all()].flatMap((session) =>
    [session * 2, session * 2 + 1].map((flow) => flowRow(parts, serviceArea, flow, now)),
  );
}

function flowRow(parts: ServiceAreaParts, serviceArea: ServiceArea, flow: number, now: Instant): FlowRow {
  const { flows, interfaces } = parts;
  const row = sessionRow(parts, serviceArea, flow, now);
  return {
    sessionId: row.sessionId,
    direction: row.direction,
    deviceName: row.deviceName,
    vlan: row.vlan,
    protocol: row.protocol,
    sourceAddress: row.sourceAddress,
    sourcePort: row.sourcePort,
    destinationAddress: row.destinationAddress,
    destinationPort: row.destinationPort,
    actions: actionsOf(parts, serviceArea, flow),
    egressDeviceName: interfaces.list[keyNetworkInterface(flows.keys, (flow ^ 1) * KEY_WORDS)].deviceName,
    packets: flows.packets[flow],
    bytes: flows.bytes[flow],
    watch: serviceArea.handshake.watchName(flow),
    idle: (now - flows.activity[flow]) / seconds(1),
  };
}

/** The action chain of a flow, as the highway would run it on a packet that came now. */
function actionsOf({ flows, paths }: ServiceAreaParts, serviceArea: ServiceArea, flow: number): string[] {
  const from = flows.path[flow ^ 1] === 0 ? undefined : paths[flows.path[flow ^ 1] - 1];
  const to = flows.path[flow] === 0 ? undefined : paths[flows.path[flow] - 1];
  const isWrapped =
    (from === undefined) !== (to === undefined) && serviceArea.sessions.protocol(flow >> 1) !== ipProtocols.udp;
  const actions: string[] = [];
  if (from?.seal) actions.push('open');
  if (from) actions.push('strip-metadata');
  const isEncrypted = (flows.flags[flow] & flowFlags.encrypted) !== 0;
  if (from && isEncrypted) actions.push('decrypt');
  if (from && isWrapped) actions.push('unwrap');
  actions.push('rewrite');
  if (to && isWrapped) actions.push('wrap');
  if (to && isEncrypted) actions.push('encrypt');
  if (to && (flows.flags[flow] & flowFlags.metadataOn) !== 0) actions.push('add-metadata');
  if (to?.seal) actions.push('seal');
  return [...actions, 'forward'];
}
