import type { IpAddress, IpPrefix } from '../address.ts';
import type { PortIndex } from '../device.ts';
import type { Frame } from '../frame.ts';
import { FramePool } from '../highway/frame-pool.ts';
import { IcmpErrors, type IcmpErrorKind } from '../highway/icmp-errors.ts';
import { NetworkInterfaces, type LinkInterface, type OwnAddress } from '../highway/interfaces.ts';
import { Neighbors } from '../highway/neighbors.ts';
import { Packet, PARSED } from '../highway/packet.ts';
import { isEchoRequest, turnIntoEchoReply } from '../service-area/own-packets.ts';
import { counter, counterPath, Counters } from '../stats/counters.ts';
import { earliest, seconds, type Instant } from '../time.ts';
import type { Trace, TraceType } from '../trace.ts';
import { equalBytes } from '../wire/bytes.ts';
import { finish, sum } from '../wire/checksum.ts';
import { etherType, etherTypes, ethernetHeaderLength, isGroupMac, MAC_LENGTH, vlanId } from '../wire/ethernet.ts';
import { icmpChecksumAt } from '../wire/icmp.ts';
import { decrementIpv4Ttl, ipProtocols } from '../wire/ipv4.ts';
import { Mappings, type End, type Mapping, type MappingSettings } from './mappings.ts';
import { INSIDE, middleboxPorts, OUTSIDE, type Middlebox, type MiddleboxSurroundings } from './middlebox.ts';
import { readQuote, type Quote } from './quote.ts';
import { editCovered, readIpv4Address, rewriteAddress, rewriteEnd } from './rewrite.ts';

/** Emulator choices, as for a router. */
const POOL_FRAMES = 256;
const NEIGHBORS = { capacity: 256, queueLength: 32, lifetime: seconds(1_800) };

/** A side of a NAT: its own address there, with the length of the network, and who leads further. */
export interface NatSide {
  readonly address: IpPrefix;
  readonly gateway: IpAddress | undefined;
}

export interface NatSettings extends MappingSettings {
  readonly inside: NatSide;
  readonly outside: NatSide;
  /** Longest IP packet that leaves by either port, in bytes. */
  readonly mtu: number;
}

export interface NatOptions extends MiddleboxSurroundings {
  readonly settings: NatSettings;
}

/**
 * An IPv4 router between two networks that gives everybody behind its inside port one outside address: a NAPT (RFC 3022)
 * with the behaviours of RFC 4787 (UDP), RFC 5382 (TCP) and RFC 5508 (ICMP). Hairpinning is on; fragments are dropped.
 */
export class Nat implements Middlebox {
  readonly counters = new Counters('nat');
  readonly #trace: Trace | undefined;
  readonly #interfaces: NetworkInterfaces<LinkInterface>;
  readonly #outsideAddresses: OwnAddress[];
  readonly #neighbors: Neighbors;
  readonly #icmpErrors: IcmpErrors;
  readonly #mappings: Mappings;
  readonly #packet = new Packet();

