import type { AttackReport } from '../lib/attacker/attack.ts';
import type { Authority } from '../lib/config/index.ts';
import type { Device, Wire } from '../lib/device.ts';
import type { TakenPacket } from '../lib/highway/capture-points.ts';
import type { SessionCaptureRequest, SessionCaptureRow } from '../lib/service-area/session-captures.ts';
import { LabError, notFound } from '../lib/lab/fabric.ts';
import { actionTable } from '../lib/lab/actions/table.ts';
import type { Action, LabNode, Scenario, WireAction } from '../lib/lab/scenario.ts';
import type { AlarmRow, BfdRow, EventRow, PeerRow } from '../lib/peering/rows.ts';
import type { FlowRow, SessionRow } from '../lib/service-area/rows.ts';
import type { ServicePathRow } from '../lib/service-area/service-paths.ts';
import type { Counters } from '../lib/stats/counters.ts';
import type { MetricFamily } from '../lib/stats/metrics.ts';
import { latest, type Instant } from '../lib/time.ts';
import type { Trace } from '../lib/trace.ts';
import { Audience, type Onlooking } from './audience.ts';
import { wallClock } from './clock.ts';
import { DeviceDriver } from './device-driver.ts';
import type { Clearable, NodeHealth, NodeService, NodeTraffic } from './node-service.ts';
import type { LinkState } from './port-links.ts';
import { CapPort, type CapDirection } from './ports/cap.ts';
import { LinkMonitor } from './ports/link-monitor.ts';
import type { PortStatistics } from './ports/port.ts';
import { NodeTape } from './node-tape.ts';
import { Recording, recordingPaths } from './recording.ts';
import type { RedisPlace } from './stores/redis-place.ts';
import { version } from './version.ts';

export interface NodeOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly node: string;
  /** Where recordings go; nothing is recorded without. */
  readonly recordIn: string | undefined;
  /** Whether what enters its device is recorded as well, where recordings go. */
  readonly hasTape?: boolean | undefined;
  /** How often the node has been started before. */
  readonly starts: number;
  /** The machine's interface for each port; a port that is not listed has its own name. */
  readonly interfaces: ReadonlyMap<string, string>;
  /** The Redis that the nodes of a router share; a router that is one machine needs none. */
  readonly store?: RedisPlace | undefined;
}

/** The node of the lab that this process is, which must be of one of `kinds`. */
export function describedNode<Kind extends LabNode['kind']>(
  { scenario, node }: NodeOptions,
  ...kinds: readonly Kind[]
): Extract<LabNode, { kind: Kind }> {
  const described = scenario.nodes.find(({ name }) => name === node);
  const isMeant = (node: LabNode): node is Extract<LabNode, { kind: Kind }> =>
    (kinds as readonly string[]).includes(node.kind);
  if (described && isMeant(described)) return described;
  throw new LabError(`there is no ${kinds[0]} '${node}' in this lab`, 2);
}

const isForLinks = (action: Action): action is WireAction => actionTable[action.kind].doneBy === 'link';

/** A device on interfaces of this machine, as a node: what is the same for all kinds of device. */
export abstract class DeviceNode<Driven extends Device & { readonly counters: Counters }> implements NodeService {
  protected readonly options: NodeOptions;
  readonly #described: LabNode;
  readonly #direction: CapDirection;
  #driver: DeviceDriver<Driven> | undefined;
  readonly #audience = new Audience();
  #recording: Recording | undefined;
  #tape: NodeTape | undefined;
  #monitor: LinkMonitor | undefined;
  #epoch: Instant | undefined;
  #startedAt: Instant | undefined;

  constructor(options: NodeOptions, described: LabNode, direction: CapDirection = 'inbound') {
    this.options = options;
    this.#described = described;
    this.#direction = direction;
  }

  /** Everything that it draws or is told goes by the tape, if there is one. */
  protected abstract makeDevice(
    ports: readonly CapPort[],
    wire: Wire,
    trace: Trace,
    tape: NodeTape | undefined,
  ): Driven;

  /** What is done to the device itself; what is done to links, and to the whole process, is not its concern. */
  protected abstract faultOfDevice(action: Action, driver: DeviceDriver<Driven>): void;

  /** Undefined before the start. */
  protected get driver(): DeviceDriver<Driven> | undefined {
    return this.#driver;
  }

  protected get sessionCount(): number {
    return 0;
  }

