import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { seconds } from '../../../lib/time.ts';
import { tcpFlags } from '../../../lib/wire/tcp.ts';
import { address } from '../host/pair.ts';
import {
  echoPacket,
  icmpPacket,
  ipPacket,
  tcpPacket,
  text,
  textOf,
  udpPacket,
  type End,
  type ReadPacket,
} from '../../support/packets.ts';
import { Bench } from './bench.ts';

const HOST: End = ['192.168.0.10', 5_000];
const OTHER: End = ['192.168.0.11', 5_000];
const SERVER: End = ['198.51.100.7', 80];
const OTHER_PORT: End = ['198.51.100.7', 81];
const OTHER_SERVER: End = ['198.51.100.8', 80];
const OUTSIDE = '203.0.113.1';

const udp = (from: End, to: End, content = 'x'): Uint8Array => udpPacket(from, to, text(content));
const { syn, ack, fin, rst } = tcpFlags;

/** The outside end that a packet to `to` was given. */
function mapped(bench: Bench<never> | ReturnType<typeof Bench.nat>, from: End, to: End): End {
  const packet = bench.out(udp(from, to));
  ok(packet, `nothing left for ${to.join(':')}`);
  return [packet.source, packet.sourcePort];
}

const endsOf = ({ source, sourcePort, destination, destinationPort }: ReadPacket): string =>
  `${source}:${sourcePort} > ${destination}:${destinationPort}`;

