import { join } from 'node:path';
import type { AttackReport } from '../lib/attacker/attack.ts';
import type { Action, NodeKind } from '../lib/lab/scenario.ts';
import type { AlarmRow, BfdRow, EventRow, PeerRow } from '../lib/peering/rows.ts';
import type { ServicePathRow } from '../lib/service-area/service-paths.ts';
import type { FlowRow, SessionRow } from '../lib/service-area/rows.ts';
import type { Capturable } from './live-capture.ts';
import type { LinkState } from './port-links.ts';
import type { PortStatistics } from './ports/port.ts';
import type { TakenPacket } from '../lib/highway/capture-points.ts';
import type { SessionCaptureRequest, SessionCaptureRow } from '../lib/service-area/session-captures.ts';
import type { SideReport } from '../lib/host/applications/report.ts';
import type { MetricFamily } from '../lib/stats/metrics.ts';
import type { Instant } from '../lib/time.ts';

/** How a node is, in one glance. */
export interface NodeHealth {
  readonly node: string;
  readonly kind: NodeKind;
  readonly pid: number;
  readonly isStarted: boolean;
  readonly sessions: number;
  readonly packets: number;
}

/** What one side of one traffic entry saw, as a host tells it. */
export interface NodeTraffic {
  readonly traffic: string;
  readonly side: 'from' | 'to';
  readonly report: SideReport;
}

/** What a node can be told to begin anew. */
export type Clearable = 'stats' | 'events' | 'arp';

/** A node as its daemon runs it. What makes no sense for its kind fails with a LabError. */
export interface NodeService extends Capturable {
  health(): NodeHealth;
  /** The router that the node is, or is a node of. */
  readonly router: string | undefined;
  counters(): Record<string, number>;
  metrics(): readonly MetricFamily[];
  portStatistics(): Readonly<Record<string, PortStatistics>>;
  /** Of the links that the node stands on, the directions that it models. */
  links(): readonly LinkState[];
  sessions(): readonly SessionRow[];
  flows(): readonly FlowRow[];
  peers(): readonly PeerRow[];
  bfd(): readonly BfdRow[];
  alarms(): readonly AlarmRow[];
  events(): readonly EventRow[];
  traffic(): readonly NodeTraffic[];
  attacks(): readonly AttackReport[];
  /** Sends one more exchange of each of these traffic entries that begin here. */
  probe(traffic: readonly string[]): void;
  configuration(): string;
  /** Why the node cannot go on with another configuration, given as SSR text; empty if it can. */
  configurationProblems(text: string): readonly string[];
  /** Goes on with another configuration, or begins with it. Fails with a LabError, and changes nothing, if it cannot. */
  configure(text: string): void;
  /** Every way of each service, as the router would choose among them now. */
  servicePaths(): readonly ServicePathRow[];
  sessionCaptures(): readonly SessionCaptureRow[];
  /** The id of the capture. */
  createSessionCapture(request: SessionCaptureRequest): number;
  deleteSessionCapture(id: number): void;
  /** What they have taken, oldest first. */
  sessionPackets(): readonly TakenPacket[];
  /** Ends sessions here and at their peers: the one of this UUID, or all. Returns how many there were. */
  deleteSessions(id?: string): number;
  /** Begins anew what the node keeps for people to read, or for itself. */
  clear(what: Clearable): void;
  /** Ports open, traffic begins; `epoch` is time 0 of the run. */
  start(epoch: Instant): void;
  fault(action: Action): Promise<void>;
  /** Ends everything and writes what was recorded. Nothing is sent. */
  stop(): void;
}

export const socketPath = (folder: string, node: string): string => join(folder, `${node}.sock`);
