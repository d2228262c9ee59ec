import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import type { MetadataEncoding } from '../../../lib/metadata/codec.ts';
import { seconds } from '../../../lib/time.ts';
import { readU16, readU32 } from '../../../lib/wire/bytes.ts';
import {
  addressBytes,
  icmpPacket,
  ipFrame,
  joined,
  tcpPacket,
  text,
  udpPacket,
  type ReadPacket,
} from '../../support/packets.ts';
import { macs, twoRouters, type Lab, type LabOptions, type WanEnd } from '../../support/two-routers.ts';

type Family = 4 | 6;

/** Sequence, time, sender and digest. */
const TRAILER = 4 + 4 + 4 + 16;

const families = [4, 6] as const;
const CLIENT = { 4: '10.1.0.10', 6: 'fd00:1::10' } as const;
const SERVER = { 4: '10.2.0.10', 6: 'fd00:2::10' } as const;
/** A router between the hub and the server. */
const BEHIND = { 4: '10.2.0.99', 6: 'fd00:2::99' } as const;
/** A router between spoke and hub. */
const BETWEEN = { 4: '172.16.0.99', 6: 'fd00:a::99' } as const;
const WAN_SPOKE = { 4: '172.16.0.1', 6: 'fd00:a::1' } as const;

const unreachablePort = { 4: [3, 3], 6: [1, 4] } as const;
const expired = { 4: [11, 0], 6: [3, 0] } as const;
const tooBig = { 4: [3, 4], 6: [2, 0] } as const;

const ENCRYPTED = `
security hidden
encryption-cipher aes-gcm-128
encryption-key 0123456789abcdef0123456789abcdef
hmac-mode disabled
exit`;

const encrypted: LabOptions = {
  hmac: {},
  authority: ENCRYPTED,
  edit: (configuration) => configuration.replaceAll(/(service (?:questions|web|echo)\n)/g, '$1security hidden\n'),
};

/** What stands in an ICMP error: the quoted packet's own addresses and ports, and the rest of it. */
interface Quoted {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly protocol: number;
  readonly l4: Uint8Array;
}

function quoted({ family, payload }: ReadPacket): Quoted {
  const [addressAt, length, headerLength] = family === 4 ? [12, 4, 20] : [8, 16, 40];
  equal(payload[0] >>> 4, family);
  return {
    source: payload.slice(addressAt, addressAt + length),
    destination: payload.slice(addressAt + length, addressAt + 2 * length),
    protocol: family === 4 ? payload[9] : payload[6],
    l4: payload.slice(headerLength),
  };
}

/** The error quotes the client's packet to the server. */
function quotesClient(error: ReadPacket, family: Family, l4: Uint8Array): void {
  const quote = quoted(error);
  deepEqual(quote.source, addressBytes(CLIENT[family]));
  deepEqual(quote.destination, addressBytes(SERVER[family]));
  deepEqual(quote.l4, l4);
}

/** The client asks; whoever is at `from` on the server's side tells of what came there. */
function refusedBy(lab: Lab, from: string, family: Family, error: readonly [number, number], rest = 0): void {
  lab.client.ask('what?', { family });
  lab.settle();
  const { frames } = lab.client;
  const sent = frames[frames.length - 1].slice(14);
  lab.server.sendIp(icmpPacket(from, CLIENT[family], error, rest, sent.slice(0, 548)));
  lab.settle();
}

/** A router between spoke and hub tells the spoke, or the hub, of a packet that it has sent. */
function fromBetween(lab: Lab, packet: Uint8Array, to: WanEnd, error: readonly [number, number], rest = 0): void {
  const family = packet[0] >>> 4 === 4 ? 4 : 6;
  const own = family === 4 ? packet.slice(12, 16) : packet.slice(8, 24);
  const destination = to === 'spoke' ? WAN_SPOKE[family] : family === 4 ? '172.16.0.2' : 'fd00:a::2';
  deepEqual(own, addressBytes(destination));
  const mac = to === 'spoke' ? macs.spokeWan : macs.hubWan;
  lab.wan.deliver(to, ipFrame(mac, macs.midWest, icmpPacket(BETWEEN[family], destination, error, rest, packet)));
  lab.settle();
}

const lastOnWan = (lab: Lab, from: WanEnd): Uint8Array =>
  lab.wan.sentBy(from).at(-1)?.frame.slice(14) ?? new Uint8Array(0);

