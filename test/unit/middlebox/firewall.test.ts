import { deepEqual, equal, ok } from 'node:assert/strict';
import { COOKIE } from '../../../lib/metadata/header.ts';
import { INSIDE, OUTSIDE } from '../../../lib/middlebox/middlebox.ts';
import { seconds } from '../../../lib/time.ts';
import { tcpFlags } from '../../../lib/wire/tcp.ts';
import {
  arpFrame,
  echoPacket,
  ethernetFrame,
  icmpPacket,
  ipPacket,
  joined,
  neighborPacket,
  tcpPacket,
  text,
  udpPacket,
  type End,
} from '../../support/packets.ts';
import { Bench } from './bench.ts';

const CLIENT: End = ['10.0.0.1', 5_000];
const SERVER: End = ['10.0.0.2', 80];
const CLIENT6: End = ['fd00::1', 5_000];
const SERVER6: End = ['fd00::2', 80];
const OTHER: End = ['10.0.0.3', 80];

const udp = (from: End, to: End, content = 'x'): Uint8Array => udpPacket(from, to, text(content));
const { syn, ack, fin, rst } = tcpFlags;
const timeouts = { udp: seconds(30), tcp: seconds(100), tcpTransitory: seconds(10), icmp: seconds(5) };

describe('a firewall', () => {
  it('passes what goes out, and what answers it, without a change to a bit', () => {
    const bench = Bench.firewall();
    const [mac, other] = [Uint8Array.of(2, 9, 9, 9, 9, 9), Uint8Array.of(2, 8, 8, 8, 8, 8)];
    const question = ethernetFrame(other, mac, 0x0800, udp(CLIENT, SERVER));
    const answer = ethernetFrame(mac, other, 0x0800, udp(SERVER, CLIENT));
    const ids = [bench.give(INSIDE, question), bench.give(OUTSIDE, answer)];
    deepEqual(bench.frames, [
      { port: OUTSIDE, bytes: question, id: ids[0] },
      { port: INSIDE, bytes: answer, id: ids[1] },
    ]);
    deepEqual([bench.count('firewall passed outbound'), bench.count('firewall passed inbound')], [1, 1]);
  });

  for (const [family, client, server] of [
    [4, CLIENT, SERVER],
    [6, CLIENT6, SERVER6],
  ] as const)
    it(`lets nobody open from the outside: UDP, TCP and ping over IPv${family}`, () => {
      const bench = Bench.firewall();
      const packets = [
        udp(server, client),
        tcpPacket(server, client, syn),
        echoPacket('request', server[0], client[0], 7, text('x')),
        echoPacket('reply', server[0], client[0], 7, text('x')),
      ];
      for (const packet of packets) equal(bench.in(packet), undefined);
      deepEqual(bench.drops, Array(4).fill('firewall dropped unsolicited'));
      ok(bench.out(udp(client, server)));
      ok(bench.out(tcpPacket(client, server, syn)));
      ok(bench.out(echoPacket('request', client[0], server[0], 7, text('x'))));
      ok(bench.in(udp(server, client)));
      ok(bench.in(tcpPacket(server, client, syn | ack)));
      ok(bench.in(echoPacket('reply', server[0], client[0], 7, text('x'))));
    });

  it('lets in only who was spoken to, at the port that was spoken from', () => {
    const bench = Bench.firewall();
    bench.out(udp(CLIENT, SERVER));
    equal(bench.in(udp(OTHER, CLIENT)), undefined);
    equal(bench.in(udp([SERVER[0], 81], CLIENT)), undefined);
    equal(bench.in(udp(SERVER, [CLIENT[0], 5_001])), undefined);
    ok(bench.in(udp(SERVER, CLIENT)));
  });

  it('keeps VLANs apart', () => {
    const bench = Bench.firewall();
    const tagged = (vlan: number, packet: Uint8Array): Uint8Array =>
      ethernetFrame(new Uint8Array(6), new Uint8Array(6), 0x8100, joined(Uint8Array.of(0, vlan, 8, 0), packet));
    bench.give(INSIDE, tagged(5, udp(CLIENT, SERVER)));
    bench.give(OUTSIDE, tagged(6, udp(SERVER, CLIENT)));
    bench.give(OUTSIDE, tagged(5, udp(SERVER, CLIENT)));
    deepEqual(
      bench.frames.map(({ id }) => id),
      [1, 3],
    );
  });

  it('passes ARP and neighbor discovery both ways', () => {
    const bench = Bench.firewall();
    const mac = Uint8Array.of(2, 9, 9, 9, 9, 9);
    for (const port of [INSIDE, OUTSIDE])
      bench.give(port, arpFrame(new Uint8Array(6).fill(255), 1, [mac, '10.0.0.1'], [new Uint8Array(6), '10.0.0.2']));
    ok(bench.in(neighborPacket(135, SERVER6[0], CLIENT6[0], CLIENT6[0], mac)));
    ok(bench.out(neighborPacket(136, CLIENT6[0], SERVER6[0], CLIENT6[0], mac)));
    equal(bench.count('firewall passed link'), 4);
  });

  it('passes ICMP errors about what it has let through, and no other messages', () => {
    const bench = Bench.firewall();
    bench.out(udp(CLIENT, SERVER));
    bench.out(udp(CLIENT6, SERVER6));
    ok(bench.in(icmpPacket('10.9.9.9', CLIENT[0], [3, 1], 0, udp(CLIENT, SERVER))));
    ok(bench.in(icmpPacket('fd00::9', CLIENT6[0], [2, 0], 1_400, udp(CLIENT6, SERVER6))));
    ok(bench.out(icmpPacket(CLIENT[0], SERVER[0], [3, 3], 0, udp(SERVER, CLIENT))));
    equal(bench.count('firewall passed icmp-errors'), 3);
    equal(bench.in(icmpPacket('10.9.9.9', CLIENT[0], [3, 1], 0, udp(CLIENT, OTHER))), undefined);
    equal(bench.in(icmpPacket('10.9.9.9', CLIENT[0], [13, 0], 0, text('timestamp'))), undefined);
    deepEqual(bench.drops, ['firewall dropped unsolicited', 'firewall dropped unsolicited']);
  });

  it('drops what it cannot look into: fragments, other protocols, broken packets', () => {
    const bench = Bench.firewall();
    equal(bench.out(ipPacket(CLIENT[0], SERVER[0], 17, new Uint8Array(64), { fragmentWord: 0x2000 })), undefined);
    equal(bench.out(ipPacket(CLIENT[0], SERVER[0], 47, new Uint8Array(64))), undefined);
    equal(bench.out(udp(CLIENT, SERVER).slice(0, 24)), undefined);
    bench.give(OUTSIDE, Uint8Array.of(1));
    deepEqual(
      ['fragments', 'unsupported', 'malformed'].map((what) => bench.count(`emulator received ${what}`)),
      [1, 1, 2],
    );
  });
});

