import { deepEqual, equal } from 'node:assert/strict';
import { formatMac } from '../../../lib/address.ts';
import { Frame } from '../../../lib/frame.ts';
import { FramePool } from '../../../lib/highway/frame-pool.ts';
import { NetworkInterfaces, type NetworkInterface } from '../../../lib/highway/interfaces.ts';
import { Neighbors } from '../../../lib/highway/neighbors.ts';
import { PARSED, Packet } from '../../../lib/highway/packet.ts';
import { Counters, counter, type CounterName } from '../../../lib/stats/counters.ts';
import { NEVER, after, seconds, type Instant } from '../../../lib/time.ts';
import { ETHERNET_HEADER_LENGTH } from '../../../lib/wire/ethernet.ts';
import {
  addressBytes,
  arpFrame,
  internetChecksum,
  ipFrame,
  isArpFrame,
  neighborPacket,
  readFrame,
  text,
  textOf,
  udpPacket,
} from '../../support/packets.ts';

const OWN = Uint8Array.of(2, 0, 0, 0, 0, 1);
const HOST = Uint8Array.of(2, 0, 0, 0, 0, 0x10);
const EVERYBODY = new Uint8Array(6).fill(0xff);
const NOBODY = new Uint8Array(6);

const lan: NetworkInterface = {
  index: 0,
  name: 'lan',
  deviceName: 'lan',
  port: 0,
  mac: OWN,
  vlan: 0,
  mtu: 1_500,
  enforcedMss: 'automatic',
  tenant: 'corp',
  addresses: (
    [
      ['10.1.0.1', 4, 24],
      ['fd00:1::1', 6, 64],
    ] as const
  ).map(([text, family, length]) => {
    const address = { family, bytes: addressBytes(text) };
    return { address, prefix: { address, length }, gateway: undefined };
  }),
  seal: undefined,
  keys: undefined,
  hasPeers: false,
};

/** The table of a router on one network, and all that it sends there. */
class Network {
  now = seconds(1_000) as number as Instant;
  readonly sent: Uint8Array[] = [];
  readonly counters = new Counters();
  readonly pool = new FramePool(64);
  readonly neighbors: Neighbors;

  constructor(options: { capacity?: number; queueLength?: number; lifetimeSeconds?: number } = {}) {
    const { capacity = 8, queueLength = 3, lifetimeSeconds = 300 } = options;
    const wire = { transmit: (_port: number, frame: Frame): void => void this.sent.push(frame.copy()) };
    const interfaces = new NetworkInterfaces([lan], 1);
    const limits = { capacity, queueLength, lifetime: seconds(lifetimeSeconds) };
    this.neighbors = new Neighbors(interfaces, wire, this.counters, this.pool, limits);
  }

  hold(address: string): number {
    return this.neighbors.hold(0, { family: address.includes(':') ? 6 : 4, bytes: addressBytes(address) }, this.now);
  }

  send(index: number, payload: string): void {
    const frame = Frame.of(udpPacket(['10.2.0.10', 1], ['10.1.0.10', 2], text(payload)));
    this.neighbors.send(index, frame, this.now);
  }

  /** Takes in an ARP packet. */
  hear(frame: Uint8Array): void {
    this.neighbors.receiveArp(0, Frame.of(frame), Frame.of(frame).start + ETHERNET_HEADER_LENGTH, this.now);
  }

  answer(address: string, mac = HOST): void {
    this.hear(arpFrame(OWN, 2, [mac, address], [OWN, '10.1.0.1']));
  }

  /** Takes in a neighbor message. */
  hearIpv6(packet: Uint8Array): void {
    const frame = Frame.of(ipFrame(OWN, HOST, packet));
    const parsed = new Packet();
    equal(parsed.parseIpv6(frame, frame.start + ETHERNET_HEADER_LENGTH, 0), PARSED);
    this.neighbors.receiveNeighborMessage(parsed, this.now);
  }

  runFor(wanted: number): void {
    const end = after(this.now, seconds(wanted));
    for (let due = this.neighbors.nextDeadline(); due <= end; due = this.neighbors.nextDeadline()) {
      this.now = due;
      this.neighbors.poll(due);
    }
    this.now = end;
  }

  count(name: CounterName): number {
    return this.counters.values[counter[name]];
  }

  /** What has been sent since the last time, each frame in a few words. */
  take(): string[] {
    return this.sent.splice(0).map((frame) => {
      const to = formatMac(frame.slice(0, 6));
      if (isArpFrame(frame))
        return `${frame[21] === 1 ? 'who has' : 'it is me, for'} ${Array.from(frame.slice(38, 42)).join('.')} to ${to}`;
      const packet = readFrame(frame);
      if (packet?.icmp?.[0] === 135) return `solicitation to ${packet.destination} at ${to}`;
      if (packet?.icmp?.[0] === 136) return `advertisement to ${packet.destination} at ${to}`;
      return `${textOf(packet?.payload ?? text('?'))} to ${to}`;
    });
  }
}

