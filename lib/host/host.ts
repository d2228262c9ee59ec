import type { Family, IpAddress, IpPrefix } from '../address.ts';
import type { Device, PortIndex, Wire } from '../device.ts';
import type { Frame } from '../frame.ts';
import type { Random } from '../random.ts';
import { earliest, type Instant } from '../time.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import type { Failure } from './failures.ts';
import { IcmpLayer } from './icmp.ts';
import { IpLayer, type Datagram } from './ip.ts';
import { Ports } from './ports.ts';
import type {
  Endpoint,
  Listener,
  OnMessage,
  OnReply,
  PingSocket,
  Sockets,
  StreamHandlers,
  TcpStream,
  UdpSocket,
} from './sockets.ts';
import type { TcpConnection } from './tcp/connection.ts';
import { TcpLayer } from './tcp/tcp.ts';
import { UdpLayer } from './udp.ts';

export interface HostOptions {
  readonly mac: Uint8Array;
  /** The host's own addresses, whole, with the lengths of their networks: 10.1.0.10/24 is not 10.1.0.0/24. */
  readonly addresses: readonly IpPrefix[];
  readonly gateways: readonly IpAddress[];
  readonly wire: Wire;
  readonly random: Random;
  /** Largest IP packet sent, in bytes; 1500 by default. */
  readonly mtu?: number;
}

/** What runs on a host: it is told the time, and says when it wants to be told again. */
export interface Program {
  start(now: Instant): void;
  poll(now: Instant): void;
  nextDeadline(): Instant;
}

/** Why packets went no further, in either direction. */
export interface HostStatistics {
  readonly malformed: number;
  readonly notForUs: number;
  readonly unroutable: number;
  readonly tooLong: number;
  /** Given up because the next hop did not answer ARP or neighbor discovery. */
  readonly unresolved: number;
  /** ICMP destination unreachable that came. */
  readonly icmpErrorsReceived: number;
}

/** An end host with one port: ARP, neighbor discovery, ICMP, UDP and TCP over IPv4 and IPv6, and programs that use them. */
export class Host implements Device, Sockets {
  readonly #ip: IpLayer;
  readonly #icmp: IcmpLayer;
  readonly #udp: UdpLayer;
  readonly #tcp: TcpLayer;
  readonly #programs: Program[] = [];
  readonly #failures = new Map<number, Failure>();
  #notForUs = 0;

  constructor(options: HostOptions) {
    const { wire, random, mtu = 1_500 } = options;
    const ports = new Ports(random);
    this.#ip = new IpLayer({ ...options, mtu }, wire, (datagram, now) => this.#deliver(datagram, now));
    this.#icmp = new IcmpLayer(this.#ip, random);
    this.#udp = new UdpLayer(
      this.#ip,
      ports,
      (datagram, now) => this.#icmp.sendPortUnreachable(datagram, now),
      this.#failures,
    );
    this.#tcp = new TcpLayer(this.#ip, ports, random, this.#failures);
  }

  /** Starts a program, which is polled with the host from then on. */
  run(program: Program, now: Instant): void {
    this.#programs.push(program);
    program.start(now);
  }

  /** What listens on a port fails from now on, or does not any more; port 0 stands for all. */
  fail(port: number, failure: Failure | undefined): void {
    if (failure) this.#failures.set(port, failure);
    else if (port === 0) this.#failures.clear();
    else this.#failures.delete(port);
  }

  receive(_port: PortIndex, frame: Frame, now: Instant): void {
    this.#ip.receive(frame, now);
  }

  poll(now: Instant): void {
    this.#ip.neighbors.poll(now);
    this.#tcp.poll(now);
    for (const program of this.#programs) if (now >= program.nextDeadline()) program.poll(now);
  }

  nextDeadline(): Instant {
    let deadline = earliest(this.#ip.neighbors.nextDeadline(), this.#tcp.nextDeadline());
    for (const program of this.#programs) deadline = earliest(deadline, program.nextDeadline());
    return deadline;
  }

  udp(family: Family, localPort: number, onMessage: OnMessage): UdpSocket {
    return this.#udp.open(family, localPort, onMessage);
  }

  ping(family: Family, onReply: OnReply): PingSocket {
    return this.#icmp.open(family, onReply);
  }

  connect(remote: Endpoint, handlers: StreamHandlers, now: Instant): TcpConnection {
    return this.#tcp.connect(remote, handlers, now);
  }

  listen(family: Family, localPort: number, accept: (stream: TcpStream, now: Instant) => StreamHandlers): Listener {
    return this.#tcp.listen(family, localPort, accept);
  }

  get statistics(): HostStatistics {
    const { malformed, notForUs, unroutable, tooLong } = this.#ip.statistics;
    return {
      malformed: malformed + this.#icmp.malformed + this.#udp.malformed + this.#tcp.malformed,
      notForUs: notForUs + this.#notForUs,
      unroutable,
      tooLong,
      unresolved: this.#ip.neighbors.packetsDropped,
      icmpErrorsReceived: this.#icmp.errorsReceived,
    };
  }

  #deliver(datagram: Datagram, now: Instant): void {
    switch (datagram.protocol) {
      case ipProtocols.udp:
        return this.#udp.receive(datagram, now);
      case ipProtocols.tcp:
        return this.#tcp.receive(datagram, now);
      case ipProtocols.icmp:
      case ipProtocols.icmpv6:
        if (isIcmpOf(datagram)) return this.#icmp.receive(datagram, now);
    }
    this.#notForUs++;
  }
}

/** ICMP goes with IPv4, ICMPv6 with IPv6; the other way round is nobody's. */
function isIcmpOf({ protocol, source }: Datagram): boolean {
  return protocol === (source.family === 4 ? ipProtocols.icmp : ipProtocols.icmpv6);
}