describe('the states of a firewall', () => {
  it('end when nothing has passed for the idle timeout, in either direction', () => {
    const bench = Bench.firewall({ timeouts });
    bench.out(udp(CLIENT, SERVER));
    for (let i = 0; i < 3; i++) {
      bench.wait(seconds(29));
      ok(bench.in(udp(SERVER, CLIENT)), `answer ${i}`);
    }
    bench.wait(seconds(30));
    equal(bench.in(udp(SERVER, CLIENT)), undefined);
    deepEqual([bench.device.entryCount, bench.count('firewall states timed-out')], [0, 1]);
  });

  it('end sooner once a connection is closed, and begin anew with the next one from the same port', () => {
    const bench = Bench.firewall({ timeouts });
    const connect = (): void => {
      bench.out(tcpPacket(CLIENT, SERVER, syn));
      bench.in(tcpPacket(SERVER, CLIENT, syn | ack));
      bench.out(tcpPacket(CLIENT, SERVER, ack));
    };
    const lives = (): boolean => bench.in(tcpPacket(SERVER, CLIENT, ack)) !== undefined;
    connect();
    bench.wait(seconds(99));
    ok(lives());
    bench.out(tcpPacket(CLIENT, SERVER, fin | ack));
    bench.in(tcpPacket(SERVER, CLIENT, fin | ack));
    connect();
    bench.wait(seconds(99));
    ok(lives());
    bench.in(tcpPacket(SERVER, CLIENT, rst));
    bench.wait(seconds(10));
    equal(lives(), false);
  });

  it('are forgotten at once, and it tells of each', () => {
    const bench = Bench.firewall();
    bench.out(udp(CLIENT, SERVER));
    equal(bench.device.forget(), 1);
    equal(bench.in(udp(SERVER, CLIENT)), undefined);
    ok(bench.out(udp(CLIENT, SERVER)), 'the inside opens again');
    ok(bench.in(udp(SERVER, CLIENT)));
    deepEqual(
      bench.events.map(({ type }) => type),
      ['state-created', 'state-removed', 'packet-dropped', 'state-created'],
    );
    equal(bench.events[1].reason, 'udp 10.0.0.1:5000 to udp 10.0.0.2:80: forgotten');
  });

  it('are no more than there is room for', () => {
    const bench = Bench.firewall({ statesMax: 2 });
    for (const port of [1, 2, 3]) bench.out(udp([CLIENT[0], port], SERVER));
    deepEqual([bench.device.entryCount, bench.received[OUTSIDE].length], [2, 2]);
    deepEqual(bench.drops, ['firewall dropped table-full']);
  });
});

