import { setTimeout as sleep } from 'node:timers/promises';
import type { AttackReport } from '../../lib/attacker/attack.ts';
import { formatConfiguration } from '../../lib/config/index.ts';
import { mergeReports, type SideReport } from '../../lib/host/applications/report.ts';
import type {
  CaptureSink,
  EventSink,
  Fabric,
  FabricName,
  FabricOptions,
  LabEvent,
  Progress,
} from '../../lib/lab/fabric.ts';
import { bothCaptures, bothEvents, LabError } from '../../lib/lab/fabric.ts';
import { faultEvent } from '../../lib/lab/actions/table.ts';
import { LabConfigurations } from '../../lib/lab/configurations.ts';
import type { Action, RouterNode, TrafficReport, WireAction } from '../../lib/lab/scenario.ts';
import type { AlarmRow, EventRow, PeerRow } from '../../lib/peering/rows.ts';
import type { FlowRow, SessionRow } from '../../lib/service-area/rows.ts';
import { after, between, milliseconds, type Duration, type Instant } from '../../lib/time.ts';
import { wallClock } from '../clock.ts';
import type { NodeAction } from '../api/faults.ts';
import type { AnswerOf, RouteName } from '../api/table.ts';
import { askSessionCaptures, readSessionCaptures } from '../session-captures.ts';
import type { RecordingPaths } from '../recording.ts';
import { EventFollower } from './event-follower.ts';
import { keepTapes } from './keep-tapes.ts';
import { mergeRecordings } from './merge.ts';
import type { NodeClient } from './node-client.ts';

const TICK_EVERY_MS = 100;

/** Between telling the nodes when a run begins, and that time. */
const START_AHEAD = milliseconds(150);

/** What a lab of real processes is made of; netns and compose differ in this alone. */
export interface Machinery {
  readonly name: FabricName;
  /** Makes nodes and links, with a daemon at every node that waits to be started. Leaves nothing if it fails. */
  create(): Promise<void>;
  client(node: string): NodeClient;
  /** Ends a node's daemon at once; it records what it has, and sends nothing. */
  end(node: string): Promise<void>;
  /** Kills a node's daemon as `kill -9` does, or as near to that as the fabric can. */
  kill(node: string): Promise<void>;
  /** Has a node's daemon stand still, or go on. */
  setPaused(node: string, isPaused: boolean): Promise<void>;
  /** The same for the store that nodes share. */
  setStorePaused(isPaused: boolean): Promise<void>;
  /** What nodes tell that store comes so much later. Only where the timeline has it so is there somebody who delays it. */
  setStoreDelay(by: Duration): Promise<void>;
  /** A new daemon for a node whose daemon has ended; returns when it waits to be started. */
  renew(node: string): Promise<void>;
  /** Where the nodes recorded. All daemons have ended. */
  recordings(): readonly RecordingPaths[];
  /** Removes everything. May be called at any time, and again. */
  destroy(): Promise<void>;
}

/** What is known of a node that stands still, and what had been done to the lab when it began to. */
interface Paused {
  readonly known: Partial<Record<RouteName, unknown>>;
  readonly linkActions: number;
  readonly configuration: string;
  /** What was to be done to it since. */
  readonly meanwhile: NodeAction[];
}

/** A lab of real processes in real time. */
export class RealFabric implements Fabric {
  readonly name: FabricName;
  #options: FabricOptions;
  readonly #machinery: Machinery;
  readonly #ownEvents: LabEvent[] = [];
  /** What was done to links, for a node that starts with none of it in its memory. */
  readonly #linkActions: WireAction[] = [];
  /** Nodes that were killed, and have not been started since. */
  readonly #dead = new Set<string>();
  /** Nodes that stand still. */
  readonly #paused = new Map<string, Paused>();
  #isStoreGone = false;
  readonly #restarts = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #restartFailure: Error | undefined;
  #follower: EventFollower | undefined;
  readonly #configurations: LabConfigurations;
  #epoch: Instant | undefined;

  constructor(options: FabricOptions, machinery: Machinery) {
    this.name = machinery.name;
    this.#options = options;
    this.#configurations = new LabConfigurations(options.scenario);
    this.#machinery = machinery;
  }

