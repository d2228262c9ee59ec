/** How a service fails that somebody asks: it refuses, as if nobody listened, or resets each connection that is open. */
export type Failure = 'refuse' | 'reset';

/** By port of UDP and TCP; 0 stands for all. */
export type Failures = ReadonlyMap<number, Failure>;

export const failureOf = (failures: Failures, port: number): Failure | undefined =>
  failures.size === 0 ? undefined : (failures.get(port) ?? failures.get(0));
