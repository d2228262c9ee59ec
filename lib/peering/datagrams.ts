import type { IpAddress } from '../address.ts';
import { prependIp, prependUdp, finishUdpChecksum, OWN_IP_FIELDS, type IpFields } from '../highway/egress.ts';
import { KEY_WORDS, setKeyAddresses, setKeyHead } from '../highway/flow-key.ts';
import type { FramePool } from '../highway/frame-pool.ts';
import type { Neighbors } from '../highway/neighbors.ts';
import type { Instant } from '../time.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import { udpChecksum } from '../wire/udp.ts';

/** From where to where the router itself sends UDP. */
export interface DatagramRoute {
  readonly networkInterface: number;
  readonly local: IpAddress;
  readonly localPort: number;
  readonly remote: IpAddress;
  readonly remotePort: number;
  readonly ttl: number;
  readonly dscp: number;
}

export type DatagramFate = 'sent' | 'no-buffer' | 'no-link-address';

/** UDP that a router sends by itself, on one route after another. */
export class Datagrams {
  readonly #neighbors: Neighbors;
  readonly #pool: FramePool;
  #lastChecksum = 0;

  constructor(neighbors: Neighbors, pool: FramePool) {
    this.#neighbors = neighbors;
    this.#pool = pool;
  }

  /** UDP checksum of what was sent last: the shortest quote of an ICMP error still has it. */
  get lastChecksum(): number {
    return this.#lastChecksum;
  }

  /**
   * Sends what `write` writes to `bytes` at `at`, whose end it returns. `neighbor` is the next hop's place in the
   * neighbor table; nothing waits for one whose link address is not known.
   */
  send(
    route: DatagramRoute,
    neighbor: number,
    now: Instant,
    write: (bytes: Uint8Array, at: number) => number,
  ): DatagramFate {
    if (this.#neighbors.resolve(neighbor, now) !== 'known') return 'no-link-address';
    const frame = this.#pool.take();
    if (!frame) return 'no-buffer';
    const { local, localPort, remote, remotePort, ttl, dscp } = route;
    const payloadAt = frame.start;
    frame.end = write(frame.bytes, payloadAt);
    const udpAt = prependUdp(frame, payloadAt, localPort, remotePort);
    // A header is written as the mirror image of the packets that come back.
    const key = new Uint32Array(KEY_WORDS);
    setKeyHead(key, route.networkInterface, local.family, ipProtocols.udp, remotePort, localPort);
    setKeyAddresses(key, remote.bytes, local.bytes);
    const fields: IpFields = { ...OWN_IP_FIELDS, trafficClass: dscp << 2 };
    prependIp(frame, udpAt, key, 0, fields, ttl);
    finishUdpChecksum(frame, udpAt, local.family);
    this.#lastChecksum = udpChecksum(frame.bytes, udpAt);
    this.#neighbors.send(neighbor, frame, now);
    this.#pool.release(frame);
    return 'sent';
  }
}
