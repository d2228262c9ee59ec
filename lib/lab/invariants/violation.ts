import type { Duration } from '../../time.ts';

/**
 * What must hold in every lab, whatever fails in it:
 *
 * - `delivery`: a packet comes to the host that it was sent to, as it was sent, and no more often than it was. Links and
 *   attackers may explain what does not, but between routers that seal: these let nothing else pass, and know copies unless
 *   they have been started anew;
 * - `sessions`: where somebody attacks routers that seal, none has a session between hosts that no host has begun;
 * - `secrecy`: what a service encrypts, and metadata that routers encrypt, is not to be read on a wire between routers;
 * - `waypoints`: no two flows of a router are known by the same key;
 * - `bounds`: a table holds no more than its configured size, and no lab floods itself.
 */
export type Invariant = 'delivery' | 'sessions' | 'secrecy' | 'waypoints' | 'bounds';

/** How lists of what must hold name all of them. */
export const INVARIANTS_HOLD = 'invariants hold';

/** Where and when an invariant was found broken. */
export interface Violation {
  readonly invariant: Invariant;
  /** From the start of the run. */
  readonly time: Duration;
  readonly node: string;
  /** What is wrong, in one sentence. */
  readonly what: string;
  /** The packet's id in the capture. */
  readonly packet?: number;
  /** The session's UUID. */
  readonly session?: string;
}
