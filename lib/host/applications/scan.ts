import { sameAddress } from '../../address.ts';
import { NEVER, type Instant } from '../../time.ts';
import type { Endpoint, Sockets, UdpSocket } from '../sockets.ts';
import type { Application } from './application.ts';
import { MARKER_LENGTH, messageKinds, trafficId, writeMessage } from './marker.ts';
import type { SideReport } from './report.ts';
import { Schedule } from './schedule.ts';
import { Tally } from './tally.ts';
import type { ScanTraffic } from './traffic.ts';

/** Sends one datagram to each port. Whatever comes back from a port, except an ICMP error, is an answer of it. */
export class Scanner implements Application {
  readonly #traffic: ScanTraffic;
  readonly #sockets: Sockets;
  #socket: UdpSocket | undefined;
  #schedule: Schedule | undefined;
  #tally = new Tally(0 as Instant);

  constructor(traffic: ScanTraffic, sockets: Sockets) {
    this.#traffic = traffic;
    this.#sockets = sockets;
  }

  start(now: Instant): void {
    const { destination, ports, start, every } = this.#traffic;
    const [first, last] = ports;
    this.#tally = new Tally(now);
    this.#schedule = new Schedule({ start, every, count: last - first + 1, silences: [] }, now);
    this.#socket = this.#sockets.udp(destination.family, 0, (_payload, from, at) => this.#onAnswer(from, at));
  }

  poll(now: Instant): void {
    const { name, destination, ports } = this.#traffic;
    this.#schedule?.sendDue(now, (sequence) => {
      const probe = writeMessage({ traffic: trafficId(name), sequence, kind: messageKinds.probe }, MARKER_LENGTH);
      this.#tally.sent(sequence, now);
      this.#socket?.send(probe, { address: destination, port: ports[0] + sequence }, now);
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

  #onAnswer(from: Endpoint, now: Instant): void {
    const sequence = from.port - this.#traffic.ports[0];
    const isScanned = sequence >= 0 && this.#tally.hasSent(sequence);
    if (isScanned && sameAddress(from.address, this.#traffic.destination)) this.#tally.received(sequence, now);
    else this.#tally.unexpected();
  }
}
