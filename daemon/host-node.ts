import { LabError } from '../lib/lab/fabric.ts';
import { failureIn } from '../lib/lab/actions/services.ts';
import type { Action } from '../lib/lab/scenario.ts';
import type { HostApplication } from '../lib/host/applications/applications.ts';
import type { FlowRow, SessionRow } from '../lib/service-area/rows.ts';
import type { Instant } from '../lib/time.ts';
import { realApplicationsFor } from './agent/applications.ts';
import { FailingServices } from './agent/failing-services.ts';
import { ProgramTimer } from './agent/program-timer.ts';
import { Audience, type Onlooking } from './audience.ts';
import { wallClock } from './clock.ts';
import { Onlooker } from './onlooker.ts';
import type { Clearable, NodeHealth, NodeService, NodeTraffic } from './node-service.ts';
import { CapPort } from './ports/cap.ts';
import { Recording } from './recording.ts';
import { describedNode, type NodeOptions } from './device-node.ts';

/** The traffic agent of a host. The host itself is Linux; the agent sends, answers and takes notes. */
export class HostNode implements NodeService {
  readonly #options: NodeOptions;
  readonly ports: readonly string[];
  readonly #audience = new Audience(() => this.#watchPorts());
  #epoch: Instant | undefined;
  #applications: readonly HostApplication[] = [];
  #timer: ProgramTimer | undefined;
  #onlookers: readonly Onlooker[] = [];
  readonly #failing = new FailingServices();
  #recording: Recording | undefined;

  constructor(options: NodeOptions) {
    this.#options = options;
    this.ports = describedNode(options, 'host').ports;
  }

  start(epoch: Instant): void {
    if (this.#epoch !== undefined) throw new LabError('this host has been started', 2);
    this.#epoch = epoch;
    const { scenario, node, recordIn, starts } = this.#options;
    if (recordIn !== undefined) {
      this.#recording = new Recording(recordIn, node, starts, epoch);
      this.#audience.add(this.#recording);
    }
    this.#applications = realApplicationsFor(node, scenario.traffic, () => this.#timer?.arm());
    const programs = this.#applications.map(({ application }) => application);
    for (const program of programs) program.start(epoch);
    this.#timer = new ProgramTimer(programs);
    this.#timer.arm();
  }

  get name(): string {
    return this.#options.node;
  }

  get epoch(): Instant | undefined {
    return this.#epoch;
  }

  watch(onlooking: Onlooking): () => void {
    return this.#audience.add(onlooking);
  }

  health(): NodeHealth {
    const packets = this.#onlookers.reduce((sum, onlooker) => sum + onlooker.packets, 0);
    const { node } = this.#options;
    return { node, kind: 'host', pid: process.pid, isStarted: this.#epoch !== undefined, sessions: 0, packets };
  }

  get router(): undefined {
    return undefined;
  }

  metrics(): readonly [] {
    return [];
  }

  attacks(): readonly [] {
    return [];
  }

  portStatistics(): Record<string, never> {
    return {};
  }

  links(): readonly [] {
    return [];
  }

  counters(): Record<string, number> {
    return {};
  }

  sessions(): readonly SessionRow[] {
    return [];
  }

  flows(): readonly FlowRow[] {
    return [];
  }

  peers(): readonly [] {
    return [];
  }

  bfd(): readonly [] {
    return [];
  }

  alarms(): readonly [] {
    return [];
  }

  events(): readonly [] {
    return [];
  }

  traffic(): readonly NodeTraffic[] {
    return this.#applications.map(({ traffic, side, application }) => ({
      traffic,
      side,
      report: application.report(),
    }));
  }

  probe(names: readonly string[]): void {
    const now = wallClock();
    for (const { traffic, application } of this.#applications) if (names.includes(traffic)) application.probe?.(now);
  }

  configuration(): string {
    throw new LabError('a host has no configuration', 2);
  }

  configurationProblems(): readonly string[] {
    throw new LabError('a host has no configuration', 2);
  }

  configure(): void {
    throw new LabError('a host has no configuration', 2);
  }

  servicePaths(): readonly [] {
    return [];
  }

  sessionCaptures(): readonly [] {
    return [];
  }

  createSessionCapture(): number {
    throw new LabError('a host has no sessions to capture', 2);
  }

  deleteSessionCapture(): void {
    throw new LabError('a host has no session captures', 2);
  }

  sessionPackets(): readonly [] {
    return [];
  }

  deleteSessions(): number {
    throw new LabError('a host has no sessions to delete', 2);
  }

  clear(what: Clearable): void {
    throw new LabError(`a host has no ${what} to clear`, 2);
  }

  async fault(action: Action): Promise<void> {
    if (action.kind !== 'refuse' && action.kind !== 'reset' && action.kind !== 'accept')
      throw new LabError(`'${action.kind}' is nothing that is done to a host`, 2);
    await this.#failing.set(action.port ?? 0, failureIn(action));
  }

  stop(): void {
    this.#timer?.close();
    const now = wallClock();
    for (const { application } of this.#applications) application.stop(now);
    this.#audience.end();
    this.#watchPorts();
    this.#recording?.close();
  }

  /** The ports are Linux's: they are opened as long as somebody looks on. */
  #watchPorts(): void {
    const epoch = this.#epoch;
    if (epoch === undefined) return;
    if (this.#audience.isEmpty) {
      for (const onlooker of this.#onlookers) onlooker.close();
      this.#onlookers = [];
    } else if (this.#onlookers.length === 0) {
      const { node, interfaces } = this.#options;
      this.#onlookers = this.ports.map(
        (name) => new Onlooker(node, new CapPort(name, interfaces.get(name) ?? name, 'both'), epoch, this.#audience),
      );
    }
  }
}
