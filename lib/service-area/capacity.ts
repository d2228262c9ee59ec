import type { Authority, Router, ServiceRoute, ServiceRoutePolicy } from '../config/index.ts';
import type { Instant } from '../time.ts';
import type { PeerLoads } from './peer-loads.ts';
import type { ServiceEntry } from './services.ts';

/** A service-route with what is known of it now. */
interface LoadedRoute {
  readonly route: ServiceRoute;
  readonly policy: ServiceRoutePolicy | undefined;
  /** Sessions of the service at its far end. */
  readonly sessions: number;
}

/**
 * Which of a service's routes may take another session (SVR sheet, sections 4.6 and 8.1). How full they are is what the
 * peers say of themselves, or for a route to next hops what this router has.
 */
export class Capacity {
  readonly #policies: Authority['serviceRoutePolicies'];
  readonly #peers: Router['peers'];
  readonly #peerLoads: PeerLoads;
  readonly #ownSessions: (service: number) => number;
  /** Routes that have reached their high-water mark, and are not down to their low-water mark yet. */
  readonly #busy = new Set<ServiceRoute>();

  constructor(
    { serviceRoutePolicies }: Authority,
    { peers }: Router,
    peerLoads: PeerLoads,
    ownSessions: (service: number) => number,
  ) {
    this.#policies = serviceRoutePolicies;
    this.#peers = peers;
    this.#peerLoads = peerLoads;
    this.#ownSessions = ownSessions;
  }

  /**
   * Best first. Hunt fills routes in their order; proportional gives to the one that is least used, by its max-sessions
   * or, where one has no limit, by number. Those above their high-water mark come last, and full ones not at all.
   */
  order(entry: ServiceEntry, routes: readonly ServiceRoute[], now: Instant): readonly ServiceRoute[] {
    if (!entry.isCounted) return routes;
    const loaded = routes.map((route) => this.#loaded(entry, route, now));
    for (const route of loaded) this.#mark(route);
    const open = loaded.filter(({ policy, sessions }) => sessions < (policy?.maxSessions ?? Infinity));
    const areLimited = open.every(({ policy }) => policy?.maxSessions !== undefined);
    const use = ({ sessions, policy }: LoadedRoute): number =>
      areLimited ? sessions / (policy?.maxSessions ?? 1) : sessions;
    const isProportional = entry.policy?.lbStrategy === 'proportional';
    const sorted = isProportional ? open.toSorted((a, b) => use(a) - use(b)) : open;
    const ordered = sorted.map(({ route }) => route);
    return [...ordered.filter((route) => !this.#busy.has(route)), ...ordered.filter((route) => this.#busy.has(route))];
  }

  #loaded({ index, name: service }: ServiceEntry, route: ServiceRoute, now: Instant): LoadedRoute {
    const peer = this.#peers.find(({ name }) => name === route.peer);
    const policy = this.#policies.find(({ name }) => name === route.serviceRoutePolicy);
    const sessions = peer ? this.#peerLoads.sessions(peer.routerName, service, now) : this.#ownSessions(index);
    return { route, policy, sessions };
  }

  #mark({ route, policy, sessions }: LoadedRoute): void {
    if (policy?.maxSessions === undefined) return;
    const percent = (100 * sessions) / policy.maxSessions;
    if (percent >= policy.sessionHighWaterMark) this.#busy.add(route);
    else if (percent <= policy.sessionLowWaterMark) this.#busy.delete(route);
  }
}
