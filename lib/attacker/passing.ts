import type { PortIndex } from '../device.ts';
import type { Frame } from '../frame.ts';
import { finishUdpChecksum } from '../highway/egress.ts';
import { Packet, PARSED } from '../highway/packet.ts';
import { SVR_BFD_PORT } from '../highway/peer-path.ts';
import { hasCookie } from '../metadata/header.ts';
import { copyBytes, writeU16 } from '../wire/bytes.ts';
import { ethernetHeaderLength, etherType, etherTypes, MAC_LENGTH } from '../wire/ethernet.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import type { PacketKind } from './attack.ts';

/** A packet between routers, as it passes an attacker who cannot read more of it than its headers and its cookie. */
export class Passing {
  /** The port that it came in by. */
  port: PortIndex = 0;
  kind: PacketKind = 'bare';
  readonly #packet = new Packet();

  /** Whether the frame holds a UDP packet, which is then looked at. */
  read(frame: Frame, port: PortIndex): boolean {
    const { bytes, start, end } = frame;
    const headerLength = ethernetHeaderLength(bytes, start, end);
    if (headerLength < 0) return false;
    const type = etherType(bytes, start, headerLength);
    if (type !== etherTypes.ipv4 && type !== etherTypes.ipv6) return false;
    const packet = this.#packet;
    const at = start + headerLength;
    const fault = type === etherTypes.ipv4 ? packet.parseIpv4(frame, at, 0) : packet.parseIpv6(frame, at, 0);
    if (fault !== PARSED || packet.protocol !== ipProtocols.udp) return false;
    this.port = port;
    this.kind = this.#kindOf(packet);
    return true;
  }

  get payloadAt(): number {
    return this.#packet.payloadAt;
  }

  get end(): number {
    return this.#packet.end;
  }

  /** Whom it comes from and goes to, ports included. */
  get way(): string {
    const { sourceAt, destinationAt, sourcePort, destinationPort } = this.#packet;
    return wayOf(this.#address(sourceAt), sourcePort, this.#address(destinationAt), destinationPort);
  }

  /** The same, of its answer. */
  get wayBack(): string {
    const { sourceAt, destinationAt, sourcePort, destinationPort } = this.#packet;
    return wayOf(this.#address(destinationAt), destinationPort, this.#address(sourceAt), sourcePort);
  }

  /** Exchanges link addresses, addresses and ports; all checksums stay right. */
  turn(): void {
    const { frame, sourceAt, destinationAt, addressLength, l4At } = this.#packet;
    exchange(frame.bytes, frame.start, frame.start + MAC_LENGTH, MAC_LENGTH);
    exchange(frame.bytes, sourceAt, destinationAt, addressLength);
    exchange(frame.bytes, l4At, l4At + 2, 2);
    this.read(frame, this.port);
  }

  setDestinationPort(port: number): void {
    const { frame, l4At } = this.#packet;
    writeU16(frame.bytes, l4At + 2, port);
    this.mend();
    this.read(frame, this.port);
  }

  /** Inverts one bit of the UDP payload. */
  flip(bit: number): void {
    this.#packet.frame.bytes[this.payloadAt + (bit >> 3)] ^= 0x80 >> (bit & 7);
  }

  /** Makes the UDP checksum right again. Ethernet padding is cut off. */
  mend(): void {
    const { frame, ipAt, l4At, family, end } = this.#packet;
    const { start } = frame;
    frame.start = ipAt;
    frame.end = end;
    finishUdpChecksum(frame, l4At, family);
    frame.start = start;
  }

  #kindOf({ frame, sourcePort, destinationPort, payloadAt, end }: Packet): PacketKind {
    if (destinationPort === SVR_BFD_PORT && sourcePort === SVR_BFD_PORT) return 'bfd';
    return hasCookie(frame.bytes, payloadAt, end) ? 'metadata' : 'bare';
  }

  #address(at: number): Uint8Array {
    return this.#packet.frame.bytes.subarray(at, at + this.#packet.addressLength);
  }
}

const wayOf = (from: Uint8Array, fromPort: number, to: Uint8Array, toPort: number): string =>
  `${from.join('.')} ${fromPort} ${to.join('.')} ${toPort}`;

function exchange(bytes: Uint8Array, a: number, b: number, length: number): void {
  const first = bytes.slice(a, a + length);
  copyBytes(bytes, b, bytes, a, length);
  bytes.set(first, b);
}
