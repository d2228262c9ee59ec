import type { BfdDiagnostic, BfdState } from './control-packet.ts';

/** A change of state, and why. */
export interface Transition {
  readonly state: BfdState;
  readonly diagnostic: BfdDiagnostic;
}

const to = (state: BfdState, diagnostic: BfdDiagnostic = 'none'): Transition => ({ state, diagnostic });

const NEIGHBOR_DOWN = to('down', 'neighbor-signaled-session-down');

/** The state machine of RFC 5880, sections 6.2 and 6.8.6: own state, then the state that came. What is absent changes nothing. */
const transitions: Readonly<Record<BfdState, Partial<Record<BfdState, Transition>>>> = {
  'admin-down': {},
  down: { down: to('init'), init: to('up') },
  init: { 'admin-down': NEIGHBOR_DOWN, init: to('up'), up: to('up') },
  up: { 'admin-down': NEIGHBOR_DOWN, down: NEIGHBOR_DOWN },
};

/** What becomes of a session when a packet of the remote system comes; undefined if it stays as it is. */
export const transitionOn = (own: BfdState, received: BfdState): Transition | undefined => transitions[own][received];
