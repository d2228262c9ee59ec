import type { AlarmRow, BfdRow, EventRow, PeerRow } from '../lib/peering/rows.ts';
import type { FlowRow, SessionRow } from '../lib/service-area/rows.ts';
import type { Instant } from '../lib/time.ts';
import { formatTable, type Column } from './table.ts';

/** As SSR prints what does not apply. */
const NONE = '--';

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

export const formatSessions = (rows: readonly SessionRow[]): string => formatTable(sessionColumns, rows);

export const formatFlows = (rows: readonly FlowRow[]): string => formatTable(flowColumns, rows);

/** One counter of one node. */
export interface StatsRow {
  /** All words behind `show stats`. */
  readonly path: string;
  /** Behind the words that all rows share. */
  readonly metric: string;
  readonly node: string;
  readonly value: number;
}

export function formatStats(rows: readonly StatsRow[]): string {
  return formatTable<StatsRow>(
    [
      { title: 'Metric', of: (row) => row.metric },
      { title: 'Node', of: (row) => row.node },
      { title: 'Value', of: (row) => row.value },
    ],
    rows,
  );
}

/** Counters at or below `path`, the words behind `show stats`; metric by metric, each for all nodes. */
export function selectStats(
  counters: readonly (readonly [node: string, values: ReadonlyMap<string, number>])[],
  path: string,
): StatsRow[] {
  const metrics = new Set(counters.flatMap(([, values]) => [...values.keys()]));
  const below = [...metrics].filter((metric) => path === '' || metric === path || metric.startsWith(`${path} `));
  return below.flatMap((full) => {
    const metric = full.slice(path.length).trim() || full;
    return counters.flatMap(([node, values]) => {
      const value = values.get(full);
      return value === undefined ? [] : [{ path: full, metric, node, value }];
    });
  });
}

/** A point in time as '2026-01-01 00:00:03.250 UTC'. */
const formatTime = (time: Instant): string =>
  `${new Date(Math.floor(time / 1_000)).toISOString().replace('T', ' ').replace('Z', '')} UTC`;

/** Seconds as SSR prints an uptime: '0 days 0:01:05'. */
export function formatUptime(uptime: number): string {
  const whole = Math.floor(uptime);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = `${Math.floor(whole / 3600) % 24}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return `${Math.floor(whole / 86_400)} days ${clock}`;
}
