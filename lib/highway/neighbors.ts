import type { IpAddress } from '../address.ts';
import { assert } from '../assert.ts';
import type { Wire } from '../device.ts';
import type { Frame } from '../frame.ts';
import { counter, type Counters } from '../stats/counters.ts';
import { NEVER, after, earliest, seconds, type Duration, type Instant } from '../time.ts';
import {
  ARP_LENGTH,
  arpOperation,
  arpOperations,
  arpSenderAddressAt,
  arpSenderMacAt,
  arpTargetAddressAt,
  emitArp,
  isArp,
} from '../wire/arp.ts';
import { readU32, writeU16 } from '../wire/bytes.ts';
import { finish, pseudoHeaderSum, sum } from '../wire/checksum.ts';
import {
  BROADCAST_MAC,
  ETHERNET_PAYLOAD_LENGTH_MIN,
  MAC_LENGTH,
  etherTypes,
  prependEthernet,
} from '../wire/ethernet.ts';
import {
  NEIGHBOR_MESSAGE_LENGTH,
  emitNeighborMessage,
  icmpChecksumAt,
  icmpType,
  icmpv6Types,
  neighborMacAt,
  neighborTargetAt,
} from '../wire/icmp.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import {
  IPV6_HEADER_LENGTH,
  emitIpv6,
  ipv6DestinationAt,
  ipv6MulticastMac,
  ipv6SourceAt,
  solicitedNodeAddress,
} from '../wire/ipv6.ts';
import type { FramePool } from './frame-pool.ts';
import type { LinkInterface, NetworkInterfaces } from './interfaces.ts';
import type { Packet } from './packet.ts';

/** Spacing and number of requests for one address (RFC 4861, section 10, also used for ARP). */
const RETRY = seconds(1);
const ATTEMPTS_MAX = 3;

type State = 'unused' | 'asking' | 'known' | 'renewing' | 'silent';

interface Neighbor {
  state: State;
  networkInterface: number;
  address: IpAddress;
  readonly mac: Uint8Array;
  /** When to ask (again), or when what is known gets old; NEVER if nothing is to be done. */
  due: Instant;
  attempts: number;
  used: boolean;
  /** Flows and routes that hold this entry. */
  references: number;
  readonly waiting: Frame[];
}

