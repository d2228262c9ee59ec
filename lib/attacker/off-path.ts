import { formatAddress, type IpAddress, type IpPrefix } from '../address.ts';
import type { PortIndex } from '../device.ts';
import type { Frame } from '../frame.ts';
import { SVR_BFD_PORT } from '../highway/peer-path.ts';
import { Schedule } from '../host/applications/schedule.ts';
import { IpLayer, transportChecksum, type Datagram } from '../host/ip.ts';
import type { Random } from '../random.ts';
import { WAYPOINT_FIRST, WAYPOINT_LAST } from '../service-area/waypoints.ts';
import { counter, Counters } from '../stats/counters.ts';
import { earliest, type Instant } from '../time.ts';
import type { Trace } from '../trace.ts';
import { writeU16 } from '../wire/bytes.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import { emitUdp, UDP_HEADER_LENGTH, udpCheckedLength, udpDestinationPort, udpSourcePort } from '../wire/udp.ts';
import type { AttackReport, ForgeryKind, OffPathAttack, TrailerKind } from './attack.ts';
import { describeAttack, type Attacker, type AttackerSurroundings } from './attacker.ts';
import { Forger } from './forgeries.ts';
import { Ledger } from './ledger.ts';

/** Where the ports that a scanner speaks from begin: one for each attack. */
const OWN_PORT_FIRST = 40_000;

const BFD_PORTS = { sourcePort: SVR_BFD_PORT, destinationPort: SVR_BFD_PORT } as const;

/** Room for the largest payload that is made up. */
const PAYLOAD_LENGTH_MAX = 1_200;

const MTU = 1_500;

export interface OffPathOptions extends AttackerSurroundings {
  readonly mac: Uint8Array;
  readonly addresses: readonly IpPrefix[];
  readonly gateways: readonly IpAddress[];
  readonly attacks: readonly OffPathAttack[];
}

interface Running {
  readonly attack: OffPathAttack;
  readonly schedule: Schedule;
  readonly forger: Forger;
  readonly ledger: Ledger;
  readonly ownPort: number;
}

/** One packet of an attack, before it has content. */
interface Shot {
  readonly source: IpAddress;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly content: ForgeryKind;
  readonly trailer: TrailerKind;
}

/** An attacker with one port, like a host that says nothing by itself: it sees what is sent to it, and no more. */
export class OffPathAttacker implements Attacker {
  readonly counters = new Counters('attacker');
  readonly #ip: IpLayer;
  readonly #random: Random;
  readonly #trace: Trace | undefined;
  readonly #running: readonly Running[];
  readonly #payload = new Uint8Array(PAYLOAD_LENGTH_MAX);
  #unsent = 0;

