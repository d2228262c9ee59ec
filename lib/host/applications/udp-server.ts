import type { Family } from '../../address.ts';
import type { Instant } from '../../time.ts';
import type { Endpoint, Sockets, UdpSocket } from '../sockets.ts';
import { readMessage, type Marker } from './marker.ts';

export type OnMarked = (marker: Marker, length: number, from: Endpoint, now: Instant) => void;

/** A UDP port that several traffic entries share: each gets the messages that bear its mark. */
class UdpServer {
  readonly socket: UdpSocket;
  readonly #entries = new Map<number, OnMarked>();

  constructor(sockets: Sockets, family: Family, port: number) {
    this.socket = sockets.udp(family, port, (payload, from, now) => {
      const marker = readMessage(payload);
      if (marker) this.#entries.get(marker.traffic)?.(marker, payload.length, from, now);
    });
  }

  get isIdle(): boolean {
    return this.#entries.size === 0;
  }

  add(traffic: number, onMarked: OnMarked): void {
    this.#entries.set(traffic, onMarked);
  }

  remove(traffic: number): void {
    this.#entries.delete(traffic);
  }
}

/** The server ports of one host, each opened when the first traffic entry needs it and closed after the last. */
export class UdpServers {
  readonly #sockets: Sockets;
  readonly #servers = new Map<string, UdpServer>();

  constructor(sockets: Sockets) {
    this.#sockets = sockets;
  }

  /** `close` of the socket that is returned leaves the port to the other entries. */
  open(family: Family, port: number, traffic: number, onMarked: OnMarked): UdpSocket {
    const key = `${family} ${port}`;
    const server = this.#servers.get(key) ?? new UdpServer(this.#sockets, family, port);
    this.#servers.set(key, server);
    server.add(traffic, onMarked);
    return {
      localPort: port,
      send: (payload, to, now) => server.socket.send(payload, to, now),
      close: () => {
        server.remove(traffic);
        if (!server.isIdle) return;
        server.socket.close();
        this.#servers.delete(key);
      },
    };
  }
}
