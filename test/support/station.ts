import type { Device } from '../../lib/device.ts';
import type { Frame } from '../../lib/frame.ts';
import { NEVER } from '../../lib/time.ts';
import { equalBytes } from '../../lib/wire/bytes.ts';
import { ipProtocols } from '../../lib/wire/ipv4.ts';
import { tcpFlags } from '../../lib/wire/tcp.ts';
import {
  addressBytes,
  arpFrame,
  echoPacket,
  ipFrame,
  isArpFrame,
  neighborPacket,
  readFrame,
  tcpPacket,
  text,
  textOf,
  udpPacket,
  type End,
  type ReadPacket,
  type TcpOptions,
  type UdpOptions,
} from './packets.ts';

export interface AskOptions extends UdpOptions {
  readonly family?: 4 | 6;
  /** The port that is asked from, and the one that is asked. */
  readonly from?: number;
  readonly to?: number;
}

const SERVER = { 4: '10.2.0.10', 6: 'fd00:2::10' } as const;

/**
 * The end of a lab: it says exactly what a test tells it to, keeps what it gets, and of itself only tells its link
 * address, unless it `isServer`.
 */
export class Station {
  readonly received: ReadPacket[] = [];
  /** Every frame it has sent, but for what tells its link address; and the packets in them. */
  readonly frames: Uint8Array[] = [];
  readonly sent: ReadPacket[] = [];
  /** Answers UDP and pings with the same payload. */
  isServer = false;
  /** Does not tell its link address. */
  isDeaf = false;
  readonly device: Device;
  readonly #addresses: readonly string[];
  readonly #mac: Uint8Array;
  readonly #gateway: Uint8Array;
  readonly #send: (frame: Uint8Array) => void;

  constructor(addresses: readonly string[], mac: Uint8Array, gateway: Uint8Array, send: (frame: Uint8Array) => void) {
    this.#addresses = addresses;
    this.#mac = mac;
    this.#gateway = gateway;
    this.#send = send;
    this.device = {
      receive: (_port, frame) => this.#receive(frame),
      poll: () => undefined,
      nextDeadline: () => NEVER,
    };
  }

  /** Sends a UDP payload to the server. */
  ask(payload: string | Uint8Array, options: AskOptions = {}): void {
    const { family = 4, from = 40_000, to = 7_000 } = options;
    const bytes = typeof payload === 'string' ? text(payload) : payload;
    this.sendIp(udpPacket([this.address(family), from], [SERVER[family], to], bytes, options));
  }

  /** Sends a UDP payload to anybody. */
  say(payload: string | Uint8Array, from: number, to: End, options: UdpOptions = {}): void {
    const family = addressBytes(to[0]).length === 4 ? 4 : 6;
    const bytes = typeof payload === 'string' ? text(payload) : payload;
    this.sendIp(udpPacket([this.address(family), from], to, bytes, options));
  }

  segment(from: number, to: End, flags: number, options: TcpOptions = {}): void {
    const family = addressBytes(to[0]).length === 4 ? 4 : 6;
    this.sendIp(tcpPacket([this.address(family), from], to, flags, options));
  }

  ping(identifier: number, payload: string, options: { readonly family?: 4 | 6; readonly ttl?: number } = {}): void {
    const { family = 4 } = options;
    this.sendIp(echoPacket('request', this.address(family), SERVER[family], identifier, text(payload), options));
  }

  address(family: 4 | 6): string {
    return this.#addresses[family === 4 ? 0 : 1];
  }

  sendIp(packet: Uint8Array): void {
    const frame = ipFrame(this.#gateway, this.#mac, packet);
    const sent = readFrame(frame);
    if (sent) this.sent.push(sent);
    this.sendFrame(frame);
  }

  sendFrame(frame: Uint8Array): void {
    this.frames.push(frame);
    this.#send(frame);
  }

  /** The UDP and echo payloads that have come, as text. */
  get answers(): string[] {
    return this.received.filter(({ flags }) => flags === 0).map(({ payload }) => textOf(payload));
  }

  get last(): ReadPacket {
    const last = this.received.at(-1);
    if (!last) throw new Error('nothing has come');
    return last;
  }

  #receive(frame: Frame): void {
    const bytes = frame.copy();
    if (isArpFrame(bytes)) return this.#answerArp(bytes);
    const packet = readFrame(bytes);
    if (!packet) return;
    if (packet.icmp?.[0] === 135 && packet.protocol === ipProtocols.icmpv6) return this.#answerSolicitation(packet);
    if (packet.icmp?.[0] === 136 && packet.protocol === ipProtocols.icmpv6) return;
    this.received.push(packet);
    if (this.isServer) this.#serve(packet);
  }

  #serve(packet: ReadPacket): void {
    const { source, destination, sourcePort, destinationPort, payload, protocol, icmp, l4 } = packet;
    if (protocol === ipProtocols.udp)
      this.sendIp(udpPacket([destination, destinationPort], [source, sourcePort], payload));
    if (icmp?.[0] === 8 || icmp?.[0] === 128)
      this.sendIp(echoPacket('reply', destination, source, l4[4] * 256 + l4[5], payload));
    if (protocol === ipProtocols.tcp && (packet.flags & tcpFlags.syn) !== 0)
      this.sendIp(tcpPacket([destination, destinationPort], [source, sourcePort], tcpFlags.syn | tcpFlags.ack));
  }

  #answerArp(frame: Uint8Array): void {
    const target = this.#addresses.find((address) => isAt(frame, 38, address));
    if (this.isDeaf || target === undefined || frame[21] !== 1) return;
    const asker = frame.slice(22, 28);
    this.#send(arpFrame(asker, 2, [this.#mac, target], [asker, Array.from(frame.slice(28, 32)).join('.')]));
  }

  #answerSolicitation({ source, l4 }: ReadPacket): void {
    const target = this.#addresses.find((address) => isAt(l4, 8, address));
    if (this.isDeaf || target === undefined) return;
    this.#send(ipFrame(this.#gateway, this.#mac, neighborPacket(136, target, source, target, this.#mac)));
  }
}

function isAt(bytes: Uint8Array, at: number, address: string): boolean {
  const wanted = addressBytes(address);
  return bytes.length >= at + wanted.length && equalBytes(bytes, at, wanted, 0, wanted.length);
}
