import type { AlarmRow, BfdRow, EventRow, PeerRow } from '../../lib/peering/rows.ts';
import type { FlowRow, SessionRow } from '../../lib/service-area/rows.ts';
import type { Instant } from '../../lib/time.ts';
import type { ServicePathRow } from '../../lib/service-area/service-paths.ts';
import { formatHeading, formatTable, type Column } from '../table.ts';

/** As SSR prints what does not apply. */
export const NONE = '--';

const sessionColumns: readonly Column<SessionRow>[] = [
  { title: 'Session Id', of: (row) => row.sessionId },
  { title: 'Dir', of: (row) => row.direction },
  { title: 'Service', of: (row) => row.service },
  { title: 'Tenant', of: (row) => row.tenant || NONE },
  { title: 'Dev Name', of: (row) => row.deviceName },
  { title: 'Intf Name', of: (row) => row.interfaceName },
  { title: 'VLAN', of: (row) => row.vlan },
  { title: 'Proto', of: (row) => row.protocol },
  { title: 'Src IP', of: (row) => row.sourceAddress },
  { title: 'Src Port', of: (row) => row.sourcePort },
  { title: 'Dest IP', of: (row) => row.destinationAddress },
  { title: 'Dest Port', of: (row) => row.destinationPort },
  { title: 'NAT IP', of: (row) => row.natAddress || NONE },
  { title: 'NAT Port', of: (row) => row.natPort },
  { title: 'Payload Encrypted', of: (row) => String(row.payloadEncrypted) },
  { title: 'Timeout', of: (row) => Math.round(row.timeout) },
  { title: 'Uptime', of: (row) => formatUptime(row.uptime) },
];

const flowColumns: readonly Column<FlowRow>[] = [
  { title: 'Session Id', of: (row) => row.sessionId },
  { title: 'Dir', of: (row) => row.direction },
  { title: 'Dev Name', of: (row) => row.deviceName },
  { title: 'VLAN', of: (row) => row.vlan },
  { title: 'Proto', of: (row) => row.protocol },
  { title: 'Src IP', of: (row) => row.sourceAddress },
  { title: 'Src Port', of: (row) => row.sourcePort },
  { title: 'Dest IP', of: (row) => row.destinationAddress },
  { title: 'Dest Port', of: (row) => row.destinationPort },
  { title: 'Actions', of: (row) => row.actions.join(' ') },
  { title: 'Egress', of: (row) => row.egressDeviceName },
  { title: 'Packets', of: (row) => row.packets },
  { title: 'Bytes', of: (row) => row.bytes },
  { title: 'Watch', of: (row) => row.watch || NONE },
  { title: 'Idle', of: (row) => Math.round(row.idle) },
];

const peerColumns: readonly Column<PeerRow>[] = [
  { title: 'Peer', of: (row) => row.peer },
  { title: 'Node', of: (row) => row.node },
  { title: 'Network Interface', of: (row) => row.networkInterface },
  { title: 'Destination', of: (row) => row.destination },
  { title: 'Status', of: (row) => row.status },
  { title: 'Hostname', of: (row) => row.hostname || NONE },
  { title: 'Path MTU', of: (row) => row.pathMtu },
];

const measured = (value: number | null, digits: number): string => value?.toFixed(digits) ?? NONE;

const peerDetailColumns: readonly Column<PeerRow>[] = [
  ...peerColumns,
  { title: 'Reason', of: (row) => row.reason },
  { title: 'BFD', of: (row) => row.bfdState || NONE },
  { title: 'Tx (ms)', of: (row) => row.transmitIntervalMs },
  { title: 'Detect (ms)', of: (row) => row.detectionTimeMs },
  { title: 'Latency (ms)', of: (row) => measured(row.latencyMs, 2) },
  { title: 'Jitter (ms)', of: (row) => measured(row.jitterMs, 2) },
  { title: 'Loss (%)', of: (row) => measured(row.loss, 1) },
  { title: 'MOS', of: (row) => measured(row.mos, 2) },
  { title: 'Uptime', of: (row) => formatUptime(row.uptime) },
];

const bfdColumns: readonly Column<BfdRow>[] = [
  { title: 'Peer', of: (row) => row.peer },
  { title: 'Local', of: (row) => row.local },
  { title: 'Network Interface', of: (row) => row.networkInterface },
  { title: 'Hops', of: (row) => row.hops },
  { title: 'Authentication', of: (row) => row.authentication },
  { title: 'State', of: (row) => row.state },
  { title: 'Diagnostic', of: (row) => row.diagnostic },
  { title: 'Remote State', of: (row) => row.remoteState },
  { title: 'Tx (ms)', of: (row) => row.transmitIntervalMs },
  { title: 'Detect (ms)', of: (row) => row.detectionTimeMs },
  { title: 'Uptime', of: (row) => formatUptime(row.uptime) },
];

