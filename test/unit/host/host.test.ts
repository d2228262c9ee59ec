import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { formatAddress } from '../../../lib/address.ts';
import { NEIGHBORS_MAX, WAITING_PACKETS_MAX } from '../../../lib/host/neighbors.ts';
import type { Endpoint } from '../../../lib/host/sockets.ts';
import { between, milliseconds, NEVER, seconds, type Instant } from '../../../lib/time.ts';
import { etherType, ETHERNET_HEADER_LENGTH, etherTypes } from '../../../lib/wire/ethernet.ts';
import {
  icmpCode,
  icmpType,
  icmpTypes,
  icmpUnreachable,
  icmpv6Types,
  icmpv6Unreachable,
} from '../../../lib/wire/icmp.ts';
import { address, Pair, START } from './pair.ts';

const SERVER4 = address('10.1.0.20');
const SERVER6 = address('fd00:1::20');
const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

const typeOf = (frame: Uint8Array): number => etherType(frame, 0, ETHERNET_HEADER_LENGTH);
const ICMP_AT = 34;
const ICMPV6_AT = 54;

describe('a host', () => {
  for (const server of [SERVER4, SERVER6]) {
    const { family } = server;

    it(`is pinged over IPv${family}, and gives the data back`, () => {
      const pair = new Pair();
      const replies: string[] = [];
      const socket = pair.client.ping(family, (data, from) => replies.push(`${text(data)} ${formatAddress(from)}`));
      socket.send(bytes('one'), server, 1, pair.now);
      socket.send(bytes('two'), server, 2, pair.now);
      pair.runFor(seconds(1));
      deepEqual(replies, [`one ${formatAddress(server)}`, `two ${formatAddress(server)}`]);
    });

    it(`exchanges UDP over IPv${family}`, () => {
      const pair = new Pair();
      const answers: string[] = [];
      const echo = pair.server.udp(family, 7_000, (payload, from, now) => echo.send(payload, from, now));
      const socket = pair.client.udp(family, 0, (payload, from) =>
        answers.push(`${text(payload)} ${formatAddress(from.address)} ${from.port}`),
      );
      socket.send(bytes('odd'), { address: server, port: 7_000 }, pair.now);
      socket.send(bytes('even'), { address: server, port: 7_000 }, pair.now);
      pair.runFor(seconds(1));
      deepEqual(answers, [`odd ${formatAddress(server)} 7000`, `even ${formatAddress(server)} 7000`]);
    });

    it(`tells by ICMP over IPv${family} that nobody listens on a UDP port`, () => {
      const pair = new Pair();
      pair.client.udp(family, 0, () => {}).send(bytes('hello'), { address: server, port: 7_000 }, pair.now);
      pair.runFor(seconds(1));
      equal(pair.client.statistics.icmpErrorsReceived, 1);
      const error = pair.frames.findLast(({ from }) => from === 'server')!.bytes;
      const at = family === 4 ? ICMP_AT : ICMPV6_AT;
      equal(icmpType(error, at), family === 4 ? icmpTypes.unreachable : icmpv6Types.unreachable);
      equal(icmpCode(error, at), family === 4 ? icmpUnreachable.port : icmpv6Unreachable.port);
      deepEqual(error.slice(-5), bytes('hello'), 'the packet is quoted');
    });
  }

  it('asks for a neighbor once, and lets the packets wait that come meanwhile', () => {
    const pair = new Pair();
    const received: string[] = [];
    pair.server.udp(4, 7_000, (payload) => received.push(text(payload)));
    const socket = pair.client.udp(4, 0, () => {});
    for (const message of ['a', 'b', 'c']) socket.send(bytes(message), { address: SERVER4, port: 7_000 }, pair.now);
    pair.runFor(seconds(1));
    deepEqual(received, ['a', 'b', 'c']);
    deepEqual(
      pair.frames.map(({ bytes }) => typeOf(bytes)),
      [etherTypes.arp, etherTypes.arp, etherTypes.ipv4, etherTypes.ipv4, etherTypes.ipv4],
    );
  });

  it('gives up a neighbor that does not answer three questions, and drops what waited', () => {
    const pair = new Pair();
    const socket = pair.client.udp(4, 0, () => {});
    const waiting = WAITING_PACKETS_MAX + 3;
    for (let i = 0; i < waiting; i++) socket.send(bytes('x'), { address: address('10.1.0.99'), port: 1 }, pair.now);
    equal(pair.client.statistics.unresolved, 3, 'the queue is bounded');
    pair.runFor(seconds(10));
    equal(pair.frames.length, 3);
    deepEqual(
      pair.frames.map(({ at }) => between(START, at)),
      [seconds(0), seconds(1), seconds(2)],
    );
    equal(pair.client.statistics.unresolved, waiting);
    equal(pair.client.nextDeadline(), NEVER);
  });

  it('asks for no more neighbors at a time than its table holds', () => {
    const pair = new Pair({ clientAddresses: ['10.1.0.10/16'] });
    const socket = pair.client.udp(4, 0, () => {});
    for (let i = 0; i < NEIGHBORS_MAX + 10; i++)
      socket.send(bytes('x'), { address: address(`10.1.${10 + (i >> 8)}.${i & 0xff}`), port: 1 }, pair.now);
    equal(pair.client.statistics.unresolved, 10);
  });

  it('keeps using a neighbor that has become old while it asks for it again', () => {
    const pair = new Pair();
    const received: Instant[] = [];
    pair.server.udp(4, 7_000, (_payload, _from, now) => received.push(now));
    const socket = pair.client.udp(4, 0, () => {});
    socket.send(bytes('x'), { address: SERVER4, port: 7_000 }, pair.now);
    pair.runFor(seconds(61));
    const sentAt = pair.now;
    socket.send(bytes('y'), { address: SERVER4, port: 7_000 }, pair.now);
    pair.runFor(seconds(1));
    equal(between(sentAt, received[1]), milliseconds(1), 'it did not wait for the answer');
    equal(typeOf(pair.frames.findLast(({ from }) => from === 'server')!.bytes), etherTypes.arp);
  });

  it('sends what is for another network to its gateway, and drops it if there is none', () => {
    const pair = new Pair({ clientGateways: ['10.1.0.20'] });
    const socket = pair.client.udp(4, 0, () => {});
    socket.send(bytes('x'), { address: address('192.0.2.1'), port: 7_000 }, pair.now);
    pair.client.udp(6, 0, () => {}).send(bytes('x'), { address: address('2001:db8::1'), port: 7_000 }, pair.now);
    pair.runFor(seconds(1));
    equal(pair.client.statistics.unroutable, 1);
    equal(pair.server.statistics.notForUs, 1, 'the gateway got it; this one does not route');
  });

  it('drops a datagram that is longer than the MTU', () => {
    const pair = new Pair();
    const received: number[] = [];
    pair.server.udp(4, 7_000, (payload) => received.push(payload.length));
    const socket = pair.client.udp(4, 0, () => {});
    socket.send(new Uint8Array(1_473), { address: SERVER4, port: 7_000 }, pair.now);
    socket.send(new Uint8Array(1_472), { address: SERVER4, port: 7_000 }, pair.now);
    pair.runFor(seconds(1));
    deepEqual(received, [1_472]);
    equal(pair.client.statistics.tooLong, 1);
  });

  it('gives every socket a port of its own, and refuses one that is taken', () => {
    const { client } = new Pair();
    const ports = Array.from({ length: 100 }, () => client.udp(4, 0, () => {}).localPort);
    equal(new Set(ports).size, 100);
    ok(ports.every((port) => port >= 49_152 && port <= 65_535));
    client.udp(4, 7_000, () => {});
    let error: unknown;
    try {
      client.udp(4, 7_000, () => {});
    } catch (thrown) {
      error = thrown;
    }
    ok(error instanceof RangeError);
    equal(error.message, 'UDP port 7000 is in use');
  });

  it('frees the port of a socket that is closed', () => {
    const pair = new Pair();
    const told: Endpoint[] = [];
    pair.server.udp(4, 7_000, (_payload, from) => told.push(from)).close();
    pair.client.udp(4, 0, () => {}).send(bytes('x'), { address: SERVER4, port: 7_000 }, pair.now);
    pair.runFor(seconds(1));
    deepEqual(told, []);
    equal(pair.client.statistics.icmpErrorsReceived, 1);
  });

  it('drops packets whose checksum is wrong, whatever they carry', () => {
    const run = new Pair();
    run.server.udp(4, 7_000, () => {});
    run.client.udp(4, 0, () => {}).send(bytes('hello'), { address: SERVER4, port: 7_000 }, run.now);
    run.client.ping(4, () => {}).send(bytes('hello'), SERVER4, 1, run.now);
    run.client.ping(6, () => {}).send(bytes('hello'), SERVER6, 1, run.now);
    run.runFor(seconds(1));
    const sound = run.frames.filter(({ from, bytes }) => from === 'client' && typeOf(bytes) !== etherTypes.arp);
    equal(sound.length, 4, 'UDP, ping, neighbor solicitation, ping over IPv6');
    const framesBefore = run.frames.length;
    for (const { bytes } of sound) {
      const broken = bytes.slice();
      broken[broken.length - 1] ^= 1;
      run.giveServer(broken);
    }
    equal(run.server.statistics.malformed, 4);
    equal(run.frames.length, framesBefore, 'nothing is answered');
  });

  it('survives any frame, and any change to a sound one', () => {
    const pair = new Pair();
    pair.server.udp(4, 7_000, () => {});
    pair.server.listen(4, 80, () => ({ onData: () => {}, onEnd: () => {}, onClose: () => {} }));
    pair.client.udp(4, 0, () => {}).send(bytes('hello'), { address: SERVER4, port: 7_000 }, pair.now);
    pair.client.ping(6, () => {}).send(bytes('hello'), SERVER6, 1, pair.now);
    const stream = pair.client.connect(
      { address: SERVER4, port: 80 },
      { onData: () => {}, onEnd: () => {}, onClose: () => {} },
      pair.now,
    );
    pair.runFor(seconds(1));
    stream.write(bytes('hello'), pair.now);
    pair.runFor(seconds(1));
    const sound = pair.frames.map(({ bytes }) => bytes);
    const changed = fc
      .tuple(fc.constantFrom(...sound), fc.array(fc.tuple(fc.nat(), fc.nat(255))), fc.nat())
      .map(([frame, changes, length]) => {
        const copy = frame.slice(0, length % (frame.length + 1));
        for (const [at, value] of changes) if (copy.length > 0) copy[at % copy.length] = value;
        return copy;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), changed), (frame) => {
        pair.giveServer(frame);
        pair.server.poll(pair.now);
      }),
      { numRuns: 3_000, seed: 1 },
    );
    ok(pair.server.statistics.malformed > 100);
  });
});