describe('a NAT', () => {
  it('gives what leaves its own address, and what answers the address of who asked, with right checksums', () => {
    const bench = Bench.nat();
    const out = bench.out(udp(HOST, SERVER, 'question'));
    ok(out?.isIntact);
    equal(endsOf(out), '203.0.113.1:5000 > 198.51.100.7:80');
    equal(out.ttl, 63);
    const answer = bench.in(udp(SERVER, [OUTSIDE, 5_000], 'answer'));
    ok(answer?.isIntact);
    equal(endsOf(answer), '198.51.100.7:80 > 192.168.0.10:5000');
    equal(textOf(answer.payload), 'answer');
    deepEqual(
      ['nat translated outbound', 'nat translated inbound', 'nat mappings entries'].map((path) => bench.count(path)),
      [1, 1, 1],
    );
  });

  it('keeps the id of a packet, so that it can be followed', () => {
    const bench = Bench.nat();
    bench.out(udp(HOST, SERVER));
    const [sent] = bench.frames.filter(({ id }) => id !== 0);
    equal(sent.id, 1);
  });

  it('leaves a UDP packet without checksum without one (RFC 768)', () => {
    const bench = Bench.nat();
    const out = bench.out(udpPacket(HOST, SERVER, text('x'), { checksum: false }));
    ok(out?.isIntact);
    equal(out.hasUdpChecksum, false);
  });

  it('keeps every checksum right, whatever the bytes (RFC 1624)', () => {
    const bench = Bench.nat({ portPreservation: false });
    for (let i = 0; i < 500; i++) {
      const from: End = ['192.168.0.10', 1_024 + i * 97];
      const payload = Uint8Array.from({ length: i % 64 }, (_, at) => (i * 31 + at * 7) & 0xff);
      for (const packet of [udpPacket(from, SERVER, payload), tcpPacket(from, SERVER, syn, { payload })])
        ok(bench.out(packet)?.isIntact, `packet ${i}`);
    }
  });

  it('leaves a checksum wrong that was wrong', () => {
    const packet = udp(HOST, SERVER);
    packet[26] ^= 0x40;
    equal(Bench.nat().out(packet)?.isIntact, false);
  });

  it('carries TCP and echoes, whose identifier it translates', () => {
    const bench = Bench.nat({ portPreservation: false });
    const opening = bench.out(tcpPacket(HOST, SERVER, syn));
    ok(opening?.isIntact);
    notEqual(opening.sourcePort, HOST[1]);
    const accepted = bench.in(tcpPacket(SERVER, [OUTSIDE, opening.sourcePort], syn | ack));
    ok(accepted?.isIntact);
    equal(endsOf(accepted), '198.51.100.7:80 > 192.168.0.10:5000');

    const request = bench.out(echoPacket('request', HOST[0], SERVER[0], 77, text('ping')));
    ok(request?.isIntact);
    const identifier = request.l4[4] * 256 + request.l4[5];
    notEqual(identifier, 77);
    const reply = bench.in(echoPacket('reply', SERVER[0], OUTSIDE, identifier, text('ping')));
    ok(reply?.isIntact);
    deepEqual([reply.destination, reply.l4[4] * 256 + reply.l4[5]], [HOST[0], 77]);
  });

  it('does what a router does: counts hops, tells who is too far or cannot be reached, answers pings', () => {
    const bench = Bench.nat({ outside: { address: { address: address(OUTSIDE), length: 24 }, gateway: undefined } });
    equal(bench.out(udp(HOST, SERVER)), undefined);
    deepEqual(bench.atInside.icmp, [3, 0]);
    equal(bench.out(udpPacket(HOST, ['203.0.113.9', 80], text('x'), { ttl: 1 })), undefined);
    deepEqual(bench.atInside.icmp, [11, 0]);
    deepEqual(bench.drops, ['nat dropped unroutable', 'emulator received ttl-exceeded']);
    equal(bench.device.entryCount, 0);
    bench.out(echoPacket('request', HOST[0], '192.168.0.1', 9, text('near')));
    ok(bench.atInside.isIntact);
    equal(textOf(bench.atInside.payload), 'near');
    bench.out(echoPacket('request', HOST[0], OUTSIDE, 9, text('far')));
    equal(textOf(bench.atInside.payload), 'far');
    bench.in(echoPacket('request', SERVER[0], OUTSIDE, 9, text('back')));
    equal(textOf(bench.atOutside.payload), 'back');
  });

  it('tells who sends more than the next link carries how much that is (RFC 1191)', () => {
    const bench = Bench.nat({ mtu: 1_400 });
    equal(bench.out(udpPacket(HOST, SERVER, new Uint8Array(1_373))), undefined);
    deepEqual(bench.atInside.icmp, [3, 4]);
    equal(bench.atInside.l4[6] * 256 + bench.atInside.l4[7], 1_400);
    ok(bench.out(udpPacket(HOST, SERVER, new Uint8Array(1_372))));
  });

  it('drops fragments, IPv6 and broken frames, and counts them', () => {
    const bench = Bench.nat();
    equal(bench.out(ipPacket(HOST[0], SERVER[0], 17, new Uint8Array(64), { fragmentWord: 0x2000 })), undefined);
    equal(bench.out(udp(['fd00::1', 1], ['fd00::2', 2])), undefined);
    bench.give(0, Uint8Array.of(1, 2, 3));
    deepEqual(bench.drops, [
      'emulator received fragments',
      'emulator received unsupported',
      'emulator received malformed',
    ]);
  });
});

