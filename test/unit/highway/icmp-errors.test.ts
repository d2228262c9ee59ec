import { deepEqual, equal, ok } from 'node:assert/strict';
import { seconds } from '../../../lib/time.ts';
import { readU16, readU32 } from '../../../lib/wire/bytes.ts';
import { tcpFlags } from '../../../lib/wire/tcp.ts';
import {
  addressBytes,
  icmpPacket,
  ipFrame,
  joined,
  readFrame,
  text,
  udpPacket,
  type ReadPacket,
} from '../../support/packets.ts';
import { macs, twoRouters, type Lab } from '../../support/two-routers.ts';

const families = [4, 6] as const;

/** The error that the client has got, and the packet that it quotes. */
function errorOf(lab: Lab, family: 4 | 6): { error: ReadPacket; quote: Uint8Array } {
  equal(lab.client.received.length, 1);
  const error = lab.client.last;
  ok(error.isIntact);
  equal(error.protocol, family === 4 ? 1 : 58);
  equal(error.source, family === 4 ? '10.1.0.1' : 'fd00:1::1', 'from the interface where the packet came in');
  equal(error.destination, lab.client.address(family));
  return { error, quote: error.payload };
}

/** What the client has sent, behind its Ethernet header. */
const sentPacket = (lab: Lab): Uint8Array => lab.client.frames.at(-1)?.slice(14) ?? new Uint8Array(0);

describe('an ICMP error', () => {
  for (const family of families) {
    it(`tells an IPv${family} host that its packet has been on its way too long, and quotes it`, () => {
      const lab = twoRouters();
      lab.client.ask('question', { family, ttl: 1 });
      lab.settle();
      const { error, quote } = errorOf(lab, family);
      deepEqual(error.icmp, family === 4 ? [11, 0] : [3, 0]);
      deepEqual(quote, sentPacket(lab));
      equal(lab.spoke.sessionCount, 0);
      deepEqual(lab.spoke.counted(), { ttlExceeded: 1, icmpErrorSent: 1 });
    });

    it(`tells an IPv${family} host so in the middle of a session too`, () => {
      const lab = twoRouters();
      lab.client.ask('first', { family });
      lab.settle();
      lab.mark();
      lab.client.ask('second', { family, ttl: 1 });
      lab.settle();
      deepEqual(errorOf(lab, family).error.icmp, family === 4 ? [11, 0] : [3, 0]);
      deepEqual(lab.wan.packets, []);
    });

    it(`tells an IPv${family} host that there is no way to its destination`, () => {
      const lab = twoRouters();
      lab.client.say('?', 1, [family === 4 ? '10.9.0.1' : 'fd00:9::1', 2]);
      lab.settle();
      const { error, quote } = errorOf(lab, family);
      deepEqual(error.icmp, family === 4 ? [3, 0] : [1, 0]);
      deepEqual(quote, sentPacket(lab));
    });

    it(`tells an IPv${family} host how long a packet may be`, () => {
      const lab = twoRouters({ emulator: { 'dont-fragment': 'obey' } });
      lab.client.ask('first', { family });
      lab.settle();
      lab.mark();
      const payload = new Uint8Array(9_050);
      lab.client.ask(payload, { family });
      lab.settle();
      const { error, quote } = errorOf(lab, family);
      deepEqual(error.icmp, family === 4 ? [3, 4] : [2, 0]);
      const told = family === 4 ? readU16(error.l4, 6) : readU32(error.l4, 4);
      equal(told, 9_000 - 28 + (family === 4 ? 28 : 48), 'what fits behind the headers between the routers');
      ok(quote.length <= 548);
      deepEqual(quote, sentPacket(lab).slice(0, quote.length));
    });
  }

  it('lets the longest packet pass that it has told of, once metadata is off', () => {
    for (const hmac of [undefined, {}]) {
      const edit = (configuration: string): string =>
        configuration.replaceAll('network-interface lan', 'network-interface lan\nmtu 9000');
      const lab = twoRouters({ hmac, edit, emulator: { 'dont-fragment': 'obey' } });
      lab.establish();
      lab.client.ask(new Uint8Array(9_050));
      lab.settle();
      const told = readU16(lab.client.last.l4, 6);
      lab.client.ask(new Uint8Array(told - 28));
      lab.settle();
      equal(lab.server.last.payload.length, told - 28);
      equal(lab.wan.packets[0].frame.length, 14 + 9_000);
      lab.client.ask(new Uint8Array(told - 27));
      lab.settle();
      equal(lab.spoke.count('tooBig'), 2);
    }
  });

  it('is never about an ICMP message, but about a ping', () => {
    const lab = twoRouters();
    lab.client.sendIp(icmpPacket('10.1.0.10', '10.9.0.1', [3, 3], 0, text('quote'), { ttl: 1 }));
    lab.settle();
    deepEqual(lab.client.received, []);
    lab.client.ping(1, 'ping', { ttl: 1 });
    lab.settle();
    deepEqual(lab.client.last.icmp, [11, 0]);
  });

  it('is never sent to another router, whatever comes from there', () => {
    const lab = twoRouters();
    lab.exchange('1');
    const [{ packet }] = lab.wan.packets;
    lab.mark();
    const tos = [
      ['172.16.0.2', packet.destinationPort],
      ['10.2.0.10', 7_000],
      ['10.99.0.1', 7_000],
    ] as const;
    for (const to of tos) {
      const expired = udpPacket(['172.16.0.1', packet.sourcePort], to, text('?'), { ttl: 1 });
      lab.wan.deliver('hub', ipFrame(macs.hubWan, macs.spokeWan, expired));
    }
    lab.settle();
    // What it carries may have a sender who is told, inside metadata.
    const protocols = lab.wan.frames
      .filter(({ from }) => from === 'hub')
      .map(({ frame }) => readFrame(frame)?.protocol);
    deepEqual(protocols, [17]);
    deepEqual(lab.wan.packets[0].metadata?.attributes.icmpErrorLocationIpv4, addressBytes('172.16.0.2'));
  });

  it('comes at a bounded rate: ten at once, fifty a second', () => {
    const lab = twoRouters();
    const burst = (): number => {
      lab.mark();
      for (let i = 0; i < 100; i++) lab.client.ask('?', { ttl: 1 });
      lab.settle();
      equal(lab.spoke.count('icmpErrorSent') + lab.spoke.count('icmpErrorSuppressed'), 100);
      return lab.client.received.length;
    };
    equal(burst(), 10);
    lab.runFor(seconds(0.1));
    equal(burst(), 5);
    lab.runFor(seconds(60));
    equal(burst(), 10);
  });
});

