import type { Frame } from '../frame.ts';
import { counter, type Counters } from '../stats/counters.ts';
import type { Instant } from '../time.ts';
import { isGroupMac, MAC_LENGTH } from '../wire/ethernet.ts';
import { ICMP_HEADER_LENGTH, icmpTypes, icmpUnreachable, icmpv6Types, icmpv6Unreachable } from '../wire/icmp.ts';
import type { FramePool } from './frame-pool.ts';
import { QUOTE_LENGTH_MAX, wrapIcmpError } from './icmp-quote.ts';
import type { LinkInterface, NetworkInterfaces } from './interfaces.ts';
import type { Neighbors } from './neighbors.ts';
import type { Packet } from './packet.ts';
import { TokenBucket } from './token-bucket.ts';

/** The errors a router sends: type and code by family, and for too-big the MTU. */
const errors = {
  'time-exceeded': { v4: [icmpTypes.timeExceeded, 0], v6: [icmpv6Types.timeExceeded, 0] },
  'no-route': {
    v4: [icmpTypes.unreachable, icmpUnreachable.network],
    v6: [icmpv6Types.unreachable, icmpv6Unreachable.noRoute],
  },
  'too-big': { v4: [icmpTypes.unreachable, icmpUnreachable.fragmentationNeeded], v6: [icmpv6Types.packetTooBig, 0] },
} as const;

export type IcmpErrorKind = keyof typeof errors;

/** Makes ICMP errors (RFC 792, RFC 4443) for packets of hosts that cannot be passed on, at a bounded rate. */
export class IcmpErrors {
  readonly #interfaces: NetworkInterfaces<LinkInterface>;
  readonly #neighbors: Neighbors;
  readonly #counters: Counters;
  readonly #pool: FramePool;
  readonly #rate = new TokenBucket();

  constructor(interfaces: NetworkInterfaces<LinkInterface>, neighbors: Neighbors, counters: Counters, pool: FramePool) {
    this.#interfaces = interfaces;
    this.#neighbors = neighbors;
    this.#counters = counters;
    this.#pool = pool;
  }

  /** Answers `packet`, which is as it came in, with an error. False if none was sent: never about an ICMP message. */
  send(kind: IcmpErrorKind, packet: Packet, mtu: number, now: Instant): boolean {
    const { bytes } = packet.frame;
    if (packet.isIcmpMessage || isGroupMac(bytes, packet.frame.start)) return false;
    const own = this.#interfaces.ownAddress(packet.networkInterface, packet.family);
    const frame = own && this.#rate.mayPass(now) ? this.#pool.take() : undefined;
    if (!own || !frame) {
      this.#counters.values[counter.icmpErrorSuppressed]++;
      return false;
    }
    this.#build(frame, kind, packet, own, kind === 'too-big' ? mtu : 0);
    this.#neighbors.sendToMac(packet.networkInterface, bytes, packet.frame.start + MAC_LENGTH, frame);
    this.#pool.release(frame);
    this.#counters.values[counter.icmpErrorSent]++;
    return true;
  }

  #build(frame: Frame, kind: IcmpErrorKind, packet: Packet, own: Uint8Array, mtu: number): void {
    const { bytes } = frame;
    const quoted = packet.frame.bytes.subarray(packet.ipAt, Math.min(packet.end, packet.ipAt + QUOTE_LENGTH_MAX));
    const source = packet.frame.bytes.subarray(packet.sourceAt, packet.sourceAt + packet.addressLength);
    const quoteAt = frame.start + ICMP_HEADER_LENGTH;
    bytes.set(quoted, quoteAt);
    frame.end = quoteAt + quoted.length;
    const [type, code] = packet.family === 4 ? errors[kind].v4 : errors[kind].v6;
    wrapIcmpError(frame, quoteAt, [type, code, mtu], own, source);
  }
}