describe('the mapping of a NAT (RFC 4787, section 4)', () => {
  it('endpoint-independent: is the same for every remote end', () => {
    const bench = Bench.nat({ mapping: 'endpoint-independent', portPreservation: false });
    const ends = [SERVER, OTHER_PORT, OTHER_SERVER].map((to) => mapped(bench, HOST, to));
    deepEqual(ends, [ends[0], ends[0], ends[0]]);
  });

  it('address- and port-dependent (symmetric): is another one for each remote end', () => {
    const bench = Bench.nat({ mapping: 'symmetric', portPreservation: false });
    const ports = [SERVER, OTHER_PORT, OTHER_SERVER, SERVER].map((to) => mapped(bench, HOST, to)[1]);
    equal(new Set(ports).size, 3);
    equal(ports[3], ports[0]);
  });

  it('port preservation: keeps the inside port while it is free, and never gives one port to two', () => {
    const bench = Bench.nat({ portPreservation: true });
    equal(mapped(bench, HOST, SERVER)[1], 5_000);
    notEqual(mapped(bench, OTHER, SERVER)[1], 5_000);
  });

  it('no port preservation: draws ports from its range, which a seed repeats', () => {
    const draw = (seed: number): number[] => {
      const bench = Bench.nat({ portPreservation: false, ports: [20_000, 20_999] }, seed);
      return [1, 2, 3, 4].map((i) => mapped(bench, [HOST[0], i], SERVER)[1]);
    };
    ok(draw(1).every((port) => port >= 20_000 && port <= 20_999));
    deepEqual(draw(1), draw(1));
    notEqual(String(draw(1)), String(draw(2)));
  });

  it('keeps the ports of UDP, TCP and ICMP apart', () => {
    const bench = Bench.nat();
    equal(bench.out(udp(HOST, SERVER))?.sourcePort, 5_000);
    equal(bench.out(tcpPacket(OTHER, SERVER, syn))?.sourcePort, 5_000);
    const echo = bench.out(echoPacket('request', OTHER[0], SERVER[0], 5_000, text('x')));
    equal(echo && echo.l4[4] * 256 + echo.l4[5], 5_000);
  });

  it('hairpinning (REQ-9): two on the inside meet by their outside ends', () => {
    const bench = Bench.nat({ portPreservation: false });
    const [, port] = mapped(bench, OTHER, SERVER);
    bench.out(udp(HOST, [OUTSIDE, port], 'hello'));
    const { source, destination, destinationPort, payload, isIntact, ttl } = bench.atInside;
    deepEqual([source, destination, destinationPort, ttl], [OUTSIDE, OTHER[0], OTHER[1], 63]);
    equal(textOf(payload), 'hello');
    ok(isIntact);
  });
});

describe('the filtering of a NAT (RFC 4787, section 5)', () => {
  const strangers: readonly End[] = [SERVER, OTHER_PORT, OTHER_SERVER];
  const letIn = (bench: ReturnType<typeof Bench.nat>): boolean[] => {
    const end = mapped(bench, HOST, SERVER);
    return strangers.map((from) => bench.in(udp(from, end)) !== undefined);
  };

  it('endpoint-independent: lets anybody in', () => {
    deepEqual(letIn(Bench.nat({ filtering: 'endpoint-independent' })), [true, true, true]);
  });

  it('address-dependent: lets in whom it has sent to, from any port', () => {
    deepEqual(letIn(Bench.nat({ filtering: 'address-dependent' })), [true, true, false]);
  });

  it('address- and port-dependent: lets in only exactly whom it has sent to, and says why the others are dropped', () => {
    const bench = Bench.nat({ filtering: 'address-and-port-dependent' });
    deepEqual(letIn(bench), [true, false, false]);
    deepEqual(bench.drops, ['nat dropped filtered', 'nat dropped filtered']);
  });

  it('forgets the oldest remote end of a mapping that has sent to too many', () => {
    const bench = Bench.nat({ filtering: 'address-and-port-dependent' });
    const end = mapped(bench, HOST, SERVER);
    for (let port = 1_000; port < 1_256; port++) mapped(bench, HOST, [OTHER_SERVER[0], port]);
    equal(bench.in(udp(SERVER, end)), undefined);
    ok(bench.in(udp([OTHER_SERVER[0], 1_255], end)));
    equal(bench.count('nat mappings remotes-forgotten'), 1);
  });

  it('lets nobody in where there is no mapping, and keeps silent', () => {
    const bench = Bench.nat();
    equal(bench.in(udp(SERVER, [OUTSIDE, 5_000])), undefined);
    equal(bench.in(udp(SERVER, HOST)), undefined);
    deepEqual(bench.drops, ['nat dropped no-mapping', 'emulator received not-for-this-router']);
    equal(bench.received[1].length, 0);
  });
});