const alarmColumns: readonly Column<AlarmRow>[] = [
  { title: 'ID', of: (row) => row.id },
  { title: 'Time', of: (row) => formatTime(row.time) },
  { title: 'Severity', of: (row) => row.severity },
  { title: 'Source', of: (row) => row.source },
  { title: 'Category', of: (row) => row.category },
  { title: 'Message', of: (row) => row.message },
];

const eventColumns: readonly Column<EventRow>[] = [
  { title: 'Time', of: (row) => formatTime(row.time) },
  { title: 'Category', of: (row) => row.category },
  { title: 'Node', of: (row) => row.node },
  { title: 'Message', of: (row) => row.message },
];

const livePeerColumns: readonly Column<PeerRow>[] = [
  { title: 'Live Latency (ms)', of: ({ live }) => measured(live?.latencyMs ?? null, 2) },
  { title: 'Live Jitter (ms)', of: ({ live }) => measured(live?.jitterMs ?? null, 2) },
  { title: 'Live Loss (%)', of: ({ live }) => measured(live?.lossPercent ?? null, 1) },
  { title: 'From Peer (%)', of: ({ live }) => measured(live?.lossFromPeerPercent ?? null, 1) },
  { title: 'Live MOS', of: ({ live }) => measured(live?.mos ?? null, 2) },
];

/** `isDetailed`: why a path has its status, its timers, and what is measured of it. */
export function formatPeers(rows: readonly PeerRow[], isDetailed: boolean): string {
  if (!isDetailed) return formatTable(peerColumns, rows);
  const hasLive = rows.some(({ live }) => live !== null);
  return formatTable(hasLive ? [...peerDetailColumns, ...livePeerColumns] : peerDetailColumns, rows);
}

export const formatBfd = (rows: readonly BfdRow[]): string =>
  rows.length > 0 ? formatTable(bfdColumns, rows) : 'There are no sessions of plain BFD.';

export const formatAlarms = (rows: readonly AlarmRow[]): string =>
  rows.length > 0 ? formatTable(alarmColumns, rows) : 'There are no active alarms.';

export const formatEvents = (rows: readonly EventRow[]): string =>
  rows.length > 0 ? formatTable(eventColumns, rows) : 'There are no events.';

const servicePathColumns: readonly Column<ServicePathRow>[] = [
  { title: 'Service', of: (row) => row.service },
  { title: 'Service-Route', of: (row) => row.serviceRoute || NONE },
  { title: 'Type', of: (row) => row.type },
  { title: 'Destination', of: (row) => row.destination || NONE },
  { title: 'Next-Hop', of: (row) => row.nextHop || NONE },
  { title: 'Interface', of: (row) => row.networkInterface || NONE },
  { title: 'Vector', of: (row) => row.vectors.join(' ') || NONE },
  { title: 'Cost', of: (row) => row.cost ?? 'N/A' },
  { title: 'Rate', of: (row) => row.rate },
  { title: 'Capacity', of: (row) => `${row.sessions}/Unlimited` },
  { title: 'State', of: (row) => (row.state === 'up' ? 'Up' : 'Down') },
];

const yesOrNo = (value: boolean): string => (value ? 'Yes' : 'No');

const withUnit = (value: number | null, digits: number, unit: string): string =>
  value === null ? NONE : `${value.toFixed(digits)}${unit}`;

const loadBalancerColumns: readonly Column<ServicePathRow>[] = [
  // SSR calls a path to a peer by what is at its other end.
  { title: 'Type', of: (row) => (row.type === 'peer' ? 'router' : row.type) },
  { title: 'Quality', of: (row) => row.quality ?? NONE },
  { title: 'Cost', of: (row) => row.cost ?? 'N/A' },
  { title: 'State', of: (row) => row.state },
  { title: 'Loss', of: (row) => withUnit(row.loss, 1, '%') },
  { title: 'Latency', of: (row) => withUnit(row.latencyMs, 0, 'ms') },
  { title: 'Jitter', of: (row) => withUnit(row.jitterMs, 0, 'ms') },
  { title: 'Mos', of: (row) => withUnit(row.mos, 1, '') },
  { title: 'Meets-SLA', of: (row) => yesOrNo(row.meetsSla) },
];

export const formatServicePaths = (rows: readonly ServicePathRow[]): string => formatTable(servicePathColumns, rows);

/** One block for each way, as `show service-path detail` has it. */
export function formatServicePathDetail(rows: readonly ServicePathRow[]): string {
  return servicesOf(rows)
    .map(([service, ways]) => {
      const blocks = ways.map((way) => formatWay(way, rows.indexOf(way)));
      return `${formatHeading(`Service: ${service}`)}\n${blocks.join('\n\n')}`;
    })
    .join('\n\n');
}

