import { Audience, type Onlooking } from '../../../../daemon/audience.ts';
import type { NodeApi } from '../../../../daemon/api/route.ts';
import { EventStreams } from '../../../../daemon/event-streams.ts';
import { LiveCaptures } from '../../../../daemon/live-capture.ts';
import type { NodeHealth, NodeService } from '../../../../daemon/node-service.ts';
import type { PortStatistics } from '../../../../daemon/ports/port.ts';
import type { TakenPacket } from '../../../../lib/highway/capture-points.ts';
import type { SessionCaptureRequest } from '../../../../lib/service-area/session-captures.ts';
import type { LinkState } from '../../../../daemon/port-links.ts';
import { LabError, notFound } from '../../../../lib/lab/fabric.ts';
import type { Action } from '../../../../lib/lab/scenario.ts';
import { Counters } from '../../../../lib/stats/counters.ts';
import type { MetricFamily } from '../../../../lib/stats/metrics.ts';
import type { Instant } from '../../../../lib/time.ts';

/** The session that the node below has. */
export const SESSION = '5a0b0d9e-0000-4000-8000-000000000009';

/** A node without ports, which takes notes of what it is told. */
export class NotedNode implements NodeService {
  readonly name = 'spoke';
  readonly ports = ['lan', 'wan'];
  readonly audience = new Audience();
  readonly faults: Action[] = [];
  startedAt: Instant | undefined;

  get epoch(): Instant | undefined {
    return this.startedAt;
  }

  watch(onlooking: Onlooking): () => void {
    return this.audience.add(onlooking);
  }

  health(): NodeHealth {
    const isStarted = this.startedAt !== undefined;
    return { node: 'spoke', kind: 'router', pid: 7, isStarted, sessions: 1, packets: 2 };
  }

  readonly router = 'spoke';

  metrics(): readonly MetricFamily[] {
    return new Counters().metrics();
  }

  portStatistics(): Record<string, PortStatistics> {
    return { wan: { received: 5, sent: 4, missed: 3, oversized: 2, refused: 1 } };
  }

  counters(): Record<string, number> {
    return { 'service-area sent success': 3 };
  }

  links(): readonly LinkState[] {
    return [{ link: 'wan', end: 0, isCut: true }];
  }

  sessions(): [] {
    return [];
  }

  flows(): [] {
    return [];
  }

  peers(): [] {
    return [];
  }

  bfd(): [] {
    return [];
  }

  alarms(): [] {
    return [];
  }

  events(): [] {
    return [];
  }

  traffic(): [] {
    return [];
  }

  attacks(): [] {
    return [];
  }

  probe(): void {}

  configuration(): string {
    throw new LabError("there is no configuration 'spok'; did you mean 'spoke'?", 2);
  }

  configurationProblems(text: string): readonly string[] {
    return text === 'right' ? [] : ['this takes a restart'];
  }

  configure(text: string): void {
    if (text !== 'right') throw new LabError('this takes a restart', 2);
  }

  servicePaths(): [] {
    return [];
  }

  sessionCaptures(): [] {
    return [];
  }

  createSessionCapture({ service }: SessionCaptureRequest): number {
    if (service !== 'web') throw notFound('service', service, ['web', 'echo']);
    return 3;
  }

  deleteSessionCapture(id: number): void {
    if (id !== 3) throw notFound('session capture', id, [3]);
  }

  sessionPackets(): readonly TakenPacket[] {
    const packet = {
      time: 1_767_225_600_000_000 as Instant,
      point: 'forward-egress',
      direction: 'out',
      id: 7,
    } as const;
    const bytes = new Uint8Array(60);
    return ['web', 'mail'].map((service) => ({ ...packet, service, bytes, comments: [`service ${service}`] }));
  }

  deleteSessions(id?: string): number {
    if (id !== undefined && id !== SESSION) throw notFound('session', id, [SESSION]);
    return id === undefined ? 2 : 1;
  }

  clear(): void {}

  start(epoch: Instant): void {
    this.startedAt = epoch;
  }

  async fault(action: Action): Promise<void> {
    this.faults.push(action);
  }

  stop(): void {}
}

export interface NotedApi extends NodeApi {
  readonly node: NotedNode;
  readonly calls: string[];
}

export function notedApi(): NotedApi {
  const calls: string[] = [];
  const note = (call: string) => (): void => void calls.push(call);
  return {
    node: new NotedNode(),
    captures: new LiveCaptures(),
    eventStreams: new EventStreams(),
    calls,
    renew: async () => note('renew')(),
    end: note('end'),
  };
}
