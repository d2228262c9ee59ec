import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import type { CapturePlace, CaptureTotals, LiveLab } from '../../cli/live-labs.ts';
import { loadScenario } from '../../cli/load-scenario.ts';
import { LabConfiguration, type ConfigurableRouter } from '../../daemon/lab-configuration.ts';
import type { Clearable, NodeHealth } from '../../daemon/node-service.ts';
import { formatConfiguration, parseConfiguration, restartReasons } from '../../lib/config/index.ts';
import { LabError, type LabEvent } from '../../lib/lab/fabric.ts';
import type { LinkState } from '../../daemon/port-links.ts';
import type { Scenario } from '../../lib/lab/scenario.ts';
import type { AlarmRow, BfdRow, EventRow, PeerRow } from '../../lib/peering/rows.ts';
import type { FlowRow, SessionRow } from '../../lib/service-area/rows.ts';
import type { SessionCaptureRequest, SessionCaptureRow } from '../../lib/service-area/session-captures.ts';
import type { ServicePathRow } from '../../lib/service-area/service-paths.ts';
import type { Instant } from '../../lib/time.ts';
import { labConfiguration } from './lab-configuration.ts';

export const peer: PeerRow = {
  peer: 'hub',
  node: 'n1',
  networkInterface: 'wan',
  destination: '172.16.0.2',
  status: 'down',
  reason: 'timer-expiry',
  hostname: '',
  pathMtu: 1500,
  latencyMs: 12.345,
  jitterMs: null,
  loss: 2.5,
  mos: 4.125,
  live: null,
  uptime: 0,
  bfdState: 'down',
  transmitIntervalMs: 1000,
  detectionTimeMs: 3000,
};

const bfd: BfdRow = {
  peer: '172.16.0.9',
  local: '172.16.0.1',
  networkInterface: 'wan',
  hops: 'multihop',
  authentication: 'keyed-sha1',
  state: 'up',
  diagnostic: 'none',
  remoteState: 'up',
  remoteDiagnostic: 'none',
  transmitIntervalMs: 100,
  detectionTimeMs: 300,
  uptime: 65,
};

const alarm: AlarmRow = {
  id: 3,
  time: 1_767_225_603_250_000 as Instant,
  severity: 'major',
  source: 'n1',
  category: 'peer',
  message: 'Peer hub path is down',
};

export const session: SessionRow = {
  sessionId: '5a0b0d9e-0000-4000-8000-000000000001',
  direction: 'fwd',
  service: 'web',
  tenant: 'clients',
  deviceName: 'lan',
  interfaceName: 'lan0',
  vlan: 0,
  protocol: 'udp',
  sourceAddress: '10.1.0.10',
  sourcePort: 40000,
  destinationAddress: '10.2.0.10',
  destinationPort: 7,
  natAddress: '',
  natPort: 0,
  payloadEncrypted: false,
  timeout: 179.6,
  uptime: 65.2,
};

const flow: FlowRow = {
  ...session,
  actions: ['rewrite', 'seal', 'forward'],
  egressDeviceName: 'wan',
  packets: 12,
  bytes: 768,
  watch: 'active',
  idle: 0.25,
};

const servicePath: ServicePathRow = {
  service: 'web',
  serviceRoute: 'web-route',
  type: 'peer',
  peer: 'hub',
  destination: '172.16.0.2',
  nextHop: '172.16.0.2',
  networkInterface: 'wan',
  vectors: ['red'],
  cost: 10,
  sessions: 1,
  rate: 0,
  state: 'up',
  quality: 0,
  meetsSla: true,
  strategy: 'hunt',
  latencyMs: 12.345,
  jitterMs: 1.5,
  loss: 0.7,
  mos: 4.125,
};

const sessionCapture: SessionCaptureRow = {
  id: 1,
  service: 'web',
  source: '10.1.0.0/16',
  destination: ':443',
  protocol: 'tcp',
  remainingSessions: null,
  activeSessions: 2,
  remainingPackets: 321,
  packetCount: 100,
  localOnly: true,
  askedBy: 'operator',
};

/** A router that has no sessions, but takes and refuses configurations as a running one does. */
export class FakeRouter implements ConfigurableRouter {
  readonly name: string;
  /** What it says when it is to take a configuration that it has found to be right. */
  failure: string | undefined;
  #authority = labConfiguration();

  constructor(name: string) {
    this.name = name;
  }