  observe(observer: EventSink & CaptureSink): void {
    const { events, capture } = this.#options;
    this.#options = {
      ...this.#options,
      events: bothEvents(events, observer),
      capture: bothCaptures(capture, observer),
    };
  }

  follow(follower: EventSink): void {
    this.#follower = new EventFollower(follower);
  }

  async create(): Promise<void> {
    await this.#machinery.create();
  }

  async start(): Promise<void> {
    const epoch = after(wallClock(), START_AHEAD);
    const { nodes } = this.#options.scenario;
    for (const { name } of nodes.filter(({ kind }) => kind !== 'host'))
      await this.#follower?.join(this.#machinery.client(name));
    // Hosts last: one may be quick to send.
    for (const areHosts of [false, true]) {
      const names = nodes.filter(({ kind }) => (kind === 'host') === areHosts).map(({ name }) => name);
      await Promise.all(names.map((name) => this.#machinery.client(name).ask('start', { body: { epoch } })));
    }
    this.#epoch = epoch;
    await this.#wait(epoch);
  }

  elapsed(): Duration {
    if (this.#epoch === undefined) return 0 as Duration;
    return Math.max(0, between(this.#epoch, wallClock())) as Duration;
  }

  async advance(until: Duration, tick: (progress: Progress) => void, pauses?: () => boolean): Promise<void> {
    const end = after(this.#started(), until);
    const isOver = pauses ?? (() => false);
    for (;;) {
      if (this.#restartFailure !== undefined) throw this.#restartFailure;
      const now = wallClock();
      tick(await this.#progress());
      if (now >= end || isOver()) return;
      const tickTime = this.#wait(Math.min(end, now + TICK_EVERY_MS * 1_000) as Instant);
      await (this.#follower ? Promise.race([tickTime, this.#follower.until(isOver)]) : tickTime);
    }
  }

  async inject(action: Action): Promise<void> {
    const { scenario } = this.#options;
    this.#started();
    this.#tell(faultEvent(this.elapsed(), action, scenario.links));
    switch (action.kind) {
      case 'restart':
        await this.#resume(action.node);
        return this.#restart(action.node, action.downFor);
      case 'kill':
        this.#paused.delete(action.node);
        this.#dead.add(action.node);
        return this.#machinery.kill(action.node);
      case 'pause':
        return this.#pause(action.node);
      case 'resume':
        return this.#resume(action.node);
      case 'store-gone':
        return this.#setStore(true, 0 as Duration);
      case 'store-slow':
        return this.#setStore(false, action.by);
      case 'store-back':
        return this.#setStore(false, 0 as Duration);
      case 'start':
        if (this.#dead.has(action.node)) this.#inBackground(this.#comeUp(action.node, wallClock()));
        return;
      case 'configure':
        this.#configurations.configure(action.lines);
        return this.#tellConfigurations();
      case 'address-change':
      case 'address-back':
        this.#configurations.changeAddress(action);
        return this.#tellConfigurations(this.#router(action.node)?.router);
      case 'session-capture':
        await this.#machinery.client(action.node).ask('createSessionCapture', { body: action.request });
        return;
      case 'forget-sessions':
      case 'forget-session':
      case 'rotate-key':
      case 'clock-step':
      case 'clock-drift':
      case 'clock-right':
      case 'refuse':
      case 'reset':
      case 'accept':
      case 'table-full':
      case 'table-free':
      case 'slow-setup':
      case 'prompt-setup':
      case 'rebind':
      case 'forget-mappings':
      case 'forget-states':
      case 'interface-down':
      case 'interface-up':
        return this.#atNode(action);
      case 'cut':
      case 'heal':
      case 'impair':
      case 'restore':
      case 'clog':
      case 'unclog':
      case 'drop':
      case 'delay':
      case 'duplicate':
      case 'corrupt':
      case 'alter-payload':
      case 'strip-metadata':
      case 'let-pass':
      case 'arp-silent':
      case 'arp-answers':
      case 'blackhole':
      case 'slow':
      case 'serve':
        this.#linkActions.push(action);
        await this.#atDevices((client) => client.ask('fault', { body: action }));
    }
  }

  async #setStore(isGone: boolean, delay: Duration): Promise<void> {
    await this.#machinery.setStoreDelay(delay);
    // An engine refuses to let go on what does not stand still.
    if (isGone !== this.#isStoreGone) await this.#machinery.setStorePaused(isGone);
    this.#isStoreGone = isGone;
  }

  /** One that stands still does it when it goes on. */
  async #atNode(action: NodeAction): Promise<void> {
    const paused = this.#paused.get(action.node);
    if (paused) paused.meanwhile.push(action);
    else await this.#machinery.client(action.node).ask('fault', { body: action });
  }

  /** To every router, or to the nodes of one alone; one that is down comes up with it. */
  async #tellConfigurations(router?: string): Promise<void> {
    for (const node of this.#options.scenario.nodes) {
      if (node.kind !== 'router' || (router ?? node.router) !== node.router || this.#paused.has(node.name)) continue;
      if (await this.#machinery.client(node.name).answers()) await this.#tellConfiguration(node.name);
    }
  }

  async #tellConfiguration(node: string): Promise<void> {
    await this.#machinery.client(node).ask('configure', { body: { text: this.#configurationOf(node) } });
  }

  /** As text; empty for what is no router. */
  #configurationOf(node: string): string {
    const router = this.#router(node);
    return router ? formatConfiguration(this.#configurations.of(router)) : '';
  }

  /** A node that stands still answers nobody, and stays as it is: it is asked beforehand. */
  async #pause(node: string): Promise<void> {
    const known: Partial<Record<RouteName, unknown>> = this.#isDevice(node)
      ? { stats: await this.#ask(node, 'stats', {}) }
      : { traffic: await this.#trafficAt(node) };
    for (const what of this.#router(node) ? (['sessions', 'flows', 'peers', 'alarms', 'events'] as const) : [])
      known[what] = await this.#ask<RouteName>(node, what, []);
    this.#paused.set(node, {
      known,
      linkActions: this.#linkActions.length,
      configuration: this.#configurationOf(node),
      meanwhile: [],
    });
    await this.#machinery.setPaused(node, true);
  }

  /** It is told what was done to links meanwhile. */
  async #resume(node: string): Promise<void> {
    const paused = this.#paused.get(node);
    if (!paused) return;
    await this.#machinery.setPaused(node, false);
    this.#paused.delete(node);
    const client = this.#machinery.client(node);
    if (paused.configuration !== this.#configurationOf(node)) await this.#tellConfiguration(node);
    const ofLinks = this.#isDevice(node) ? this.#linkActions.slice(paused.linkActions) : [];
    for (const action of [...paused.meanwhile, ...ofLinks]) await client.ask('fault', { body: action });
  }

  async counters(node: string): Promise<ReadonlyMap<string, number>> {
    return new Map(Object.entries(await this.#ask(node, 'stats', {})));
  }

  async sessions(node: string): Promise<readonly SessionRow[]> {
    return this.#ask(node, 'sessions', []);
  }

  async flows(node: string): Promise<readonly FlowRow[]> {
    return this.#ask(node, 'flows', []);
  }

  async peers(node: string): Promise<readonly PeerRow[]> {
    return this.#ask(node, 'peers', []);
  }

  async alarms(node: string): Promise<readonly AlarmRow[]> {
    return this.#ask(node, 'alarms', []);
  }

  async events(node: string): Promise<readonly EventRow[]> {
    return this.#ask(node, 'events', []);
  }

  async traffic(): Promise<readonly TrafficReport[]> {
    const { nodes, traffic } = this.#options.scenario;
    const sides = new Map<string, SideReport>();
    for (const { name } of nodes.filter(({ kind }) => kind === 'host')) {
      for (const { traffic, side, report } of await this.#trafficAt(name)) sides.set(`${traffic} ${side}`, report);
    }
    return traffic.map((entry) => mergeReports(entry, sides.get(`${entry.name} from`), sides.get(`${entry.name} to`)));
  }

  async #trafficAt(host: string): Promise<AnswerOf<'traffic'>> {
    const paused = this.#paused.get(host);
    if (paused) return (paused.known.traffic ?? []) as AnswerOf<'traffic'>;
    return this.#machinery.client(host).ask('traffic');
  }

  async attacks(): Promise<readonly AttackReport[]> {
    const attackers = this.#options.scenario.nodes.filter(({ kind }) => kind === 'attacker');
    const reports = await Promise.all(attackers.map(({ name }) => this.#ask(name, 'attacks', [])));
    return reports.flat();
  }

  async probe(traffic: readonly string[]): Promise<void> {
    for (const host of this.#options.scenario.nodes.filter(({ kind }) => kind === 'host'))
      await this.#machinery.client(host.name).ask('probe', { body: { traffic } });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#follower?.close();
    await Promise.allSettled(this.#restarts);
    for (const node of this.#paused.keys()) await this.#machinery.setPaused(node, false).catch(() => undefined);
    try {
      if (this.#epoch !== undefined) await this.#collect(this.#epoch);
    } finally {
      this.#epoch = undefined;
      await this.#machinery.destroy();
    }
  }

  async #collect(epoch: Instant): Promise<void> {
    const { scenario, events, capture, tapesIn } = this.#options;
    const sessionFiles = await this.#askSessionCaptures();
    await Promise.allSettled(scenario.nodes.map(({ name }) => this.#machinery.end(name)));
    const paths = this.#machinery.recordings();
    if (tapesIn !== undefined) keepTapes(paths, tapesIn);
    const ids = mergeRecordings({ paths, ownEvents: this.#ownEvents, links: scenario.links, epoch }, events, capture);
    readSessionCaptures(sessionFiles, epoch, {
      packet: (packet) => this.#options.sessionCaptures?.packet({ ...packet, id: ids.idOf(packet.node, packet.id) }),
    });
  }

  /** Routers that are down have forgotten what they had. */
  async #askSessionCaptures(): Promise<readonly Buffer[]> {
    const { scenario, sessionCaptures } = this.#options;
    if (!sessionCaptures || !scenario.timeline.some(({ action }) => action.kind === 'session-capture')) return [];
    const up: NodeClient[] = [];
    for (const { name, kind } of scenario.nodes) {
      const client = this.#machinery.client(name);
      if (kind === 'router' && (await isStarted(client))) up.push(client);
    }
    return askSessionCaptures(up);
  }

  /** Returns when the router is down; it comes up again by itself. */
  async #restart(node: string, downFor: Duration): Promise<void> {
    const upAt = after(wallClock(), downFor);
    await this.#machinery.end(node);
    this.#inBackground(this.#comeUp(node, upAt));
  }

  #inBackground(work: Promise<void>): void {
    const restart = work.catch((error: Error) => {
      if (!this.#stopping.signal.aborted) this.#restartFailure = error;
    });
    this.#restarts.add(restart);
    void restart.then(() => this.#restarts.delete(restart));
  }

  /** The new process is made ready while the router is down, so that its start takes no time of its own. */
  async #comeUp(node: string, upAt: Instant): Promise<void> {
    await this.#machinery.renew(node);
    await this.#wait(upAt);
    const client = this.#machinery.client(node);
    await this.#follower?.join(client);
    const original = formatConfiguration(this.#options.scenario.authority);
    if (this.#router(node) && this.#configurationOf(node) !== original) await this.#tellConfiguration(node);
    await client.ask('start', { body: { epoch: this.#started() } });
    this.#dead.delete(node);
    for (const action of this.#linkActions) await client.ask('fault', { body: action });
    this.#tell({ time: this.elapsed(), node, type: 'node-started' });
  }

  #tell(event: LabEvent): void {
    this.#ownEvents.push(event);
    this.#follower?.tell(event);
  }

  /** Whether a node is one of ours; hosts are Linux. */
  #isDevice(node: string): boolean {
    return this.#options.scenario.nodes.some(({ name, kind }) => name === node && kind !== 'host');
  }

  #router(name: string): RouterNode | undefined {
    const node = this.#options.scenario.nodes.find((node) => node.name === name);
    return node?.kind === 'router' ? node : undefined;
  }

  /** A node that is down knows nothing and answers nobody. */
  async #ask<Name extends RouteName>(node: string, what: Name, whenDown: AnswerOf<Name>): Promise<AnswerOf<Name>> {
    if (!this.#isDevice(node)) throw new LabError(`there is no router or middlebox '${node}' in this lab`, 2);
    const client = this.#machinery.client(node);
    const paused = this.#paused.get(node);
    if (paused) return (paused.known[what] ?? whenDown) as AnswerOf<Name>;
    if (this.#dead.has(node)) return whenDown;
    return this.#restarts.size > 0 && !(await client.answers()) ? whenDown : client.ask(what);
  }

  /** One that is down is told when it comes up. */
  async #atDevices(tell: (client: NodeClient) => Promise<unknown>): Promise<void> {
    for (const { name, kind } of this.#options.scenario.nodes) {
      const client = this.#machinery.client(name);
      if (kind !== 'host' && !this.#paused.has(name) && (await isStarted(client))) await tell(client);
    }
  }

  async #progress(): Promise<Progress> {
    const all = await Promise.allSettled(
      this.#options.scenario.nodes
        .filter(({ name }) => !this.#paused.has(name))
        .map(({ name }) => this.#machinery.client(name).ask('health')),
    );
    const healths = all.flatMap((asked) => (asked.status === 'fulfilled' ? [asked.value] : []));
    return {
      elapsed: this.elapsed(),
      sessions: healths.reduce((total, { sessions }) => total + sessions, 0),
      packets: healths.reduce((total, { packets }) => total + packets, 0),
    };
  }

  #started(): Instant {
    if (this.#epoch === undefined) throw new LabError('the lab has not been started', 2);
    return this.#epoch;
  }

  async #wait(until: Instant): Promise<void> {
    const { signal } = this.#stopping;
    for (let left = until - wallClock(); left > 0; left = until - wallClock())
      await sleep(Math.ceil(left / 1_000), undefined, { signal });
  }
}

async function isStarted(client: NodeClient): Promise<boolean> {
  return client.ask('health').then(
    (health) => health.isStarted,
    () => false,
  );
}
