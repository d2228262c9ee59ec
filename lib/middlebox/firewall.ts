import type { PortIndex, Wire } from '../device.ts';
import type { Frame } from '../frame.ts';
import { setIpv4Addresses, setIpv6Addresses, setKeyHead, KEY_WORDS } from '../highway/flow-key.ts';
import { Packet, PARSED } from '../highway/packet.ts';
import { isEchoRequest } from '../service-area/own-packets.ts';
import { followTcp, TCP_UNSEEN } from '../service-area/tcp-state.ts';
import { counter, counterPath, Counters } from '../stats/counters.ts';
import type { Instant } from '../time.ts';
import type { Trace } from '../trace.ts';
import { etherType, etherTypes, ethernetHeaderLength, vlanId } from '../wire/ethernet.ts';
import { icmpv6Types } from '../wire/icmp.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import { tcpFlags } from '../wire/tcp.ts';
import { UDP_HEADER_LENGTH } from '../wire/udp.ts';
import { describeEnd } from './describe.ts';
import { IdleTable, type Idle } from './idle-table.ts';
import { INSIDE, OUTSIDE, type Middlebox, type MiddleboxSurroundings } from './middlebox.ts';
import { readQuote, type Quote } from './quote.ts';
import { idleTimeout, type IdleTimeouts } from './timeouts.ts';

/** Router and neighbor discovery, and what goes with it, stays on the link (RFC 4861; RFC 4890, section 4.4.1). */
const linkMessages: readonly number[] = [133, 134, icmpv6Types.neighborSolicitation, icmpv6Types.neighborAdvertisement];

export interface FirewallSettings {
  /** Whether only a SYN opens the way for a connection; otherwise any segment from the inside does. */
  readonly tcpStrict: boolean;
  /** With what the payload of a UDP packet may begin, in either direction; undefined lets everything pass. */
  readonly allowedPayloads: readonly Uint8Array[] | undefined;
  readonly timeouts: IdleTimeouts;
  readonly statesMax: number;
}

export interface FirewallOptions extends MiddleboxSurroundings {
  readonly settings: FirewallSettings;
}

interface State {
  readonly description: string;
  readonly protocol: number;
  tcpState: number;
}

/**
 * A stateful firewall that nobody sees: a bridge with two ports. Who is inside may speak to anybody, who is outside may
 * only answer. ARP and neighbor discovery pass; IP fragments and protocols other than TCP, UDP and ICMP do not.
 */
export class Firewall implements Middlebox {
  readonly counters = new Counters('firewall');
  readonly #settings: FirewallSettings;
  readonly #wire: Wire;
  readonly #trace: Trace | undefined;
  readonly #states: IdleTable<State>;
  readonly #packet = new Packet();
  readonly #key = new Uint32Array(KEY_WORDS);

