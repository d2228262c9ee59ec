import { randomInt } from 'node:crypto';
import { formatAddress, type Family, type IpAddress } from '../../lib/address.ts';
import type { OnReply, PingSocket } from '../../lib/host/sockets.ts';
import { finish, sum } from '../../lib/wire/checksum.ts';
import { readU16, writeU16 } from '../../lib/wire/bytes.ts';
import { wallClock } from '../clock.ts';
import { loadNative, type RawSocket } from '../ports/native.ts';
import { systemAddress } from './system-address.ts';

const ECHO_HEADER_LENGTH = 8;
const IP_PACKET_LENGTH_MAX = 65_535;

/** ICMP and ICMPv6 echo: protocol numbers and types (RFC 792, RFC 4443). */
const echoes = {
  4: { protocol: 1, request: 8, reply: 0 },
  6: { protocol: 58, request: 128, reply: 129 },
} as const;

/** Echo requests made by hand, on a raw socket. */
export class RawPingSocket implements PingSocket {
  readonly identifier = randomInt(1, 0x10000);
  readonly #family: Family;
  readonly #socket: RawSocket;
  #isClosed = false;

  constructor(family: Family, onReply: OnReply) {
    const raw = loadNative('raw-socket');
    const { protocol, reply } = echoes[family];
    this.#family = family;
    this.#socket = raw.createSocket({
      protocol,
      addressFamily: family === 4 ? raw.AddressFamily.IPv4 : raw.AddressFamily.IPv6,
      bufferSize: IP_PACKET_LENGTH_MAX,
    });
    this.#socket.on('message', (packet: Buffer, source: string) => {
      // IPv4 is handed over with its header, IPv6 without.
      const at = family === 4 ? (packet[0] & 0x0f) * 4 : 0;
      const address = systemAddress(source);
      if (!address || packet.length < at + ECHO_HEADER_LENGTH) return;
      if (packet[at] !== reply || readU16(packet, at + 4) !== this.identifier) return;
      onReply(packet.subarray(at + ECHO_HEADER_LENGTH), address, wallClock());
    });
    this.#socket.on('error', () => {});
  }

  send(data: Uint8Array, to: IpAddress, sequence: number): void {
    if (this.#isClosed) return;
    const message = Buffer.alloc(ECHO_HEADER_LENGTH + data.length);
    message[0] = echoes[this.#family].request;
    writeU16(message, 4, this.identifier);
    writeU16(message, 6, sequence & 0xffff);
    message.set(data, ECHO_HEADER_LENGTH);
    // The kernel fills in the checksum of ICMPv6, which covers addresses that it chooses.
    if (this.#family === 4) writeU16(message, 2, finish(sum(message, 0, message.length)));
    this.#socket.send(message, 0, message.length, formatAddress(to), () => {});
  }

  close(): void {
    if (!this.#isClosed) this.#socket.close();
    this.#isClosed = true;
  }
}
