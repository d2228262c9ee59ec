import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import type { MetadataEncoding } from '../../../lib/metadata/codec.ts';
import { milliseconds, seconds } from '../../../lib/time.ts';
import { readU16 } from '../../../lib/wire/bytes.ts';
import { ETHERNET_HEADER_LENGTH } from '../../../lib/wire/ethernet.ts';
import type { Station } from '../../support/station.ts';
import {
  macs,
  metadataBytes,
  twoRouters,
  type Lab,
  type LabOptions,
  type WanPacket,
} from '../../support/two-routers.ts';
import { ipv4Fragments, ipv6Fragments, withIpv4Header } from '../../support/ip-fragments.ts';
import { echoPacket, ipFrame, joined, tcpPacket, udpPacket } from '../../support/packets.ts';

const MTU = 1_500;
const hmac = { mode: 'time-based' } as const;

const small = (options: LabOptions = {}): Lab =>
  twoRouters({ ...options, edit: (text) => (options.edit?.(text) ?? text).replaceAll('mtu 9000', `mtu ${MTU}`) });

const payload = (length: number, seed = 1): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 13 + seed) & 0xff);

const ENCRYPTED = `
security hidden
encryption-cipher aes-gcm-128
encryption-key 0123456789abcdef0123456789abcdef
hmac-mode disabled
exit`;

const encrypted: LabOptions = {
  hmac,
  authority: ENCRYPTED,
  edit: (text) =>
    text
      .replace(
        'security between-routers\nencrypt false',
        'security between-routers\nencryption-key 00112233445566778899aabbccddeeff',
      )
      .replaceAll(/(service (?:questions|web|echo)\n)/g, '$1security hidden\n'),
};

const ipLength = ({ frame }: WanPacket): number => frame.length - ETHERNET_HEADER_LENGTH;
const isFragment = ({ metadata }: WanPacket): boolean => metadata?.attributes.fragment !== undefined;

/** The frames that a station gets from now on. */
function framesTo({ device }: Station): Uint8Array[] {
  const frames: Uint8Array[] = [];
  const receive = device.receive.bind(device);
  device.receive = (port, frame, now) => {
    frames.push(frame.copy());
    receive(port, frame, now);
  };
  return frames;
}

/** The client's datagram to the server, as an IP packet. */
const question = (family: 4 | 6, content: Uint8Array): Uint8Array =>
  family === 4
    ? udpPacket(['10.1.0.10', 40_000], ['10.2.0.10', 7_000], content, { fragmentWord: 0 })
    : udpPacket(['fd00:1::10', 40_000], ['fd00:2::10', 7_000], content);

