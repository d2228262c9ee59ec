import { Frame } from '../frame.ts';
import { counter, type Counters } from '../stats/counters.ts';
import { NEVER, type Instant } from '../time.ts';
import { writeU16 } from '../wire/bytes.ts';
import { finish, pseudoHeaderSum, sum } from '../wire/checksum.ts';
import { isGroupMac, MAC_LENGTH } from '../wire/ethernet.ts';
import {
  ICMP_HEADER_LENGTH,
  emitIcmp,
  icmpChecksumAt,
  icmpTypes,
  icmpUnreachable,
  icmpv6Types,
  icmpv6Unreachable,
} from '../wire/icmp.ts';
import {
  IPV4_HEADER_LENGTH,
  emitIpv4,
  finishIpv4Header,
  ipProtocols,
  ipv4DestinationAt,
  ipv4SourceAt,
} from '../wire/ipv4.ts';
import { IPV6_HEADER_LENGTH, emitIpv6, ipv6DestinationAt, ipv6SourceAt } from '../wire/ipv6.ts';
import type { FramePool } from './frame-pool.ts';
import type { LinkInterface, NetworkInterfaces } from './interfaces.ts';
import type { Neighbors } from './neighbors.ts';
import type { Packet } from './packet.ts';

/** At most this many errors at once, and this many a second in the long run (RFC 1812, section 4.3.2.8: a bound is a must). */
const BURST = 10;
const PER_SECOND = 50;

/** Bytes of the offending packet that an error quotes: enough for its IP and L4 headers, short enough for any link. */
const QUOTE_LENGTH_MAX = 548;

/** The errors a router sends: type and code by family, and for too-big the MTU. */
const errors = {
  'time-exceeded': { v4: [icmpTypes.timeExceeded, 0], v6: [icmpv6Types.timeExceeded, 0] },
  'no-route': {
    v4: [icmpTypes.unreachable, icmpUnreachable.network],
    v6: [icmpv6Types.unreachable, icmpv6Unreachable.noRoute],
  },
  'too-big': { v4: [icmpTypes.unreachable, 4], v6: [icmpv6Types.packetTooBig, 0] },
} as const;

export type IcmpErrorKind = keyof typeof errors;

/** Makes ICMP errors (RFC 792, RFC 4443) for packets of hosts that cannot be passed on, at a bounded rate. */
export class IcmpErrors {
  readonly #interfaces: NetworkInterfaces<LinkInterface>;
  readonly #neighbors: Neighbors;
  readonly #counters: Counters;
  readonly #pool: FramePool;
  #tokens = BURST;
  #filledAt: Instant = NEVER;

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
    const frame = own && this.#mayPass(now) ? this.#pool.take() : undefined;
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

  /** A token bucket: errors must not be a way to make a router busy. */
  #mayPass(now: Instant): boolean {
    const gained = this.#filledAt === NEVER ? 0 : ((now - this.#filledAt) * PER_SECOND) / 1_000_000;
    this.#tokens = Math.min(BURST, this.#tokens + gained);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  #build(frame: Frame, kind: IcmpErrorKind, packet: Packet, own: Uint8Array, mtu: number): void {
    const { bytes } = frame;
    const quoted = packet.frame.bytes.subarray(packet.ipAt, Math.min(packet.end, packet.ipAt + QUOTE_LENGTH_MAX));
    const source = packet.frame.bytes.subarray(packet.sourceAt, packet.sourceAt + packet.addressLength);
    const icmpAt = frame.start;
    bytes.set(quoted, icmpAt + ICMP_HEADER_LENGTH);
    frame.end = icmpAt + ICMP_HEADER_LENGTH + quoted.length;
    if (packet.family === 4) {
      const [type, code] = errors[kind].v4;
      emitIcmp(bytes, icmpAt, type, code, mtu);
      writeU16(bytes, icmpChecksumAt(icmpAt), finish(sum(bytes, icmpAt, frame.end)));
      const at = icmpAt - IPV4_HEADER_LENGTH;
      emitIpv4(bytes, at, frame.end, 0xc0, 0, 0, 64, ipProtocols.icmp);
      bytes.set(own, ipv4SourceAt(at));
      bytes.set(source, ipv4DestinationAt(at));
      finishIpv4Header(bytes, at);
      frame.start = at;
      return;
    }
    const [type, code] = errors[kind].v6;
    emitIcmp(bytes, icmpAt, type, code, mtu);
    const at = icmpAt - IPV6_HEADER_LENGTH;
    emitIpv6(bytes, at, frame.end, 0, 64, ipProtocols.icmpv6);
    bytes.set(own, ipv6SourceAt(at));
    bytes.set(source, ipv6DestinationAt(at));
    const pseudo = pseudoHeaderSum(
      bytes,
      ipv6SourceAt(at),
      ipv6DestinationAt(at),
      16,
      ipProtocols.icmpv6,
      frame.end - icmpAt,
    );
    writeU16(bytes, icmpChecksumAt(icmpAt), finish(pseudo + sum(bytes, icmpAt, frame.end)));
    frame.start = at;
  }
}