  constructor({ settings, macs, wire, random, trace }: NatOptions) {
    this.#trace = trace;
    this.#outsideAddresses = [ownAddress(settings.outside)];
    const addresses = [[ownAddress(settings.inside)], this.#outsideAddresses];
    const list = middleboxPorts.map((name, port): LinkInterface => ({
      index: port,
      name,
      port,
      mac: macs[port],
      vlan: 0,
      mtu: settings.mtu,
      addresses: addresses[port],
    }));
    this.#interfaces = new NetworkInterfaces(list, list.length);
    const pool = new FramePool(POOL_FRAMES);
    this.#neighbors = new Neighbors(this.#interfaces, wire, this.counters, pool, NEIGHBORS);
    this.#icmpErrors = new IcmpErrors(this.#interfaces, this.#neighbors, this.counters, pool);
    this.#mappings = new Mappings(settings, this.counters, random, trace);
  }

  get entryCount(): number {
    return this.#mappings.size;
  }

  /** The address that the outside sees. */
  get outsideAddress(): IpAddress {
    return this.#outsideAddresses[0].address;
  }

  receive(port: PortIndex, frame: Frame, now: Instant): void {
    const { bytes, start } = frame;
    const headerLength = ethernetHeaderLength(bytes, start, frame.end);
    if (headerLength < 0) return this.#drop(frame, counter.frameMalformed);
    const isGroup = isGroupMac(bytes, start);
    const side = this.#interfaces.find(port, vlanId(bytes, start, headerLength));
    if (side < 0 || (!isGroup && !equalBytes(bytes, start, this.#interfaces.list[side].mac, 0, MAC_LENGTH)))
      return this.#drop(frame, counter.frameNotForUs);
    const at = start + headerLength;
    switch (etherType(bytes, start, headerLength)) {
      case etherTypes.arp:
        return this.#neighbors.receiveArp(side, frame, at, now);
      case etherTypes.ipv4:
        return this.#receiveIpv4(side, frame, at, isGroup, now);
      default:
        this.#drop(frame, counter.frameUnsupported);
    }
  }

  poll(now: Instant): void {
    this.#neighbors.poll(now);
    this.#mappings.poll(now);
  }

  nextDeadline(): Instant {
    return earliest(this.#neighbors.nextDeadline(), this.#mappings.nextDeadline());
  }

  forget(): number {
    return this.#mappings.forgetAll();
  }

  /** Gives every mapping another outside port, and itself another outside address if there is one. Returns how many live on. */
  rebind(address?: IpAddress): number {
    if (address) this.#outsideAddresses[0] = { ...this.#outsideAddresses[0], address };
    return this.#mappings.rebind();
  }

  #receiveIpv4(side: number, frame: Frame, at: number, isGroup: boolean, now: Instant): void {
    const packet = this.#packet;
    const fault = packet.parseIpv4(frame, at, side);
    if (fault !== PARSED) return this.#drop(frame, fault);
    if (isGroup) return this.#drop(frame, counter.frameNotForUs);
    // From the inside, the outside address answers too.
    const isOwn = this.#isOwn(side, packet) || this.#isOwn(OUTSIDE, packet);
    if (isOwn && isEchoRequest(packet)) return this.#answerEcho(packet);
    if (side === OUTSIDE) return this.#inbound(packet, now);
    if (this.#isOwn(INSIDE, packet)) return this.#drop(frame, counter.frameUnsupported);
    this.#outbound(packet, now);
  }

  #outbound(packet: Packet, now: Instant): void {
    const { frame } = packet;
    const nextHop = this.#mayForward(packet, OUTSIDE, destinationOf(packet), now);
    if (!nextHop) return;
    const translated = packet.isIcmpMessage ? this.#translateErrorOut(packet, now) : this.#translateOut(packet, now);
    if (translated !== PARSED) return this.#drop(frame, translated);
    if (!this.#isOwn(OUTSIDE, packet)) return this.#forward(packet, OUTSIDE, nextHop, now);
    // Hairpinning (RFC 4787, section 6): from one on the inside, by the outside address, to another on the inside.
    const fault = packet.parseIpv4(frame, packet.ipAt, OUTSIDE);
    if (fault !== PARSED) return this.#drop(frame, fault);
    this.#inbound(packet, now);
  }

  #inbound(packet: Packet, now: Instant): void {
    const { frame } = packet;
    if (!this.#isOwn(OUTSIDE, packet)) return this.#drop(frame, counter.frameNotForUs);
    const quote = packet.isIcmpMessage ? soundQuote(packet) : undefined;
    if (packet.isIcmpMessage && !quote) return this.#drop(frame, counter.frameUnsupported);
    const mapping = quote ? this.#mappingOfSent(quote, packet, now) : this.#mappingFor(packet, now);
    if (typeof mapping === 'number') return this.#drop(frame, mapping);
    const nextHop = this.#mayForward(packet, INSIDE, { family: 4, bytes: mapping.inside.address }, now);
    if (!nextHop) return;
    const { address, port } = mapping.inside;
    if (quote) this.#rewriteQuote(packet, quote, 'source', address, port);
    if (quote) rewriteAddress(frame.bytes, packet.ipAt, 'destination', address);
    else rewriteEnd(frame.bytes, packet, 'destination', address, port);
    this.counters.values[quote ? counter.natIcmpErrors : counter.natInbound]++;
    this.#forward(packet, INSIDE, nextHop, now);
  }

  /** PARSED, or the counter of what is in the way. */
  #translateOut(packet: Packet, now: Instant): number {
    const { frame, protocol, tcpFlags } = packet;
    if (protocol === ipProtocols.icmp && !isEchoRequest(packet)) return counter.natNoMapping;
    const inside = sourceEnd(packet);
    const mapping = this.#mappings.outbound(
      protocol,
      inside,
      remoteEnd(packet, 'destination'),
      tcpFlags,
      frame.id,
      now,
    );
    if (typeof mapping === 'number') return mapping;
    rewriteEnd(frame.bytes, packet, 'source', this.outsideAddress.bytes, mapping.outsidePort);
    this.counters.values[counter.natOutbound]++;
    return PARSED;
  }

  /** Somebody on the inside could do nothing with a packet that had been let in. */
  #translateErrorOut(packet: Packet, now: Instant): number {
    const { bytes } = packet.frame;
    const quote = soundQuote(packet);
    if (!quote) return counter.frameUnsupported;
    const inside = { address: readIpv4Address(bytes, quote.destinationAt), port: quote.destinationPort };
    const remote = remoteOf(bytes, quote, 'source');
    const mapping = this.#mappings.ofReceived(quote.protocol, inside, remote, now);
    if (!mapping) return counter.natNoMapping;
    this.#rewriteQuote(packet, quote, 'destination', this.outsideAddress.bytes, mapping.outsidePort);
    rewriteAddress(bytes, packet.ipAt, 'source', this.outsideAddress.bytes);
    this.counters.values[counter.natIcmpErrors]++;
    return PARSED;
  }

  #mappingFor(packet: Packet, now: Instant): Readonly<Mapping> | number {
    const { protocol, destinationPort, tcpFlags } = packet;
    return this.#mappings.inbound(protocol, destinationPort, remoteEnd(packet, 'source'), tcpFlags, now);
  }

  #mappingOfSent(quote: Quote, packet: Packet, now: Instant): Readonly<Mapping> | number {
    const { bytes } = packet.frame;
    if (!equalBytes(bytes, quote.sourceAt, this.outsideAddress.bytes, 0, 4)) return counter.natNoMapping;
    const remote = remoteOf(bytes, quote, 'destination');
    return this.#mappings.ofSent(quote.protocol, quote.sourcePort, remote, now) ?? counter.natNoMapping;
  }

