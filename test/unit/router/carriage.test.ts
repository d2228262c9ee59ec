import { deepEqual, equal, ok } from 'node:assert/strict';
import { tcpFlags } from '../../../lib/wire/tcp.ts';
import type { LabConfiguration } from '../../support/lab-configuration.ts';
import { echoPacket, icmpPacket, joined, text, type ReadPacket } from '../../support/packets.ts';
import { kindOf, twoRouters, type Lab } from '../../support/two-routers.ts';

const COOKIE = Uint8Array.of(0x4c, 0x48, 0xdb, 0xc6, 0xdd, 0xf6, 0x67, 0x0c);
const MARKER = joined(COOKIE, Uint8Array.of(0x10, 0x0c, 0, 0));

const families = [4, 6] as const;
const wans: readonly LabConfiguration[] = [
  { wan: 4 },
  { wan: 6 },
  { wan: 4, hmac: {} },
  { wan: 6, hmac: { cipher: 'sha512' }, encoding: 'tlv' },
];
const nameOf = ({ wan, hmac }: LabConfiguration): string => `IPv${wan}${hmac ? ', sealed' : ''}`;

/** What does not change on the way, and what does. */
function expectSame(received: ReadPacket, sent: ReadPacket): void {
  const { source, destination, protocol, l4, ttl } = sent;
  const checksumAt = protocol === 17 ? 6 : undefined;
  const bare = (bytes: Uint8Array): Uint8Array =>
    bytes.map((byte, at) => (at >> 1 === (checksumAt ?? -2) >> 1 ? 0 : byte));
  ok(received.isIntact);
  deepEqual([received.source, received.destination, received.protocol], [source, destination, protocol]);
  deepEqual(bare(received.l4), bare(l4));
  equal(received.ttl, ttl - 2, 'two routers');
}

/** Sends and compares, in one direction. */
function carries(lab: Lab, from: 'client' | 'server', send: () => void): void {
  const far = from === 'client' ? lab.server : lab.client;
  const before = far.received.length;
  const sent: ReadPacket[] = lab[from].sent.slice();
  send();
  lab.settle();
  equal(far.received.length, before + 1, 'the packet arrives');
  expectSame(far.last, lab[from].sent[sent.length]);
}

for (const family of families) {
  for (const wan of wans) {
    describe(`an IPv${family} session over a WAN of ${nameOf(wan)}`, () => {
      const client = family === 4 ? '10.1.0.10' : 'fd00:1::10';
      const server = family === 4 ? '10.2.0.10' : 'fd00:2::10';

      it('carries UDP of every length, with metadata and without', () => {
        const lab = twoRouters(wan);
        for (const length of [0, 1, 2, 3, 7, 8, 11, 12, 511, 1399, 1400]) {
          const payload = Uint8Array.from({ length }, (_, i) => i * 7);
          carries(lab, 'client', () => lab.client.ask(payload, { family }));
          carries(lab, 'server', () => lab.server.say(payload, 7_000, [client, 40_000]));
        }
        equal(lab.spoke.sessionCount, 1);
        deepEqual(lab.wan.packets.map(kindOf).slice(0, 4), ['forward', 'reverse', 'bare', 'bare']);
        ok(lab.wan.packets.every(({ packet }) => packet.isIntact));
      });

      it('carries a TCP connection, options and all', () => {
        const lab = twoRouters(wan);
        const to = [server, 80] as const;
        const back = [client, 41_000] as const;
        carries(lab, 'client', () => lab.client.segment(41_000, to, tcpFlags.syn));
        carries(lab, 'server', () =>
          lab.server.segment(80, back, tcpFlags.syn | tcpFlags.ack, { acknowledgement: 1_001 }),
        );
        carries(lab, 'client', () => lab.client.segment(41_000, to, tcpFlags.ack, { acknowledgement: 1_001 }));
        for (const length of [1, 2, 1399, 1400]) {
          const payload = new Uint8Array(length).fill(length);
          carries(lab, 'client', () => lab.client.segment(41_000, to, tcpFlags.ack | tcpFlags.psh, { payload }));
          carries(lab, 'server', () => lab.server.segment(80, back, tcpFlags.ack, { payload }));
        }
        ok(
          lab.wan.packets.every(({ packet }) => packet.isIntact && packet.protocol === 17),
          'TCP travels inside UDP',
        );
        const [syn] = lab.wan.packets;
        equal(syn.metadata?.attributes.tcpSyn, true);
        equal(lab.spoke.sessionCount, 1);
      });

      it('carries ping', () => {
        const lab = twoRouters(wan);
        for (let i = 0; i < 3; i++) {
          carries(lab, 'client', () => lab.client.ping(77, `ping ${i}`, { family }));
          carries(lab, 'server', () => lab.server.sendIp(echoPacket('reply', server, client, 77, text(`pong ${i}`))));
        }
        equal(lab.spoke.sessionCount, 1);
        deepEqual(lab.wan.packets.map(kindOf), ['forward', 'reverse', 'bare', 'bare', 'bare', 'bare']);
        ok(lab.wan.packets.every(({ packet }) => packet.isIntact));
      });

      it('carries payloads that look like metadata, marked when no metadata stands before them', () => {
        const lab = twoRouters(wan);
        const payloads = [COOKIE, joined(COOKIE, text('and more')), MARKER, joined(MARKER, MARKER, text('!'))];
        for (const payload of [...payloads, ...payloads]) {
          carries(lab, 'client', () => lab.client.ask(payload, { family }));
          carries(lab, 'server', () => lab.server.say(payload, 7_000, [client, 40_000]));
        }
        deepEqual(lab.wan.kinds('spoke'), ['forward', ...Array.from({ length: 7 }, () => 'marker')]);
        deepEqual(lab.wan.kinds('hub'), ['reverse', ...Array.from({ length: 7 }, () => 'marker')]);
        equal(lab.spoke.count('falsePositiveAdded'), 7);
        equal(lab.hub.count('falsePositiveRemoved'), 7);
        equal(lab.hub.count('falsePositiveAdded'), 7);
        equal(lab.spoke.count('falsePositiveRemoved'), 7);
      });
    });
  }
}

