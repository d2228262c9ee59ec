import { NEVER, type Instant } from '../../time.ts';
import type { Sockets, UdpSocket } from '../sockets.ts';
import type { Application } from './application.ts';
import { messageKinds, trafficId, writeMessage } from './marker.ts';
import { Probes } from './probes.ts';
import type { SideReport } from './report.ts';
import { Schedule } from './schedule.ts';
import { Tally } from './tally.ts';
import type { UdpOneWayTraffic } from './traffic.ts';
import type { UdpServers } from './udp-server.ts';

/** Sends, and expects nothing back. */
export class UdpSender implements Application {
  readonly #traffic: UdpOneWayTraffic;
  readonly #sockets: Sockets;
  #socket: UdpSocket | undefined;
  #schedule: Schedule | undefined;
  #tally = new Tally(0 as Instant);
  readonly #probes: Probes;

  constructor(traffic: UdpOneWayTraffic, sockets: Sockets) {
    this.#traffic = traffic;
    this.#probes = new Probes(traffic.count);
    this.#sockets = sockets;
  }

  start(now: Instant): void {
    this.#tally = new Tally(now);
    this.#schedule = new Schedule(this.#traffic, now);
    this.#socket = this.#sockets.udp(this.#traffic.destination.family, 0, () => this.#tally.unexpected());
  }

  poll(now: Instant): void {
    this.#schedule?.sendDue(now, (sequence) => {
      this.#tally.sent(sequence, now);
      this.#send(sequence, now);
    });
  }

  probe(now: Instant): void {
    this.#send(this.#probes.next(), now);
  }

  nextDeadline(): Instant {
    return this.#schedule?.next ?? NEVER;
  }

  report(): SideReport {
    return { ...this.#tally.report(this.#socket?.localPort ?? 0), ...this.#probes.report() };
  }

  stop(): void {
    this.#schedule = undefined;
    this.#socket?.close();
  }

  #send(sequence: number, now: Instant): void {
    const { name, destination, port, length } = this.#traffic;
    const push = writeMessage({ traffic: trafficId(name), sequence, kind: messageKinds.push }, length);
    this.#socket?.send(push, { address: destination, port }, now);
  }
}

/** Takes what is sent, and keeps silent. */
export class UdpSink implements Application {
  readonly #traffic: UdpOneWayTraffic;
  readonly #servers: UdpServers;
  #socket: UdpSocket | undefined;
  #tally = new Tally(0 as Instant);
  readonly #probes: Probes;

  constructor(traffic: UdpOneWayTraffic, servers: UdpServers) {
    this.#traffic = traffic;
    this.#probes = new Probes(traffic.count);
    this.#servers = servers;
  }

  start(now: Instant): void {
    const { name, destination, port, length } = this.#traffic;
    this.#tally = new Tally(now);
    this.#socket = this.#servers.open(destination.family, port, trafficId(name), (marker, arrivedLength, _from, at) => {
      const isPush = marker.kind === messageKinds.push && arrivedLength === length;
      if (!isPush) this.#tally.unexpected();
      else if (!this.#probes.arrived(marker.sequence)) this.#tally.received(marker.sequence, at);
    });
  }

  poll(): void {}

  nextDeadline(): Instant {
    return NEVER;
  }

  report(): SideReport {
    return { ...this.#tally.report(this.#traffic.port), ...this.#probes.report() };
  }

  stop(): void {
    this.#socket?.close();
  }
}
