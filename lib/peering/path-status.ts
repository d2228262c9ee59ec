/** What `show peers` says of a path (SVR sheet, section 6). Sessions go over paths that are up or initializing. */
export type PathStatus = 'up' | 'down' | 'standby' | 'initializing';

/** Why a path has its status. */
export type PathReason =
  /** Its session is up. */
  | 'bfd-up'
  /** Nobody watches it. */
  | 'bfd-disabled'
  /** Its session has not been up yet, and there was no time to tell why. */
  | 'bfd-starting'
  /** The same, and the peer only reaches out: until it has, nothing comes through to it. */
  | 'awaits-pinhole'
  /** Its session is up, and has to stay so for a while first. */
  | 'hold-down'
  | 'interface-down'
  | 'interface-standby'
  | 'gateway-arp-unresolved'
  | LinkDownReason;

/** Why the session of a path went down, by the names of its counters (SVR sheet, section 5.3). */
export type LinkDownReason = 'timer-expiry' | 'remote-down' | 'remote-admin-down' | 'local-oper-down';

export interface PathFacts {
  readonly isInterfaceUp: boolean;
  /** Another node of this router has the interface. */
  readonly isStandby: boolean;
  readonly isWatched: boolean;
  readonly isNextHopSilent: boolean;
  readonly isSessionUp: boolean;
  readonly isHeldDown: boolean;
  /**
   * The session has never been up, and the detection time since its start is not over. Until then a path is trusted
   * (emulator choice): a router that starts need not wait for BFD before it carries traffic.
   */
  readonly isStarting: boolean;
  /** The peer cannot be reached before it has opened a pinhole by its own BFD. */
  readonly isPeerOutboundOnly: boolean;
  readonly lastDown: LinkDownReason;
}

export interface PathCondition {
  readonly status: PathStatus;
  readonly reason: PathReason;
}

/** The first thing that speaks against a path decides, the nearest first. */
export function pathCondition(facts: PathFacts): PathCondition {
  if (!facts.isInterfaceUp) return { status: 'down', reason: 'interface-down' };
  if (facts.isStandby) return { status: 'standby', reason: 'interface-standby' };
  if (!facts.isWatched) return { status: 'up', reason: 'bfd-disabled' };
  if (facts.isNextHopSilent) return { status: 'down', reason: 'gateway-arp-unresolved' };
  if (facts.isSessionUp && facts.isHeldDown) return { status: 'down', reason: 'hold-down' };
  if (facts.isSessionUp) return { status: 'up', reason: 'bfd-up' };
  if (facts.isStarting)
    return { status: 'initializing', reason: facts.isPeerOutboundOnly ? 'awaits-pinhole' : 'bfd-starting' };
  return { status: 'down', reason: facts.lastDown };
}

/** Whether sessions may be sent over a path in this condition. */
export const isUsable = ({ status, reason }: PathCondition): boolean =>
  status === 'up' || (status === 'initializing' && reason !== 'awaits-pinhole');
