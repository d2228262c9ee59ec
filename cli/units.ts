/** Microseconds as seconds with three digits behind the point: '6.204 s'. */
export const formatSeconds = (microseconds: number): string => `${(microseconds / 1_000_000).toFixed(3)} s`;

/** Microseconds as people say them: '12 s', '2.5 s', '40 ms', '350 us'. */
export function formatDuration(microseconds: number): string {
  if (microseconds >= 1_000_000) return `${trimmed(microseconds / 1_000_000)} s`;
  if (microseconds >= 1_000) return `${trimmed(microseconds / 1_000)} ms`;
  return `${trimmed(microseconds)} us`;
}

/** At most two digits behind the point, and none that say nothing. */
const trimmed = (value: number): string => String(Math.round(value * 100) / 100);

/** '1 packet', '2 packets'. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
