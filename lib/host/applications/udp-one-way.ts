import { NEVER, type Instant } from '../../time.ts';
import type { Sockets, UdpSocket } from '../sockets.ts';
import type { Application } from './application.ts';
import { messageKinds, trafficId, writeMessage } from './marker.ts';
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

  constructor(traffic: UdpOneWayTraffic, sockets: Sockets) {
    this.#traffic = traffic;
    this.#sockets = sockets;
  }

  start(now: Instant): void {
    this.#tally = new Tally(now);
    this.#schedule = new Schedule(this.#traffic, now);
    this.#socket = this.#sockets.udp(this.#traffic.destination.family, 0, () => this.#tally.unexpected());
  }

  poll(now: Instant): void {
    const { name, destination, port, length } = this.#traffic;
    this.#schedule?.sendDue(now, (sequence) => {
      const push = writeMessage({ traffic: trafficId(name), sequence, kind: messageKinds.push }, length);
      this.#tally.sent(sequence, now);
      this.#socket?.send(push, { address: destination, port }, now);
    });
  }

  nextDeadline(): Instant {
    return this.#schedule?.next ?? NEVER;
  }

  report(): SideReport {
    return this.#tally.report(this.#socket?.localPort ?? 0);
  }

  stop(): void {
    this.#schedule = undefined;
    this.#socket?.close();
  }
}

/** Takes what is sent, and keeps silent. */
export class UdpSink implements Application {
  readonly #traffic: UdpOneWayTraffic;
  readonly #servers: UdpServers;
  #socket: UdpSocket | undefined;
  #tally = new Tally(0 as Instant);

  constructor(traffic: UdpOneWayTraffic, servers: UdpServers) {
    this.#traffic = traffic;
    this.#servers = servers;
  }

  start(now: Instant): void {
    const { name, destination, port, count, length } = this.#traffic;
    this.#tally = new Tally(now);
    this.#socket = this.#servers.open(destination.family, port, trafficId(name), (marker, arrivedLength, _from, at) => {
      const isPush = marker.kind === messageKinds.push && marker.sequence < count && arrivedLength === length;
      if (isPush) this.#tally.received(marker.sequence, at);
      else this.#tally.unexpected();
    });
  }

  poll(): void {}

  nextDeadline(): Instant {
    return NEVER;
  }

  report(): SideReport {
    return this.#tally.report(this.#traffic.port);
  }

  stop(): void {
    this.#socket?.close();
  }
}
