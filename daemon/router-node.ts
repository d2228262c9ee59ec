import type { Wire } from '../lib/device.ts';
import type { TakenPacket } from '../lib/highway/capture-points.ts';
import type { SessionCaptureRequest, SessionCaptureRow } from '../lib/service-area/session-captures.ts';
import { LabError, notFound } from '../lib/lab/fabric.ts';
import type { Action, RouterNode as RouterNodeDescription } from '../lib/lab/scenario.ts';
import { actOnRouter } from '../lib/lab/router-faults.ts';
import {
  formatConfiguration,
  parseConfiguration,
  redundancyOf,
  restartReasons,
  type Authority,
} from '../lib/config/index.ts';
import { formatDiagnostics } from '../lib/diagnostic.ts';
import { Router } from '../lib/router.ts';
import type { AlarmRow, BfdRow, EventRow, PeerRow } from '../lib/peering/rows.ts';
import type { FlowRow, SessionRow } from '../lib/service-area/rows.ts';
import type { ServicePathRow } from '../lib/service-area/service-paths.ts';
import type { Trace } from '../lib/trace.ts';
import { machineRandom } from './random.ts';
import { nodeCrypto } from './crypto.ts';
import type { DeviceDriver } from './device-driver.ts';
import { describedNode, DeviceNode, type NodeOptions } from './device-node.ts';
import type { Clearable } from './node-service.ts';
import type { NodeTape } from './node-tape.ts';
import type { CapPort } from './ports/cap.ts';
import { RedisStore } from './stores/redis.ts';

/** One router on interfaces of this machine. */
export class RouterNode extends DeviceNode<Router> {
  readonly #described: RouterNodeDescription;
  #store: RedisStore | undefined;
  #authority: Authority;

  constructor(options: NodeOptions) {
    const described = describedNode(options, 'router');
    super(options, described);
    this.#described = described;
    this.#authority = options.scenario.authority;
    if (this.#twin !== undefined && options.store === undefined)
      throw new LabError(`'${options.node}' is one of two nodes: it needs '--store', the Redis that both share`, 2);
  }

  /** The other node of the router, if there is one that shares ports with this one. */
  get #twin(): string | undefined {
    const { router: name, node } = this.#described;
    const router = this.options.scenario.authority.routers.find((router) => router.name === name);
    return router && node !== undefined ? redundancyOf(router, node)?.twin : undefined;
  }

