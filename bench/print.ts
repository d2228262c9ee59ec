import { formatTable } from '../cli/table.ts';

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** For times: how long one step took. */
  readonly nanoseconds?: number;
  /** What it has to reach, in words, and whether it does; absent where nothing is asked. */
  readonly target?: { readonly text: string; readonly isMet: boolean };
}

export interface Row extends Figure {
  readonly name: string;
  /** Nanoseconds that a step of the calibration loop took just before. */
  readonly calibration: number;
}

export function printTable(rows: readonly Row[]): void {
  console.log(
    formatTable<Row>(
      [
        { title: 'Benchmark', of: ({ name }) => name },
        { title: 'What', of: ({ what }) => what },
        { title: 'Figure', of: ({ value, unit }) => `${formatNumber(value)} ${unit}` },
        {
          title: 'In Calibration Steps',
          of: ({ nanoseconds, calibration }) =>
            nanoseconds === undefined
              ? ''
              : `${(nanoseconds / calibration).toFixed(0)} of ${calibration.toFixed(3)} ns`,
        },
        { title: 'Target', of: ({ target }) => target?.text ?? '' },
        { title: 'Verdict', of: ({ target }) => (target ? (target.isMet ? 'met' : 'MISSED') : '') },
      ],
      rows,
    ),
  );
}

function formatNumber(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(2);
}