describe('fragments of the fabric', () => {
  for (const encoding of ['protobuf', 'tlv'] as MetadataEncoding[])
    for (const wan of [4, 6] as const)
      for (const [how, options] of [
        ['bare', {}],
        ['sealed', { hmac }],
        ['sealed and encrypted', encrypted],
      ] as const)
        it(`carry full packets of both families over IPv${wan}, ${how}, in ${encoding}`, () => {
          const lab = small({ ...options, wan, encoding });
          lab.server.isServer = true;
          for (const family of [4, 6] as const)
            for (let round = 0; round < 4; round++) {
              lab.client.ask(payload(family === 4 ? 1_472 : 1_452, round), { family });
              lab.settle();
            }
          const answers = lab.client.received;
          deepEqual(
            answers.map((answer) => [answer.family, answer.payload.length, answer.payload[0], answer.isIntact]),
            [4, 6].flatMap((family) =>
              [0, 1, 2, 3].map((round) => [family, family === 4 ? 1_472 : 1_452, round, true]),
            ),
          );
          ok(lab.wan.packets.every((packet) => ipLength(packet) <= MTU && packet.packet.isIntact));
          for (const router of [lab.spoke, lab.hub]) {
            ok(router.count('fabricFragmented') > 0);
            equal(router.count('fabricReassemblyTimedOut') + router.count('replayed'), 0);
          }
          equal(lab.spoke.count('fabricFragmented'), lab.hub.count('fabricReassembled'));
          equal(lab.hub.count('fabricFragmented'), lab.spoke.count('fabricReassembled'));
          equal(lab.spoke.count('fabricFragmentsSent'), lab.hub.count('fabricFragmentsReceived'));
        });

  it('say what the packet was: its identification, DF, and where each belongs', () => {
    const lab = small({ hmac });
    lab.establish();
    lab.client.ask(payload(1_472));
    lab.settle();
    const attributes = lab.wan.sentBy('spoke').map(({ metadata }) => metadata?.attributes);
    equal(attributes.length, 2);
    for (const one of attributes) deepEqual(Object.keys(one ?? {}), ['fragment']);
    const [first, last] = attributes.map((one) => one?.fragment);
    ok(first && last);
    equal(first.extendedId, last.extendedId);
    deepEqual(
      [first, last].map(({ originalId, dontFragment, moreFragments, offset, largestSeen }) => [
        originalId,
        dontFragment,
        moreFragments,
        offset > 0,
        largestSeen,
      ]),
      [
        [0x1234, true, true, false, 0],
        [0x1234, true, false, true, 0],
      ],
    );
    equal(lab.server.received.length, 1);
    equal(lab.server.last.payload.length, 1_472);
  });

  it('are made for TCP and ICMP too, with their own headers inside', () => {
    const lab = small({ hmac });
    lab.server.isServer = true;
    lab.client.ping(7, 'x'.repeat(1_472));
    lab.settle();
    equal(lab.client.last.payload.length, 1_472);
    lab.client.segment(50_000, ['10.2.0.10', 80], 0x02);
    lab.settle();
    lab.client.segment(50_000, ['10.2.0.10', 80], 0x10, { payload: payload(1_460) });
    lab.settle();
    equal(lab.server.last.payload.length, 1_460);
    ok(lab.server.last.isIntact);
  });

  it('set a session up where they arrive, whatever their order', () => {
    const lab = small({ hmac });
    lab.server.isServer = true;
    const held: WanPacket[] = [];
    lab.wan.fate = (packet) => {
      if (packet.from !== 'spoke') return 'arrives';
      held.push(packet);
      return 'lost';
    };
    lab.client.ask(payload(1_472));
    lab.settle();
    equal(held.length, 2);
    lab.wan.replay(held[1]);
    lab.settle();
    deepEqual([lab.hub.sessionCount, lab.server.received.length], [0, 0]);
    lab.wan.replay(held[0]);
    lab.settle();
    deepEqual([lab.hub.sessionCount, lab.server.received.length], [1, 1]);
  });

  it('pass through a router in between, which puts them together and cuts them again', () => {
    const lab = small({ hmac, transit: true });
    lab.server.isServer = true;
    for (let round = 0; round < 3; round++) {
      lab.client.ask(payload(1_472, round));
      lab.settle();
    }
    deepEqual(
      lab.client.received.map((answer) => answer.payload[0]),
      [0, 1, 2],
    );
    ok(lab.mid.count('fabricReassembled') >= 6 && lab.mid.count('fabricFragmented') >= 6);
  });

  it('cost a packet when one is lost, which is counted and leaves nothing behind', () => {
    const lab = small({ hmac });
    lab.establish();
    lab.wan.lose(1, isFragment);
    lab.client.ask(payload(1_472));
    lab.settle();
    equal(lab.server.received.length, 0);
    lab.runFor(seconds(3));
    equal(lab.hub.count('fabricReassemblyTimedOut'), 1);
    lab.client.ask(payload(1_472));
    lab.settle();
    equal(lab.server.received.length, 1);
  });

  it('count as replayed when they come again under a seal, before and after their packet is whole', () => {
    const lab = small({ hmac });
    lab.establish();
    lab.client.ask(payload(1_472));
    lab.settle();
    for (const packet of lab.wan.sentBy('spoke')) lab.wan.replay(packet);
    lab.settle();
    deepEqual([lab.server.received.length, lab.hub.count('replayed')], [1, 2]);
  });

  it('are forgotten apart from metadata: however many come, no metadata can be replayed', () => {
    const lab = small({ hmac, emulator: { 'replay-cache-size': '4' } });
    lab.server.isServer = true;
    lab.client.ask('first');
    lab.settle();
    const [opening] = lab.wan.sentBy('spoke');
    lab.exchange('second', 'third');
    for (let i = 0; i < 10; i++) lab.client.ask(payload(1_472, i));
    lab.settle();
    lab.mark();
    lab.wan.replay(opening);
    lab.settle();
    equal(lab.hub.count('replayed'), 1);
  });

  it('of a stranger that overlap spoil only their own packet, and those of fragments are refused', () => {
    const lab = small();
    lab.establish();
    lab.client.ask('like');
    lab.settle();
    const [like] = lab.wan.sentBy('spoke');
    lab.mark();
    const fragment = {
      extendedId: 1,
      originalId: 2,
      dontFragment: false,
      moreFragments: true,
      offset: 0,
      largestSeen: 0,
    };
    lab.wan.forgeMetadata(like, { fragment }, 'x'.repeat(16));
    lab.wan.forgeMetadata(like, { fragment: { ...fragment, offset: 1 } }, 'y'.repeat(16));
    lab.wan.forgeMetadata(like, { fragment: { ...fragment, offset: 2, moreFragments: false } }, 'z'.repeat(16));
    lab.settle();
    deepEqual([lab.hub.count('fabricReassemblyRefused'), lab.server.received.length], [1, 0]);
    const atomic = { ...fragment, moreFragments: false };
    const block = metadataBytes({ fragment: atomic });
    lab.wan.forge(like, joined(block, block, payload(8)));
    lab.settle();
    deepEqual([lab.hub.count('fabricFragmentsMalformed'), lab.server.received.length], [1, 0]);
    lab.wan.forge(like, joined(block, payload(8)));
    lab.settle();
    deepEqual(lab.server.last.payload, payload(8));
  });

  it('never throw, whatever they say', () => {
    const attribute = fc.record({
      extendedId: fc.nat(2),
      originalId: fc.nat(1),
      dontFragment: fc.boolean(),
      moreFragments: fc.boolean(),
      offset: fc.oneof(fc.nat(6), fc.nat(8_191)),
      largestSeen: fc.nat(65_535),
    });
    const lab = small();
    lab.establish();
    lab.client.ask('like');
    lab.settle();
    const [like] = lab.wan.sentBy('spoke');
    fc.assert(
      fc.property(fc.array(fc.tuple(attribute, fc.nat(6)), { maxLength: 10 }), (fragments) => {
        for (const [fragment, units] of fragments) lab.wan.forgeMetadata(like, { fragment }, 'LH'.repeat(units * 4));
        lab.settle();
      }),
      { numRuns: 200 },
    );
    lab.runFor(seconds(3));
    lab.mark();
    lab.exchange('still there');
    equal(lab.server.received.length, 1);
  });

  it('are not made of what does not want to be cut where that is obeyed: the host is told', () => {
    const lab = small({ hmac, emulator: { 'dont-fragment': 'obey' } });
    lab.establish();
    lab.client.ask(payload(1_472));
    lab.settle();
    deepEqual(lab.client.last.icmp, [3, 4]);
    deepEqual([lab.spoke.count('tooBig'), lab.spoke.count('fabricFragmented')], [1, 0]);
    // What it is told is what fits.
    const mtu = readU16(lab.client.last.l4, 6);
    lab.client.ask(payload(mtu - 28));
    lab.settle();
    deepEqual([lab.server.received.length, lab.spoke.count('fabricFragmented')], [1, 0]);
    lab.client.ask(payload(1_472), { fragmentWord: 0 });
    lab.settle();
    deepEqual([lab.server.received.length, lab.spoke.count('fabricFragmented')], [2, 1]);
  });

  it('are not made where the MTU leaves no room for them', () => {
    const lab = twoRouters({ hmac, edit: (text) => text.replaceAll('mtu 9000', 'mtu 80') });
    lab.client.ask(payload(100));
    lab.settle();
    equal(lab.spoke.count('metadataAddFailure'), 1);
  });
});