  constructor({ settings, wire, trace }: FirewallOptions) {
    this.#settings = settings;
    this.#wire = wire;
    this.#trace = trace;
    this.#states = new IdleTable({
      capacity: settings.statesMax,
      counters: this.counters,
      counted: {
        created: counter.firewallStatesCreated,
        timedOut: counter.firewallStatesTimedOut,
        forgotten: counter.firewallStatesForgotten,
        entries: counter.firewallStatesEntries,
        maximum: counter.firewallStatesMaximum,
      },
      removed: ({ description }, reason) =>
        trace?.event({ type: 'state-removed', packet: 0, reason: `${description}: ${reason}` }),
    });
  }

  get entryCount(): number {
    return this.#states.size;
  }

  receive(port: PortIndex, frame: Frame, now: Instant): void {
    const reason = this.#inspect(port, frame, now);
    if (reason === PARSED) return this.#wire.transmit(port === INSIDE ? OUTSIDE : INSIDE, frame);
    this.counters.values[reason]++;
    this.#trace?.event({ type: 'packet-dropped', packet: frame.id, reason: counterPath(reason) });
  }

  poll(now: Instant): void {
    this.#states.poll(now);
  }

  nextDeadline(): Instant {
    return this.#states.nextDeadline();
  }

  forget(): number {
    return this.#states.forgetAll();
  }

  /** PARSED for a frame that may pass, else the counter of what is against it. */
  #inspect(port: PortIndex, frame: Frame, now: Instant): number {
    const { bytes, start, end } = frame;
    const headerLength = ethernetHeaderLength(bytes, start, end);
    if (headerLength < 0) return counter.frameMalformed;
    const packet = this.#packet;
    const at = start + headerLength;
    // A key tells interfaces apart by a number; here it is the VLAN.
    const vlan = vlanId(bytes, start, headerLength);
    const type = etherType(bytes, start, headerLength);
    if (type !== etherTypes.ipv4 && type !== etherTypes.ipv6) return this.#pass(counter.firewallLink);
    const fault = type === etherTypes.ipv4 ? packet.parseIpv4(frame, at, vlan) : packet.parseIpv6(frame, at, vlan);
    if (fault !== PARSED) return fault;
    if (packet.isIcmpMessage) return this.#inspectMessage(port, packet, now);
    if (!this.#isPayloadAllowed(packet)) return counter.firewallUnknownPayload;
    return this.#inspectFlow(port, packet, now);
  }

  /** An ICMP message other than an echo belongs to the link, or to the packet that it is about. */
  #inspectMessage(port: PortIndex, packet: Packet, now: Instant): number {
    const { frame, family, l4At, end } = packet;
    if (family === 6 && linkMessages.includes(frame.bytes[l4At])) return this.#pass(counter.firewallLink);
    const quote = readQuote(frame.bytes, family, l4At, end);
    // What it quotes went the other way.
    const state = quote && this.#states.find(this.#keyOf(quote, packet, port === INSIDE), now);
    return state ? this.#pass(counter.firewallIcmpErrors) : counter.firewallUnsolicited;
  }

  #inspectFlow(port: PortIndex, packet: Packet, now: Instant): number {
    const isInbound = port === OUTSIDE;
    const key = this.#keyOf(packet, packet, isInbound);
    const state = this.#states.find(key, now) ?? this.#open(key, packet, isInbound, now);
    if (typeof state === 'number') return state;
    const { value } = state;
    if (packet.protocol === ipProtocols.tcp) value.tcpState = followTcp(value.tcpState, packet.tcpFlags, isInbound);
    this.#states.refresh(state, idleTimeout(this.#settings.timeouts, packet.protocol, value.tcpState), now);
    return this.#pass(isInbound ? counter.firewallInbound : counter.firewallOutbound);
  }

  /** A new state for a packet that may open one, else the counter that says why it may not. */
  #open(key: string, packet: Packet, isInbound: boolean, now: Instant): Idle<State> | number {
    const { protocol } = packet;
    const isOpening = (packet.tcpFlags & (tcpFlags.syn | tcpFlags.ack | tcpFlags.rst)) === tcpFlags.syn;
    if (protocol === ipProtocols.tcp && this.#settings.tcpStrict && !isOpening) return counter.firewallTcpOutOfState;
    const isIcmp = protocol === ipProtocols.icmp || protocol === ipProtocols.icmpv6;
    if (isInbound || (isIcmp && !isEchoRequest(packet))) return counter.firewallUnsolicited;
    const state: State = { description: describeFlow(packet), protocol, tcpState: TCP_UNSEEN };
    const timeout = idleTimeout(this.#settings.timeouts, protocol, TCP_UNSEEN);
    const entry = this.#states.add([key], state, timeout, now);
    if (!entry) return counter.firewallTableFull;
    this.#trace?.event({ type: 'state-created', packet: packet.frame.id, reason: state.description });
    return entry;
  }

  /** The flow of a packet, or of one that is quoted, as it looks when it goes out; `isTurned` if this one goes in. */
  #keyOf(flow: Packet | Quote, { frame, networkInterface }: Packet, isTurned: boolean): string {
    const { family, protocol, sourcePort, destinationPort, sourceAt, destinationAt } = flow;
    const [from, to] = isTurned ? [destinationAt, sourceAt] : [sourceAt, destinationAt];
    const ports = isTurned ? ([destinationPort, sourcePort] as const) : ([sourcePort, destinationPort] as const);
    setKeyHead(this.#key, networkInterface, family, protocol, ...ports);
    if (family === 4) setIpv4Addresses(this.#key, frame.bytes, from, to);
    else setIpv6Addresses(this.#key, frame.bytes, from, to);
    return this.#key.join(' ');
  }

  #isPayloadAllowed({ protocol, l4At, end, frame }: Packet): boolean {
    const { allowedPayloads } = this.#settings;
    if (!allowedPayloads || protocol !== ipProtocols.udp) return true;
    const payload = frame.bytes.subarray(l4At + UDP_HEADER_LENGTH, end);
    return allowedPayloads.some((beginning) => beginning.every((byte, i) => byte === payload[i]));
  }

  #pass(counted: number): typeof PARSED {
    this.counters.values[counted]++;
    return PARSED;
  }
}

/** `udp 10.1.0.10:40000 to udp 10.2.0.10:7000`. */
function describeFlow(packet: Packet): string {
  const { bytes } = packet.frame;
  const endOf = (at: number, port: number): string =>
    describeEnd(packet.protocol, bytes.subarray(at, at + packet.addressLength), port);
  return `${endOf(packet.sourceAt, packet.sourcePort)} to ${endOf(packet.destinationAt, packet.destinationPort)}`;
}
