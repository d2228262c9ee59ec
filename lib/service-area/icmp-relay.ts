import type { Family } from '../address.ts';
import { KEY_WORDS, keyNetworkInterface } from '../highway/flow-key.ts';
import {
  contentOfQuoted,
  hasRightIcmpChecksum,
  isErrorType,
  QUOTE_LENGTH_MAX,
  quotedLength,
  readQuote,
  tooBigMtu,
  wrapIcmpError,
  writeQuote,
  type Quote,
} from '../highway/icmp-quote.ts';
import { ipHeaderLength, type Packet } from '../highway/packet.ts';
import { TokenBucket } from '../highway/token-bucket.ts';
import type { Attributes } from '../metadata/attributes.ts';
import type { KeyRing } from '../metadata/key-ring.ts';
import type { Context } from '../metadata/layout.ts';
import { counter, type CounterName } from '../stats/counters.ts';
import type { Instant } from '../time.ts';
import { equalBytes, readU16, readU32 } from '../wire/bytes.ts';
import { isGroupMac } from '../wire/ethernet.ts';
import {
  ICMP_HEADER_LENGTH,
  emitIcmp,
  icmpTypes,
  icmpUnreachable,
  icmpv6Types,
  icmpv6Unreachable,
} from '../wire/icmp.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import { UDP_HEADER_LENGTH, emitUdp } from '../wire/udp.ts';
import type { ServiceAreaParts } from './parts.ts';
import { mirrored, sessionContext } from './session-attributes.ts';

/** Smallest MTU that is told: what every link of the family must carry (RFC 791, RFC 8200). */
const MTU_MIN = { 4: 68, 6: 1_280 } as const;

/** Bytes of an L4 header that a host needs to know its own packet again. */
const L4_LENGTH_MIN = 8;

type IcmpFields = readonly [type: number, code: number, rest: number];

/** Why a packet that came from a peer goes no further here. */
export type Undeliverable = 'too-big' | 'time-exceeded';

/** What of a packet of hosts is known: its L4 header and what follows are bytes[at, end), and it was `length` long. */
interface L4 {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly end: number;
  readonly length: number;
}

/**
 * ICMP errors about the packets of sessions, on their way back to whoever sent those (SVR sheet, section 1.2, types 20
 * and 21): from a host or a router behind this one, from a router between two peers, or made here. Between routers an
 * error travels on the session's own waypoints, as metadata that names the node which made it, and the ICMP message
 * behind that, encrypted if the session is; it quotes the packet as its sender had sent it (layout: emulator choice).
 *
 * An error is carried only if it quotes a packet of a session, and only so many are: never one about another error.
 */
export class IcmpRelay {
  readonly #parts: ServiceAreaParts;
  readonly #rate = new TokenBucket();
  /** Where an ICMP message is written before it is known how it leaves. */
  readonly #message = new Uint8Array(ICMP_HEADER_LENGTH + QUOTE_LENGTH_MAX);
  /** Where a UDP header is put before what was carried without it. */
  readonly #datagram = new Uint8Array(QUOTE_LENGTH_MAX);

  constructor(parts: ServiceAreaParts) {
    this.#parts = parts;
  }

  /** An ICMP error came by itself: from the side of a host, or from between this router and a peer. */
  fromWire(packet: Packet, now: Instant): void {
    const { flows } = this.#parts;
    const { bytes, start } = packet.frame;
    if (isGroupMac(bytes, start) || !hasRightIcmpChecksum(packet)) return this.#drop(packet, 'frameMalformed');
    const quote = readQuote(packet);
    const back = quote ? flows.find(quote.answerKey, 0) : -1;
    // Who sent the packet is whom the error is for.
    if (!quote || back < 0 || !equalBytes(bytes, quote.sourceAt, bytes, packet.destinationAt, packet.addressLength))
      return this.#drop(packet, 'icmpErrorNoSession');
    const sent = back ^ 1;
    const context = this.#contextOf(sent);
    const isUnderlay = flows.path[sent] !== 0;
    if (isUnderlay && tooBigMtu(packet) !== undefined)
      this.#parts.tooLongForPath(flows.path[sent] - 1, quotedLength(bytes, quote), now);
    const l4 = isUnderlay ? this.#carriedIn(sent, packet, quote, context) : l4In(bytes, quote.l4At, quote.end);
    const fields = isUnderlay ? this.#fieldsForHost(sent, packet, context) : fieldsAt(bytes, packet.l4At);
    if (!l4 || !fields) return this.#drop(packet, 'icmpErrorUnreadable');
    this.#carry(back, packet, fields, bytes.slice(packet.sourceAt, packet.sourceAt + packet.addressLength), l4, now);
  }

