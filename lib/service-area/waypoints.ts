import type { Random } from '../random.ts';

/** Ports that waypoints are taken from by default (SVR sheet, section 2.8). */
export const WAYPOINT_FIRST = 16_384;
export const WAYPOINT_LAST = 65_533;

/** How many pairs are tried for one that is free, before a session is refused. */
const TRIES_MAX = 256;

export interface WaypointPair {
  /** Port at our end, which is where the session is initiated. */
  readonly own: number;
  readonly peer: number;
}

interface PortSet {
  readonly count: number;
  at(index: number): number;
}

/**
 * Waypoint ports of one peer path. Who initiates a session chooses both: an even one for itself and an odd one for the
 * peer, so that two initiators never choose the same pair. Where a neighborhood has a port-range, it is used instead,
 * one number after the other (SVR sheet, section 2.8). A pair comes again only after all others: late packets of an
 * old session do not meet a new one.
 */
export class Waypoints {
  readonly #own: PortSet;
  readonly #peer: PortSet;
  #next: number;

  constructor(random: Random, ownRanges: readonly PortRange[] = [], peerRanges: readonly PortRange[] = []) {
    this.#own = ownRanges.length > 0 ? ranges(ownRanges) : everySecond(WAYPOINT_FIRST);
    this.#peer = peerRanges.length > 0 ? ranges(peerRanges) : everySecond(WAYPOINT_FIRST + 1);
    // A router that starts anew must not begin where it did before, as its peers still have the sessions of then.
    this.#next = random.below(Math.min(this.pairs, 2 ** 32));
  }

  get pairs(): number {
    return this.#own.count * this.#peer.count;
  }

  /** The next pair for which `isFree` holds; undefined if none is found. */
  take(isFree: (own: number, peer: number) => boolean): WaypointPair | undefined {
    const tries = Math.min(this.pairs, TRIES_MAX);
    for (let i = 0; i < tries; i++) {
      const turn = Math.floor(this.#next / this.#own.count);
      const place = this.#next % this.#own.count;
      const own = this.#own.at(place);
      // Both numbers advance, and yet every pair comes once: in each turn a place meets the peer's next one.
      const peer = this.#peer.at((place + turn) % this.#peer.count);
      this.#next = (this.#next + 1) % this.pairs;
      if (isFree(own, peer)) return { own, peer };
    }
    return undefined;
  }
}

export interface PortRange {
  readonly startPort: number;
  readonly endPort?: number;
}

function everySecond(first: number): PortSet {
  return { count: Math.floor((WAYPOINT_LAST - first) / 2) + 1, at: (index) => first + index * 2 };
}

function ranges(list: readonly PortRange[]): PortSet {
  const ports = list.flatMap(({ startPort, endPort = startPort }) =>
    Array.from({ length: endPort - startPort + 1 }, (_, i) => startPort + i),
  );
  return { count: ports.length, at: (index) => ports[index] };
}
