import type { PathQuality } from '../service-area/path-states.ts';
import type { Instant } from '../time.ts';
import type { BfdDiagnostic, BfdState } from './bfd/control-packet.ts';
import type { BfdHops } from './bfd/udp.ts';
import type { PathReason, PathStatus } from './path-status.ts';

/** One path to one peer, as `show peers` lists it (SVR sheet, section 6). */
export interface PeerRow {
  readonly peer: string;
  readonly node: string;
  readonly networkInterface: string;
  /** The peer's address. */
  readonly destination: string;
  readonly status: PathStatus;
  readonly reason: PathReason;
  /** The peer's node, as it calls itself; empty until it has. */
  readonly hostname: string;
  /** The longest IP packet that arrives at the peer, in bytes; 0 while that is not looked for, or not known. */
  readonly pathMtu: number;
  /** What link tests measure; null while nothing is. Latency is one way, loss is in percent. */
  readonly latencyMs: number | null;
  readonly jitterMs: number | null;
  readonly loss: number | null;
  readonly mos: number | null;
  /** What live traffic tells; null while it tells nothing. */
  readonly live: LiveRow | null;
  /** Seconds since the path is up; 0 if it is not. */
  readonly uptime: number;
  /** State of the BFD session, and how often it sends and how long it waits, in milliseconds; empty and 0 without one. */
  readonly bfdState: string;
  readonly transmitIntervalMs: number;
  readonly detectionTimeMs: number;
}

/** What live traffic tells of a path. Loss is in percent, to the peer and, if it tells that, from it. */
export interface LiveRow extends PathQuality {
  readonly lossFromPeerPercent: number | null;
}

export type Severity = 'critical' | 'major' | 'minor';

/** An alarm that stands, as `show alarms` lists it. */
export interface AlarmRow {
  readonly id: number;
  readonly time: Instant;
  readonly severity: Severity;
  /** The node that raised it. */
  readonly source: string;
  readonly category: 'peer' | 'interface';
  readonly message: string;
}

/** Something that happened, as `show events` lists it. */
export interface EventRow {
  readonly time: Instant;
  readonly category: 'alarm' | 'peer' | 'bfd' | 'config';
  readonly node: string;
  readonly message: string;
}

/** One session of plain BFD, as `show bfd` lists it. */
export interface BfdRow {
  readonly peer: string;
  readonly local: string;
  readonly networkInterface: string;
  readonly hops: BfdHops;
  readonly authentication: string;
  readonly state: BfdState;
  readonly diagnostic: BfdDiagnostic;
  readonly remoteState: BfdState;
  readonly remoteDiagnostic: BfdDiagnostic;
  readonly transmitIntervalMs: number;
  readonly detectionTimeMs: number;
  /** Seconds since it came up; 0 if it is not. */
  readonly uptime: number;
}
