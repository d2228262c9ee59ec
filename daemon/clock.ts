import type { Instant } from '../lib/time.ts';

/** The time of day, which never goes back while the process lives. All nodes of one machine agree on it. */
export function wallClock(): Instant {
  return Math.round((performance.timeOrigin + performance.now()) * 1_000) as Instant;
}
