import { LabError } from '../lib/lab/fabric.ts';
import type { Action, RouterNode as RouterNodeDescription, Scenario } from '../lib/lab/scenario.ts';
import { sessionsOf } from '../lib/lab/traffic-sessions.ts';
import { formatConfiguration, redundancyOf } from '../lib/config/index.ts';
import { Router } from '../lib/router.ts';
import type { AlarmRow, BfdRow, EventRow, PeerRow } from '../lib/peering/rows.ts';
import type { FlowRow, SessionRow } from '../lib/service-area/rows.ts';
import type { Instant } from '../lib/time.ts';
import { machineRandom } from './random.ts';
import { nodeCrypto } from './crypto.ts';
import { DeviceDriver } from './device-driver.ts';
import type { NodeHealth, NodeService, NodeTraffic } from './node-service.ts';
import { CapPort } from './ports/cap.ts';
import { Recording } from './recording.ts';
import type { RedisPlace } from './stores/redis-place.ts';
import { RedisStore } from './stores/redis.ts';

export interface NodeOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly node: string;
  /** Where recordings go; nothing is recorded without. */
  readonly recordIn: string | undefined;
  /** How often the node has been started before. */
  readonly starts: number;
  /** The machine's interface for each port; a port that is not listed has its own name. */
  readonly interfaces: ReadonlyMap<string, string>;
  /** The Redis that the nodes of a router share; a router that is one machine needs none. */
  readonly store?: RedisPlace | undefined;
}

/** One router on interfaces of this machine. */
export class RouterNode implements NodeService {
  readonly #options: NodeOptions;
  readonly #described: RouterNodeDescription;
  #driver: DeviceDriver<Router> | undefined;
  #recording: Recording | undefined;
  #store: RedisStore | undefined;

  constructor(options: NodeOptions) {
    const described = options.scenario.nodes.find(({ name }) => name === options.node);
    if (described?.kind !== 'router') throw new LabError(`there is no router '${options.node}' in this lab`, 2);
    this.#options = options;
    this.#described = described;
    if (this.#twin !== undefined && options.store === undefined)
      throw new LabError(`'${options.node}' is one of two nodes: it needs '--store', the Redis that both share`, 2);
  }

  /** The other node of the router, if there is one that shares ports with this one. */
  get #twin(): string | undefined {
    const { router: name, node } = this.#described;
    const router = this.#options.scenario.authority.routers.find((router) => router.name === name);
    return router && node !== undefined ? redundancyOf(router, node)?.twin : undefined;
  }

  #openStore(): RedisStore | undefined {
    const { store: place, scenario } = this.#options;
    const twin = this.#twin;
    if (twin === undefined || place === undefined) return undefined;
    const { router, node } = this.#described;
    const hashOf = (name: string): string => `svrlab:${scenario.name}:${router}:${name}`;
    const onArrival = (): void => void this.#driver?.act((device, now) => device.poll(now));
    return new RedisStore({ place, own: hashOf(node ?? ''), twin: hashOf(twin), onArrival });
  }

  start(epoch: Instant): void {
    if (this.#driver) throw new LabError('this router has been started', 2);
    const { scenario, seed, node, recordIn, starts, interfaces } = this.#options;
    const ports = this.#described.ports.map((name) => new CapPort(name, interfaces.get(name) ?? name));
    this.#recording = recordIn === undefined ? undefined : new Recording(recordIn, node, starts, epoch);
    this.#store = this.#openStore();
    this.#driver = new DeviceDriver({
      scenario,
      seed,
      node,
      ports,
      epoch,
      recording: this.#recording,
      makeDevice: (wire, trace) =>
        new Router({
          authority: scenario.authority,
          router: this.#described.router,
          node: this.#described.node,
          store: this.#store,
          ports,
          wire,
          crypto: nodeCrypto,
          random: machineRandom,
          trace,
        }),
    });
  }

  health(): NodeHealth {
    const { node } = this.#options;
    const sessions = this.#driver?.device.sessionCount ?? 0;
    const packets = this.#driver?.packets ?? 0;
    return { node, kind: 'router', pid: process.pid, isStarted: this.#driver !== undefined, sessions, packets };
  }

  counters(): Record<string, number> {
    return Object.fromEntries(this.#driver?.device.counters.all() ?? []);
  }

  sessions(): readonly SessionRow[] {
    return this.#driver?.act((router, now) => router.sessions(now)) ?? [];
  }

  flows(): readonly FlowRow[] {
    return this.#driver?.act((router, now) => router.flows(now)) ?? [];
  }

  peers(): readonly PeerRow[] {
    return this.#driver?.act((router, now) => router.peers(now)) ?? [];
  }

  bfd(): readonly BfdRow[] {
    return this.#driver?.act((router, now) => router.bfd(now)) ?? [];
  }

  alarms(): readonly AlarmRow[] {
    return this.#driver?.device.alarms() ?? [];
  }

  events(): readonly EventRow[] {
    return this.#driver?.device.events() ?? [];
  }

  traffic(): readonly NodeTraffic[] {
    return [];
  }

  configuration(): string {
    return formatConfiguration(this.#options.scenario.authority);
  }

  fault(action: Action): void {
    const driver = this.#driver;
    if (!driver) throw new LabError('this router has not been started', 2);
    switch (action.kind) {
      case 'forget-sessions':
        driver.act((router) => router.forgetSessions());
        break;
      case 'forget-session':
        this.#forgetSessionOf(action.traffic, driver);
        break;
      case 'rotate-key':
        driver.act((router) => router.rotateKey(action.security, action.securityId));
        break;
      case 'cut':
      case 'heal':
      case 'impair':
        driver.apply(action);
        break;
      case 'restart':
      case 'kill':
      case 'start':
        throw new LabError(`a router cannot ${action.kind} itself`, 2);
    }
  }

  stop(): void {
    this.#driver?.close();
    this.#store?.close();
    this.#recording?.close();
  }

  #forgetSessionOf(name: string, driver: DeviceDriver<Router>): void {
    const { scenario } = this.#options;
    const traffic = scenario.traffic.find((entry) => entry.name === name);
    if (!traffic) throw new LabError(`there is no traffic '${name}' in this lab`, 2);
    driver.act((router, now) => {
      for (const id of sessionsOf(traffic, scenario, router.sessions(now))) router.forgetSession(id);
    });
  }
}