describe('the idle timeouts of a NAT', () => {
  const timeouts = { udp: seconds(30), tcp: seconds(100), tcpTransitory: seconds(10), icmp: seconds(5) };

  it('UDP: what leaves refreshes a mapping, what comes in does not (RFC 4787, REQ-6)', () => {
    const bench = Bench.nat({ timeouts });
    const end = mapped(bench, HOST, SERVER);
    bench.wait(seconds(29));
    mapped(bench, HOST, SERVER);
    bench.wait(seconds(29));
    ok(bench.in(udp(SERVER, end)));
    bench.wait(seconds(1));
    equal(bench.in(udp(SERVER, end)), undefined);
    equal(bench.count('nat mappings timed-out'), 1);
    equal(bench.events.filter(({ type }) => type === 'mapping-removed').length, 1);
  });

  it('are exact to the microsecond', () => {
    const bench = Bench.nat({ timeouts });
    const end = mapped(bench, HOST, SERVER);
    bench.wait((seconds(30) - 1) as typeof timeouts.udp);
    ok(bench.in(udp(SERVER, end)));
    bench.now = (bench.now + 1) as typeof bench.now;
    equal(bench.in(udp(SERVER, end)), undefined);
  });

  it('an idle table empties itself, with nobody asking', () => {
    const bench = Bench.nat({ timeouts });
    for (let i = 1; i <= 100; i++) mapped(bench, [HOST[0], i], SERVER);
    equal(bench.device.entryCount, 100);
    bench.wait(seconds(31));
    deepEqual([bench.device.entryCount, bench.count('nat mappings maximum')], [0, 100]);
  });

  it('TCP: long once a connection is established, short before and after (RFC 5382, REQ-5)', () => {
    const bench = Bench.nat({ timeouts });
    const lives = (port: number): boolean => bench.in(tcpPacket(SERVER, [OUTSIDE, port], ack)) !== undefined;
    const connect = (port: number): void => {
      bench.out(tcpPacket([HOST[0], port], SERVER, syn));
      bench.in(tcpPacket(SERVER, [OUTSIDE, port], syn | ack));
      bench.out(tcpPacket([HOST[0], port], SERVER, ack));
    };
    bench.out(tcpPacket([HOST[0], 1_111], SERVER, syn));
    for (const port of [2_222, 3_333, 4_444]) connect(port);
    bench.out(tcpPacket([HOST[0], 3_333], SERVER, fin | ack));
    bench.in(tcpPacket(SERVER, [OUTSIDE, 3_333], fin | ack));
    bench.in(tcpPacket(SERVER, [OUTSIDE, 4_444], rst));
    bench.wait(seconds(11));
    deepEqual([1_111, 2_222, 3_333, 4_444].map(lives), [false, true, false, false]);
    bench.wait(seconds(99));
    equal(lives(2_222), true);
    bench.wait(seconds(101));
    equal(lives(2_222), false);
  });

  it('ICMP: its own', () => {
    const bench = Bench.nat({ timeouts });
    bench.out(echoPacket('request', HOST[0], SERVER[0], 7_777, text('x')));
    bench.wait(seconds(5));
    equal(bench.in(echoPacket('reply', SERVER[0], OUTSIDE, 7_777, text('x'))), undefined);
  });
});

