import { sameAddress } from '../../address.ts';
import { NEVER, type Instant } from '../../time.ts';
import type { Endpoint, Sockets, UdpSocket } from '../sockets.ts';
import type { Application } from './application.ts';
import { messageKinds, readMessage, trafficId, writeMessage } from './marker.ts';
import { Probes } from './probes.ts';
import type { SideReport } from './report.ts';
import { Schedule } from './schedule.ts';
import { Tally } from './tally.ts';
import type { UdpRequestTraffic } from './traffic.ts';
import type { UdpServers } from './udp-server.ts';

/** Asks, and takes the answers. */
export class UdpRequester implements Application {
  readonly #traffic: UdpRequestTraffic;
  readonly #sockets: Sockets;
  readonly #probes: Probes;
  #socket: UdpSocket | undefined;
  #schedule: Schedule | undefined;
  #tally = new Tally(0 as Instant);

  constructor(traffic: UdpRequestTraffic, sockets: Sockets) {
    this.#traffic = traffic;
    this.#sockets = sockets;
    this.#probes = new Probes(traffic.count);
  }

  start(now: Instant): void {
    this.#tally = new Tally(now);
    this.#schedule = new Schedule(this.#traffic, now);
    this.#socket = this.#sockets.udp(this.#traffic.destination.family, 0, (payload, from, at) =>
      this.#onMessage(payload, from, at),
    );
  }

  poll(now: Instant): void {
    this.#schedule?.sendDue(now, (sequence) => {
      this.#tally.sent(sequence, now);
      this.#ask(sequence, now);
    });
  }

  probe(now: Instant): void {
    this.#ask(this.#probes.next(), now);
  }

  #ask(sequence: number, now: Instant): void {
    const { name, destination, port, length } = this.#traffic;
    const question = writeMessage({ traffic: trafficId(name), sequence, kind: messageKinds.question }, length);
    this.#socket?.send(question, { address: destination, port }, now);
  }

  nextDeadline(): Instant {
    return this.#schedule?.next ?? NEVER;
  }

  report(): SideReport {
    return { ...this.#tally.report(this.#socket?.localPort ?? 0), ...this.#probes.report() };
  }

  stop(): void {
    this.#socket?.close();
    this.#schedule = undefined;
  }

  #onMessage(payload: Uint8Array, from: Endpoint, now: Instant): void {
    const { name, destination, port, length } = this.#traffic;
    const marker = readMessage(payload);
    const isAnswer =
      marker?.kind === messageKinds.answer &&
      marker.traffic === trafficId(name) &&
      payload.length === length &&
      from.port === port &&
      sameAddress(from.address, destination);
    if (isAnswer && this.#probes.answered(marker.sequence)) return;
    if (isAnswer && this.#tally.hasSent(marker.sequence)) this.#tally.received(marker.sequence, now);
    else this.#tally.unexpected();
  }
}

/** Answers every question with as many bytes. */
export class UdpAnswerer implements Application {
  readonly #traffic: UdpRequestTraffic;
  readonly #servers: UdpServers;
  #socket: UdpSocket | undefined;
  #tally = new Tally(0 as Instant);

  constructor(traffic: UdpRequestTraffic, servers: UdpServers) {
    this.#traffic = traffic;
    this.#servers = servers;
  }

  start(now: Instant): void {
    const { name, destination, port } = this.#traffic;
    this.#tally = new Tally(now);
    this.#socket = this.#servers.open(destination.family, port, trafficId(name), (marker, length, from, at) => {
      if (marker.kind !== messageKinds.question) {
        this.#tally.unexpected();
        return;
      }
      this.#tally.received(marker.sequence, at);
      this.#tally.sent(marker.sequence, at);
      this.#socket?.send(writeMessage({ ...marker, kind: messageKinds.answer }, length), from, at);
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
