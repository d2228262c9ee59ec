import { createRequire } from 'node:module';
import { parseMac } from '../lib/address.ts';
import type { CapModule } from '../daemon/ports/native.ts';
import { etherTypes, prependEthernet, ETHERNET_HEADER_LENGTH } from '../lib/wire/ethernet.ts';
import { writeU32 } from '../lib/wire/bytes.ts';
import { emitIpv4, finishIpv4Header, ipProtocols } from '../lib/wire/ipv4.ts';
import { emitUdp } from '../lib/wire/udp.ts';

/*
 * Sends UDP packets of one session from an interface of the namespace that it runs in, so many a second:
 *
 *     node dist/bench/flood.js INTERFACE OWN-MAC ROUTER-MAC PACKETS
 *
 * At first it sends but a few, so that the session is there before the others come.
 */
const [name, own, router, packetsASecond] = process.argv.slice(2);
const PAYLOAD_LENGTH = 64;
const SETTLE_MS = 1_500;
const SETTLE_EVERY_MS = 50;
const TICK_MS = 2;

const frame = new Uint8Array(ETHERNET_HEADER_LENGTH + 28 + PAYLOAD_LENGTH);
const ipAt = ETHERNET_HEADER_LENGTH;
prependEthernet(frame, ipAt, macOf(router), 0, macOf(own), 0, etherTypes.ipv4);
emitIpv4(frame, ipAt, frame.length, 0, 1, 0x4000, 64, ipProtocols.udp);
writeU32(frame, ipAt + 12, 0x0a01000a);
writeU32(frame, ipAt + 16, 0x0a02000a);
finishIpv4Header(frame, ipAt);
emitUdp(frame, ipAt + 20, frame.length, 40_000, 7_000, 0);

const { Cap } = createRequire(import.meta.url)('cap') as CapModule;
const port = new Cap();
// Nothing is received: the filter lets nothing through.
port.open(name, 'less 1', 1 << 20, Buffer.alloc(65_536));

const settling = setInterval(send, SETTLE_EVERY_MS);
setTimeout(() => {
  clearInterval(settling);
  const from = performance.now();
  let sent = 0;
  setInterval(() => {
    const due = ((performance.now() - from) / 1_000) * Number(packetsASecond);
    for (; sent < due; sent++) send();
  }, TICK_MS);
}, SETTLE_MS);

function send(): void {
  try {
    port.send(frame, frame.length);
  } catch {
    // The queue of the interface is full.
  }
}

function macOf(text: string): Uint8Array {
  const mac = parseMac(text);
  if (!mac) throw new RangeError(`'${text}' is no Ethernet address`);
  return mac;
}