describe('IP fragments of hosts', () => {
  for (const family of [4, 6] as const)
    for (const wan of [4, 6] as const)
      for (const mtu of [9_000, 1_500])
        it(`are put together, carried over IPv${wan} of MTU ${mtu}, and cut again as they were, IPv${family}`, () => {
          const lab = twoRouters({ hmac, wan, edit: (text) => text.replaceAll('mtu 9000', `mtu ${mtu}`) });
          const content = payload(4_000);
          const packet = question(family, content);
          const pieces = family === 4 ? ipv4Fragments(packet, 1_400) : ipv6Fragments(packet, 1_400);
          const frames = framesTo(lab.server);
          for (const piece of [pieces[2], pieces[0], pieces[0], pieces[1]])
            lab.client.sendFrame(ipFrame(macs.spokeLan, macs.client, piece));
          lab.settle();
          deepEqual(
            [lab.spoke.count('ipReassembled'), lab.spoke.count('ipFragmentsDuplicate'), lab.hub.count('ipFragmented')],
            [1, 1, 1],
          );
          const headerLength = ETHERNET_HEADER_LENGTH + (family === 4 ? 20 : 48);
          const ipTypes = frames.filter(
            (frame) => readU16(frame, 12) === (family === 4 ? 0x0800 : 0x86dd) && frame[20] !== 58,
          );
          const sent = ipTypes.map((frame) => frame.slice(headerLength));
          ok(ipTypes.every((frame) => frame.length - ETHERNET_HEADER_LENGTH <= (family === 4 ? 1_420 : 1_448)));
          deepEqual(joined(...sent).slice(8), content);
          if (family === 4) ok(ipTypes.every((frame) => readU16(frame, 18) === readU16(packet, 4)));
        });

  it('that overlap are refused with their whole packet (RFC 5722)', () => {
    const lab = small({ hmac });
    for (const family of [4, 6] as const) {
      const packet = question(family, payload(64));
      const [first, second, ...rest] = family === 4 ? ipv4Fragments(packet, 16) : ipv6Fragments(packet, 16);
      const [wide] = family === 4 ? ipv4Fragments(packet, 24) : ipv6Fragments(packet, 24);
      for (const piece of [first, wide, second, ...rest])
        lab.client.sendFrame(ipFrame(macs.spokeLan, macs.client, piece));
    }
    lab.settle();
    deepEqual(
      [lab.spoke.count('ipReassemblyRefused'), lab.spoke.count('ipReassembled'), lab.spoke.sessionCount],
      [2, 0, 0],
    );
  });

  it('that never complete are given up in time', () => {
    const lab = small({ emulator: { 'reassembly-timeout': '500' } });
    lab.client.sendFrame(ipFrame(macs.spokeLan, macs.client, ipv4Fragments(question(4, payload(64)), 16)[0]));
    lab.runFor(milliseconds(499));
    equal(lab.spoke.count('ipReassemblyTimedOut'), 0);
    lab.runFor(milliseconds(2));
    equal(lab.spoke.count('ipReassemblyTimedOut'), 1);
  });

  it('of a TCP segment go on as one, and a packet without DF is cut for a host that it is too long for', () => {
    const lab = twoRouters({
      hmac,
      edit: (text) => text.replace('network-interface lan\n', 'network-interface lan\nmtu 3000\n'),
    });
    lab.client.ask(payload(2_000), { fragmentWord: 0 });
    lab.settle();
    deepEqual(
      [lab.spoke.count('fabricFragmented'), lab.hub.count('ipFragmented'), lab.hub.count('ipFragmentsSent')],
      [0, 1, 2],
    );
    const frames = framesTo(lab.server);
    const segment = tcpPacket(['10.1.0.10', 5], ['10.2.0.10', 80], 0x02, { fragmentWord: 0 });
    for (const piece of ipv4Fragments(segment, 16)) lab.client.sendFrame(ipFrame(macs.spokeLan, macs.client, piece));
    lab.settle();
    deepEqual(joined(...frames.map((frame) => frame.slice(34))), segment.slice(20));
  });

  it('of a ping of the router are answered if the answer fits the link', () => {
    const lab = small();
    const ping = (length: number): Uint8Array[] =>
      ipv4Fragments(echoPacket('request', '10.1.0.10', '10.1.0.1', 9, payload(length), { fragmentWord: 0 }), 800);
    for (const piece of [...ping(1_000), ...ping(3_000)])
      lab.client.sendFrame(ipFrame(macs.spokeLan, macs.client, piece));
    lab.settle();
    deepEqual([lab.spoke.count('icmpEchoAnswered'), lab.spoke.count('tooBig')], [1, 1]);
  });

  it('never throw, whatever they are', () => {
    const lab = small();
    fc.assert(
      fc.property(
        fc.constantFrom(4 as const, 6 as const),
        fc.nat(0xffff),
        fc.uint8Array({ maxLength: 80 }),
        fc.nat(7),
        (family, word, content, cut) => {
          const packet = question(family, content);
          const [piece] =
            family === 4
              ? [withIpv4Header(packet.slice(0, 20), packet.slice(20), word)]
              : ipv6Fragments(packet, 2_048, word & 3);
          if (family === 6) piece[42] = word >>> 8;
          lab.client.sendFrame(ipFrame(macs.spokeLan, macs.client, piece.slice(0, piece.length - cut)));
          lab.settle();
        },
      ),
    );
    lab.runFor(seconds(3));
    lab.mark();
    lab.client.ask('still there');
    lab.settle();
    equal(lab.server.received.length, 1);
  });
});
