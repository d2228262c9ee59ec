import { sameAddress } from '../../address.ts';
import { after, NEVER, type Instant } from '../../time.ts';
import type { Endpoint, Sockets, UdpSocket } from '../sockets.ts';
import type { Application } from './application.ts';
import { messageKinds, readMessage, trafficId, writeMessage } from './marker.ts';
import { Probes } from './probes.ts';
import type { SideReport } from './report.ts';
import { Schedule } from './schedule.ts';
import { Tally } from './tally.ts';
import type { UdpPushTraffic } from './traffic.ts';
import type { UdpServers } from './udp-server.ts';

/** Asks once to be pushed to, and takes what comes. Its question is not counted: the report is about pushes. */
export class UdpSubscriber implements Application {
  readonly #traffic: UdpPushTraffic;
  readonly #sockets: Sockets;
  #socket: UdpSocket | undefined;
  #askAt: Instant = NEVER;
  #tally = new Tally(0 as Instant);
  readonly #probes: Probes;

  constructor(traffic: UdpPushTraffic, sockets: Sockets) {
    this.#traffic = traffic;
    this.#probes = new Probes(traffic.count);
    this.#sockets = sockets;
  }

  start(now: Instant): void {
    this.#tally = new Tally(now);
    this.#askAt = after(now, this.#traffic.start);
    this.#socket = this.#sockets.udp(this.#traffic.destination.family, 0, (payload, from, at) =>
      this.#onMessage(payload, from, at),
    );
  }

  poll(now: Instant): void {
    if (now < this.#askAt) return;
    this.#askAt = NEVER;
    const { name, destination, port, length } = this.#traffic;
    const question = writeMessage({ traffic: trafficId(name), sequence: 0, kind: messageKinds.question }, length);
    this.#socket?.send(question, { address: destination, port }, now);
  }

  nextDeadline(): Instant {
    return this.#askAt;
  }

  report(): SideReport {
    return { ...this.#tally.report(this.#socket?.localPort ?? 0), ...this.#probes.report() };
  }

  stop(): void {
    this.#askAt = NEVER;
    this.#socket?.close();
  }

  #onMessage(payload: Uint8Array, from: Endpoint, now: Instant): void {
    const { name, destination, port, length } = this.#traffic;
    const marker = readMessage(payload);
    const isPush =
      marker?.kind === messageKinds.push &&
      marker.traffic === trafficId(name) &&
      payload.length === length &&
      from.port === port &&
      sameAddress(from.address, destination);
    if (!isPush) this.#tally.unexpected();
    else if (!this.#probes.arrived(marker.sequence)) this.#tally.received(marker.sequence, now);
  }
}

/** Pushes to the first who asks: at once, then at the usual spacing, outside of the silences. */
export class UdpPusher implements Application {
  readonly #traffic: UdpPushTraffic;
  readonly #servers: UdpServers;
  #runStart = 0 as Instant;
  #socket: UdpSocket | undefined;
  #subscriber: Endpoint | undefined;
  #schedule: Schedule | undefined;
  #tally = new Tally(0 as Instant);
  readonly #probes: Probes;

  constructor(traffic: UdpPushTraffic, servers: UdpServers) {
    this.#traffic = traffic;
    this.#probes = new Probes(traffic.count);
    this.#servers = servers;
  }

  start(now: Instant): void {
    const { name, destination, port } = this.#traffic;
    this.#runStart = now;
    this.#tally = new Tally(now);
    this.#socket = this.#servers.open(destination.family, port, trafficId(name), (marker, _length, from, at) => {
      if (marker.kind !== messageKinds.question || this.#subscriber) {
        this.#tally.unexpected();
        return;
      }
      this.#subscriber = from;
      this.#schedule = new Schedule(this.#traffic, this.#runStart, at);
      this.poll(at);
    });
  }

  poll(now: Instant): void {
    this.#schedule?.sendDue(now, (sequence) => {
      this.#tally.sent(sequence, now);
      this.#push(sequence, now);
    });
  }

  probe(now: Instant): void {
    if (this.#subscriber) this.#push(this.#probes.next(), now);
  }

  nextDeadline(): Instant {
    return this.#schedule?.next ?? NEVER;
  }

  report(): SideReport {
    return { ...this.#tally.report(this.#traffic.port), ...this.#probes.report() };
  }

  stop(): void {
    this.#schedule = undefined;
    this.#socket?.close();
  }

  #push(sequence: number, now: Instant): void {
    const { name, length } = this.#traffic;
    const push = writeMessage({ traffic: trafficId(name), sequence, kind: messageKinds.push }, length);
    if (this.#subscriber) this.#socket?.send(push, this.#subscriber, now);
  }
}