  #rewriteQuote(packet: Packet, quote: Quote, end: 'source' | 'destination', address: Uint8Array, port: number): void {
    const { bytes } = packet.frame;
    editCovered(bytes, icmpChecksumAt(packet.l4At), quote.ipAt, quote.end, () =>
      rewriteEnd(bytes, quote, end, address, port),
    );
  }

  /** Where a packet that leaves by `side` goes next; undefined if it may not leave, which has been told. */
  #mayForward(packet: Packet, side: number, destination: IpAddress, now: Instant): IpAddress | undefined {
    const out = this.#interfaces.list[side];
    if (packet.ttl <= 1) return this.#refuse(packet, 'time-exceeded', counter.ttlExceeded, now);
    const nextHop = this.#interfaces.nextHop(out, destination);
    if (!nextHop) return this.#refuse(packet, 'no-route', counter.natUnroutable, now);
    if (packet.end - packet.ipAt > out.mtu) return this.#refuse(packet, 'too-big', counter.tooBig, now);
    return nextHop;
  }

  #refuse(packet: Packet, kind: IcmpErrorKind, reason: number, now: Instant): undefined {
    const mtu = this.#interfaces.list[packet.networkInterface].mtu;
    if (this.#icmpErrors.send(kind, packet, mtu, now)) this.#tell('icmp-error-sent', packet.frame, kind);
    this.#drop(packet.frame, reason);
  }

  #forward(packet: Packet, side: number, nextHop: IpAddress, now: Instant): void {
    const { frame, ipAt } = packet;
    decrementIpv4Ttl(frame.bytes, ipAt);
    frame.start = ipAt;
    frame.end = packet.end;
    const neighbor = this.#neighbors.hold(side, nextHop, now);
    if (neighbor < 0) return this.#tell('packet-dropped', frame, counterPath(counter.neighborTableFull));
    this.#neighbors.send(neighbor, frame, now);
    this.#neighbors.release(neighbor);
  }

  #answerEcho(packet: Packet): void {
    const mac = turnIntoEchoReply(packet);
    this.#neighbors.sendToMac(packet.networkInterface, mac, 0, packet.frame);
    this.counters.values[counter.icmpEchoAnswered]++;
  }

  #isOwn(side: number, packet: Packet): boolean {
    return this.#interfaces.owns(side, packet.frame.bytes, packet.destinationAt, 4);
  }

  #drop(frame: Frame, reason: number): void {
    this.counters.values[reason]++;
    this.#tell('packet-dropped', frame, counterPath(reason));
  }

  #tell(type: TraceType, frame: Frame, reason: string): void {
    this.#trace?.event({ type, packet: frame.id, reason });
  }
}

const ownAddress = ({ address, gateway }: NatSide): OwnAddress => ({
  address: address.address,
  prefix: address,
  gateway,
});

const sourceEnd = (packet: Packet): End => ({
  address: readIpv4Address(packet.frame.bytes, packet.sourceAt),
  port: packet.sourcePort,
});

const destinationOf = (packet: Packet): IpAddress => ({
  family: 4,
  bytes: readIpv4Address(packet.frame.bytes, packet.destinationAt),
});

const remoteEnd = (packet: Packet, end: 'source' | 'destination'): End => remoteOf(packet.frame.bytes, packet, end);

/** An echo has one identifier, which is the inside end's. */
function remoteOf(bytes: Uint8Array, packet: Packet | Quote, end: 'source' | 'destination'): End {
  const address = readIpv4Address(bytes, end === 'source' ? packet.sourceAt : packet.destinationAt);
  const port = end === 'source' ? packet.sourcePort : packet.destinationPort;
  return { address, port: packet.protocol === ipProtocols.icmp ? 0 : port };
}

/** What an ICMP error quotes, if its checksum is right (RFC 5508, REQ-3). */
function soundQuote({ frame: { bytes }, l4At, end }: Packet): Quote | undefined {
  return finish(sum(bytes, l4At, end)) === 0 ? readQuote(bytes, 4, l4At, end) : undefined;
}