function formatWay(row: ServicePathRow, index: number): string {
  const { latencyMs, loss, jitterMs } = row;
  const hop = [row.nextHop, row.networkInterface].filter((part) => part !== '').join(', ');
  const metrics = `latency [${withUnit(latencyMs, 0, 'ms')}] loss [${withUnit(loss, 1, '%')}] jitter [${withUnit(jitterMs, 0, 'ms')}]`;
  return formatFields([
    ['Service-Route', row.serviceRoute || NONE],
    ['Type', row.type],
    ['Destination', row.destination || NONE],
    ['Next-Hop', `${hop || NONE}(${row.state === 'up' ? 'Up' : 'Down'})`],
    ['Peer', row.peer || 'unavailable'],
    ['Path-Metrics', metrics],
    ['Vector', row.vectors.join(' ') || NONE],
    ['Cost', String(row.cost ?? 'N/A')],
    ['Rate', String(row.rate)],
    ['Capacity', `${row.sessions}/Unlimited`],
    ['Index', String(index)],
    ['Meets-SLA', yesOrNo(row.meetsSla)],
    // Nothing probes what lies behind a way.
    ['Reachability-Probes', NONE],
  ]);
}

/** The ways of each service in the order in which new sessions take them. */
export function formatLoadBalancer(rows: readonly ServicePathRow[]): string {
  const order = (row: ServicePathRow): number => row.quality ?? Infinity;
  return servicesOf(rows)
    .map(([service, ways]) => {
      const heading = formatHeading(`Service: ${service}, strategy ${ways[0].strategy}`);
      return `${heading}\n${formatTable(
        loadBalancerColumns.map((column) => ({ ...column, isRight: true })),
        ways.toSorted((a, b) => order(a) - order(b)),
      )}`;
    })
    .join('\n\n');
}

function servicesOf(rows: readonly ServicePathRow[]): [string, ServicePathRow[]][] {
  const names = [...new Set(rows.map(({ service }) => service))];
  return names.map((name) => [name, rows.filter(({ service }) => service === name)]);
}

/** Names and values, each on a line of its own, the values in one column. */
export function formatFields(fields: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...fields.map(([name]) => name.length)) + 1;
  return fields.map(([name, value]) => `  ${`${name}:`.padEnd(width)}  ${value}`).join('\n');
}

/** Everything about one session at one router, as `show sessions by-id` has it. */
export function formatSession(rows: readonly SessionRow[], flows: readonly FlowRow[]): string {
  const [row] = rows;
  const head = formatFields([
    ['Service', row.service],
    ['Source Tenant', row.tenant || NONE],
    ['Payload Encrypted', String(row.payloadEncrypted)],
    ['Redundancy State', row.redundancyState ?? NONE],
    ['Timeout', `${Math.round(row.timeout)} s`],
    ['Uptime', formatUptime(row.uptime)],
  ]);
  const ways = flows.map((flow) => {
    const nat = rows.find(({ direction }) => direction === flow.direction);
    const fields = formatFields([
      [
        'Key',
        `${flow.deviceName}.${flow.vlan} ${flow.protocol} ${endPoint(flow, 'source')} -> ${endPoint(flow, 'destination')}`,
      ],
      ['Source NAT', nat?.natAddress ? `${nat.natAddress}:${nat.natPort}` : NONE],
      ['Actions', flow.actions.join(' ')],
      ['Egress', flow.egressDeviceName],
      ['Packets', String(flow.packets)],
      ['Bytes', String(flow.bytes)],
      ['Watch', flow.watch || NONE],
      ['Idle', `${flow.idle.toFixed(1)} s`],
    ]);
    return `${flow.direction === 'fwd' ? 'Forward' : 'Reverse'} flow\n${fields}`;
  });
  return [`Session ${row.sessionId}`, head, ...ways].join('\n');
}

function endPoint(flow: FlowRow, end: 'source' | 'destination'): string {
  const [address, port] =
    end === 'source' ? [flow.sourceAddress, flow.sourcePort] : [flow.destinationAddress, flow.destinationPort];
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

export const formatSessions = (rows: readonly SessionRow[]): string => formatTable(sessionColumns, rows);

export const formatFlows = (rows: readonly FlowRow[]): string => formatTable(flowColumns, rows);

/** A point in time as '2026-01-01 00:00:03.250 UTC'. */
export const formatTime = (time: Instant): string =>
  `${new Date(Math.floor(time / 1_000)).toISOString().replace('T', ' ').replace('Z', '')} UTC`;

/** Seconds as SSR prints an uptime: '0 days 0:01:05'. */
export function formatUptime(uptime: number): string {
  const whole = Math.floor(uptime);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = `${Math.floor(whole / 3600) % 24}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return `${Math.floor(whole / 86_400)} days ${clock}`;
}