  start(epoch: Instant): void {
    if (this.#driver) throw new LabError(`this ${this.#described.kind} has been started`, 2);
    const { scenario, seed, node, recordIn, starts, interfaces } = this.options;
    const ports = this.#described.ports.map((name) => new CapPort(name, interfaces.get(name) ?? name, this.#direction));
    if (recordIn !== undefined) {
      this.#recording = new Recording(recordIn, node, starts, epoch);
      this.#audience.add(this.#recording);
    }
    this.#startedAt = latest(epoch, wallClock());
    const tape = this.#openTape(ports);
    this.#tape = tape;
    this.#epoch = epoch;
    // First, so that nothing changes unheard once the driver has looked.
    this.#monitor = new LinkMonitor(() => this.#driver?.followCarriers());
    this.#driver = new DeviceDriver({
      scenario,
      seed,
      node,
      ports,
      epoch,
      audience: this.#audience,
      makeDevice: (wire, trace) => this.makeDevice(ports, wire, trace, tape),
      tape,
    });
  }

  #openTape(ports: readonly CapPort[]): NodeTape | undefined {
    const { recordIn, hasTape, node, starts, store } = this.options;
    const described = this.#described;
    if (recordIn === undefined || !hasTape) return undefined;
    if (described.kind === 'host' || described.kind === 'attacker') return undefined;
    return new NodeTape(recordingPaths(recordIn, node, starts).tape, {
      version,
      described,
      startedAt: this.startedAt,
      macs: ports.map(({ mac }) => mac),
      ...(described.kind === 'router' && { authority: this.authority }),
      hasStore: store !== undefined,
    });
  }

  /** What a router comes up with. */
  protected get authority(): Authority {
    return this.options.scenario.authority;
  }

  get name(): string {
    return this.options.node;
  }

  get ports(): readonly string[] {
    return this.#described.ports;
  }

  /** When the device is made, or the run begins if that is later. */
  protected get startedAt(): Instant {
    return this.#startedAt ?? wallClock();
  }

  get epoch(): Instant | undefined {
    return this.#epoch;
  }

  watch(onlooking: Onlooking): () => void {
    return this.#audience.add(onlooking);
  }

  health(): NodeHealth {
    const { node } = this.options;
    const { kind } = this.#described;
    const packets = this.#driver?.packets ?? 0;
    const isStarted = this.#driver !== undefined;
    return { node, kind, pid: process.pid, isStarted, sessions: this.sessionCount, packets };
  }

  get router(): string | undefined {
    return this.#described.kind === 'router' ? this.#described.router : undefined;
  }

  metrics(): readonly MetricFamily[] {
    return this.#driver?.device.counters.metrics() ?? [];
  }

  portStatistics(): Readonly<Record<string, PortStatistics>> {
    return this.#driver?.statistics() ?? {};
  }

  links(): readonly LinkState[] {
    return this.#driver?.linkStates() ?? [];
  }

  counters(): Record<string, number> {
    return Object.fromEntries(this.#driver?.device.counters.all() ?? []);
  }

  sessions(): readonly SessionRow[] {
    return [];
  }

  flows(): readonly FlowRow[] {
    return [];
  }

  peers(): readonly PeerRow[] {
    return [];
  }

  bfd(): readonly BfdRow[] {
    return [];
  }

  alarms(): readonly AlarmRow[] {
    return [];
  }

  events(): readonly EventRow[] {
    return [];
  }

  traffic(): readonly NodeTraffic[] {
    return [];
  }

  attacks(): readonly AttackReport[] {
    return [];
  }

  /** No traffic begins here. */
  probe(): void {}

  configuration(): string {
    throw this.#unconfigured();
  }

  configurationProblems(_text: string): readonly string[] {
    throw this.#unconfigured();
  }

  configure(_text: string): void {
    throw this.#unconfigured();
  }

  #unconfigured(): LabError {
    return new LabError(`a ${this.#described.kind} has no configuration`, 2);
  }

  servicePaths(): readonly ServicePathRow[] {
    return [];
  }

  sessionCaptures(): readonly SessionCaptureRow[] {
    return [];
  }

  /** Only routers override it. */
  createSessionCapture(_request: SessionCaptureRequest): number {
    throw new LabError(`a ${this.#described.kind} has no sessions to capture`, 2);
  }

  deleteSessionCapture(_id: number): void {
    throw new LabError(`a ${this.#described.kind} has no session captures`, 2);
  }

  sessionPackets(): readonly TakenPacket[] {
    return [];
  }

  deleteSessions(_id?: string): number {
    throw new LabError(`a ${this.#described.kind} has no sessions to delete`, 2);
  }

  clear(what: Clearable): void {
    if (what !== 'stats') throw new LabError(`a ${this.#described.kind} has no ${what} to clear`, 2);
    this.#driver?.device.counters.clear();
  }

  async fault(action: Action): Promise<void> {
    const driver = this.#driver;
    const { kind } = this.#described;
    if (!driver) throw new LabError(`this ${kind} has not been started`, 2);
    if (isForLinks(action)) {
      if ('link' in action) this.#checkLink(action.link);
      driver.apply(action);
      return;
    }
    switch (action.kind) {
      case 'interface-down':
      case 'interface-up':
        await driver.setInterface(action);
        break;
      case 'restart':
      case 'kill':
      case 'start':
        throw new LabError(`a ${kind} cannot ${action.kind} itself`, 2);
      default:
        this.faultOfDevice(action, driver);
    }
  }

  #checkLink(name: string): void {
    const names = this.options.scenario.links.map((link) => link.name);
    if (!names.includes(name)) throw notFound('link', name, names);
  }

  stop(): void {
    this.#monitor?.close();
    this.#driver?.close();
    this.#audience.end();
    this.#recording?.close();
    this.#tape?.close();
  }
}