  #openStore(): RedisStore | undefined {
    const { store: place, scenario } = this.options;
    const twin = this.#twin;
    if (twin === undefined || place === undefined) return undefined;
    const { router, node } = this.#described;
    const hashOf = (name: string): string => `svrlab:${scenario.name}:${router}:${name}`;
    const onArrival = (): void => this.driver?.wake();
    return new RedisStore({ place, own: hashOf(node ?? ''), twin: hashOf(twin), onArrival });
  }

  protected override get authority(): Authority {
    return this.#authority;
  }

  protected makeDevice(ports: readonly CapPort[], wire: Wire, trace: Trace, tape: NodeTape | undefined): Router {
    const store = (this.#store = this.#openStore());
    return new Router({
      authority: this.#authority,
      router: this.#described.router,
      node: this.#described.node,
      store: tape && store ? tape.store(store) : store,
      ports,
      wire,
      crypto: nodeCrypto,
      random: tape ? tape.random(machineRandom) : machineRandom,
      startedAt: this.startedAt,
      trace,
    });
  }

  protected override get sessionCount(): number {
    return this.driver?.device.sessionCount ?? 0;
  }

  override sessions(): readonly SessionRow[] {
    return this.driver?.act((router, now) => router.sessions(now)) ?? [];
  }

  override flows(): readonly FlowRow[] {
    return this.driver?.act((router, now) => router.flows(now)) ?? [];
  }

  override peers(): readonly PeerRow[] {
    return this.driver?.act((router, now) => router.peers(now)) ?? [];
  }

  override bfd(): readonly BfdRow[] {
    return this.driver?.act((router, now) => router.bfd(now)) ?? [];
  }

  override alarms(): readonly AlarmRow[] {
    return this.driver?.device.alarms() ?? [];
  }

  override events(): readonly EventRow[] {
    return this.driver?.device.events() ?? [];
  }

  override configuration(): string {
    return formatConfiguration(this.#authority);
  }

  override configurationProblems(text: string): readonly string[] {
    const { authority, diagnostics } = parseConfiguration(text, 'configuration');
    if (!authority) return [formatDiagnostics(diagnostics, text)];
    return this.driver ? restartReasons(this.#authority, authority) : [];
  }

  override configure(text: string): void {
    const problems = this.configurationProblems(text);
    const { authority } = parseConfiguration(text, 'configuration');
    if (problems.length > 0 || !authority) throw new LabError(problems.join('\n'), 2);
    this.driver?.act((router, now) => router.reconfigure(authority, now));
    this.#authority = authority;
  }

  override servicePaths(): readonly ServicePathRow[] {
    return this.driver?.act((router, now) => router.servicePaths(now)) ?? [];
  }

  override sessionCaptures(): readonly SessionCaptureRow[] {
    return this.driver?.device.sessionCaptures.rows() ?? [];
  }

  override createSessionCapture(request: SessionCaptureRequest): number {
    const services = this.#authority.services.map(({ name }) => name);
    if (!services.includes(request.service)) throw notFound('service', request.service, services);
    const made = this.driver?.device.sessionCaptures.create(request) ?? 'this router has not been started';
    if (typeof made === 'string') throw new LabError(made, 2);
    return made;
  }

  override deleteSessionCapture(id: number): void {
    if (this.driver?.device.sessionCaptures.delete(id) === true) return;
    const known = this.sessionCaptures().map((capture) => capture.id);
    throw notFound('session capture', id, known);
  }

  override sessionPackets(): readonly TakenPacket[] {
    return this.driver?.device.sessionCaptures.packets() ?? [];
  }

  override deleteSessions(id?: string): number {
    return (
      this.driver?.act((router, now) => {
        const all = new Set(router.sessions(now).map(({ sessionId }) => sessionId));
        if (id !== undefined && !all.has(id)) throw notFound('session', id, all);
        const chosen = id === undefined ? [...all] : [id];
        return chosen.filter((one) => router.deleteSession(one, now)).length;
      }) ?? 0
    );
  }

  override clear(what: Clearable): void {
    if (what === 'events') this.driver?.device.clearEvents();
    else if (what === 'arp') this.driver?.act((router, now) => router.clearNeighbors(now));
    else super.clear(what);
  }

  protected faultOfDevice(action: Action, driver: DeviceDriver<Router>): void {
    switch (action.kind) {
      case 'forget-session':
        this.#checkTraffic(action.traffic);
        driver.act((router, now) => actOnRouter(router, action, this.options.scenario, now));
        break;
      case 'rotate-key':
        this.#rotateKey(action.security, action.securityId, driver);
        break;
      case 'forget-sessions':
      case 'clock-step':
      case 'clock-drift':
      case 'clock-right':
      case 'table-full':
      case 'table-free':
      case 'slow-setup':
      case 'prompt-setup':
        driver.act((router, now) => actOnRouter(router, action, this.options.scenario, now));
        break;
      default:
        throw new LabError(`'${action.kind}' is nothing that is done to a router`, 2);
    }
  }

  override stop(): void {
    this.#store?.close();
    super.stop();
  }

  #rotateKey(name: string, securityId: number, driver: DeviceDriver<Router>): void {
    const policies = this.#authority.securities.map((policy) => policy.name);
    if (!policies.includes(name)) throw notFound('security policy', name, policies);
    if (!driver.act((router) => router.rotateKey(name, securityId)))
      throw new LabError(`nothing here goes by security policy '${name}' with a key ${securityId}`, 2);
  }

  #checkTraffic(name: string): void {
    const names = this.options.scenario.traffic.map((entry) => entry.name);
    if (!names.includes(name)) throw notFound('traffic', name, names);
  }
}
