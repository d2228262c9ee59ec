import { join } from 'node:path';
import type { Action, NodeKind } from '../lib/lab/scenario.ts';
import type { AlarmRow, BfdRow, EventRow, PeerRow } from '../lib/peering/rows.ts';
import type { FlowRow, SessionRow } from '../lib/service-area/rows.ts';
import type { Capturable } from './live-capture.ts';
import type { SideReport } from '../lib/host/applications/report.ts';
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

/** A node as its daemon runs it. What makes no sense for its kind fails with a LabError. */
export interface NodeService extends Capturable {
  health(): NodeHealth;
  counters(): Record<string, number>;
  sessions(): readonly SessionRow[];
  flows(): readonly FlowRow[];
  peers(): readonly PeerRow[];
  bfd(): readonly BfdRow[];
  alarms(): readonly AlarmRow[];
  events(): readonly EventRow[];
  traffic(): readonly NodeTraffic[];
  configuration(): string;
  /** Ports open, traffic begins; `epoch` is time 0 of the run. */
  start(epoch: Instant): void;
  fault(action: Action): Promise<void>;
  /** Ends everything and writes what was recorded. Nothing is sent. */
  stop(): void;
}

export const socketPath = (folder: string, node: string): string => join(folder, `${node}.sock`);
