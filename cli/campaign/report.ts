import { percentiles, type Percentile } from '../../lib/campaign/distribution.ts';
import type { MeasureTally, Tally } from '../../lib/campaign/tally.ts';
import { describeDuration } from '../../lib/lab/describe.ts';
import type { Unit } from '../../lib/lab/scenario.ts';
import type { Duration } from '../../lib/time.ts';
import { formatTable } from '../table.ts';
import type { Paint } from '../terminal.ts';

/** Of every expectation, loss and recovery how it was spread over the runs of a cell. */
export function formatMeasures(tally: Tally, paint: Paint): string {
  const column = (percent: Percentile): { title: string; of: (row: MeasureTally) => string | number } => ({
    title: percent === 100 ? 'max' : `p${percent}`,
    of: ({ values, unit }) => describeValue(values.percentile(percent), unit),
  });
  return formatTable<MeasureTally>(
    [
      { title: 'Measure', of: ({ what }) => what },
      ...percentiles.map(column),
      {
        title: 'Fails in',
        of: ({ what }) => {
          const failures = tally.failures.get(what) ?? 0;
          return failures === 0 ? '' : paint('bad', `${failures} of ${tally.runs}`);
        },
      },
    ],
    tally.measures,
  );
}

/** A value as the verdict table of a run shows it; `Infinity` is what never came to be. */
export function describeValue(value: number | undefined, unit: Unit): string {
  if (value === undefined) return '';
  if (value === Infinity) return 'never';
  if (unit === 'microseconds') return describeDuration(value as Duration);
  return unit === 'round-trips' ? value.toFixed(2) : String(value);
}
