/** Microseconds since the start of the run, as a person reads them: '6.021000 s'. */
export const formatTime = (microseconds: number): string => `${(microseconds / 1_000_000).toFixed(6)} s`;

/** Seconds with as many digits as a time axis needs. */
export const formatTick = (microseconds: number, step: number): string =>
  `${(microseconds / 1_000_000).toFixed(step >= 1_000_000 ? 0 : step >= 100_000 ? 1 : step >= 10_000 ? 2 : 3)} s`;

/** A value in few letters. */
export function formatValue(value: number, unit: 'bit/s' | 'us' | 'count'): string {
  if (unit === 'count') return String(Math.round(value * 100) / 100);
  if (unit === 'us') return value >= 1_000_000 ? `${short(value / 1_000_000)} s` : `${short(value / 1_000)} ms`;
  const scale = [
    [1e9, 'Gbit/s'],
    [1e6, 'Mbit/s'],
    [1e3, 'kbit/s'],
  ].find(([least]) => value >= (least as number)) as [number, string] | undefined;
  return scale ? `${short(value / scale[0])} ${scale[1]}` : `${short(value)} bit/s`;
}

/** Three digits that count. */
const short = (value: number): string => String(Number(value.toPrecision(3)));

/** '1 event', '2 events'; thousands apart. */
export const counted = (count: number, what: string): string => `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;

export const grouped = (count: number): string => count.toLocaleString('en-US');
