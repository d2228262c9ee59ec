import type { Instant } from './time.ts';

/** What a store has to tell, in the order in which it happened. */
export type StateChange =
  /** The store can be used, and has nothing of ours: whoever has something to say begins with `restart`. */
  | { readonly kind: 'connected' }
  /** From here on nothing that is put reaches anybody, until `connected`. */
  | { readonly kind: 'lost' }
  /** The twin has put a value. */
  | { readonly kind: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly kind: 'deleted'; readonly key: string }
  /** What the twin has is told anew from here on: it has begun anew, or changes of its were missed. */
  | { readonly kind: 'restarted' }
  /** The twin has told all that it has. What was not told again since `restarted` is no more. */
  | { readonly kind: 'complete' };

export type StoreHealth = 'connected' | 'lost';

/** What happened to a store since it was made. */
export interface StoreStatistics {
  /** Entries put and deleted that were handed to the store. */
  readonly sent: number;
  /** Entries put and deleted while the store was lost, or for which there was no room; told again when it is back. */
  readonly dropped: number;
  /** Changes of the twin's. */
  readonly received: number;
  /** Times that the store was lost. */
  readonly losses: number;
  /** Answers that make no sense; each is also a loss, as nothing more is believed. */
  readonly refused: number;
}

/**
 * A map that each of the two nodes of a router has in a place outside of both: a node writes its own and reads its
 * twin's, and its own outlives it.
 *
 * Nothing here blocks, waits or fails: what cannot be done now is counted and dropped, and made good by the resync that
 * follows `connected`. Keys are at most 255 characters long.
 */
export interface StateStore {
  readonly health: StoreHealth;
  put(key: string, value: Uint8Array, now: Instant): void;
  delete(key: string, now: Instant): void;
  /** Forgets everything of ours; all that we have follows by `put`, and then `complete`. */
  restart(now: Instant): void;
  complete(now: Instant): void;
  /** The next change that is due; undefined if there is none. */
  take(now: Instant): StateChange | undefined;
  /** When there is something to take; NEVER if nothing is known to come. */
  nextDeadline(): Instant;
  /**
   * When the youngest entry of ours was put that the store has taken: silence of the twin since before then is the
   * twin's, not the store's. Undefined if none was taken since it was connected.
   */
  readonly reachedAt: Instant | undefined;
  readonly statistics: StoreStatistics;
}

/** The same, while it is counted. */
export type MutableStoreStatistics = { -readonly [Name in keyof StoreStatistics]: StoreStatistics[Name] };

export const noStatistics = (): MutableStoreStatistics => ({
  sent: 0,
  dropped: 0,
  received: 0,
  losses: 0,
  refused: 0,
});