/** ff02::1, which every IPv6 node listens to (RFC 4291, section 2.7.1). */
const ALL_NODES = Uint8Array.of(0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

const NO_ADDRESS: IpAddress = { family: 4, bytes: new Uint8Array(4) };

/**
 * Link addresses of next hops: ARP (RFC 826) and IPv6 neighbor discovery (RFC 4861). Flows hold an index into this
 * table, so that sending costs no search. Entries that nobody holds are used again when the table is full.
 */
export class Neighbors {
  readonly #interfaces: NetworkInterfaces<LinkInterface>;
  readonly #wire: Wire;
  readonly #counters: Counters;
  readonly #pool: FramePool;
  readonly #capacity: number;
  readonly #queueLength: number;
  readonly #lifetime: Duration;
  readonly #entries: Neighbor[] = [];
  readonly #index = new Map<number | string, number>();
  #due: Instant = NEVER;

  constructor(
    interfaces: NetworkInterfaces<LinkInterface>,
    wire: Wire,
    counters: Counters,
    pool: FramePool,
    options: { readonly capacity: number; readonly queueLength: number; readonly lifetime: Duration },
  ) {
    this.#interfaces = interfaces;
    this.#wire = wire;
    this.#counters = counters;
    this.#pool = pool;
    this.#capacity = options.capacity;
    this.#queueLength = options.queueLength;
    this.#lifetime = options.lifetime;
  }

  nextDeadline(): Instant {
    return this.#due;
  }

  /** Index of a next hop, held until `release`; -1 if the table is full. Asks for its address if it is not known. */
  hold(networkInterface: number, address: IpAddress, now: Instant): number {
    const index = this.#index.get(indexKey(networkInterface, address.bytes)) ?? this.#add(networkInterface, address);
    if (index < 0) {
      this.#counters.values[counter.neighborTableFull]++;
      return -1;
    }
    const entry = this.#entries[index];
    entry.references++;
    if (entry.state === 'unused' || entry.state === 'silent') this.#startAsking(entry, now);
    return index;
  }

  release(index: number): void {
    const entry = this.#entries[index];
    assert(entry.references > 0, 'a neighbor was released more often than held');
    entry.references--;
  }

  /** Forgets every link address that was learned, and asks for those that are held. */
  clear(now: Instant): void {
    for (const entry of this.#entries) {
      if (entry.state !== 'known' && entry.state !== 'renewing') continue;
      entry.state = 'silent';
      entry.due = NEVER;
      if (entry.references > 0) this.#startAsking(entry, now);
    }
  }

  /** The next hop that an index stands for. */
  addressOf(index: number): IpAddress {
    return this.#entries[index].address;
  }

  isKnown(index: number): boolean {
    const state = this.#entries[index].state;
    return state === 'known' || state === 'renewing';
  }

  /** Whether a next hop's link address is known. One that has been silent is asked once more. */
  resolve(index: number, now: Instant): 'known' | 'asked' | 'silent' {
    if (this.isKnown(index)) return 'known';
    const entry = this.#entries[index];
    if (entry.state === 'asking') return 'asked';
    this.#startAsking(entry, now);
    return 'silent';
  }

  /** A new entry of which nothing is known; -1 if all are held. */
  #add(networkInterface: number, address: IpAddress): number {
    const index = this.#unused();
    if (index < 0) return -1;
    const entry = this.#entries[index];
    entry.networkInterface = networkInterface;
    entry.address = { family: address.family, bytes: address.bytes.slice() };
    this.#index.set(indexKey(networkInterface, address.bytes), index);
    return index;
  }

  #unused(): number {
    if (this.#entries.length < this.#capacity) {
      this.#entries.push({
        state: 'unused',
        networkInterface: 0,
        address: NO_ADDRESS,
        mac: new Uint8Array(MAC_LENGTH),
        due: NEVER,
        attempts: 0,
        used: false,
        references: 0,
        waiting: [],
      });
      return this.#entries.length - 1;
    }
    const index = this.#entries.findIndex((entry) => entry.references === 0 && entry.waiting.length === 0);
    if (index < 0) return -1;
    const entry = this.#entries[index];
    this.#index.delete(indexKey(entry.networkInterface, entry.address.bytes));
    entry.state = 'unused';
    entry.due = NEVER;
    return index;
  }

  /** Sends the IP packet that begins at `frame.start` to a next hop, or lets a copy wait until its address is known. */
  send(index: number, frame: Frame, now: Instant): void {
    const entry = this.#entries[index];
    if (entry.state === 'known' || entry.state === 'renewing') {
      entry.used = true;
      this.#transmit(entry.networkInterface, entry.mac, 0, frame);
      return;
    }
    if (entry.state === 'silent') this.#startAsking(entry, now);
    if (entry.waiting.length === this.#queueLength) this.#forgetOldest(entry);
    const copy = this.#pool.take();
    if (!copy || !copy.load(frame.bytes.subarray(frame.start, frame.end))) {
      if (copy) this.#pool.release(copy);
      this.#counters.values[counter.neighborQueueFull]++;
      return;
    }
    copy.id = frame.id;
    entry.waiting.push(copy);
  }

  /** What waits longest is of least use to whoever sent it (RFC 4861, section 7.2.2). */
  #forgetOldest(entry: Neighbor): void {
    const oldest = entry.waiting.shift();
    if (oldest) this.#pool.release(oldest);
    this.#counters.values[counter.neighborQueueFull]++;
  }

  /** Sends an IP packet back to the link address that a frame came from. */
  sendToMac(networkInterface: number, macs: Uint8Array, macAt: number, frame: Frame): void {
    this.#transmit(networkInterface, macs, macAt, frame);
  }

  #transmit(networkInterface: number, macs: Uint8Array, macAt: number, frame: Frame): void {
    const out = this.#interfaces.list[networkInterface];
    prependLinkHeader(out, macs, macAt, frame);
    this.#wire.transmit(out.port, frame);
  }

  /** Writes the link header with which an IP packet goes to a next hop; its address is 0 as long as it is not known. */
  prependHeader(index: number, frame: Frame): void {
    const { networkInterface, mac } = this.#entries[index];
    prependLinkHeader(this.#interfaces.list[networkInterface], mac, 0, frame);
  }

  /** Takes in an ARP packet that begins at `at`, and answers a request for an address of ours. */
  receiveArp(networkInterface: number, frame: Frame, at: number, now: Instant): void {
    const { bytes } = frame;
    if (!isArp(bytes, at, frame.end)) {
      this.#counters.values[counter.frameMalformed]++;
      return;
    }
    const isForUs = this.#interfaces.owns(networkInterface, bytes, arpTargetAddressAt(at), 4);
    const sender = bytes.slice(arpSenderAddressAt(at), arpSenderAddressAt(at) + 4);
    const senderMac = bytes.slice(arpSenderMacAt(at), arpSenderMacAt(at) + MAC_LENGTH);
    this.#learn(networkInterface, { family: 4, bytes: sender }, senderMac, isForUs, now);
    if (!isForUs || arpOperation(bytes, at) !== arpOperations.request) return;
    const own = bytes.slice(arpTargetAddressAt(at), arpTargetAddressAt(at) + 4);
    this.#sendArp(networkInterface, arpOperations.reply, senderMac, own, senderMac, sender);
  }

  /** Takes in a neighbor solicitation or advertisement (RFC 4861, section 7) that a packet holds. */
  receiveNeighborMessage(packet: Packet, now: Instant): void {
    const { bytes } = packet.frame;
    const at = packet.l4At;
    const macAt = neighborMacAt(bytes, at, packet.end);
    // A hop limit of 255 proves that the message comes from this link.
    if (packet.ttl !== 255 || packet.end - at < NEIGHBOR_MESSAGE_LENGTH) {
      this.#counters.values[counter.frameMalformed]++;
      return;
    }
    if (macAt < 0) return;
    const target = bytes.slice(neighborTargetAt(at), neighborTargetAt(at) + 16);
    const senderMac = bytes.slice(macAt, macAt + MAC_LENGTH);
    if (icmpType(bytes, at) === icmpv6Types.neighborAdvertisement) {
      this.#learn(packet.networkInterface, { family: 6, bytes: target }, senderMac, false, now);
      return;
    }
    if (!this.#interfaces.owns(packet.networkInterface, bytes, neighborTargetAt(at), 6)) return;
    const source = bytes.slice(packet.sourceAt, packet.sourceAt + 16);
    this.#learn(packet.networkInterface, { family: 6, bytes: source }, senderMac, true, now);
    this.#sendNeighborMessage(
      packet.networkInterface,
      icmpv6Types.neighborAdvertisement,
      target,
      target,
      source,
      senderMac,
    );
  }

  /**
   * Takes in who has an address. What nobody asked for is remembered only if `isForUs`: the sender is about to hear from
   * us, which would otherwise begin with a question to it (RFC 826, packet reception).
   */
  #learn(networkInterface: number, address: IpAddress, mac: Uint8Array, isForUs: boolean, now: Instant): void {
    const known = this.#index.get(indexKey(networkInterface, address.bytes));
    const index = known ?? (isForUs ? this.#add(networkInterface, address) : -1);
    if (index < 0) return;
    const entry = this.#entries[index];
    entry.mac.set(mac);
    entry.state = 'known';
    entry.attempts = 0;
    entry.used = false;
    this.#wake(entry, after(now, this.#lifetime));
    for (const frame of entry.waiting.splice(0)) {
      this.#transmit(networkInterface, entry.mac, 0, frame);
      this.#pool.release(frame);
    }
  }

  /** Tells everybody on an interface's links that its addresses are here: RFC 5227 section 3, RFC 4861 section 7.2.6. */
  announce(networkInterface: number): void {
    for (const { address } of this.#interfaces.list[networkInterface].addresses) {
      const own = address.bytes;
      if (address.family === 4) {
        this.#sendArp(networkInterface, arpOperations.request, BROADCAST_MAC, own, new Uint8Array(MAC_LENGTH), own);
      } else {
        const mac = new Uint8Array(MAC_LENGTH);
        ipv6MulticastMac(ALL_NODES, mac);
        const type = icmpv6Types.neighborAdvertisement;
        this.#sendNeighborMessage(networkInterface, type, own, own, ALL_NODES, mac, false);
      }
    }
  }

  /** Asks a next hop whether what is known of it is still true; as long as there is no answer, it is. */
  confirm(index: number): void {
    if (this.isKnown(index)) this.#request(this.#entries[index]);
  }

  /** Asks anew for every next hop that somebody holds, whatever was known of it. */
  askAgain(now: Instant): void {
    for (const entry of this.#entries) {
      if (entry.references === 0) continue;
      if (entry.state === 'known' || entry.state === 'renewing') {
        entry.state = 'renewing';
        entry.attempts = 0;
        this.#ask(entry, now);
      } else {
        this.#startAsking(entry, now);
      }
    }
  }

  /** Repeats requests, gives up on the silent, and renews what is in use. */
  poll(now: Instant): void {
    if (now < this.#due) return;
    this.#due = NEVER;
    for (const entry of this.#entries) {
      if (entry.due <= now) this.#expire(entry, now);
      this.#due = earliest(this.#due, entry.due);
    }
  }

  #expire(entry: Neighbor, now: Instant): void {
    if (entry.state === 'known' && !entry.used && entry.references === 0) {
      entry.state = 'silent';
      entry.due = NEVER;
    } else if (entry.attempts < ATTEMPTS_MAX) {
      if (entry.state === 'known') entry.state = 'renewing';
      this.#ask(entry, now);
    } else {
      this.#giveUp(entry);
    }
  }

  #giveUp(entry: Neighbor): void {
    entry.state = 'silent';
    entry.due = NEVER;
    entry.attempts = 0;
    this.#counters.values[counter.arpResolveFailure]++;
    for (const frame of entry.waiting.splice(0)) this.#pool.release(frame);
  }

  #startAsking(entry: Neighbor, now: Instant): void {
    entry.state = 'asking';
    entry.attempts = 0;
    this.#ask(entry, now);
  }

  #ask(entry: Neighbor, now: Instant): void {
    entry.attempts++;
    this.#wake(entry, after(now, RETRY));
    this.#request(entry);
  }

  #request({ address, networkInterface }: Neighbor): void {
    const own = this.#interfaces.ownAddress(networkInterface, address.family);
    if (!own) return;
    if (address.family === 4) {
      this.#sendArp(
        networkInterface,
        arpOperations.request,
        BROADCAST_MAC,
        own,
        new Uint8Array(MAC_LENGTH),
        address.bytes,
      );
      return;
    }
    const group = solicitedNodeAddress(address.bytes);
    const mac = new Uint8Array(MAC_LENGTH);
    ipv6MulticastMac(group, mac);
    this.#sendNeighborMessage(networkInterface, icmpv6Types.neighborSolicitation, address.bytes, own, group, mac);
  }

  #wake(entry: Neighbor, due: Instant): void {
    entry.due = due;
    this.#due = earliest(this.#due, due);
  }

  #sendArp(
    networkInterface: number,
    operation: number,
    destinationMac: Uint8Array,
    own: Uint8Array,
    targetMac: Uint8Array,
    target: Uint8Array,
  ): void {
    const frame = this.#pool.take();
    if (!frame) return;
    const out = this.#interfaces.list[networkInterface];
    frame.end = frame.start + ETHERNET_PAYLOAD_LENGTH_MIN;
    frame.bytes.fill(0, frame.start + ARP_LENGTH, frame.end);
    emitArp(frame.bytes, frame.start, operation, out.mac, own, targetMac, target);
    frame.start = prependEthernet(frame.bytes, frame.start, destinationMac, 0, out.mac, out.vlan, etherTypes.arp);
    this.#wire.transmit(out.port, frame);
    this.#pool.release(frame);
  }

  #sendNeighborMessage(
    networkInterface: number,
    type: number,
    target: Uint8Array,
    source: Uint8Array,
    destination: Uint8Array,
    mac: Uint8Array,
    isSolicited = true,
  ): void {
    const frame = this.#pool.take();
    if (!frame) return;
    const { bytes } = frame;
    const messageAt = frame.start;
    frame.end = messageAt + NEIGHBOR_MESSAGE_LENGTH;
    emitNeighborMessage(bytes, messageAt, type, target, this.#interfaces.list[networkInterface].mac, isSolicited);
    const at = messageAt - IPV6_HEADER_LENGTH;
    emitIpv6(bytes, at, frame.end, 0, 255, ipProtocols.icmpv6);
    bytes.set(source, ipv6SourceAt(at));
    bytes.set(destination, ipv6DestinationAt(at));
    const pseudo = pseudoHeaderSum(
      bytes,
      ipv6SourceAt(at),
      ipv6DestinationAt(at),
      16,
      ipProtocols.icmpv6,
      NEIGHBOR_MESSAGE_LENGTH,
    );
    writeU16(bytes, icmpChecksumAt(messageAt), finish(pseudo + sum(bytes, messageAt, frame.end)));
    frame.start = at;
    this.#transmit(networkInterface, mac, 0, frame);
    this.#pool.release(frame);
  }
}

/** IPv4 fits a number, which is quicker to look up; IPv6 is a string. */
function indexKey(networkInterface: number, bytes: Uint8Array): number | string {
  if (bytes.length === 4) return networkInterface * 0x1_0000_0000 + readU32(bytes, 0);
  let key = String(networkInterface);
  for (let at = 0; at < bytes.length; at += 4) key += `/${readU32(bytes, at)}`;
  return key;
}

function prependLinkHeader({ mac, vlan }: LinkInterface, macs: Uint8Array, macAt: number, frame: Frame): void {
  const type = frame.bytes[frame.start] >>> 4 === 4 ? etherTypes.ipv4 : etherTypes.ipv6;
  frame.start = prependEthernet(frame.bytes, frame.start, macs, macAt, mac, vlan, type);
}