  constructor({ mac, addresses, gateways, attacks, wire, random, trace, epoch, now }: OffPathOptions) {
    this.#random = random;
    this.#trace = trace;
    this.#ip = new IpLayer({ mac, addresses, gateways, mtu: MTU }, wire, (datagram, at) => this.#arrived(datagram, at));
    this.#running = attacks.map((attack, place) => ({
      attack,
      schedule: new Schedule({ ...attack, silences: [] }, epoch, now),
      forger: new Forger(random, 'like' in attack ? attack : undefined),
      ledger: new Ledger(attack.name, this.counters, epoch),
      ownPort: OWN_PORT_FIRST + place,
    }));
  }

  receive(_port: PortIndex, frame: Frame, now: Instant): void {
    this.#ip.receive(frame, now);
  }

  poll(now: Instant): void {
    this.#ip.neighbors.poll(now);
    for (const running of this.#running)
      running.schedule.sendDue(now, (sequence) => this.#send(running, sequence, now));
    const { unroutable, tooLong } = this.#ip.statistics;
    const unsent = unroutable + tooLong + this.#ip.neighbors.packetsDropped;
    this.counters.values[counter.attackUnsent] += unsent - this.#unsent;
    this.#unsent = unsent;
  }

  nextDeadline(): Instant {
    let deadline = this.#ip.neighbors.nextDeadline();
    for (const { schedule } of this.#running) deadline = earliest(deadline, schedule.next);
    return deadline;
  }

  reports(): readonly AttackReport[] {
    return this.#running.map(({ ledger }) => ledger.report());
  }

  #send(running: Running, sequence: number, now: Instant): void {
    const { attack, forger, ledger } = running;
    if (sequence === 0) this.#trace?.event({ type: 'attack-begun', packet: 0, reason: describeAttack(attack) });
    const { source, sourcePort, destinationPort, content, trailer } = this.#aim(running, sequence);
    const { target } = attack;
    const payload = this.#payload.subarray(0, forger.write(content, trailer, this.#payload, 0, now));
    const length = UDP_HEADER_LENGTH + payload.length;
    ledger.sent(content, udpWay(target, destinationPort, source, sourcePort), icmpWay(target, source));
    const emit = (bytes: Uint8Array, at: number): void => {
      bytes.set(payload, at + UDP_HEADER_LENGTH);
      emitUdp(bytes, at, at + length, sourcePort, destinationPort, 0);
      const checksum = transportChecksum(source, target, ipProtocols.udp, bytes, at, at + length);
      writeU16(bytes, at + 6, checksum || 0xffff);
    };
    this.#ip.send(source, target, ipProtocols.udp, length, emit, now);
  }

  #aim({ attack, ownPort }: Running, sequence: number): Shot {
    switch (attack.kind) {
      case 'port-scan': {
        const [first, last] = attack.ports;
        const destinationPort = first + (sequence % (last - first + 1));
        const source = this.#ownAddress(attack.target);
        return { source, sourcePort: ownPort, destinationPort, content: 'bare', trailer: 'none' };
      }
      case 'spoof': {
        const { as: source, ports, packets } = attack;
        const content = packets[sequence % packets.length];
        const [sourcePort, destinationPort] = pairAt(Math.floor(sequence / packets.length), ports);
        const way = content === 'bfd' ? BFD_PORTS : { sourcePort, destinationPort };
        return { source, ...way, content, trailer: 'none' };
      }
      case 'flood':
        return {
          source: this.#someAddress(attack.sources),
          ...this.#waypoints(),
          content: 'first-packet',
          trailer: attack.hmac,
        };
      case 'forge': {
        const { as: source = this.#ownAddress(attack.target), packets, hmac } = attack;
        const content = packets[sequence % packets.length];
        return { source, ...(content === 'bfd' ? BFD_PORTS : this.#waypoints()), content, trailer: hmac };
      }
    }
  }

  #ownAddress(target: IpAddress): IpAddress {
    return this.#ip.sourceFor(target) ?? target;
  }

  /** Ports as a router that begins a session takes them: an even one for itself, an odd one for the peer. */
  #waypoints(): { readonly sourcePort: number; readonly destinationPort: number } {
    const pairs = (WAYPOINT_LAST - WAYPOINT_FIRST) >> 1;
    const even = (): number => WAYPOINT_FIRST + 2 * this.#random.below(pairs);
    return { sourcePort: even(), destinationPort: even() + 1 };
  }

  /** An address of a prefix, by chance. */
  #someAddress({ address, length }: IpPrefix): IpAddress {
    const bytes = new Uint8Array(address.bytes.length);
    this.#random.fill(bytes);
    for (let bit = 0; bit < length; bit++) {
      const mask = 0x80 >> (bit & 7);
      bytes[bit >> 3] = (bytes[bit >> 3] & ~mask) | (address.bytes[bit >> 3] & mask);
    }
    return { family: address.family, bytes };
  }

  #arrived({ source, destination, protocol, bytes, at, end }: Datagram, now: Instant): void {
    const isUdp = protocol === ipProtocols.udp;
    if (isUdp && udpCheckedLength(bytes, at, end) < 0) return;
    const way = isUdp
      ? udpWay(source, udpSourcePort(bytes, at), destination, udpDestinationPort(bytes, at))
      : icmpWay(source, destination);
    const answered = this.#running.find(({ ledger }) => ledger.answered(way, now));
    if (answered) this.#trace?.event({ type: 'attack-answered', packet: 0, reason: answered.attack.name });
  }
}

/** Every pair of ports of a range, one after the other: in each turn a port meets the next one. */
function pairAt(index: number, [first, last]: readonly [number, number]): readonly [number, number] {
  const count = last - first + 1;
  const place = index % count;
  const turn = Math.floor(index / count);
  return [first + place, first + ((place + turn + 1) % count)];
}

const udpWay = (from: IpAddress, fromPort: number, to: IpAddress, toPort: number): string =>
  `${formatAddress(from)} ${fromPort} ${formatAddress(to)} ${toPort}`;

const icmpWay = (from: IpAddress, to: IpAddress): string => `${formatAddress(from)} ${formatAddress(to)}`;
