import type { PeerPath } from '../highway/peer-path.ts';

/** What is measured of a path. */
export interface PathQuality {
  /** Of 100 packets. */
  readonly lossPercent: number;
  readonly latencyMs: number;
  readonly jitterMs: number;
  /** Mean opinion score, 1 to 5. */
  readonly mos: number;
}

/** What the service area asks about the paths to its peers. Whoever watches the paths answers. */
export interface PathStates {
  /** Whether sessions may be sent over the path. */
  isUp(path: PeerPath): boolean;
  /** Undefined while nothing has been measured. */
  quality(path: PeerPath): PathQuality | undefined;
}