describe('a UDP datagram without a checksum', () => {
  for (const wan of wans) {
    it(`arrives over a WAN of ${nameOf(wan)}, with metadata and without`, () => {
      const lab = twoRouters(wan);
      for (const payload of ['first', 'odd', 'even']) {
        carries(lab, 'client', () => lab.client.ask(payload, { checksum: false }));
        carries(lab, 'server', () => lab.server.say(payload, 7_000, ['10.1.0.10', 40_000], { checksum: false }));
      }
      ok(lab.wan.packets.every(({ packet }) => packet.isIntact));
    });
  }

  it('gets none from a router that only changes addresses', () => {
    const lab = twoRouters();
    lab.establish();
    lab.client.ask('plain', { checksum: false });
    lab.settle();
    lab.server.say('answer', 7_000, ['10.1.0.10', 40_000], { checksum: false });
    lab.settle();
    deepEqual(
      lab.wan.packets.map(({ packet }) => packet.hasUdpChecksum),
      [false, false],
    );
    equal(lab.server.last.hasUdpChecksum, false);
  });
});

describe('a checksum that is wrong', () => {
  it('stays wrong when a router only changes addresses, so that the receiver sees it', () => {
    const lab = twoRouters();
    lab.server.isServer = true;
    lab.exchange('1', '2');
    lab.server.isServer = false;
    lab.client.ask('3');
    const frame = lab.client.frames[lab.client.frames.length - 1].slice();
    lab.settle();
    frame[frame.length - 1] ^= 1;
    lab.client.sendFrame(frame);
    lab.settle();
    equal(lab.server.last.isIntact, false);
  });
});

describe('two routers that write metadata differently', () => {
  for (const [spoke, hub] of [
    ['protobuf', 'tlv'],
    ['tlv', 'protobuf'],
    ['tlv', 'tlv'],
    ['protobuf', 'protobuf'],
  ] as const) {
    it(`understand each other: ${spoke} from the spoke, ${hub} from the hub`, () => {
      const lab = twoRouters({ encoding: { spoke, hub } });
      lab.server.isServer = true;
      lab.exchange('1', '2', '3');
      deepEqual(lab.client.answers, ['1', '2', '3']);
      const encodings = lab.wan.packets.flatMap(({ from, metadata }) => (metadata ? [[from, metadata.encoding]] : []));
      deepEqual(encodings, [
        ['spoke', spoke],
        ['hub', hub],
      ]);
    });
  }

  it('understand a peer that changes its encoding in the middle', () => {
    const lab = twoRouters({ encoding: 'tlv' });
    lab.exchange('1');
    const [first] = lab.wan.packets;
    lab.wan.forgeMetadata(first, first.metadata?.attributes ?? {}, 'again', 'protobuf');
    lab.settle();
    deepEqual(lab.server.answers, ['1', 'again']);
  });
});

describe('a session between two routers', () => {
  it('keeps type of service and identification, and counts hops', () => {
    const lab = twoRouters();
    for (let i = 0; i < 3; i++) lab.client.ask('marked', { trafficClass: 0xb8, ttl: 9 });
    lab.settle();
    const [{ frame }] = lab.wan.packets;
    equal(frame[14 + 1], 0xb8);
    deepEqual([frame[14 + 4], frame[14 + 5]], [0x12, 0x34]);
    equal(lab.wan.packets[0].packet.ttl, 8);
    equal(lab.server.last.ttl, 7);
  });

  it('never carries an ICMP error as if it were a ping', () => {
    const lab = twoRouters();
    lab.client.ping(0, 'identifier 0');
    lab.settle();
    const before = lab.client.received.length;
    lab.server.sendIp(icmpPacket('10.2.0.10', '10.1.0.10', [3, 3], 0, text('quoted packet')));
    lab.settle();
    equal(lab.client.received.length, before);
    equal(lab.hub.count('icmpErrorNoSession'), 1);
  });

  it('is begun by neither a broadcast ping nor a multicast packet', () => {
    const lab = twoRouters();
    const broadcast = new Uint8Array(6).fill(0xff);
    for (const family of families) {
      lab.client.ping(5, 'to all', { family });
      lab.settle();
      const frame = lab.client.frames.at(-1)?.slice() ?? new Uint8Array(0);
      lab.spoke.forgetSessions();
      frame.set(broadcast, 0);
      lab.client.sendFrame(frame);
    }
    lab.client.say('group', 40_000, ['224.0.0.251', 7_000]);
    lab.client.say('group', 40_000, ['ff02::fb', 7_000]);
    lab.settle();
    equal(lab.spoke.sessionCount, 0);
    equal(lab.spoke.count('frameNotForUs'), 2);
    equal(lab.spoke.count('frameUnsupported'), 2);
  });
});