  /** A packet that came from a peer on `flow` goes no further here; bytes[at, end) is what it carries. */
  undeliverable(
    kind: Undeliverable,
    flow: number,
    packet: Packet,
    at: number,
    end: number,
    room: number,
    now: Instant,
  ): void {
    const { interfaces, flows } = this.#parts;
    const context = this.#contextOf(flow);
    const isOpaque = flows.path[flow] !== 0 && this.#payloadKeys(flow) !== undefined;
    const l4 = this.#l4Of(context, packet.frame.bytes, at, end, end - at, isOpaque);
    const location = interfaces.ownAddress(packet.networkInterface, packet.family);
    if (!l4 || !location) return;
    const family = familyOf(context);
    const mtu = ipHeaderLength(family) + l4.length + room;
    const fields = kind === 'too-big' ? tooBig(family, mtu) : ([timeExceeded[family], 0, 0] as const);
    this.#carry(flow ^ 1, packet, fields, location, l4, now);
  }

  /** A peer carries an error on, which came on flow `back`; its ICMP message is bytes[at, end) of the packet. */
  fromPeer(back: number, packet: Packet, location: Uint8Array, at: number, end: number, now: Instant): void {
    const { flows } = this.#parts;
    const { bytes } = packet.frame;
    this.#count('icmpErrorReceived');
    // Whoever is between two routers passes on what it cannot read.
    if (flows.path[back] !== 0) return this.#sendOn(back, packet, location, bytes.subarray(at, end), undefined, now);
    const plainEnd = this.#payloadKeys(back)?.decryptPayload(bytes, at, end) ?? end;
    if (typeof plainEnd === 'string')
      return this.#drop(packet, plainEnd === 'unknown-key' ? 'unknownKey' : 'undecipherable');
    const family = familyOf(this.#contextOf(back ^ 1));
    const quoteAt = at + ICMP_HEADER_LENGTH;
    const l4At = quoteAt + ipHeaderLength(family);
    if (plainEnd - l4At < L4_LENGTH_MIN || !isErrorType(family, bytes[at]))
      return this.#drop(packet, 'icmpErrorUnreadable');
    const length = family === 4 ? readU16(bytes, quoteAt + 2) - ipHeaderLength(4) : readU16(bytes, quoteAt + 4);
    const l4 = { bytes, at: l4At, end: plainEnd, length: Math.max(L4_LENGTH_MIN, length) };
    this.#carry(back, packet, fieldsAt(bytes, at), location, l4, now);
  }

  /** Sends an error the way of flow `back`: on to a peer, or to the host that has sent what it is about. */
  #carry(back: number, packet: Packet, fields: IcmpFields, location: Uint8Array, l4: L4, now: Instant): void {
    const message = this.#message;
    const context = this.#contextOf(back ^ 1);
    const end = writeQuote(message, ICMP_HEADER_LENGTH, context, l4.bytes, l4.at, l4.end, l4.length);
    if (this.#parts.flows.path[back] === 0)
      return this.#deliver(back, packet, fields, location, message.subarray(ICMP_HEADER_LENGTH, end), now);
    emitIcmp(message, 0, ...fields);
    this.#sendOn(back, packet, location, message.subarray(0, end), this.#payloadKeys(back), now);
  }

  #sendOn(
    back: number,
    packet: Packet,
    location: Uint8Array,
    message: Uint8Array,
    keys: KeyRing | undefined,
    now: Instant,
  ): void {
    const attributes: Attributes =
      location.length === 4 ? { icmpErrorLocationIpv4: location } : { icmpErrorLocationIpv6: location };
    if (!this.#rate.mayPass(now) || !this.#parts.highway().own.send(back, attributes, now, message, keys))
      return this.#drop(packet, 'icmpErrorSuppressed');
    this.#count('icmpErrorCarried');
    this.#trace(packet, back);
  }

  /** The host gets the error from the node that made it, where that is of its own family of addresses. */
  #deliver(
    back: number,
    packet: Packet,
    fields: IcmpFields,
    location: Uint8Array,
    quote: Uint8Array,
    now: Instant,
  ): void {
    const { flows, interfaces, neighbors, pool } = this.#parts;
    const { source: host } = this.#contextOf(back ^ 1);
    const out = keyNetworkInterface(flows.keys, (back ^ 1) * KEY_WORDS);
    const source = location.length === host.length ? location : interfaces.ownAddress(out, host.length === 4 ? 4 : 6);
    const frame = source && this.#rate.mayPass(now) ? pool.take() : undefined;
    if (!source || !frame) return this.#drop(packet, 'icmpErrorSuppressed');
    const quoteAt = frame.start + ICMP_HEADER_LENGTH;
    frame.bytes.set(quote, quoteAt);
    frame.end = quoteAt + quote.length;
    frame.id = packet.frame.id;
    wrapIcmpError(frame, quoteAt, fields, source, host);
    neighbors.send(flows.neighbor[back], frame, now);
    pool.release(frame);
    this.#count('icmpErrorDelivered');
    this.#trace(packet, back);
  }

