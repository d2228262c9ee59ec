import type { FlowRow, SessionRow } from '../lib/service-area/rows.ts';
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

/** Seconds as SSR prints an uptime: '0 days 0:01:05'. */
export function formatUptime(uptime: number): string {
  const whole = Math.floor(uptime);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = `${Math.floor(whole / 3600) % 24}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return `${Math.floor(whole / 86_400)} days ${clock}`;
}
