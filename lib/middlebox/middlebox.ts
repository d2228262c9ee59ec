import type { Device, Wire } from '../device.ts';
import type { Random } from '../random.ts';
import type { Counters } from '../stats/counters.ts';
import type { Trace } from '../trace.ts';

/** The two ports of every middlebox, in the order of their indices. */
export const middleboxPorts = ['inside', 'outside'] as const;
export const INSIDE = 0;
export const OUTSIDE = 1;

/** What stands between others on a wire, and keeps in mind who has spoken to whom. */
export interface Middlebox extends Device {
  readonly counters: Counters;
  /** How many it keeps in mind: mappings or states. */
  readonly entryCount: number;
  /** Loses them all without a word to anybody, as a restart would. Returns how many there were. */
  forget(): number;
}

/** What a middlebox is given to live in. */
export interface MiddleboxSurroundings {
  /** Link addresses of the ports `inside` and `outside`. */
  readonly macs: readonly [inside: Uint8Array, outside: Uint8Array];
  readonly wire: Wire;
  readonly random: Random;
  readonly trace?: Trace | undefined;
}
