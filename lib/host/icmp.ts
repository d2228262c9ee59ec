import type { Family, IpAddress } from '../address.ts';
import type { Random } from '../random.ts';
import type { Instant } from '../time.ts';
import { writeU16 } from '../wire/bytes.ts';
import { finish, sum } from '../wire/checksum.ts';
import {
  emitIcmp,
  ICMP_HEADER_LENGTH,
  icmpChecksumAt,
  icmpCode,
  icmpIdentifier,
  icmpSequence,
  icmpType,
  icmpTypes,
  icmpUnreachable,
  icmpv6Types,
  icmpv6Unreachable,
} from '../wire/icmp.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import { transportChecksum, type Datagram, type IpLayer } from './ip.ts';
import type { OnReply, PingSocket } from './sockets.ts';

/** What the two protocols call the same things. */
const dialects = {
  4: {
    protocol: ipProtocols.icmp,
    echoRequest: icmpTypes.echoRequest,
    echoReply: icmpTypes.echoReply,
    unreachable: icmpTypes.unreachable,
    portUnreachable: icmpUnreachable.port,
    /** The error with its own header fits in 576 bytes (RFC 1812, section 4.3.2.3). */
    quoteLengthMax: 576 - 20 - ICMP_HEADER_LENGTH,
  },
  6: {
    protocol: ipProtocols.icmpv6,
    echoRequest: icmpv6Types.echoRequest,
    echoReply: icmpv6Types.echoReply,
    unreachable: icmpv6Types.unreachable,
    portUnreachable: icmpv6Unreachable.port,
    /** The error with its own header fits in the smallest IPv6 MTU (RFC 4443, section 2.4). */
    quoteLengthMax: 1_280 - 40 - ICMP_HEADER_LENGTH,
  },
} as const;

interface OpenPing {
  readonly family: Family;
  readonly onReply: OnReply;
}

/** ICMP and ICMPv6 of a host: echoes, refuses what comes for closed ports, and carries its pings. */
export class IcmpLayer {
  readonly #ip: IpLayer;
  /** By identifier; one numbering for both families. */
  readonly #pings = new Map<number, OpenPing>();
  #nextIdentifier: number;
  /** Errors that came for what this host had sent. */
  errorsReceived = 0;
  /** Wrong checksum or incomplete. */
  malformed = 0;

  constructor(ip: IpLayer, random: Random) {
    this.#ip = ip;
    this.#nextIdentifier = random.below(0x10000);
  }

  open(family: Family, onReply: OnReply): PingSocket {
    const identifier = this.#freeIdentifier();
    this.#pings.set(identifier, { family, onReply });
    return {
      identifier,
      send: (data, to, sequence, now) => {
        const source = this.#ip.sourceFor(to);
        if (source) this.#send(source, to, dialects[family].echoRequest, 0, identifier, sequence, data, now);
      },
      close: () => void this.#pings.delete(identifier),
    };
  }

  receive(datagram: Datagram, now: Instant): void {
    const { bytes, at, end, source, destination } = datagram;
    const dialect = dialects[source.family];
    if (end - at < ICMP_HEADER_LENGTH || this.#checksum(source, destination, bytes, at, end) !== 0) {
      this.malformed++;
      return;
    }
    const data = bytes.subarray(at + ICMP_HEADER_LENGTH, end);
    const identifier = icmpIdentifier(bytes, at);
    switch (icmpType(bytes, at)) {
      case dialect.echoRequest:
        if (icmpCode(bytes, at) !== 0) return;
        this.#send(destination, source, dialect.echoReply, 0, identifier, icmpSequence(bytes, at), data, now);
        return;
      case dialect.echoReply: {
        const ping = this.#pings.get(identifier);
        if (ping?.family === source.family) ping.onReply(data, source, now);
        return;
      }
      case dialect.unreachable:
        this.errorsReceived++;
    }
  }

  /** Tells the sender of `datagram` that nobody listens on the port that it was for. */
  sendPortUnreachable(datagram: Datagram, now: Instant): void {
    const { bytes, ipAt, end, source, destination } = datagram;
    const dialect = dialects[source.family];
    const quote = bytes.subarray(ipAt, Math.min(end, ipAt + dialect.quoteLengthMax));
    this.#send(destination, source, dialect.unreachable, dialect.portUnreachable, 0, 0, quote, now);
  }

  #send(
    source: IpAddress,
    destination: IpAddress,
    type: number,
    code: number,
    identifier: number,
    sequence: number,
    data: Uint8Array,
    now: Instant,
  ): void {
    const length = ICMP_HEADER_LENGTH + data.length;
    const emit = (bytes: Uint8Array, at: number): void => {
      emitIcmp(bytes, at, type, code, identifier * 0x10000 + (sequence & 0xffff));
      bytes.set(data, at + ICMP_HEADER_LENGTH);
      writeU16(bytes, icmpChecksumAt(at), this.#checksum(source, destination, bytes, at, at + length));
    };
    this.#ip.send(source, destination, dialects[destination.family].protocol, length, emit, now);
  }

  /** Only ICMPv6 covers the addresses. */
  #checksum(source: IpAddress, destination: IpAddress, bytes: Uint8Array, at: number, end: number): number {
    if (source.family === 4) return finish(sum(bytes, at, end));
    return transportChecksum(source, destination, ipProtocols.icmpv6, bytes, at, end);
  }

  #freeIdentifier(): number {
    if (this.#pings.size > 0xffff) throw new RangeError('every ICMP identifier is in use');
    while (this.#pings.has(this.#nextIdentifier)) this.#nextIdentifier = (this.#nextIdentifier + 1) & 0xffff;
    return this.#nextIdentifier;
  }
}
