import { formatAddress, type Family } from '../../lib/address.ts';
import type { Endpoint, UdpSocket } from '../../lib/host/sockets.ts';
import { emitUdp, UDP_HEADER_LENGTH } from '../../lib/wire/udp.ts';
import { loadNative, type RawSocket } from '../ports/native.ts';

const PROTOCOL_UDP = 17;

/**
 * Sends datagrams made by hand, as a scanner does; answers come to an ordinary socket, which also keeps the kernel from
 * refusing them. IPv4 only: IPv6 knows no datagram without a checksum, and ordinary ones do there.
 */
export class RawUdpSocket implements UdpSocket {
  readonly #answers: UdpSocket;
  readonly #socket: RawSocket | undefined;
  #isClosed = false;

  constructor(family: Family, answers: UdpSocket) {
    this.#answers = answers;
    if (family === 6) return;
    const raw = loadNative('raw-socket');
    this.#socket = raw.createSocket({ protocol: PROTOCOL_UDP, addressFamily: raw.AddressFamily.IPv4 });
    this.#socket.on('error', () => {});
  }

  get localPort(): number {
    return this.#answers.localPort;
  }

  send(payload: Uint8Array, to: Endpoint, now: Parameters<UdpSocket['send']>[2]): void {
    if (this.#isClosed) return;
    if (!this.#socket) {
      this.#answers.send(payload, to, now);
      return;
    }
    const datagram = Buffer.alloc(UDP_HEADER_LENGTH + payload.length);
    datagram.set(payload, UDP_HEADER_LENGTH);
    emitUdp(datagram, 0, datagram.length, this.localPort, to.port, 0);
    this.#socket.send(datagram, 0, datagram.length, formatAddress(to.address), () => {});
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#answers.close();
    this.#socket?.close();
  }
}