describe('an ICMP error from behind the far router', () => {
  for (const encoding of ['protobuf', 'tlv'] as MetadataEncoding[])
    for (const [how, options] of [
      ['bare', {}],
      ['sealed', { hmac: {} }],
      ['over IPv6', { hmac: {}, wan: 6 }],
      ['encrypted', encrypted],
      ['through a router in between', { hmac: {}, transit: true }],
      ['encrypted through a router in between', { ...encrypted, transit: true }],
    ] as const)
      for (const family of families)
        it(`reaches the client over IPv${family} from the node that made it, ${how}, in ${encoding}`, () => {
          const lab = twoRouters({ ...options, encoding });
          refusedBy(lab, SERVER[family], family, unreachablePort[family]);
          const { last } = lab.client;
          ok(last.isIntact);
          deepEqual(
            [last.icmp, last.source, last.destination],
            [unreachablePort[family], SERVER[family], CLIENT[family]],
          );
          quotesClient(last, family, lab.client.sent[lab.client.sent.length - 1].l4);
          deepEqual(
            [
              lab.hub.count('icmpErrorCarried'),
              lab.spoke.count('icmpErrorReceived'),
              lab.spoke.count('icmpErrorDelivered'),
            ],
            [1, 1, 1],
          );
        });

  for (const family of families) {
    it(`may be of any kind, and from a router on the way, IPv${family}`, () => {
      const lab = twoRouters({ hmac: {} });
      for (const kind of [expired[family], tooBig[family]]) {
        refusedBy(lab, BEHIND[family], family, kind, kind === tooBig[family] ? 1_400 : 0);
        deepEqual([lab.client.last.icmp, lab.client.last.source], [kind, BEHIND[family]]);
      }
      equal(readU32(lab.client.last.l4, 4), 1_400);
    });

    it(`may be about a TCP segment or a ping, IPv${family}`, () => {
      const lab = twoRouters({ hmac: {} });
      const segment = tcpPacket([CLIENT[family], 5_000], [SERVER[family], 80], 0x02, { sequence: 77 });
      lab.client.sendIp(segment);
      lab.client.ping(9, 'ping', { family });
      lab.settle();
      for (const sent of lab.client.frames.slice(-2)) {
        lab.server.sendIp(icmpPacket(BEHIND[family], CLIENT[family], expired[family], 0, sent.slice(14)));
        lab.settle();
        quotesClient(lab.client.last, family, sent.slice(14 + (family === 4 ? 20 : 40)));
      }
    });
  }

  it('names its maker in the header of metadata, and hides what it quotes if the session is hidden', () => {
    const lab = twoRouters(encrypted);
    refusedBy(lab, SERVER[4], 4, unreachablePort[4]);
    const { metadata, packet } = lab.wan.sentBy('hub').at(-1) ?? {};
    deepEqual(metadata?.attributes.icmpErrorLocationIpv4, addressBytes(SERVER[4]));
    ok(packet && !new TextDecoder('latin1').decode(packet.payload).includes('what?'));
  });

  it('goes to the server too, about what the server has sent', () => {
    const lab = twoRouters({ hmac: {} });
    lab.establish();
    lab.server.sendIp(udpPacket([SERVER[4], 7_000], [CLIENT[4], 40_000], text('answer')));
    lab.settle();
    const sent = lab.server.frames[lab.server.frames.length - 1].slice(14);
    lab.client.sendIp(icmpPacket(CLIENT[4], SERVER[4], unreachablePort[4], 0, sent));
    lab.settle();
    deepEqual([lab.server.last.icmp, lab.server.last.source], [unreachablePort[4], CLIENT[4]]);
  });

  it('is dropped if it is about no session, or not for whom it quotes', () => {
    const lab = twoRouters({ hmac: {} });
    lab.establish();
    const strange = udpPacket([CLIENT[4], 40_001], [SERVER[4], 7_000], text('never sent'));
    const own = udpPacket([CLIENT[4], 40_000], [SERVER[4], 7_000], text('sent'));
    lab.server.sendIp(icmpPacket(SERVER[4], CLIENT[4], unreachablePort[4], 0, strange));
    lab.server.sendIp(icmpPacket(SERVER[4], '10.1.0.77', unreachablePort[4], 0, own));
    lab.settle();
    equal(lab.hub.count('icmpErrorNoSession'), 2);
    deepEqual([lab.client.received.length, lab.wan.packets.length], [0, 0]);
  });

  it('is dropped if it is about another error, about a later fragment, or damaged', () => {
    const lab = twoRouters({ hmac: {} });
    lab.establish();
    const own = udpPacket([CLIENT[4], 40_000], [SERVER[4], 7_000], text('sent'));
    const error = icmpPacket(CLIENT[4], SERVER[4], unreachablePort[4], 0, own);
    const later = udpPacket([CLIENT[4], 40_000], [SERVER[4], 7_000], text('sent'), { fragmentWord: 0x0001 });
    const damaged = icmpPacket(SERVER[4], CLIENT[4], unreachablePort[4], 0, own);
    damaged[damaged.length - 1] ^= 1;
    for (const about of [error, later])
      lab.server.sendIp(icmpPacket(SERVER[4], CLIENT[4], unreachablePort[4], 0, about));
    lab.server.sendIp(damaged);
    lab.settle();
    deepEqual(
      [lab.hub.count('icmpErrorNoSession'), lab.hub.count('frameMalformed'), lab.wan.packets.length],
      [2, 1, 0],
    );
  });

  it('is carried only so often', () => {
    const lab = twoRouters({ hmac: {} });
    lab.establish();
    const own = udpPacket([CLIENT[4], 40_000], [SERVER[4], 7_000], text('sent'));
    for (let i = 0; i < 100; i++) lab.server.sendIp(icmpPacket(SERVER[4], CLIENT[4], unreachablePort[4], 0, own));
    lab.settle();
    deepEqual([lab.hub.count('icmpErrorCarried'), lab.hub.count('icmpErrorSuppressed')], [10, 90]);
  });

  it('is dropped where nobody knows its session any more', () => {
    const lab = twoRouters({ hmac: {} });
    lab.establish();
    const own = udpPacket([CLIENT[4], 40_000], [SERVER[4], 7_000], text('sent'));
    lab.spoke.forgetSessions();
    lab.server.sendIp(icmpPacket(SERVER[4], CLIENT[4], unreachablePort[4], 0, own));
    lab.settle();
    deepEqual([lab.spoke.count('icmpErrorNoSession'), lab.spoke.sessionCount, lab.client.received.length], [1, 0, 0]);
  });
});