describe('a firewall about TCP', () => {
  const midFlow = [
    ['a segment', ack],
    ['a SYN with ACK', syn | ack],
    ['a FIN', fin | ack],
    ['a reset', rst],
  ] as const;

  for (const [what, flags] of midFlow)
    it(`strict: drops ${what} of a connection that it does not know, whoever sends it`, () => {
      const bench = Bench.firewall({ tcpStrict: true });
      equal(bench.out(tcpPacket(CLIENT, SERVER, flags)), undefined);
      equal(bench.in(tcpPacket(SERVER, CLIENT, flags)), undefined);
      deepEqual(bench.drops, Array(2).fill('firewall dropped tcp-out-of-state'));
    });

  it('strict: a connection that it forgets is stuck until it is opened anew', () => {
    const bench = Bench.firewall({ tcpStrict: true });
    const talk = (): boolean =>
      bench.out(tcpPacket(CLIENT, SERVER, ack)) !== undefined && bench.in(tcpPacket(SERVER, CLIENT, ack)) !== undefined;
    ok(bench.out(tcpPacket(CLIENT, SERVER, syn)));
    ok(talk());
    bench.device.forget();
    equal(talk(), false);
    ok(bench.out(tcpPacket(CLIENT, SERVER, syn)));
    ok(talk());
  });

  it('not strict: picks up a connection in its middle, from the inside', () => {
    const bench = Bench.firewall({ tcpStrict: false });
    equal(bench.in(tcpPacket(SERVER, CLIENT, ack)), undefined);
    ok(bench.out(tcpPacket(CLIENT, SERVER, ack)));
    ok(bench.in(tcpPacket(SERVER, CLIENT, ack)));
  });
});

describe('a firewall that drops unknown payloads', () => {
  const allowedPayloads = [COOKIE, Uint8Array.of(0x20)];

  it('passes UDP that begins with what is allowed, and drops other UDP in both directions', () => {
    const bench = Bench.firewall({ allowedPayloads });
    ok(bench.out(udpPacket(CLIENT, SERVER, joined(COOKIE, text('metadata')))));
    ok(bench.in(udpPacket(SERVER, CLIENT, Uint8Array.of(0x20, 0xc0))));
    equal(bench.out(udp(CLIENT, SERVER, 'bare')), undefined);
    equal(bench.in(udp(SERVER, CLIENT, 'bare')), undefined);
    equal(bench.out(udpPacket(CLIENT, SERVER, COOKIE.slice(0, 7))), undefined);
    equal(bench.out(udpPacket(CLIENT, SERVER, new Uint8Array(0))), undefined);
    deepEqual(bench.drops, Array(4).fill('firewall dropped unknown-payload'));
  });

  it('has nothing against TCP and pings', () => {
    const bench = Bench.firewall({ allowedPayloads });
    ok(bench.out(tcpPacket(CLIENT, SERVER, syn)));
    ok(bench.out(echoPacket('request', CLIENT[0], SERVER[0], 7, text('x'))));
  });
});
