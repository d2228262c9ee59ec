import { assert } from '../../assert.ts';
import type { AttackReport } from '../../attacker/attack.ts';
import { Secrets } from '../../capture/secrets.ts';
import type { CryptoProvider } from '../../crypto.ts';
import { DeadlineHeap } from '../../deadline-heap.ts';
import type { PortIndex } from '../../device.ts';
import type { Frame } from '../../frame.ts';
import { change, commentOf, eventsOf, type Fate, type FrameEvent, type LinkDrop } from '../../link/fate.ts';
import type { AlarmRow, EventRow, PeerRow } from '../../peering/rows.ts';
import type { FlowRow, SessionRow } from '../../service-area/rows.ts';
import { SeededRandom } from '../../random.ts';
import { after, between, earliest, milliseconds, NEVER } from '../../time.ts';
import type { Duration, Instant } from '../../time.ts';
import type { Trace, TraceEvent } from '../../trace.ts';
import { authoritiesOf } from '../authorities.ts';
import { LabError } from '../fabric.ts';
import type { CaptureSink, EventSink, Fabric, FabricOptions, Progress } from '../fabric.ts';
import { faultEvent } from '../actions/table.ts';
import { LinkFaults } from '../frames/link-faults.ts';
import { meddlingsOf } from '../frames/meddlings.ts';
import type { Violation } from '../invariants/violation.ts';
import { Invariants } from '../invariants/invariants.ts';
import { LabConfigurations } from '../configurations.ts';
import { actOnMiddlebox } from '../middlebox.ts';
import { failureIn } from '../actions/services.ts';
import { actOnRouter } from '../router-faults.ts';
import type { Action, Direction, InterfaceAction, LabLink, LabNode, TrafficReport } from '../scenario.ts';
import { Router } from '../../router.ts';
import { EventQueue } from './event-queue.ts';
import { Inbox } from './inbox.ts';
import { FramePool } from './frame-pool.ts';
import { SimAttacker, SimHost, SimMiddlebox, SimRouter } from './nodes.ts';
import type { SimNode, Surroundings } from './nodes.ts';
import { Recorder } from './recorder.ts';
import { hasMac, Segment } from './segment.ts';
import { SimStores } from './stores.ts';
import { SimTraffic } from './traffic.ts';

/** Whoever needs no packets or no events leaves their sinks out. */
export interface SimOptions
  extends Omit<FabricOptions, 'events' | 'capture'>, Partial<Pick<FabricOptions, 'events' | 'capture'>> {
  readonly crypto: CryptoProvider;
}

/** The start of every simulated run: 2026-01-01T00:00:00Z. Time-based HMACs want a date; one that never changes. */
export const SIM_EPOCH = 1_767_225_600_000_000 as Instant;

/** Frames in flight and restarts to come. A lab that needs more floods itself: the frames are lost, and it is told. */
const QUEUE_CAPACITY = 65_536;

/** How often nodes may act without time going on. More is a device that asks for a time that it has been given. */
const STEPS_AT_ONE_INSTANT_MAX = 1_000_000;

const TICK_EVERY = milliseconds(50);

type SimEvent =
  | { readonly kind: 'arrive'; readonly to: Attachment; readonly frame: Frame }
  | { readonly kind: 'start'; readonly machine: SimMachine };

/** What goes down and comes up. */
type SimMachine = SimRouter | SimMiddlebox | SimAttacker;

/** A port of a node, with the end of a link that it is; without one, it is plugged in nowhere. */
interface Attachment {
  readonly node: SimNode;
  /** Of the node in the order of the lab. */
  readonly place: number;
  readonly port: PortIndex;
  readonly name: string;
  segment?: Segment;
  end: number;
  /** All ends of its link, this one too. */
  joined: readonly Attachment[];
  isDown: boolean;
  /** On a wire both ends are without as soon as one is down. */
  hasCarrier: boolean;
}

