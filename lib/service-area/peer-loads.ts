import { after, NEVER, type Duration, type Instant } from '../time.ts';

interface Load {
  sessions: number;
  until: Instant;
}

/**
 * How many sessions of a service each peer says it has. Reverse metadata tells it (SVR sheet, section 2.3), and so does
 * BFD's metadata; the later word counts. What has not been said again for a while is forgotten.
 */
export class PeerLoads {
  lifetime: Duration;
  /** By the peer's router, then by the service: no more than the configuration has, or had, of both. */
  readonly #byPeer = new Map<string, Map<string, Load>>();

  constructor(lifetime: Duration) {
    this.lifetime = lifetime;
  }

  learn(peerRouter: string, service: string, sessions: number, now: Instant): void {
    const loads = this.#byPeer.get(peerRouter) ?? new Map<string, Load>();
    this.#byPeer.set(peerRouter, loads);
    loads.set(service, { sessions, until: after(now, this.lifetime) });
  }

  /** A session has been sent to a peer, which it will count the next time that it speaks. */
  begin(peerRouter: string, service: string, now: Instant): void {
    const load = this.#known(peerRouter, service, now);
    if (load) load.sessions++;
    else this.learn(peerRouter, service, 1, now);
  }

  /** 0 of a peer that has said nothing. */
  sessions(peerRouter: string, service: string, now: Instant): number {
    return this.#known(peerRouter, service, now)?.sessions ?? 0;
  }

  #known(peerRouter: string, service: string, now: Instant): Load | undefined {
    const load = this.#byPeer.get(peerRouter)?.get(service);
    return now < (load?.until ?? NEVER) ? load : undefined;
  }
}
