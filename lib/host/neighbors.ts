import type { IpAddress } from '../address.ts';
import { after, earliest, milliseconds, NEVER, seconds, type Instant } from '../time.ts';
import { addressKey } from './key.ts';

/** Emulator choices, after what Linux does. */
export const NEIGHBORS_MAX = 256;
export const WAITING_PACKETS_MAX = 32;
export const SOLICITATIONS_MAX = 3;
const SOLICITATION_INTERVAL = milliseconds(1_000);
const CONFIRMED_FOR = seconds(60);

interface Neighbor {
  readonly address: IpAddress;
  mac: Uint8Array | undefined;
  /** When the MAC was last heard, plus the time for which that is good. */
  staleAt: Instant;
  /** Questions asked since; 0 when nothing is being asked. */
  solicitations: number;
  solicitAgainAt: Instant;
  /** Packets for it, oldest first, while there is no MAC. */
  waiting: Uint8Array[];
}

/**
 * Who has which MAC on the link: the ARP cache of IPv4 and the neighbor cache of IPv6 (RFC 826, RFC 4861), in one.
 * A neighbor that has not been heard of for a while is asked again while packets still go to the MAC that it had.
 */
export class NeighborTable {
  readonly #neighbors = new Map<string, Neighbor>();
  readonly #solicit: (address: IpAddress) => void;
  #deadline: Instant = NEVER;
  /** Packets that were given up: the neighbor did not answer, or too many waited. */
  packetsDropped = 0;

  /** `solicit` sends one question for an address. */
  constructor(solicit: (address: IpAddress) => void) {
    this.#solicit = solicit;
  }

  macFor(address: IpAddress): Uint8Array | undefined {
    return this.#neighbors.get(addressKey(address.bytes))?.mac;
  }

  /** Asks again for a neighbor whose MAC has become old. Called once a packet for it has been sent. */
  used(address: IpAddress, now: Instant): void {
    const neighbor = this.#neighbors.get(addressKey(address.bytes));
    if (neighbor && neighbor.solicitations === 0 && now >= neighbor.staleAt) this.#ask(neighbor, now);
  }

  /** Keeps `packet`, which becomes the table's own, until the neighbor's MAC is known. */
  hold(address: IpAddress, packet: Uint8Array, now: Instant): void {
    const key = addressKey(address.bytes);
    const neighbor = this.#neighbors.get(key) ?? this.#add(key, address);
    if (neighbor.waiting.length >= WAITING_PACKETS_MAX) {
      neighbor.waiting.shift();
      this.packetsDropped++;
    }
    neighbor.waiting.push(packet);
    if (neighbor.solicitations === 0) this.#ask(neighbor, now);
  }

  /**
   * Takes in what a neighbor said about itself, and returns the packets that waited for it. An address that is not in
   * the table is added only if `isWanted`: the neighbor spoke to us.
   */
  learn(address: IpAddress, mac: Uint8Array, isWanted: boolean, now: Instant): readonly Uint8Array[] {
    const key = addressKey(address.bytes);
    const known = this.#neighbors.get(key);
    if (!known && !isWanted) return [];
    const neighbor = known ?? this.#add(key, address);
    const released = neighbor.waiting;
    neighbor.mac = mac;
    neighbor.staleAt = after(now, CONFIRMED_FOR);
    neighbor.solicitations = 0;
    neighbor.solicitAgainAt = NEVER;
    neighbor.waiting = [];
    return released;
  }

  poll(now: Instant): void {
    if (now < this.#deadline) return;
    this.#deadline = NEVER;
    for (const [key, neighbor] of this.#neighbors) {
      if (now >= neighbor.solicitAgainAt) {
        if (neighbor.solicitations < SOLICITATIONS_MAX) {
          this.#ask(neighbor, now);
        } else {
          this.#forget(key, neighbor);
          continue;
        }
      }
      this.#deadline = earliest(this.#deadline, neighbor.solicitAgainAt);
    }
  }

  nextDeadline(): Instant {
    return this.#deadline;
  }

  #ask(neighbor: Neighbor, now: Instant): void {
    neighbor.solicitations++;
    neighbor.solicitAgainAt = after(now, SOLICITATION_INTERVAL);
    this.#deadline = earliest(this.#deadline, neighbor.solicitAgainAt);
    this.#solicit(neighbor.address);
  }

  #add(key: string, address: IpAddress): Neighbor {
    if (this.#neighbors.size >= NEIGHBORS_MAX) {
      const [oldestKey, oldest] = this.#neighbors.entries().next().value!;
      this.#forget(oldestKey, oldest);
    }
    const neighbor: Neighbor = {
      address: { family: address.family, bytes: address.bytes.slice() },
      mac: undefined,
      staleAt: NEVER,
      solicitations: 0,
      solicitAgainAt: NEVER,
      waiting: [],
    };
    this.#neighbors.set(key, neighbor);
    return neighbor;
  }

  #forget(key: string, neighbor: Neighbor): void {
    this.packetsDropped += neighbor.waiting.length;
    this.#neighbors.delete(key);
  }
}