  /** The endpoints of the packets of a flow, as whoever sends them sees them. */
  #contextOf(flow: number): Context {
    const context = sessionContext(this.#parts, flow >> 1);
    return (flow & 1) === 0 ? context : mirrored(context);
  }

  /** What the payload of a flow's session is encrypted with; undefined if it is not. */
  #payloadKeys(flow: number): KeyRing | undefined {
    return this.#parts.payloadKeys[this.#parts.sessions.service[flow >> 1]];
  }

  /** What a quoted packet between routers has carried; undefined if the quote does not tell enough. */
  #carriedIn(sent: number, { frame }: Packet, { l4At, end }: Quote, context: Context): L4 | undefined {
    const { bytes } = frame;
    const { seal } = this.#parts.paths[this.#parts.flows.path[sent] - 1];
    const payloadAt = l4At + UDP_HEADER_LENGTH;
    const wholeEnd = l4At + readU16(bytes, l4At + 4) - (seal?.trailerLength ?? 0);
    const knownEnd = Math.min(end, wholeEnd);
    const contentAt = contentOfQuoted(bytes, payloadAt, knownEnd);
    const isOpaque = contentAt < 0 || this.#payloadKeys(sent) !== undefined;
    const at = Math.max(contentAt, payloadAt);
    return this.#l4Of(context, bytes, at, knownEnd, Math.max(0, wholeEnd - at), isOpaque);
  }

  /** The L4 header and what follows it of a packet that is carried as bytes[at, end), of once `length` bytes. */
  #l4Of(
    context: Context,
    bytes: Uint8Array,
    at: number,
    end: number,
    length: number,
    isOpaque: boolean,
  ): L4 | undefined {
    if (context.protocol !== ipProtocols.udp)
      return isOpaque || end - at < L4_LENGTH_MIN ? undefined : { bytes, at, end, length };
    const datagram = this.#datagram;
    const known = isOpaque ? 0 : Math.max(0, Math.min(end - at, datagram.length - UDP_HEADER_LENGTH));
    datagram.set(bytes.subarray(at, at + known), UDP_HEADER_LENGTH);
    const whole = UDP_HEADER_LENGTH + Math.max(known, Math.min(length, 0xffff - UDP_HEADER_LENGTH));
    emitUdp(datagram, 0, whole, context.sourcePort, context.destinationPort, 0);
    return { bytes: datagram, at: 0, end: UDP_HEADER_LENGTH + known, length: whole };
  }

  /** What an error about a packet between routers says to the host whose packet was in it. */
  #fieldsForHost(sent: number, packet: Packet, context: Context): IcmpFields | undefined {
    const { frame, l4At, family } = packet;
    const own = familyOf(context);
    if (frame.bytes[l4At] === timeExceeded[family]) return [timeExceeded[own], 0, 0];
    const told = tooBigMtu(packet);
    // No waypoint, no router: to a host, the destination is out of reach.
    if (told === undefined)
      return own === 4
        ? [icmpTypes.unreachable, icmpUnreachable.host, 0]
        : [icmpv6Types.unreachable, icmpv6Unreachable.address, 0];
    const { seal } = this.#parts.paths[this.#parts.flows.path[sent] - 1];
    const added =
      ipHeaderLength(family) +
      UDP_HEADER_LENGTH +
      (seal?.trailerLength ?? 0) +
      (this.#payloadKeys(sent)?.payloadGrowthMax ?? 0);
    const inner = ipHeaderLength(own) + (context.protocol === ipProtocols.udp ? UDP_HEADER_LENGTH : 0);
    return told === 0 ? undefined : tooBig(own, Math.max(MTU_MIN[own], told - added + inner));
  }

  #trace(packet: Packet, flow: number): void {
    const { trace, sessions } = this.#parts;
    trace?.event({ type: 'icmp-error-carried', packet: packet.frame.id, session: sessions.uuidText(flow >> 1) });
  }

  #drop(packet: Packet, reason: CounterName): void {
    this.#parts.highway().drop(packet, counter[reason]);
  }

  #count(name: CounterName): void {
    this.#parts.counters.values[counter[name]]++;
  }
}

const timeExceeded = { 4: icmpTypes.timeExceeded, 6: icmpv6Types.timeExceeded } as const;

const tooBig = (family: Family, mtu: number): IcmpFields =>
  family === 4 ? [icmpTypes.unreachable, icmpUnreachable.fragmentationNeeded, mtu] : [icmpv6Types.packetTooBig, 0, mtu];

const familyOf = ({ source }: Context): Family => (source.length === 4 ? 4 : 6);

const fieldsAt = (bytes: Uint8Array, at: number): IcmpFields => [bytes[at], bytes[at + 1], readU32(bytes, at + 4)];

const l4In = (bytes: Uint8Array, at: number, end: number): L4 => ({ bytes, at, end, length: end - at });
