import type { IpAddress } from '../address.ts';
import { prefixContains } from '../address.ts';
import type { NextHop, Router as RouterConfiguration, ServiceRoute } from '../config/index.ts';
import type { NetworkInterface, NetworkInterfaces } from '../highway/interfaces.ts';
import type { PeerPath } from '../highway/peer-path.ts';
import type { Instant } from '../time.ts';
import type { Capacity } from './capacity.ts';
import { meetsObjectives, rankPaths, vectorPriority } from './path-choice.ts';
import type { PathStates } from './path-states.ts';
import type { ServiceEntry } from './services.ts';

/** Where the traffic of a session goes on. */
export type Route =
  | { readonly kind: 'peer'; readonly path: PeerPath }
  | { readonly kind: 'host'; readonly networkInterface: NetworkInterface; readonly nextHop: IpAddress };

/** One of the ways that a service has. */
export interface RouteChoice {
  /** Undefined for what is on the router's own links, or behind its static routes. */
  readonly route: ServiceRoute | undefined;
  readonly path?: PeerPath;
  readonly nextHop?: NextHop;
  /** Place among the ways that new sessions take, from 0; undefined for a way that they do not. */
  readonly rank: number | undefined;
  readonly cost?: number | undefined;
}

export type NoRoute = 'no-path' | 'no-gateway' | 'no-route';

/** The routes of a router: service-routes first, then static routes, then what is on its own links. */
export class Routes {
  readonly #router: RouterConfiguration;
  readonly #interfaces: NetworkInterfaces;
  readonly #paths: readonly PeerPath[];
  readonly #states: PathStates;
  readonly #load: (path: PeerPath) => number;
  readonly #capacity: Capacity;

  /** `load` is how many sessions leave by a path. */
  constructor(
    router: RouterConfiguration,
    interfaces: NetworkInterfaces,
    paths: readonly PeerPath[],
    states: PathStates,
    load: (path: PeerPath) => number,
    capacity: Capacity,
  ) {
    this.#router = router;
    this.#interfaces = interfaces;
    this.#paths = paths;
    this.#states = states;
    this.#load = load;
    this.#capacity = capacity;
  }