const HOST_TEXT = formatMac(HOST);
const ASKED = 'who has 10.1.0.10 to ff:ff:ff:ff:ff:ff';

describe('the search for the link address of an IPv4 next hop', () => {
  it('asks everybody, keeps packets meanwhile, and sends them in order when the answer comes', () => {
    const network = new Network();
    const index = network.hold('10.1.0.10');
    network.send(index, 'a');
    network.send(index, 'b');
    deepEqual(network.take(), [ASKED]);
    equal(network.neighbors.isKnown(index), false);
    network.answer('10.1.0.10');
    deepEqual(network.take(), [`a to ${HOST_TEXT}`, `b to ${HOST_TEXT}`]);
    network.send(index, 'c');
    deepEqual(network.take(), [`c to ${HOST_TEXT}`]);
    equal(network.neighbors.isKnown(index), true);
    equal(network.pool.inUse, 0);
  });

  it('asks three times, a second apart, then gives up and lets the packets go', () => {
    const network = new Network();
    const index = network.hold('10.1.0.10');
    network.send(index, 'lost');
    network.runFor(2.5);
    deepEqual(network.take(), [ASKED, ASKED, ASKED]);
    equal(network.count('arpResolveFailure'), 0);
    network.runFor(1);
    equal(network.count('arpResolveFailure'), 1);
    equal(network.pool.inUse, 0);
    equal(network.neighbors.nextDeadline(), NEVER);
    network.answer('10.1.0.10');
    deepEqual(network.take(), []);
  });

  it('begins again with the next packet', () => {
    const network = new Network();
    const index = network.hold('10.1.0.10');
    network.runFor(10);
    network.take();
    network.send(index, 'again');
    deepEqual(network.take(), [ASKED]);
    network.answer('10.1.0.10');
    deepEqual(network.take(), [`again to ${HOST_TEXT}`]);
  });

  it('keeps no more packets than it may: the oldest makes room, and is counted', () => {
    const network = new Network({ queueLength: 2 });
    const index = network.hold('10.1.0.10');
    for (const payload of ['a', 'b', 'c', 'd']) network.send(index, payload);
    equal(network.count('neighborQueueFull'), 2);
    equal(network.pool.inUse, 2);
    network.take();
    network.answer('10.1.0.10');
    deepEqual(network.take(), [`c to ${HOST_TEXT}`, `d to ${HOST_TEXT}`]);
  });

  it('asks anew before what it knows gets old, and goes on sending meanwhile', () => {
    const network = new Network({ lifetimeSeconds: 60 });
    const index = network.hold('10.1.0.10');
    network.answer('10.1.0.10');
    network.send(index, 'a');
    network.take();
    network.runFor(60);
    network.send(index, 'b');
    deepEqual(network.take(), [ASKED, `b to ${HOST_TEXT}`]);
    const moved = Uint8Array.of(2, 0, 0, 0, 0, 0x99);
    network.answer('10.1.0.10', moved);
    network.send(index, 'c');
    deepEqual(network.take(), [`c to ${formatMac(moved)}`]);
  });

  it('lets go what nobody uses any more', () => {
    const network = new Network({ lifetimeSeconds: 60 });
    network.neighbors.release(network.hold('10.1.0.10'));
    network.answer('10.1.0.10');
    network.take();
    network.runFor(200);
    deepEqual(network.take(), []);
    equal(network.neighbors.nextDeadline(), NEVER);
  });

  it('asks about each next hop once, whoever holds it', () => {
    const network = new Network();
    equal(network.hold('10.1.0.10'), network.hold('10.1.0.10'));
    deepEqual(network.take(), [ASKED]);
  });
});

describe('a table of next hops that is full', () => {
  it('takes the place of one that nobody holds, and else refuses and counts', () => {
    const network = new Network({ capacity: 2 });
    const first = network.hold('10.1.0.10');
    network.hold('10.1.0.11');
    equal(network.hold('10.1.0.12'), -1);
    equal(network.count('neighborTableFull'), 1);
    network.neighbors.release(first);
    equal(network.hold('10.1.0.12'), first);
    network.take();
    network.answer('10.1.0.10');
    equal(network.neighbors.isKnown(first), false, 'an answer for the one before is not for this one');
    network.answer('10.1.0.12');
    equal(network.neighbors.isKnown(first), true);
  });

  it('keeps one for which packets wait', () => {
    const network = new Network({ capacity: 1 });
    const index = network.hold('10.1.0.10');
    network.send(index, 'waiting');
    network.neighbors.release(index);
    equal(network.hold('10.1.0.11'), -1);
  });

  it('is not filled by strangers who only tell of themselves', () => {
    const network = new Network({ capacity: 4 });
    for (let host = 10; host < 60; host++)
      network.hear(arpFrame(EVERYBODY, 1, [HOST, `10.1.0.${host}`], [NOBODY, '10.1.0.200']));
    const held = [1, 2, 3, 4].map((host) => network.hold(`10.1.0.10${host}`));
    deepEqual(held, [0, 1, 2, 3]);
  });

  it('is not filled by strangers who ask for us either: they have to make room', () => {
    const network = new Network({ capacity: 4 });
    for (let host = 10; host < 60; host++)
      network.hear(arpFrame(EVERYBODY, 1, [HOST, `10.1.0.${host}`], [NOBODY, '10.1.0.1']));
    equal(network.take().length, 50, 'each is answered');
    for (const host of [101, 102, 103, 104]) equal(network.hold(`10.1.0.${host}`) >= 0, true);
    equal(network.count('neighborTableFull'), 0);
  });
});