  async running(): Promise<string> {
    return formatConfiguration(this.#authority);
  }

  async problems(text: string): Promise<readonly string[]> {
    const { authority } = parseConfiguration(text, 'configuration');
    return authority ? restartReasons(this.#authority, authority) : ['it does not hold together'];
  }

  async configure(text: string): Promise<void> {
    if (this.failure !== undefined) throw new Error(this.failure);
    this.#authority = parseConfiguration(text, 'configuration').authority ?? this.#authority;
  }
}

/** A lab that only says what it is asked to do; its configuration is a real one, in a folder of its own. */
export class FakeLab implements LiveLab {
  readonly name: string;
  readonly fabric = 'netns';
  readonly owner = 'alice';
  readonly claim: string | undefined;
  readonly nodes = [
    { name: 'client', kind: 'host', isUp: true },
    { name: 'spoke', kind: 'router', isUp: true },
    { name: 'hub', kind: 'router', isUp: false },
  ] as const;
  readonly asked: string[] = [];
  readonly cutLinks = new Set<string>();
  /** By node: who follows what it does. */
  readonly followers = new Map<string, (event: LabEvent) => void>();
  /** Nodes that do not answer. */
  readonly silent = new Set<string>();
  readonly routers = [new FakeRouter('spoke'), new FakeRouter('hub')];
  readonly folder = mkdtempSync(join(tmpdir(), 'svrlab-fake-'));
  readonly configuration = new LabConfiguration(this.folder, this.routers);

  constructor(name: string, claim?: string) {
    this.name = name;
    this.claim = claim;
  }

  async counters(router: string): Promise<ReadonlyMap<string, number>> {
    return new Map([
      ['packet-processing action success metadata added', router === 'hub' ? 1 : 2],
      ['packet-processing action success metadata removed', 3],
      ['service-area sent success', 4],
      ['bfd by-peer-path sent success', 5],
      ['bfd by-peer-path sent success {peer-name=hub peer-host=172.16.0.2 vlan=0}', 5],
    ]);
  }

  async sessions(router: string): Promise<readonly SessionRow[]> {
    if (this.silent.has(router)) throw new LabError(`node '${router}' does not answer`, 3);
    return router === 'spoke' ? [session] : [];
  }

  async links(): Promise<readonly LinkState[]> {
    return this.scenario.links.map(({ name: link }) => ({ link, end: 0, isCut: this.cutLinks.has(link) }));
  }

  async follow(node: string, see: (event: LabEvent) => void, signal: AbortSignal): Promise<void> {
    this.followers.set(node, see);
    await once(signal, 'abort');
  }

  async flows(router: string): Promise<readonly FlowRow[]> {
    return router === 'spoke' ? [flow] : [];
  }

  async peers(router: string): Promise<readonly PeerRow[]> {
    return router === 'spoke' ? [peer] : [];
  }

  async bfd(router: string): Promise<readonly BfdRow[]> {
    return router === 'spoke' ? [bfd] : [];
  }

  async alarms(router: string): Promise<readonly AlarmRow[]> {
    return router === 'spoke' ? [alarm] : [];
  }

  async events(router: string): Promise<readonly EventRow[]> {
    return router === 'spoke' ? [{ time: alarm.time, category: 'peer', node: 'n1', message: 'it happened' }] : [];
  }

  async servicePaths(router: string): Promise<readonly ServicePathRow[]> {
    return router === 'spoke' ? [servicePath] : [];
  }

  async sessionCaptures(router: string): Promise<readonly SessionCaptureRow[]> {
    return router === 'spoke' ? [sessionCapture] : [];
  }

  async createSessionCapture(router: string, request: SessionCaptureRequest): Promise<number> {
    this.asked.push(`${router}: capture ${JSON.stringify(request)}`);
    return 2;
  }

  async deleteSessionCapture(router: string, id: number): Promise<void> {
    this.asked.push(`${router}: delete capture ${id}`);
  }

  async sessionPackets(
    routers: readonly string[],
    service?: string,
  ): Promise<{ readonly packets: number; readonly file: Uint8Array }> {
    this.asked.push(`${routers.join(' ')}: packets of ${service ?? 'all'}`);
    return { packets: 5, file: Uint8Array.of(0x0a, 0x0d, 0x0d, 0x0a) };
  }

  async health(node: string): Promise<NodeHealth> {
    const kind = node === 'client' ? 'host' : 'router';
    return { node, kind, pid: 4711, isStarted: true, sessions: 1, packets: 99 };
  }

  async deleteSessions(router: string, id?: string): Promise<number> {
    this.asked.push(`${router}: delete ${id ?? 'all'}`);
    return router === 'spoke' ? 1 : 0;
  }

  get scenario(): Scenario {
    return loadScenario('session-recovery').scenario;
  }

  async cut(link: string, isCut: boolean): Promise<void> {
    this.asked.push(`${isCut ? 'cut' : 'heal'} ${link}`);
    if (isCut) this.cutLinks.add(link);
    else this.cutLinks.delete(link);
  }

  async forgetSessions(router: string): Promise<void> {
    this.asked.push(`${router}: forget`);
  }

  async clear(node: string, what: Clearable): Promise<void> {
    this.asked.push(`${node}: clear ${what}`);
  }

  async exec(node: string, words: readonly string[]): Promise<number> {
    this.asked.push(`${node}: ${words.join(' ')}`);
    return 7;
  }

  async capture(places: readonly CapturePlace[], sink: Writable): Promise<CaptureTotals> {
    this.asked.push(`capture: ${places.map(({ node, ports }) => `${node} [${ports.join(' ')}]`).join(', ')}`);
    sink.write('packets');
    return { packets: 3, interfaces: new Map([['spoke:wan', { received: 5, dropped: 2 }]]), gone: ['hub'] };
  }

  async serve(): Promise<{ close(): Promise<void> }> {
    return { close: async () => undefined };
  }

  async down(): Promise<void> {
    this.asked.push('down');
  }
}
