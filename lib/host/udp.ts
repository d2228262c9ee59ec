import type { Family } from '../address.ts';
import type { Instant } from '../time.ts';
import { writeU16 } from '../wire/bytes.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import {
  emitUdp,
  UDP_HEADER_LENGTH,
  udpChecksum,
  udpCheckedLength,
  udpDestinationPort,
  udpSourcePort,
} from '../wire/udp.ts';
import { failureOf, type Failures } from './failures.ts';
import { transportChecksum, type Datagram, type IpLayer } from './ip.ts';
import type { Ports } from './ports.ts';
import type { Endpoint, OnMessage, UdpSocket } from './sockets.ts';

const UDP_CHECKSUM_OFFSET = 6;

/** UDP of a host, RFC 768. */
export class UdpLayer {
  readonly #ip: IpLayer;
  readonly #ports: Ports;
  readonly #sockets = { 4: new Map<number, OnMessage>(), 6: new Map<number, OnMessage>() };
  readonly #failures: Failures;
  readonly #onClosedPort: (datagram: Datagram, now: Instant) => void;
  /** Wrong checksum, none where one must be, or incomplete. */
  malformed = 0;

  constructor(
    ip: IpLayer,
    ports: Ports,
    onClosedPort: (datagram: Datagram, now: Instant) => void,
    failures: Failures = new Map(),
  ) {
    this.#failures = failures;
    this.#ip = ip;
    this.#ports = ports;
    this.#onClosedPort = onClosedPort;
  }

  /** Throws a RangeError if the port is taken. */
  open(family: Family, wantedPort: number, onMessage: OnMessage): UdpSocket {
    const sockets = this.#sockets[family];
    const localPort = wantedPort || this.#ports.free((port) => sockets.has(port));
    if (sockets.has(localPort)) throw new RangeError(`UDP port ${localPort} is in use`);
    sockets.set(localPort, onMessage);
    return {
      localPort,
      send: (payload, to, now) => this.#send(localPort, payload, to, now),
      close: () => void sockets.delete(localPort),
    };
  }

  receive(datagram: Datagram, now: Instant): void {
    const { bytes, at, source } = datagram;
    const length = udpCheckedLength(bytes, at, datagram.end);
    if (length < 0 || !this.#isIntact(datagram, at + length)) {
      this.malformed++;
      return;
    }
    const port = udpDestinationPort(bytes, at);
    const onMessage = this.#sockets[source.family].get(port);
    if (!onMessage || failureOf(this.#failures, port) === 'refuse') {
      this.#onClosedPort(datagram, now);
      return;
    }
    const from = { address: source, port: udpSourcePort(bytes, at) };
    onMessage(bytes.subarray(at + UDP_HEADER_LENGTH, at + length), from, now);
  }

  /** No checksum is allowed in IPv4 only (RFC 8200, section 8.1). */
  #isIntact(datagram: Datagram, end: number): boolean {
    const { bytes, at, source, destination } = datagram;
    if (udpChecksum(bytes, at) === 0) return source.family === 4;
    return transportChecksum(source, destination, ipProtocols.udp, bytes, at, end) === 0;
  }

  #send(localPort: number, payload: Uint8Array, to: Endpoint, now: Instant): void {
    const source = this.#ip.sourceFor(to.address);
    if (!source) {
      this.#ip.statistics.unroutable++;
      return;
    }
    const length = UDP_HEADER_LENGTH + payload.length;
    const emit = (bytes: Uint8Array, at: number): void => {
      bytes.set(payload, at + UDP_HEADER_LENGTH);
      emitUdp(bytes, at, at + length, localPort, to.port, 0);
      const checksum = transportChecksum(source, to.address, ipProtocols.udp, bytes, at, at + length);
      // 0 would say that there is no checksum; 0xffff is the same number in one's complement.
      writeU16(bytes, at + UDP_CHECKSUM_OFFSET, checksum || 0xffff);
    };
    this.#ip.send(source, to.address, ipProtocols.udp, length, emit, now);
  }
}
