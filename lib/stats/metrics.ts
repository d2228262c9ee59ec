import type { CounterRow } from './table.ts';

/** What a gauge measures: what `show stats` shows it in, and the base unit that it has as a metric. */
export const measuredUnits = {
  entries: { suffix: '', factor: 1 },
  milliseconds: { suffix: '_seconds', factor: 0.001 },
  seconds: { suffix: '_seconds', factor: 1 },
  bytes: { suffix: '_bytes', factor: 1 },
  percent: { suffix: '_ratio', factor: 0.01 },
  'hundredths of a score': { suffix: '', factor: 0.01 },
} as const satisfies Record<string, { suffix: string; factor: number }>;

export type MeasuredUnit = keyof typeof measuredUnits;

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Samples of one metric. A counter's name has no `_total`: where that stands is a matter of the format. */
export interface MetricFamily {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Metric names begin with it. */
export const METRIC_PREFIX = 'svr_';

/** The metric of a row of the counter table: its words behind the prefix, and what it takes to get to its base unit. */
export function metricOf({
  path,
  help,
  measured,
}: CounterRow): Omit<MetricFamily, 'samples'> & { readonly factor: number } {
  const { suffix, factor } = measured === undefined ? { suffix: '', factor: 1 } : measuredUnits[measured];
  const name = `${METRIC_PREFIX}${path.replaceAll(/[ -]/g, '_')}`;
  return {
    name: name.endsWith(suffix) ? name : name + suffix,
    type: measured === undefined ? 'counter' : 'gauge',
    help: `${help} (show stats ${path})`,
    factor,
  };
}

/** How metrics are written: as OpenMetrics 1.0, or as Prometheus' own text format 0.0.4. */
export type MetricFormat = 'openmetrics' | 'text';

export function formatMetrics(families: readonly MetricFamily[], format: MetricFormat): string {
  const lines = families.flatMap(({ name, type, help, samples }) => {
    const series = type === 'counter' ? `${name}_total` : name;
    // In OpenMetrics a family of counters is called without the ending that its series have.
    const family = format === 'openmetrics' ? name : series;
    const unit = format === 'openmetrics' ? /_(seconds|bytes|ratio)$/.exec(name)?.[1] : undefined;
    return [
      `# HELP ${family} ${escaped(help)}`,
      `# TYPE ${family} ${type}`,
      ...(unit === undefined ? [] : [`# UNIT ${family} ${unit}`]),
      ...samples.map(({ labels, value }) => `${series}${formatLabels(labels)} ${value}`),
    ];
  });
  return [...lines, ...(format === 'openmetrics' ? ['# EOF'] : []), ''].join('\n');
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

/** What several nodes have written in one format, as one: every family once, with the samples of all. */
export function mergeMetrics(texts: readonly string[]): string {
  const families = new Map<string, { readonly head: string[]; readonly samples: string[] }>();
  let hasEnd = false;
  for (const text of texts) {
    let family: { head: string[]; samples: string[] } | undefined;
    let isKnown = false;
    for (const line of text.split('\n')) {
      const name = /^# HELP (\S+)/.exec(line)?.[1];
      if (name !== undefined) {
        family = families.get(name);
        isKnown = family !== undefined;
        if (!family) families.set(name, (family = { head: [], samples: [] }));
      }
      if (line === '# EOF') hasEnd = true;
      else if (!line.startsWith('#')) family?.samples.push(...(line === '' ? [] : [line]));
      else if (!isKnown) family?.head.push(line);
    }
  }
  const lines = [...families.values()].flatMap(({ head, samples }) => [...head, ...samples]);
  return [...lines, ...(hasEnd ? ['# EOF'] : []), ''].join('\n');
}