describe('ICMP errors through a NAT (RFC 5508)', () => {
  const quoteOf = (error: ReadPacket): string => {
    const dotted = (at: number): string => Array.from(error.payload.slice(at, at + 4)).join('.');
    const word = (at: number): number => error.payload[at] * 256 + error.payload[at + 1];
    return `${dotted(12)}:${word(20)} > ${dotted(16)}:${word(22)}`;
  };

  it('an error from the outside reaches who sent the packet, which it quotes as it was sent', () => {
    const bench = Bench.nat({ portPreservation: false });
    const sent = udp(HOST, SERVER, 'question');
    const [, port] = mapped(bench, HOST, SERVER);
    const seen = udp([OUTSIDE, port], SERVER, 'question');
    const error = bench.in(icmpPacket('198.51.100.1', OUTSIDE, [3, 1], 0, seen));
    ok(error?.isIntact);
    deepEqual([error.source, error.destination], ['198.51.100.1', HOST[0]]);
    deepEqual(error.payload, sent);
    equal(bench.count('nat translated icmp-errors'), 1);
  });

  it('an error that quotes only the first eight bytes of TCP is translated too', () => {
    const bench = Bench.nat({ portPreservation: false });
    const out = bench.out(tcpPacket(HOST, SERVER, syn));
    ok(out);
    const seen = tcpPacket([OUTSIDE, out.sourcePort], SERVER, syn).slice(0, 28);
    const error = bench.in(icmpPacket('198.51.100.1', OUTSIDE, [11, 0], 0, seen));
    ok(error?.isIntact);
    equal(quoteOf(error), '192.168.0.10:5000 > 198.51.100.7:80');
  });

  it('an error about an echo finds who pinged', () => {
    const bench = Bench.nat({ portPreservation: false });
    const out = bench.out(echoPacket('request', HOST[0], SERVER[0], 77, text('x')));
    ok(out);
    const seen = echoPacket('request', OUTSIDE, SERVER[0], out.l4[4] * 256 + out.l4[5], text('x'));
    const error = bench.in(icmpPacket('198.51.100.1', OUTSIDE, [3, 1], 0, seen));
    ok(error?.isIntact);
    deepEqual(error.payload, echoPacket('request', HOST[0], SERVER[0], 77, text('x')));
  });

  it('an error from the inside leaves with the outside address, and quotes what the outside had sent', () => {
    const bench = Bench.nat({ portPreservation: false });
    const [, port] = mapped(bench, HOST, SERVER);
    ok(bench.in(udp(SERVER, [OUTSIDE, port], 'answer')));
    const error = bench.out(icmpPacket(HOST[0], SERVER[0], [3, 3], 0, udp(SERVER, HOST, 'answer')));
    ok(error?.isIntact);
    equal(error.source, OUTSIDE);
    deepEqual(error.payload, udp(SERVER, [OUTSIDE, port], 'answer'));
  });

  it('does not refresh a mapping', () => {
    const timeouts = { udp: seconds(30), tcp: seconds(30), tcpTransitory: seconds(30), icmp: seconds(30) };
    const bench = Bench.nat({ timeouts });
    mapped(bench, HOST, SERVER);
    bench.wait(seconds(20));
    const error = icmpPacket('198.51.100.1', OUTSIDE, [3, 1], 0, udp([OUTSIDE, 5_000], SERVER));
    ok(bench.in(error));
    bench.wait(seconds(10));
    equal(bench.in(error), undefined);
  });

  it('is dropped when nothing fits it, its checksum is wrong, it quotes too little or is no error', () => {
    const bench = Bench.nat({ filtering: 'address-and-port-dependent' });
    mapped(bench, HOST, SERVER);
    const fitting = udp([OUTSIDE, 5_000], SERVER);
    const broken = icmpPacket('198.51.100.1', OUTSIDE, [3, 1], 0, fitting);
    broken[22] ^= 1;
    const dropped = [
      icmpPacket('198.51.100.1', OUTSIDE, [3, 1], 0, udp([OUTSIDE, 5_001], SERVER)),
      icmpPacket('198.51.100.1', OUTSIDE, [3, 1], 0, udp([OUTSIDE, 5_000], OTHER_SERVER)),
      icmpPacket('198.51.100.1', OUTSIDE, [3, 1], 0, udp(HOST, SERVER)),
      broken,
      icmpPacket('198.51.100.1', OUTSIDE, [3, 1], 0, fitting.slice(0, 27)),
      icmpPacket('198.51.100.1', OUTSIDE, [5, 1], 0, fitting),
    ];
    for (const packet of dropped) equal(bench.in(packet), undefined);
    deepEqual([bench.count('nat dropped no-mapping'), bench.count('emulator received unsupported')], [3, 3]);
  });
});