describe('a ping of a router’s own address', () => {
  for (const family of families) {
    it(`is answered with what it brought, over IPv${family}`, () => {
      const lab = twoRouters();
      const own = family === 4 ? '10.1.0.1' : 'fd00:1::1';
      const request = icmpPacket(
        lab.client.address(family),
        own,
        [family === 4 ? 8 : 128, 0],
        0x1234_0007,
        text('odd'),
      );
      lab.client.sendIp(request);
      lab.settle();
      const reply = lab.client.last;
      ok(reply.isIntact);
      deepEqual([reply.source, reply.icmp], [own, [family === 4 ? 0 : 129, 0]]);
      deepEqual(reply.l4.slice(4), joined(Uint8Array.of(0x12, 0x34, 0, 7), text('odd')));
      equal(lab.spoke.sessionCount, 0);
      equal(lab.spoke.count('icmpEchoAnswered'), 1);
    });
  }

  it('is the only thing that a host gets an answer to from a router itself', () => {
    const lab = twoRouters();
    lab.client.say('?', 1, ['10.1.0.1', 16_385]);
    lab.client.segment(1, ['10.1.0.1', 80], tcpFlags.syn);
    lab.client.sendIp(icmpPacket('10.1.0.10', '10.1.0.1', [0, 0], 0, text('a reply that nobody asked for')));
    lab.settle();
    deepEqual(lab.client.received, []);
    equal(lab.spoke.count('frameUnsupported'), 3);
  });
});
