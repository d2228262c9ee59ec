import { axes, type Cell, type MatrixFault, type Mode } from '../../lib/lab/matrix/cells.ts';
import { DURATION_MS, FAULT_AT_MS, STRANGER_PORTS } from '../../lib/lab/matrix/plan.ts';
import type { CellOutcome, CellRow } from '../../lib/lab/matrix/run.ts';
import { formatHeading, formatTable, type Column } from '../table.ts';
import { formatDuration } from '../units.ts';

/** Cells that differ in nothing but the mode. */
interface Line {
  readonly cell: Cell;
  readonly of: Readonly<Partial<Record<Mode, CellRow>>>;
}

const titles = {
  mode: { 'packet-based': 'Packet-Based', 'inactivity-based': 'Inactivity-Based' },
  fault: {
    'peer-forgot': 'The router that traffic goes to forgets the session (peer-forgot)',
    'nat-rebound': 'A NAT before the spoke gives every flow another port (nat-rebound)',
    'firewall-forgot': 'A firewall before the spoke forgets its states (firewall-forgot)',
    'path-moved': 'The path of the session is cut, and there is another one (path-moved)',
    'ha-failover': 'The active node of the spoke dies, and the other one takes over (ha-failover)',
  },
} as const satisfies { readonly mode: Record<Mode, string>; readonly fault: Record<MatrixFault, string> };

/** A table for each fault, with the modes side by side; then what they come to. */
export function formatMatrix(rows: readonly CellRow[]): string {
  const modes = axes.mode.filter((mode) => rows.some(({ cell }) => cell.mode === mode));
  const tables = axes.fault.flatMap((fault) => {
    const lines = linesOf(rows.filter(({ cell }) => cell.fault === fault));
    return lines.length > 0 ? [`${formatHeading(titles.fault[fault])}\n${formatLines(lines, modes)}`] : [];
  });
  const isRun = rows.some((row) => 'recovered' in row);
  return `${[...tables, ...(isRun ? [formatSummary(rows, modes)] : []), notes(rows)].join('\n\n')}\n`;
}

function linesOf(rows: readonly CellRow[]): Line[] {
  const lines = new Map<string, Line>();
  for (const row of rows) {
    const { direction, transport, encoding } = row.cell;
    const key = [direction, transport, encoding].join(' ');
    const before = lines.get(key);
    lines.set(key, { cell: row.cell, of: { ...before?.of, [row.cell.mode]: row } });
  }
  return [...lines.values()];
}

function formatLines(lines: readonly Line[], modes: readonly Mode[]): string {
  const column = (title: string, mode: Mode, of: (outcome: CellOutcome) => string): Column<Line> => ({
    title,
    isRight: true,
    of: (line) => {
      const row = line.of[mode];
      return row && 'recovered' in row ? of(row) : '-';
    },
  });
  return formatTable<Line>(
    [
      { title: 'Traffic', of: ({ cell }) => cell.direction },
      { title: 'Over', of: ({ cell }) => cell.transport },
      { title: 'Metadata', of: ({ cell }) => cell.encoding },
      ...modes.flatMap((mode) => [
        column(titles.mode[mode], mode, ({ recovery }) => describeRecovery(recovery)),
        column('Lost', mode, ({ lost }) => String(lost)),
        column('Strangers', mode, ({ answers }) => String(answers)),
      ]),
    ],
    lines,
  );
}

/** Whole milliseconds are enough. */
const describeRecovery = (recovery: number | null): string =>
  recovery === null ? 'never' : formatDuration(Math.round(recovery / 1_000) * 1_000);

function formatSummary(rows: readonly CellRow[], modes: readonly Mode[]): string {
  const outcomesOf = (fault: MatrixFault, mode: Mode): (CellRow & CellOutcome)[] =>
    rows.flatMap((row) => ('recovered' in row && row.cell.fault === fault && row.cell.mode === mode ? [row] : []));
  const faults = axes.fault.filter((fault) => modes.some((mode) => outcomesOf(fault, mode).length > 0));
  const columnsOf = (mode: Mode): Column<MatrixFault>[] => {
    const column = (title: string, of: (outcomes: readonly CellOutcome[]) => string): Column<MatrixFault> => ({
      title,
      isRight: true,
      of: (fault) => of(outcomesOf(fault, mode)),
    });
    return [
      column(titles.mode[mode], (all) => `${all.filter(({ recovered }) => recovered).length} of ${all.length}`),
      column('Median', medianOf),
      column('Strangers', (all) => `${sum(all)} of ${all.length * STRANGER_PORTS}`),
    ];
  };
  const table = formatTable<MatrixFault>(
    [{ title: 'Fault', of: (fault) => fault }, ...modes.flatMap(columnsOf)],
    faults,
  );
  return `${formatHeading('How many sessions come back, and how soon')}\n${table}`;
}

const sum = (outcomes: readonly CellOutcome[]): number => outcomes.reduce((total, { answers }) => total + answers, 0);

/** Of all, in which those that do not come back are the slowest. */
function medianOf(outcomes: readonly CellOutcome[]): string {
  const sorted = outcomes.map(({ recovery }) => recovery ?? Infinity).toSorted((a, b) => a - b);
  const median = sorted.at(sorted.length >> 1);
  if (median === undefined) return '-';
  return describeRecovery(median === Infinity ? null : median);
}

function notes(rows: readonly CellRow[]): string {
  const absent = new Set(rows.flatMap((row) => ('absent' in row ? [row.absent] : [])));
  const seconds = Math.floor((DURATION_MS - FAULT_AT_MS) / 1_000);
  return [
    `never: not within ${seconds} s`,
    `Strangers: answers to a stranger who sends ${STRANGER_PORTS} packets to the hub`,
    ...Array.from(absent, (reason) => `-: ${reason}`),
  ].join('\n');
}