/** The lab as objects in one process. Time is virtual: a run takes as long as its work, and a seed repeats it exactly. */
export class SimFabric implements Fabric {
  readonly name = 'sim';
  readonly #options: SimOptions;
  readonly #recorder: Recorder;
  readonly #invariants: Invariants;
  readonly #queue = new EventQueue<SimEvent>(QUEUE_CAPACITY);
  readonly #pool = new FramePool();
  readonly #nodes = new Map<string, SimNode>();
  /** The nodes in the order of the lab, and when each of them wants to act. */
  readonly #order: SimNode[] = [];
  readonly #deadlines: DeadlineHeap;
  /** For each place in that order, itself and that of the other node of its router. */
  readonly #twins: (readonly number[])[] = [];
  readonly #attachments = new Map<string, Attachment>();
  readonly #segments = new Map<string, Segment>();
  /** Of nodes that are paused. */
  readonly #inboxes = new Map<SimNode, Inbox>();
  readonly #stores = new SimStores();
  #traffic: SimTraffic | undefined;
  readonly #configurations: LabConfigurations;
  #state: 'new' | 'created' | 'running' | 'stopped' = 'new';
  #now = SIM_EPOCH;
  #stepsAtNow = 0;
  #lastPacketId = 0;

  constructor(options: SimOptions) {
    this.#options = options;
    this.#configurations = new LabConfigurations(options.scenario);
    this.#deadlines = new DeadlineHeap(options.scenario.nodes.length);
    this.#recorder = new Recorder(options.events, options.capture);
    this.#invariants = new Invariants(options.scenario, authoritiesOf(options.scenario));
  }

  observe(observer: EventSink & CaptureSink): void {
    this.#recorder.observe(observer);
  }