describe('an ICMP error from between the routers', () => {
  for (const wan of families)
    for (const family of families)
      it(`is told to the client in its own words, IPv${family} over IPv${wan}`, () => {
        const lab = twoRouters({ hmac: {}, wan });
        lab.establish();
        lab.client.ask('one more', { family });
        lab.settle();
        const packet = lastOnWan(lab, 'spoke');
        lab.mark();
        fromBetween(lab, packet, 'spoke', unreachablePort[wan]);
        const { last } = lab.client;
        ok(last.isIntact);
        deepEqual(last.icmp, family === 4 ? [3, 1] : [1, 3], 'no port, no router: the host is out of reach');
        equal(last.source, family === wan ? BETWEEN[wan] : family === 4 ? '10.1.0.1' : 'fd00:1::1');
        const { l4, protocol } = quoted(last);
        deepEqual([protocol, readU16(l4, 0), readU16(l4, 2)], [17, 40_000, 7_000]);
        deepEqual(new TextDecoder().decode(l4.slice(8)), 'one more');
      });

  it('tells what the hosts may send where a packet was too big', () => {
    for (const [options, added] of [
      [{}, 28],
      [{ hmac: {} }, 28 + TRAILER],
      [encrypted, 28 + TRAILER + 4 + 12 + 16],
    ] as const) {
      const lab = twoRouters(options);
      lab.establish();
      lab.client.ask('what is it?');
      lab.settle();
      fromBetween(lab, lastOnWan(lab, 'spoke'), 'spoke', tooBig[4], 1_400);
      deepEqual(lab.client.last.icmp, tooBig[4]);
      equal(readU16(lab.client.last.l4, 6), 1_400 - added + 28);
    }
  });

  it('is believed when it quotes eight bytes behind the IP header, if those tell the ports of the hosts', () => {
    const lab = twoRouters({ hmac: {} });
    lab.establish();
    lab.client.ask('cut');
    lab.client.segment(5_000, [SERVER[4], 80], 0x02);
    lab.settle();
    const [datagram, segment] = lab.wan.sentBy('spoke').map(({ frame }) => frame.slice(14));
    fromBetween(lab, datagram.slice(0, 28), 'spoke', expired[4]);
    quotesClient(
      lab.client.last,
      4,
      joined(udpPacket([CLIENT[4], 40_000], [SERVER[4], 7_000], text('cut'), { checksum: false }).slice(20, 28)),
    );
    lab.mark();
    fromBetween(lab, segment.slice(0, 28), 'spoke', expired[4]);
    deepEqual([lab.spoke.count('icmpErrorUnreadable'), lab.client.received.length], [1, 0]);
  });

  it('reads behind metadata and fragments what the packet carried', () => {
    const lab = twoRouters({ edit: (configuration) => configuration.replaceAll('mtu 9000', 'mtu 600') });
    const segment = tcpPacket([CLIENT[4], 5_000], [SERVER[4], 80], 0x02, {
      sequence: 77,
      payload: new Uint8Array(600),
    });
    lab.client.sendIp(segment);
    lab.settle();
    const packets = lab.wan.sentBy('spoke').map(({ frame }) => frame.slice(14));
    equal(packets.length, 2);
    fromBetween(lab, packets[0], 'spoke', expired[4]);
    deepEqual(quoted(lab.client.last).l4.slice(0, 20), segment.slice(20, 40));
    lab.mark();
    fromBetween(lab, packets[1], 'spoke', expired[4]);
    deepEqual([lab.spoke.count('icmpErrorUnreadable'), lab.client.received.length], [1, 0]);
  });

  it('is told to the server, about what the hub has sent', () => {
    const lab = twoRouters({ hmac: {} });
    lab.establish();
    lab.server.sendIp(udpPacket([SERVER[4], 7_000], [CLIENT[4], 40_000], text('answer')));
    lab.settle();
    fromBetween(lab, lastOnWan(lab, 'hub'), 'hub', expired[4]);
    deepEqual([lab.server.last.icmp, lab.server.last.source], [expired[4], BETWEEN[4]]);
  });

  it('is dropped if no flow sends like this, whoever makes it', () => {
    const lab = twoRouters({ hmac: {} });
    lab.establish();
    lab.client.ask('like');
    lab.settle();
    const packet = lastOnWan(lab, 'spoke');
    packet[21] ^= 2;
    lab.mark();
    fromBetween(lab, packet, 'spoke', tooBig[4], 576);
    deepEqual([lab.spoke.count('icmpErrorNoSession'), lab.client.received.length], [1, 0]);
  });
});

