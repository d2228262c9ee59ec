import { nodeCrypto } from '../daemon/crypto.ts';
import type { Authority } from '../lib/config/index.ts';
import type { PortIndex } from '../lib/device.ts';
import { Frame } from '../lib/frame.ts';
import { SeededRandom } from '../lib/random.ts';
import { Router } from '../lib/router.ts';
import { seconds, type Instant } from '../lib/time.ts';
import { arpOperations, emitArp } from '../lib/wire/arp.ts';
import { writeU16, writeU32 } from '../lib/wire/bytes.ts';
import { ETHERNET_HEADER_LENGTH, etherTypes, prependEthernet } from '../lib/wire/ethernet.ts';
import { emitIpv4, finishIpv4Header, ipProtocols } from '../lib/wire/ipv4.ts';
import { emitUdp } from '../lib/wire/udp.ts';

const LAN: PortIndex = 0;
const WAN: PortIndex = 1;

export const HOST_MAC = Uint8Array.of(2, 0, 0, 0, 0, 0xaa);

const routerMac = (router: number, port: number): Uint8Array => Uint8Array.of(2, 0, 0, 0, router, port);

/**
 * A spoke and a hub with no wire between them: what one transmits on its wan is kept, to be given to the other when the
 * benchmark wants it. What either transmits on its lan is only counted.
 */
export class RouterPair {
  readonly spoke: Router;
  readonly hub: Router;
  /** Frames that left on the lan side of either router. */
  delivered = 0;
  /** The last frame that left a router on its wan. */
  readonly onWan = Frame.allocate(2048);
  now = seconds(1_000_000) as number as Instant;

  constructor(spoke: Authority, hub: Authority = spoke) {
    this.spoke = this.#make(spoke, 'spoke', 1);
    this.hub = this.#make(hub, 'hub', 2);
    this.#resolve();
  }

  #make(authority: Authority, name: string, number: number): Router {
    const transmit = (port: PortIndex, frame: Frame): void => {
      if (port === LAN) this.delivered++;
      else this.onWan.load(frame.bytes.subarray(frame.start, frame.end));
    };
    const ports = ['lan', 'wan'].map((port, index) => ({ name: port, mac: routerMac(number, index) }));
    const random = new SeededRandom(number);
    const startedAt = this.now;
    return new Router({ authority, router: name, ports, wire: { transmit }, crypto: nodeCrypto, random, startedAt });
  }

  /** One session brings up every address that routers must know of each other; host addresses are answered by us. */
  #resolve(): void {
    this.#answerArp(this.spoke, LAN, routerMac(1, LAN), [10, 1, 0, 1], HOST_MAC, [10, 1, 0, 10]);
    const first = udpFrame(routerMac(1, LAN), 0, 1);
    this.spoke.receive(LAN, first, this.now);
    this.#answerArp(this.spoke, LAN, routerMac(1, LAN), [10, 1, 0, 1], HOST_MAC, [10, 1, 0, 10]);
    this.#answerArp(this.spoke, WAN, routerMac(1, WAN), [172, 16, 0, 1], routerMac(2, WAN), [172, 16, 0, 2]);
    this.hub.receive(WAN, this.onWan, this.now);
    this.#answerArp(this.hub, WAN, routerMac(2, WAN), [172, 16, 0, 2], routerMac(1, WAN), [172, 16, 0, 1]);
    this.#answerArp(this.hub, LAN, routerMac(2, LAN), [10, 2, 0, 1], HOST_MAC, [10, 2, 0, 10]);
  }

  #answerArp(
    router: Router,
    port: PortIndex,
    toMac: Uint8Array,
    toAddress: readonly number[],
    mac: Uint8Array,
    address: readonly number[],
  ): void {
    const frame = Frame.of(new Uint8Array(60));
    emitArp(
      frame.bytes,
      frame.start + ETHERNET_HEADER_LENGTH,
      arpOperations.reply,
      mac,
      Uint8Array.from(address),
      toMac,
      Uint8Array.from(toAddress),
    );
    prependEthernet(frame.bytes, frame.start + ETHERNET_HEADER_LENGTH, toMac, 0, mac, 0, etherTypes.arp);
    router.receive(port, frame, this.now);
  }

  fromClient(frame: Frame): void {
    this.spoke.receive(LAN, frame, this.now);
  }

  fromServer(frame: Frame): void {
    this.hub.receive(LAN, frame, this.now);
  }

  /** What left a router on its wan arrives at the other. */
  atHub(): void {
    this.hub.receive(WAN, this.onWan, this.now);
  }

  atSpoke(): void {
    this.spoke.receive(WAN, this.onWan, this.now);
  }

  /** Sets up the session of `client` and takes it through the whole handshake: afterwards both sides send bare. */
  establish(client: number, payloadLength: number): void {
    this.fromClient(clientFrame(client, payloadLength));
    this.atHub();
    this.fromServer(serverFrame(client, payloadLength));
    this.atSpoke();
    this.fromClient(clientFrame(client, payloadLength));
    this.atHub();
  }
}

/** Session `client` of 10.1.0.10 with 10.2.0.10; there are as many as there are port pairs. */
export const clientFrame = (client: number, payloadLength: number): Frame =>
  udpFrame(routerMac(1, LAN), client, payloadLength);

export function serverFrame(client: number, payloadLength: number): Frame {
  const frame = udpFrame(routerMac(2, LAN), client, payloadLength);
  const ipAt = frame.start + ETHERNET_HEADER_LENGTH;
  const swapped = frame.bytes.slice(ipAt + 12, ipAt + 24);
  frame.bytes.set(swapped.subarray(4, 8), ipAt + 12);
  frame.bytes.set(swapped.subarray(0, 4), ipAt + 16);
  frame.bytes.set(swapped.subarray(10, 12), ipAt + 20);
  frame.bytes.set(swapped.subarray(8, 10), ipAt + 22);
  finishIpv4Header(frame.bytes, ipAt);
  return frame;
}

function udpFrame(destinationMac: Uint8Array, client: number, payloadLength: number): Frame {
  const frame = Frame.of(new Uint8Array(ETHERNET_HEADER_LENGTH + 28 + payloadLength));
  const { bytes, start } = frame;
  const ipAt = start + ETHERNET_HEADER_LENGTH;
  prependEthernet(bytes, ipAt, destinationMac, 0, HOST_MAC, 0, etherTypes.ipv4);
  emitIpv4(bytes, ipAt, frame.end, 0, 1, 0x4000, 64, ipProtocols.udp);
  writeU32(bytes, ipAt + 12, 0x0a01000a);
  writeU32(bytes, ipAt + 16, 0x0a02000a);
  finishIpv4Header(bytes, ipAt);
  emitUdp(bytes, ipAt + 20, frame.end, 1024 + (client % 60_000), 7000 + Math.floor(client / 60_000), 0);
  // Any checksum but none will do: it is only carried along.
  writeU16(bytes, ipAt + 26, 0x1234);
  return frame;
}