  async create(): Promise<void> {
    assert(this.#state === 'new', 'a lab is created once');
    const { scenario, seed } = this.#options;
    scenario.nodes.forEach((described, index) => {
      const attachments: Attachment[] = [];
      const wire = { transmit: (port: PortIndex, frame: Frame) => this.#transmit(attachments[port], frame) };
      const trace = this.#recorder.isSilent
        ? undefined
        : { event: (event: TraceEvent) => this.#recorder.trace(this.elapsed(), described.name, event) };
      const around = { scenario, seed, wire };
      const node = this.#make(described, index, around, trace);
      this.#nodes.set(node.name, node);
      this.#order.push(node);
      this.#twins.push(twinsOf(described, index, scenario.nodes));
      node.ports.forEach(({ name }, port) => {
        const attachment = { node, place: index, port, name, end: 0, joined: [], isDown: false, hasCarrier: true };
        attachments.push(attachment);
        this.#attachments.set(`${node.name}:${name}`, attachment);
      });
    });
    for (const link of scenario.links) this.#join(link);
    this.#state = 'created';
  }

  async start(): Promise<void> {
    assert(this.#state === 'created', 'a lab is created before it is started');
    this.#state = 'running';
    for (const node of this.#nodes.values()) if (!(node instanceof SimHost)) this.#machine(node.name).start(this.#now);
    const hosts = [...this.#nodes.values()].filter((node) => node instanceof SimHost);
    const byName = new Map(hosts.map(({ name, device }) => [name, device]));
    this.#traffic = new SimTraffic(this.#options.scenario.traffic, byName, this.#now);
    this.#allTouched();
    this.#recorder.flush(this.elapsed());
  }

  elapsed(): Duration {
    return between(SIM_EPOCH, this.#now);
  }

  follow(follower: EventSink): void {
    this.#recorder.observe({ event: (event) => follower.event(event), packet: () => undefined });
  }

  async advance(until: Duration, tick: (progress: Progress) => void, pauses?: () => boolean): Promise<void> {
    assert(this.#state === 'running', 'only a running lab lives on');
    const end = after(SIM_EPOCH, until);
    let nextTick = this.#now;
    for (let time = this.#nextTime(); time <= end; time = this.#nextTime()) {
      this.#moveTo(time);
      this.#step();
      if (this.#now >= nextTick) {
        tick(this.#progress());
        nextTick = after(this.#now, TICK_EVERY);
      }
      if (pauses?.()) return;
    }
    this.#moveTo(end);
    tick(this.#progress());
  }

  async inject(action: Action): Promise<void> {
    assert(this.#state === 'running', 'only to a running lab something is done');
    this.#watchTables();
    this.#recorder.event(faultEvent(this.elapsed(), action, this.#options.scenario.links));
    for (const meddling of meddlingsOf(action))
      for (const link of new Set(meddling.wires.map(({ link }) => link))) this.#segment(link).meddle(meddling);
    switch (action.kind) {
      case 'forget-sessions':
      case 'forget-session':
      case 'rotate-key':
      case 'clock-step':
      case 'clock-drift':
      case 'clock-right':
      case 'table-full':
      case 'table-free':
      case 'slow-setup':
      case 'prompt-setup': {
        const { device } = this.#router(action.node);
        if (device) actOnRouter(device, action, this.#options.scenario, this.#now);
        break;
      }
      case 'session-capture': {
        const refusal = this.#router(action.node).device?.sessionCaptures.create(action.request);
        if (typeof refusal === 'string') throw new LabError(`${action.node}: ${refusal}`, 2);
        break;
      }
      case 'configure':
        this.#configurations.configure(action.lines);
        this.#tellConfigurations();
        break;
      case 'address-change':
      case 'address-back':
        this.#configurations.changeAddress(action);
        this.#tellConfigurations(this.#router(action.node).described.router);
        break;
      case 'restart':
        this.#takeDown(action.node);
        this.#queue.push(after(this.#now, action.downFor), { kind: 'start', machine: this.#machine(action.node) });
        break;
      case 'kill':
        this.#takeDown(action.node);
        break;
      case 'pause':
        this.#pause(action.node);
        break;
      case 'resume':
        this.#resume(action.node);
        break;
      case 'store-gone':
      case 'store-slow':
      case 'store-back':
        this.#stores.act(action, this.#now);
        break;
      case 'start':
        this.#startAgain(this.#machine(action.node));
        break;
      case 'rebind':
      case 'forget-mappings':
      case 'forget-states': {
        const { device } = this.#middlebox(action.node);
        if (device) actOnMiddlebox(device, action);
        break;
      }
      case 'cut':
        this.#segment(action.link).cut(action.direction);
        break;
      case 'heal':
        this.#segment(action.link).heal(action.direction);
        break;
      case 'restore':
        this.#segment(action.link).restore(action.direction);
        break;
      case 'refuse':
      case 'reset':
      case 'accept': {
        const host = this.#nodes.get(action.node);
        if (host instanceof SimHost) host.device.fail(action.port ?? 0, failureIn(action));
        break;
      }
      case 'clog':
        this.#segment(action.link).clog(action.direction);
        break;
      case 'unclog':
        this.#unclog(action.link, action.direction);
        break;
      case 'interface-down':
      case 'interface-up':
        this.#setInterface(action);
        break;
      case 'impair':
        this.#segment(action.link).impair(action.direction, action.impairment);
        break;
    }
    this.#allTouched();
    this.#recorder.flush(this.elapsed());
  }

  async counters(node: string): Promise<ReadonlyMap<string, number>> {
    return this.#machine(node).device?.counters.all() ?? new Map<string, number>();
  }

  async sessions(node: string): Promise<readonly SessionRow[]> {
    return this.#router(node).device?.sessions(this.#now) ?? [];
  }

  async flows(node: string): Promise<readonly FlowRow[]> {
    return this.#router(node).device?.flows(this.#now) ?? [];
  }

  async peers(node: string): Promise<readonly PeerRow[]> {
    return this.#router(node).device?.peers(this.#now) ?? [];
  }

  async alarms(node: string): Promise<readonly AlarmRow[]> {
    return this.#router(node).device?.alarms() ?? [];
  }

  async events(node: string): Promise<readonly EventRow[]> {
    return this.#router(node).device?.events() ?? [];
  }

  async traffic(): Promise<readonly TrafficReport[]> {
    return this.#traffic?.reports() ?? [];
  }

  async attacks(): Promise<readonly AttackReport[]> {
    return [...this.#nodes.values()].flatMap((node) =>
      node instanceof SimAttacker ? (node.device?.reports() ?? []) : [],
    );
  }

  violations(): readonly Violation[] {
    return this.#invariants.violations;
  }

  async probe(traffic: readonly string[]): Promise<void> {
    this.#traffic?.probe(traffic, this.#now);
    this.#recorder.flush(this.elapsed());
  }

  async stop(): Promise<void> {
    if (this.#state === 'running') this.#watchTables();
    this.#state = 'stopped';
    this.#tellSessionCaptures();
    this.#nodes.clear();
    this.#attachments.clear();
    this.#segments.clear();
    this.#stores.clear();
    this.#traffic = undefined;
    while (this.#queue.size > 0) this.#queue.pop();
  }

  #make(described: LabNode, index: number, around: Surroundings, trace: Trace | undefined): SimNode {
    switch (described.kind) {
      case 'host':
        return new SimHost(described, index, around);
      case 'router':
        return new SimRouter(described, index, around, this.#options.crypto, trace, this.#stores.of(described));
      case 'attacker':
        return new SimAttacker(described, index, around, trace, SIM_EPOCH);
      default:
        return new SimMiddlebox(described, index, around, trace);
    }
  }

  #join(link: LabLink): void {
    const attachments = link.ends.map(({ node, port }) => this.#attachments.get(`${node}:${port}`));
    assert(
      attachments.every((attachment) => attachment !== undefined),
      `link ${link.name} has an end that is no port`,
    );
    const ends = attachments.map(({ node, port }, i) => ({ ...link.ends[i], mac: node.ports[port].mac }));
    const leadsToHost = attachments.some(({ node }) => node instanceof SimHost);
    const { seed, scenario, crypto } = this.#options;
    const secrets = (): Secrets => new Secrets(scenario.authority, crypto, new SeededRandom(0));
    const faults = new LinkFaults({ link, timeline: scenario.timeline, secrets });
    const segment = new Segment(link, ends, { seed, leadsToHost, faults, pool: this.#pool });
    attachments.forEach((attachment, end) => Object.assign(attachment, { segment, end, joined: attachments }));
    this.#segments.set(link.name, segment);
  }

  /** A node's deadline may be another one now; so may that of its twin, who hears of what it puts into their store. */
  #touched(place: number): void {
    for (const twin of this.#twins[place]) this.#deadlines.set(twin, this.#deadlineOf(this.#order[twin]));
  }

  #allTouched(): void {
    this.#order.forEach((node, place) => this.#deadlines.set(place, this.#deadlineOf(node)));
  }

  /** One that is paused wants nothing. */
  #deadlineOf(node: SimNode): Instant {
    return node.device && !this.#isPaused(node) ? node.device.nextDeadline() : NEVER;
  }

  #nextTime(): Instant {
    const next = earliest(this.#queue.nextTime, this.#deadlines.nextDeadline());
    // What is overdue is done now: time never goes back.
    return next === NEVER || next > this.#now ? next : this.#now;
  }

  #moveTo(time: Instant): void {
    if (time > this.#now) this.#stepsAtNow = 0;
    this.#now = time > this.#now ? time : this.#now;
    const { seed } = this.#options;
    assert(this.#stepsAtNow++ < STEPS_AT_ONE_INSTANT_MAX, `time stands still at ${this.elapsed()} us (seed ${seed})`);
  }

  /** Does one thing that is due: what arrives goes before timers, nodes come in the order of the lab. */
  #step(): void {
    if (this.#queue.nextTime <= this.#now) {
      const event = this.#queue.pop();
      if (event?.kind === 'arrive') this.#arrive(event.to, event.frame);
      if (event?.kind === 'start') this.#startAgain(event.machine);
    } else {
      const place = this.#deadlines.first;
      this.#order[place].device?.poll(this.#now);
      this.#touched(place);
    }
    this.#recorder.flush(this.elapsed());
  }

  #takeDown(name: string): void {
    this.#inboxes.delete(this.#machine(name));
    this.#machine(name).stop();
  }

  #isPaused(node: SimNode): boolean {
    return this.#inboxes.size > 0 && this.#inboxes.has(node);
  }

  #pause(name: string): void {
    const node = this.#nodes.get(name);
    if (node?.device && !this.#inboxes.has(node)) this.#inboxes.set(node, new Inbox(node.ports.length, this.#pool));
  }

  #resume(name: string): void {
    const node = this.#nodes.get(name);
    const inbox = node && this.#inboxes.get(node);
    if (!inbox) return;
    this.#inboxes.delete(node);
    inbox.empty((port, frame) => {
      this.#take(node, port, frame);
      this.#recorder.flush(this.elapsed());
    });
  }

  /** A node gets a frame that has come to it. */
  #take(node: SimNode, port: PortIndex, frame: Frame): void {
    // A switch that does not know an address yet gives the frame to everybody.
    if (node instanceof SimHost && hasMac(frame, 0, node.ports[port].mac))
      this.#invariants.hostGot(node.name, frame, this.elapsed());
    this.#recorder.arrived(node.name, node.ports[port].name, frame);
    node.device?.receive(port, frame, this.#now);
  }

  #startAgain(machine: SimMachine): void {
    if (machine.device) return;
    if (machine instanceof SimRouter) this.#invariants.startedAnew();
    machine.start(this.#now);
    this.#recorder.event({ time: this.elapsed(), node: machine.name, type: 'node-started' });
    for (const { node, port, hasCarrier } of this.#attachments.values())
      if (node === machine && !hasCarrier) node.device?.setCarrier?.(port, false, this.#now);
    this.#touched(this.#order.indexOf(machine));
  }

  #setInterface({ kind, node: name, port: portName }: InterfaceAction): void {
    const attachment = this.#attachments.get(`${name}:${portName}`);
    if (!attachment) throw new LabError(`there is no interface '${portName}' at '${name}' in this lab`, 2);
    attachment.isDown = kind === 'interface-down';
    const ends = attachment.segment?.link.ends ?? [];
    const others = ends.flatMap(({ node, port }) => this.#attachments.get(`${node}:${port}`) ?? []);
    const wire = others.length === 2 ? others : [attachment];
    const hasCarrier = !wire.some(({ isDown }) => isDown);
    for (const end of wire) {
      if (end.hasCarrier === hasCarrier) continue;
      end.hasCarrier = hasCarrier;
      end.node.device?.setCarrier?.(end.port, hasCarrier, this.#now);
    }
  }

  #arrive({ node, place, port, name, hasCarrier }: Attachment, frame: Frame): void {
    const inbox = hasCarrier && this.#inboxes.size > 0 ? this.#inboxes.get(node) : undefined;
    if (inbox) {
      if (!inbox.take(port, frame)) this.#tell(node.name, name, frame.id, { type: 'frame-lost', reason: 'queue-full' });
    } else if (node.device && hasCarrier) {
      this.#take(node, port, frame);
      this.#touched(place);
    } else {
      const [words, reason] = hasCarrier ? [`${node.name} is down`, 'down'] : ['no carrier', 'no-carrier'];
      this.#recorder.arrived(node.name, name, frame, [`lost: ${words}`]);
      this.#tell(node.name, name, frame.id, { type: 'frame-lost', reason });
    }
    this.#pool.release(frame);
  }

  #transmit(from: Attachment, frame: Frame): void {
    const { node, name, segment } = from;
    const idBefore = frame.id;
    if (idBefore === 0) frame.id = ++this.#lastPacketId;
    if (node instanceof SimHost) this.#invariants.hostSent(frame);
    else if (node instanceof SimAttacker) this.#invariants.attackerSent();
    else if (segment?.leadsToHost === false) this.#invariants.betweenRouters(node.name, frame, this.elapsed());
    const events = this.#send(from, frame);
    this.#recorder.left(node.name, name, frame, idBefore, events.map(commentOf));
    for (const event of events) this.#tell(node.name, name, frame.id, event);
    // The device may use the frame again for another packet.
    frame.id = idBefore;
  }

  /** What is to be told of it; nothing if the frame is on its way as it is. */
  #send(from: Attachment, frame: Frame): readonly FrameEvent[] {
    const { segment } = from;
    if (!segment) return [{ type: 'frame-lost', reason: 'no-link' }];
    if (!from.hasCarrier) return [{ type: 'frame-lost', reason: 'no-carrier' }];
    const fates = segment.admit(from.end, frame, this.#now);
    for (const fate of fates) {
      const drop = fate.lost === undefined ? this.#carry(segment, from, frame, fate) : undefined;
      if (drop !== undefined) segment.fail(from.end, fate, drop, frame);
    }
    const events = eventsOf(fates);
    if (events.length > 0) this.#invariants.changed(frame, events, segment.leadsToHost);
    return events;
  }

  /** Why it cannot be carried; undefined if it is on its way to everybody. */
  #carry(segment: Segment, { node, end, joined }: Attachment, frame: Frame, fate: Fate): LinkDrop | undefined {
    for (const receiver of segment.receivers(end, frame)) {
      const copy = this.#pool.copy(frame);
      if (!copy) return 'too-long';
      change(copy, fate);
      if (!this.#queue.push(fate.arrival, { kind: 'arrive', to: joined[receiver], frame: copy })) {
        this.#pool.release(copy);
        this.#invariants.flooded(node.name, this.elapsed());
        return 'queue-full';
      }
    }
    return undefined;
  }

  #unclog(link: string, direction: Direction): void {
    const segment = this.#segment(link);
    segment.unclog(direction, (end, frame) => {
      const { node, port } = segment.link.ends[end];
      const from = this.#attachments.get(`${node}:${port}`);
      const events = from ? this.#send(from, frame) : [];
      for (const event of events) this.#tell(node, port, frame.id, event);
    });
  }

  #tell(node: string, port: string, packet: number, { type, reason }: FrameEvent): void {
    this.#recorder.event({ time: this.elapsed(), node, type, packet, port, ...(reason !== undefined && { reason }) });
  }

  /** To every router, or to one alone. */
  #tellConfigurations(router?: string): void {
    for (const node of this.#nodes.values())
      if (node instanceof SimRouter && (router ?? node.described.router) === node.described.router)
        node.configure(this.#configurations.of(node.described), this.#now);
  }

  #watchTables(): void {
    for (const { name, device } of this.#nodes.values())
      if (device instanceof Router) this.#invariants.tablesOf(name, device, this.#now, this.elapsed());
  }

  #tellSessionCaptures(): void {
    const packets = [...this.#nodes.values()].flatMap((node) =>
      node instanceof SimRouter && node.device
        ? node.device.sessionCaptures.packets().map((packet) => ({ ...packet, node: node.name, port: packet.point }))
        : [],
    );
    for (const packet of packets.toSorted((a, b) => a.time - b.time))
      this.#options.sessionCaptures?.packet({ ...packet, time: between(SIM_EPOCH, packet.time) });
  }

  #router(name: string): SimRouter {
    const node = this.#nodes.get(name);
    if (node instanceof SimRouter) return node;
    throw new LabError(`there is no router '${name}' in this lab`, 2);
  }

  #middlebox(name: string): SimMiddlebox {
    const node = this.#nodes.get(name);
    if (node instanceof SimMiddlebox) return node;
    throw new LabError(`there is no middlebox '${name}' in this lab`, 2);
  }

  #machine(name: string): SimMachine {
    const node = this.#nodes.get(name);
    return node instanceof SimMiddlebox || node instanceof SimAttacker ? node : this.#router(name);
  }

  #segment(name: string): Segment {
    const segment = this.#segments.get(name);
    if (!segment) throw new LabError(`there is no link '${name}' in this lab`, 2);
    return segment;
  }

  #progress(): Progress {
    let sessions = 0;
    for (const node of this.#nodes.values()) if (node instanceof SimRouter) sessions += node.device?.sessionCount ?? 0;
    return { elapsed: this.elapsed(), sessions, packets: this.#lastPacketId };
  }
}

function twinsOf(described: LabNode, own: number, nodes: readonly LabNode[]): number[] {
  if (described.kind !== 'router') return [own];
  return nodes.flatMap((node, place) => (node.kind === 'router' && node.router === described.router ? [place] : []));
}