describe('a question for our own link address', () => {
  it('is answered to whoever asks, whose address is known from then on', () => {
    const network = new Network();
    network.hear(arpFrame(EVERYBODY, 1, [HOST, '10.1.0.10'], [NOBODY, '10.1.0.1']));
    deepEqual(network.take(), [`it is me, for 10.1.0.10 to ${HOST_TEXT}`]);
    equal(network.neighbors.isKnown(network.hold('10.1.0.10')), true);
    deepEqual(network.take(), []);
  });

  it('is told in a whole ARP reply', () => {
    const network = new Network();
    network.hear(arpFrame(EVERYBODY, 1, [HOST, '10.1.0.10'], [NOBODY, '10.1.0.1']));
    const [reply] = network.sent;
    deepEqual(reply.slice(0, 42), arpFrame(HOST, 2, [OWN, '10.1.0.1'], [HOST, '10.1.0.10']));
    equal(reply.length, 60, 'padded to the least length of a frame');
  });

  it('is not answered for the address of somebody else', () => {
    const network = new Network();
    network.hear(arpFrame(EVERYBODY, 1, [HOST, '10.1.0.10'], [NOBODY, '10.1.0.20']));
    deepEqual(network.take(), []);
  });

  it('is not answered when it is no ARP at all', () => {
    const network = new Network();
    const frame = arpFrame(EVERYBODY, 1, [HOST, '10.1.0.10'], [NOBODY, '10.1.0.1']);
    frame[15] = 6;
    network.hear(frame);
    network.hear(frame.slice(0, 30));
    deepEqual(network.take(), []);
    equal(network.count('frameMalformed'), 2);
  });
});

describe('the search for the link address of an IPv6 next hop', () => {
  const GROUP = 'ff02::1:ff00:10';
  const SOLICITED = `solicitation to ${GROUP} at 33:33:ff:00:00:10`;

  it('asks the solicited-node group, and sends when the advertisement comes', () => {
    const network = new Network();
    const index = network.hold('fd00:1::10');
    const [frame] = network.sent;
    const packet = readFrame(frame);
    equal(packet?.isIntact, true);
    equal(packet?.ttl, 255);
    equal(packet?.source, 'fd00:1::1');
    network.send(index, 'a');
    deepEqual(network.take(), [SOLICITED]);
    network.hearIpv6(neighborPacket(136, 'fd00:1::10', 'fd00:1::1', 'fd00:1::10', HOST));
    deepEqual(network.take(), [`a to ${HOST_TEXT}`]);
  });

  it('asks three times, then gives up', () => {
    const network = new Network();
    network.hold('fd00:1::10');
    network.runFor(10);
    deepEqual(network.take(), [SOLICITED, SOLICITED, SOLICITED]);
    equal(network.count('arpResolveFailure'), 1);
  });

  it('answers a solicitation for an address of ours, and for no other', () => {
    const network = new Network();
    network.hearIpv6(neighborPacket(135, 'fd00:1::10', 'ff02::1:ff00:1', 'fd00:1::1', HOST));
    const packet = readFrame(network.sent[0]);
    equal(packet?.isIntact, true);
    equal(internetChecksum(addressBytes('fd00:1::1')), internetChecksum(packet?.l4.slice(8, 24) ?? HOST));
    deepEqual(network.take(), [`advertisement to fd00:1::10 at ${HOST_TEXT}`]);
    equal(network.neighbors.isKnown(network.hold('fd00:1::10')), true);
    network.hearIpv6(neighborPacket(135, 'fd00:1::10', 'ff02::1:ff00:2', 'fd00:1::2', HOST));
    deepEqual(network.take(), []);
  });

  it('trusts no message that has come over a router', () => {
    const network = new Network();
    const index = network.hold('fd00:1::10');
    network.hearIpv6(neighborPacket(136, 'fd00:1::10', 'fd00:1::1', 'fd00:1::10', HOST, { ttl: 254 }));
    equal(network.neighbors.isKnown(index), false);
    equal(network.count('frameMalformed'), 1);
  });
});
