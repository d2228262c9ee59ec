import type { Context } from '../metadata/layout.ts';

/** Which way a packet of a session goes: forward is from who began the session. */
export type Direction = 'forward' | 'reverse';

/** What metadata has told of a session. */
export interface SessionIdentity {
  /** In text; of a session whose metadata names none, the two ends and the protocol of its context. */
  readonly uuid: string;
  readonly uuidBytes: Uint8Array | undefined;
  /** The two ends as its originator sees them. */
  readonly context: Context | undefined;
  readonly service: string | undefined;
  readonly tenant: string | undefined;
  /** Router where the session came in. */
  readonly sourceRouter: string | undefined;
  /** Metadata says that the payload is encrypted. */
  readonly isEncrypted: boolean;
}

/** What was seen of a session in one direction. */
export interface DirectionTally {
  /** Packets as they were captured: each port that one passes counts it once. */
  packets: number;
  bytes: number;
  /** Packets with metadata among them. */
  withMetadata: number;
}

/** A session as a capture shows it. */
export interface Session extends SessionIdentity {
  readonly forward: DirectionTally;
  readonly reverse: DirectionTally;
  /** When its first and its last packet were taken, in seconds since the Unix epoch. */
  firstSeconds: number;
  lastSeconds: number;
  /** Pairs of waypoints that it was seen on, as text; the first few. */
  readonly waypoints: string[];
  /** Packets of it that a node or a link has dropped, as comments tell. */
  dropped: number;
}
