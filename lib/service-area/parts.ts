import type { Authority } from '../config/index.ts';
import type { FlowTable } from '../highway/flow-table.ts';
import type { Highway } from '../highway/highway.ts';
import type { CapturePoints } from '../highway/capture-points.ts';
import type { FramePool } from '../highway/frame-pool.ts';
import type { NetworkInterfaces } from '../highway/interfaces.ts';
import type { Neighbors } from '../highway/neighbors.ts';
import type { Packet } from '../highway/packet.ts';
import type { PeerPath } from '../highway/peer-path.ts';
import type { KeyRing } from '../metadata/key-ring.ts';
import type { Random } from '../random.ts';
import type { Counters } from '../stats/counters.ts';
import type { Instant } from '../time.ts';
import type { Trace } from '../trace.ts';
import type { PeerLoads } from './peer-loads.ts';
import type { Routes } from './routes.ts';
import type { Services } from './services.ts';
import type { SessionCaptures } from './session-captures.ts';
import type { SessionTable } from './session-table.ts';
import type { Waypoints } from './waypoints.ts';

/**
 * What the parts of a service area work on, made by the router. When the router is reconfigured it puts others in the place
 * of those that have changed, so that nobody may keep a copy of one.
 */
export interface ServiceAreaParts {
  readonly authority: Authority;
  /** Name of this router. */
  readonly router: string;
  /** How many sessions may hold waypoints at once. */
  readonly waypointsMax: number;
  readonly flows: FlowTable;
  readonly sessions: SessionTable;
  readonly services: Services;
  readonly routes: Routes;
  readonly interfaces: NetworkInterfaces;
  readonly neighbors: Neighbors;
  readonly paths: readonly PeerPath[];
  /** How many flows leave by each path, by its index. */
  readonly pathLoad: Float64Array;
  readonly peerLoads: PeerLoads;
  /** The ports of each path, by its index. */
  readonly waypoints: readonly Waypoints[];
  /** What the payload of each service is encrypted with, by the service's index; undefined where it is not. */
  readonly payloadKeys: readonly (KeyRing | undefined)[];
  readonly captures: () => SessionCaptures;
  readonly capturePoints: CapturePoints;
  readonly pool: FramePool;
  readonly random: Random;
  readonly counters: Counters;
  readonly trace: Trace | undefined;
  /** Whoever watches the paths is told what came of measuring one: it keeps a service's objectives from now on, or does not. */
  readonly judged: (path: PeerPath, service: string, isGood: boolean, now: Instant) => void;
  /** Takes in a UDP packet for a port that the router itself listens on; false if it is for no such port. */
  readonly listen: (packet: Packet, now: Instant) => boolean;
  /** Takes in an ICMP error about a packet that the router itself has sent from such a port; false if it is about another. */
  readonly hearIcmpError: (packet: Packet, now: Instant) => boolean;
  /** Whether its address is one that a peer has there: by the configuration, or where the peer was heard last. */
  readonly comesFromPeer: (packet: Packet) => boolean;
  /** A router on the way of a path, by its index, has refused a packet of so many bytes. */
  readonly tooLongForPath: (path: number, length: number, now: Instant) => void;
  /** The highway is made after the service area that it hands packets up to. */
  readonly highway: () => Highway;
}
