import { formatAddress } from '../address.ts';
import { between, seconds, type Instant } from '../time.ts';
import type { ServiceAreaParts } from './parts.ts';
import type { PathStates } from './path-states.ts';
import type { RouteChoice } from './routes.ts';
import type { ServiceEntry } from './services.ts';

/** One way of a service, as `show service-path` and `show load-balancer` list it (SVR sheet, section 6). */
export interface ServicePathRow {
  readonly service: string;
  /** Empty where the way is a link or a static route of the router. */
  readonly serviceRoute: string;
  /** Over SVR, or to a host. */
  readonly type: 'peer' | 'service-agent';
  readonly peer: string;
  /** The peer's address; empty for a way to hosts. */
  readonly destination: string;
  readonly nextHop: string;
  readonly networkInterface: string;
  readonly vectors: readonly string[];
  /** Priority of the best vector in the service's policy; null where vectors do not count. */
  readonly cost: number | null;
  /** Sessions of the service that leave by this way. */
  readonly sessions: number;
  /** Those of them that began within the last second (emulator choice). */
  readonly rate: number;
  readonly state: 'up' | 'down';
  /** Place in the order in which new sessions take the ways that are up, from 0; null for one that is not taken. */
  readonly quality: number | null;
  readonly meetsSla: boolean;
  readonly strategy: 'hunt' | 'proportional';
  /** What is measured of a path to a peer; null while nothing is. */
  readonly latencyMs: number | null;
  readonly jitterMs: number | null;
  readonly loss: number | null;
  readonly mos: number | null;
}

export function servicePathRows(parts: ServiceAreaParts, states: PathStates, now: Instant): ServicePathRow[] {
  return parts.services.list.flatMap((entry) =>
    parts.routes.choices(entry).map((choice) => rowOf(parts, states, entry, choice, now)),
  );
}

function rowOf(
  { interfaces, sessions, flows, routes }: ServiceAreaParts,
  states: PathStates,
  entry: ServiceEntry,
  { route, path, nextHop, rank, cost }: RouteChoice,
  now: Instant,
): ServicePathRow {
  const quality = path && states.quality(path);
  const leavesHere = (session: number): boolean =>
    sessions.service[session] === entry.index && flows.path[session * 2] === (path ? path.index + 1 : 0);
  const leaving = [...sessions.all()].filter(leavesHere);
  return {
    service: entry.name,
    serviceRoute: route?.name ?? '',
    type: path ? 'peer' : 'service-agent',
    peer: path?.peer ?? '',
    destination: path ? formatAddress(path.remote) : '',
    nextHop: path ? formatAddress(path.nextHop) : nextHop?.gatewayIp ? formatAddress(nextHop.gatewayIp) : '',
    networkInterface: path ? interfaces.list[path.networkInterface].name : (nextHop?.interface ?? ''),
    vectors: path?.vectors ?? route?.vectors ?? [],
    cost: cost ?? null,
    sessions: leaving.length,
    rate: leaving.filter((session) => between(sessions.createdAt[session] as Instant, now) < seconds(1)).length,
    state: !path || states.isUp(path) ? 'up' : 'down',
    quality: rank ?? null,
    meetsSla: !path || routes.isGood(entry, path),
    strategy: entry.policy?.lbStrategy ?? 'hunt',
    latencyMs: quality?.latencyMs ?? null,
    jitterMs: quality?.jitterMs ?? null,
    loss: quality?.lossPercent ?? null,
    mos: quality?.mos ?? null,
  };
}