describe('a packet that goes no further at a router behind its peer', () => {
  for (const family of families) {
    it(`is told of when it is too old, IPv${family}`, () => {
      const lab = twoRouters({ hmac: {} });
      lab.establish();
      lab.client.ask('two routers to go', { family, ttl: 2 });
      lab.settle();
      equal(lab.hub.count('ttlExceeded'), 1);
      const { last } = lab.client;
      deepEqual([last.icmp, last.source], [expired[family], family === 4 ? '172.16.0.2' : 'fd00:1::1']);
      deepEqual(new TextDecoder().decode(quoted(last).l4.slice(8)), 'two routers to go');
    });

    it(`is told of when it is too long for the last link and may not be cut, IPv${family}`, () => {
      const lab = twoRouters({
        ...encrypted,
        edit: (configuration) =>
          (encrypted.edit?.(configuration) ?? '').replace(
            'network-interface lan\n',
            'network-interface lan\nmtu 9000\n',
          ),
      });
      lab.establish();
      lab.client.ask(new Uint8Array(2_000), { family });
      lab.settle();
      deepEqual(lab.client.last.icmp, tooBig[family]);
      equal(family === 4 ? readU16(lab.client.last.l4, 6) : readU32(lab.client.last.l4, 4), 1_500);
      equal(lab.hub.count('tooBig'), 1);
    });
  }

  it('is told of by a router between two others', () => {
    for (const options of [{ hmac: {} }, encrypted]) {
      const lab = twoRouters({ ...options, transit: true });
      lab.establish();
      lab.client.ask('to the middle', { ttl: 2 });
      lab.settle();
      deepEqual([lab.client.last.icmp, lab.mid.count('ttlExceeded')], [expired[4], 1]);
    }
  });
});

describe('errors that nobody has made', () => {
  it('never throw, and open no session', () => {
    const lab = twoRouters();
    lab.establish();
    lab.client.ask('like');
    lab.settle();
    const [like] = lab.wan.sentBy('spoke');
    const outer = like.frame.slice(14);
    const inner = lab.client.frames[lab.client.frames.length - 1].slice(14);
    const flips = fc.array(fc.tuple(fc.nat(120), fc.integer({ min: 1, max: 255 })), { maxLength: 3 });
    const kind = fc.constantFrom(unreachablePort[4], expired[4], tooBig[4]);
    fc.assert(
      fc.property(flips, fc.nat(130), kind, fc.nat(), fc.boolean(), (changes, length, error, rest, isOuter) => {
        const quote = (isOuter ? outer : inner).slice();
        for (const [at, change] of changes) if (at < quote.length) quote[at] ^= change;
        const [from, to] = isOuter ? [BETWEEN[4], WAN_SPOKE[4]] : [SERVER[4], CLIENT[4]];
        const packet = icmpPacket(from, to, error, rest >>> 0, quote.slice(0, length));
        if (isOuter) lab.wan.deliver('spoke', ipFrame(macs.spokeWan, macs.hubWan, packet));
        else lab.server.sendIp(packet);
        lab.wan.forgeMetadata(like, { icmpErrorLocationIpv4: addressBytes(BEHIND[4]) }, 'x'.repeat(length));
        lab.settle();
        lab.runFor(seconds(1));
      }),
      { numRuns: 200 },
    );
    deepEqual([lab.spoke.sessionCount, lab.hub.sessionCount], [1, 1]);
    lab.mark();
    lab.exchange('still there');
    equal(lab.server.answers.at(-1), 'still there');
  });
});