  /** Whether a session of the service does well on a path, as the service's policy sees it. */
  isGood(entry: ServiceEntry, path: PeerPath): boolean {
    if (!this.#states.isUp(path)) return false;
    return entry.policy === undefined || meetsObjectives(this.#states.quality(path), entry.policy);
  }

  /** The route of a service to a destination. A session is not sent back to `notTo`, the router that it came from. */
  forService(entry: ServiceEntry, destination: IpAddress, now: Instant, notTo?: string): Route | NoRoute {
    const routes = this.#router.serviceRoutes.filter(({ serviceName }) => serviceName === entry.name);
    if (routes.length === 0) return this.toHost(destination);
    let reason: NoRoute = 'no-path';
    for (const { peer, nextHops } of this.#capacity.order(entry, routes, now)) {
      const candidates = this.#paths.filter((path) => path.peer === peer && path.peerRouter !== notTo);
      const [path] = rankPaths(candidates, this.#states, entry.policy, this.#load);
      if (path) return { kind: 'peer', path };
      for (const nextHop of nextHops) {
        const route = this.#byNextHop(nextHop, destination);
        if (typeof route !== 'string') return route;
        reason = route;
      }
    }
    return reason;
  }

  /**
   * The way to the router where a session began, for what it is answered: the router itself if it is a peer, else whoever
   * leads to the host there by a service of its own. The session is not sent back to `notTo`.
   */
  back(router: string, leadingThere: readonly ServiceEntry[], notTo: string): PeerPath | undefined {
    const names = new Set(leadingThere.map(({ name }) => name));
    const peers = this.#router.serviceRoutes
      .filter(({ serviceName }) => names.has(serviceName))
      .map(({ peer }) => peer);
    const others = this.#paths.filter(({ peerRouter }) => peerRouter !== notTo);
    const direct = others.filter(({ peerRouter }) => peerRouter === router);
    const candidates = direct.length > 0 ? direct : others.filter(({ peer }) => peers.includes(peer));
    return rankPaths(candidates, this.#states, undefined, this.#load)[0];
  }

  /** Where sessions of a service may leave to hosts, whatever speaks against it now. */
  interfacesToHosts(entry: ServiceEntry, destination: IpAddress): NetworkInterface[] {
    const routes = this.#router.serviceRoutes.filter(({ serviceName }) => serviceName === entry.name);
    if (routes.length > 0)
      return routes.flatMap(({ nextHops }) => nextHops.flatMap((hop) => this.#interfaces.byName(hop.interface) ?? []));
    const route = this.toHost(destination);
    return typeof route !== 'string' && route.kind === 'host' ? [route.networkInterface] : [];
  }

  /** The path that a session of the service may move to: the best of those on which it does well. */
  goodPath(entry: ServiceEntry): PeerPath | undefined {
    const peers = this.#router.serviceRoutes
      .filter(({ serviceName }) => serviceName === entry.name)
      .map(({ peer }) => peer);
    for (const peer of peers) {
      const candidates = this.#paths.filter((path) => path.peer === peer && this.isGood(entry, path));
      const [path] = rankPaths(candidates, this.#states, entry.policy, this.#load);
      if (path) return path;
    }
    return undefined;
  }

  /** Every way of a service, in the order of its routes. */
  choices(entry: ServiceEntry): RouteChoice[] {
    const routes = this.#router.serviceRoutes.filter(({ serviceName }) => serviceName === entry.name);
    if (routes.length === 0) return [{ route: undefined, rank: 0 }];
    let taken = 0;
    return routes.flatMap((route) => {
      const candidates = this.#paths.filter((path) => path.peer === route.peer);
      const ranked = rankPaths(candidates, this.#states, entry.policy, this.#load);
      const before = taken;
      taken += ranked.length + route.nextHops.length;
      const overPeers = candidates.map((path) => {
        const place = ranked.indexOf(path);
        const cost = entry.policy && vectorPriority(path, entry.policy);
        return { route, path, rank: place < 0 ? undefined : before + place, cost };
      });
      const toHosts = route.nextHops.map((nextHop, i) => ({ route, nextHop, rank: before + ranked.length + i }));
      return [...overPeers, ...toHosts];
    });
  }

  /** The way to a host, outside SVR: a static route or a link of ours, whichever has the longest prefix. */
  toHost(destination: IpAddress): Route | NoRoute {
    const statics = this.#router.staticRoutes
      .filter(({ destinationPrefix }) => prefixContains(destinationPrefix, destination))
      .sort((a, b) => b.destinationPrefix.length - a.destinationPrefix.length || a.distance - b.distance);
    const link = this.#interfaces.onLink(destination);
    const linkLength = link ? prefixLengthOf(link, destination) : -1;
    for (const { nextHops, destinationPrefix } of statics) {
      if (destinationPrefix.length <= linkLength) break;
      for (const nextHop of nextHops) {
        const route = this.#byNextHop(nextHop, destination);
        if (typeof route !== 'string') return route;
      }
    }
    if (link) return { kind: 'host', networkInterface: link, nextHop: destination };
    return statics.length > 0 ? 'no-gateway' : 'no-route';
  }

  #byNextHop({ interface: name, gatewayIp }: NextHop, destination: IpAddress): Route | NoRoute {
    const networkInterface = this.#interfaces.byName(name);
    if (!networkInterface) return 'no-gateway';
    // A gateway of the other family does not lead to this destination.
    const gateway = gatewayIp?.family === destination.family ? gatewayIp : undefined;
    const nextHop = gateway ?? this.#interfaces.nextHop(networkInterface, destination);
    return nextHop ? { kind: 'host', networkInterface, nextHop } : 'no-gateway';
  }
}

/** Of the longest prefix of an interface that contains an address on its link. */
function prefixLengthOf({ addresses }: NetworkInterface, address: IpAddress): number {
  return Math.max(
    ...addresses.filter(({ prefix }) => prefixContains(prefix, address)).map(({ prefix }) => prefix.length),
  );
}
