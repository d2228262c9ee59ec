import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Fastify from 'fastify';
import { LabError } from '../lib/lab/fabric.ts';
import type { Action, NodeKind } from '../lib/lab/scenario.ts';
import type { AlarmRow, BfdRow, EventRow, PeerRow } from '../lib/peering/rows.ts';
import type { FlowRow, SessionRow } from '../lib/service-area/rows.ts';
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
export interface NodeService {
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
  fault(action: Action): void;
  /** Ends everything and writes what was recorded. Nothing is sent. */
  stop(): void;
}

export const socketPath = (folder: string, node: string): string => join(folder, `${node}.sock`);

/** What somebody may want of the process that a node runs in. */
export interface NodeProcess {
  /** Called when the node has been stopped. */
  end(): Promise<void>;
  /** Stops the node, and puts a new one in its place that remembers nothing and waits to be started. */
  renew(): Promise<void>;
}

/** Answers for a node on a unix socket, in JSON, until it is told to stop or `close` is called. */
export async function serveNode(
  current: () => NodeService,
  path: string,
  process: NodeProcess,
): Promise<{ close(): Promise<void> }> {
  const api = Fastify({ logger: false, forceCloseConnections: true });
  api.setErrorHandler(async (error, _request, reply) => {
    const status = error instanceof LabError ? 409 : ((error as { statusCode?: number }).statusCode ?? 500);
    await reply.code(status).send({ error: error instanceof Error ? error.message : String(error) });
  });
  api.get('/health', async () => current().health());
  api.get('/counters', async () => current().counters());
  api.get('/sessions', async () => current().sessions());
  api.get('/flows', async () => current().flows());
  api.get('/peers', async () => current().peers());
  api.get('/bfd', async () => current().bfd());
  api.get('/alarms', async () => current().alarms());
  api.get('/events', async () => current().events());
  api.get('/traffic', async () => current().traffic());
  api.get('/configuration', async () => ({ text: current().configuration() }));
  const epochSchema = { type: 'object', required: ['epoch'], properties: { epoch: { type: 'number' } } };
  api.post<{ Body: { epoch: Instant } }>('/start', { schema: { body: epochSchema } }, async ({ body }) => {
    current().start(body.epoch);
    return current().health();
  });
  const actionSchema = { type: 'object', required: ['kind'], properties: { kind: { type: 'string' } } };
  api.post<{ Body: Action }>('/fault', { schema: { body: actionSchema } }, async ({ body }) => {
    current().fault(body);
    return {};
  });
  api.post('/stop', async (_request, reply) => {
    current().stop();
    reply.raw.on('finish', () => void process.end());
    return {};
  });
  api.post('/renew', async () => {
    await process.renew();
    return current().health();
  });
  // A socket of a process that was killed would be in the way.
  rmSync(path, { force: true });
  // Who may speak to it is a matter of who may enter the folder.
  await api.listen({ path, readableAll: true, writableAll: true });
  return {
    close: async () => {
      await api.close();
      rmSync(path, { force: true });
    },
  };
}
