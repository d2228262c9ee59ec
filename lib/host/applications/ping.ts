import { sameAddress, type IpAddress } from '../../address.ts';
import { NEVER, type Instant } from '../../time.ts';
import type { PingSocket, Sockets } from '../sockets.ts';
import type { Application } from './application.ts';
import { messageKinds, readMessage, trafficId, writeMessage } from './marker.ts';
import { Probes } from './probes.ts';
import type { SideReport } from './report.ts';
import { Schedule } from './schedule.ts';
import { Tally } from './tally.ts';
import type { PingTraffic } from './traffic.ts';

/** Sends echo requests, and takes the replies. Every host answers them; the other side needs no application. */
export class Pinger implements Application {
  readonly #traffic: PingTraffic;
  readonly #sockets: Sockets;
  readonly #probes: Probes;
  #socket: PingSocket | undefined;
  #schedule: Schedule | undefined;
  #tally = new Tally(0 as Instant);

  constructor(traffic: PingTraffic, sockets: Sockets) {
    this.#traffic = traffic;
    this.#sockets = sockets;
    this.#probes = new Probes(traffic.count);
  }

  start(now: Instant): void {
    this.#tally = new Tally(now);
    this.#schedule = new Schedule(this.#traffic, now);
    this.#socket = this.#sockets.ping(this.#traffic.destination.family, (data, from, at) =>
      this.#onReply(data, from, at),
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
    const { name, destination, length } = this.#traffic;
    const data = writeMessage({ traffic: trafficId(name), sequence, kind: messageKinds.question }, length);
    this.#socket?.send(data, destination, sequence, now);
  }

  nextDeadline(): Instant {
    return this.#schedule?.next ?? NEVER;
  }

  report(): SideReport {
    return { ...this.#tally.report(this.#socket?.identifier ?? 0), ...this.#probes.report() };
  }

  stop(): void {
    this.#schedule = undefined;
    this.#socket?.close();
  }

  #onReply(data: Uint8Array, from: IpAddress, now: Instant): void {
    const { name, destination, length } = this.#traffic;
    const marker = readMessage(data);
    const isReply =
      marker?.kind === messageKinds.question &&
      marker.traffic === trafficId(name) &&
      data.length === length &&
      sameAddress(from, destination);
    if (isReply && this.#probes.answered(marker.sequence)) return;
    if (isReply && this.#tally.hasSent(marker.sequence)) this.#tally.received(marker.sequence, now);
    else this.#tally.unexpected();
  }
}