describe('rebinding', () => {
  it('gives every mapping a port that nobody had, to which answers come from then on', () => {
    const bench = Bench.nat({ ports: [2_000, 2_099] });
    const hosts = Array.from({ length: 40 }, (_, i): End => [HOST[0], 2_000 + i]);
    const before = hosts.map((from) => mapped(bench, from, SERVER)[1]);
    equal(bench.device.rebind(), 40);
    for (const port of before) equal(bench.in(udp(SERVER, [OUTSIDE, port])), undefined);
    const after = hosts.map((from) => mapped(bench, from, SERVER)[1]);
    equal(new Set([...before, ...after]).size, 80);
    hosts.forEach((host, i) => equal(bench.in(udp(SERVER, [OUTSIDE, after[i]]))?.destinationPort, host[1]));
    deepEqual([bench.count('nat mappings rebound'), bench.count('nat mappings created')], [40, 40]);
  });

  it('may come with another outside address, which the NAT answers for from then on', () => {
    const bench = Bench.nat();
    mapped(bench, HOST, SERVER);
    bench.device.rebind(address('203.0.113.77'));
    const [source, port] = mapped(bench, HOST, SERVER);
    equal(source, '203.0.113.77');
    equal(bench.in(udp(SERVER, [OUTSIDE, port])), undefined);
    ok(bench.in(udp(SERVER, [source, port])));
  });

  it('forgets a mapping for which no other port is left', () => {
    const bench = Bench.nat({ ports: [2_000, 2_002] });
    for (const port of [2_000, 2_001]) mapped(bench, [HOST[0], port], SERVER);
    equal(bench.device.rebind(), 1);
    equal(bench.count('nat mappings forgotten'), 1);
  });
});

describe('forgetting', () => {
  it('closes every port at once, and tells of each', () => {
    const bench = Bench.nat();
    const end = mapped(bench, HOST, SERVER);
    mapped(bench, OTHER, SERVER);
    equal(bench.device.forget(), 2);
    equal(bench.in(udp(SERVER, end)), undefined);
    deepEqual(
      bench.events.filter(({ type }) => type === 'mapping-removed').map(({ reason }) => reason?.split(': ')[1]),
      ['forgotten', 'forgotten'],
    );
    equal(bench.count('nat mappings forgotten'), 2);
  });
});

describe('a NAT that is full', () => {
  it('lets no further mapping in until one has ended, and goes on with those that it has', () => {
    const timeouts = { udp: seconds(30), tcp: seconds(30), tcpTransitory: seconds(30), icmp: seconds(30) };
    const bench = Bench.nat({ mappingsMax: 3, timeouts });
    for (const port of [1, 2, 3]) mapped(bench, [HOST[0], port], SERVER);
    equal(bench.out(udp([HOST[0], 4], SERVER)), undefined);
    ok(bench.out(udp([HOST[0], 1], SERVER)));
    deepEqual(bench.drops, ['nat dropped table-full']);
    bench.now = (bench.now + seconds(30)) as typeof bench.now;
    ok(bench.out(udp([HOST[0], 4], SERVER)), 'what has timed out makes room, even before its timer runs');
  });

  it('runs out of ports by itself', () => {
    const bench = Bench.nat({ ports: [4_000, 4_001] });
    for (const port of [1, 2]) mapped(bench, [HOST[0], port], SERVER);
    equal(bench.out(udp([HOST[0], 3], SERVER)), undefined);
    deepEqual(bench.drops, ['nat dropped out-of-ports']);
    ok(bench.out(tcpPacket([HOST[0], 3], SERVER, syn)), 'TCP has ports of its own');
  });
});
