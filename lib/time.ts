declare const unit: unique symbol;

/** A point in time, in whole microseconds since the Unix epoch. A simulator may choose any epoch. */
export type Instant = number & { readonly [unit]: 'Instant' };

/** A span of time, in whole microseconds. */
export type Duration = number & { readonly [unit]: 'Duration' };

/** The deadline of a device that waits for nothing. */
export const NEVER = Infinity as Instant;

export const microseconds = (count: number): Duration => Math.round(count) as Duration;
export const milliseconds = (count: number): Duration => Math.round(count * 1_000) as Duration;
export const seconds = (count: number): Duration => Math.round(count * 1_000_000) as Duration;

export const after = (instant: Instant, duration: Duration): Instant => (instant + duration) as Instant;
export const between = (earlier: Instant, later: Instant): Duration => (later - earlier) as Duration;
export const earliest = (a: Instant, b: Instant): Instant => (a < b ? a : b);
export const latest = (a: Instant, b: Instant): Instant => (a > b ? a : b);
