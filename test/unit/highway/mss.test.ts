import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { clampMss } from '../../../lib/highway/mss.ts';
import { readU16 } from '../../../lib/wire/bytes.ts';
import { addressBytes, internetChecksum, ipPacket, tcpPacket, type End } from '../../support/packets.ts';
import { twoRouters, type LabOptions } from '../../support/two-routers.ts';
import { hex } from '../wire/hex.ts';

const SYN = 0x02;

/** A SYN of 10.1.0.10:50000 to 10.2.0.10:80 with these options, padded, and its checksum. */
function syn(...options: readonly number[]): Uint8Array {
  const length = 20 + Math.ceil(options.length / 4) * 4;
  const segment = new Uint8Array(length);
  segment.set([0xc3, 0x50, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, (length / 4) << 4, SYN, 0xff, 0xff]);
  segment.set(options, 20);
  const checksum = sumOf(segment);
  segment[16] = checksum >>> 8;
  segment[17] = checksum & 0xff;
  return segment;
}

/** 0 for a segment with the right checksum; the one that it needs if it has none. */
const sumOf = (segment: Uint8Array): number =>
  internetChecksum(
    addressBytes('10.1.0.10'),
    addressBytes('10.2.0.10'),
    Uint8Array.of(0, 6, 0, segment.length),
    segment,
  );

describe('clamping of the maximum segment size', () => {
  for (const [what, before, after] of [
    [
      'behind the header',
      // kind 2, length 4, 1460; NOP, window scale 7
      '02 04 05b4 01 03 03 07',
      '02 04 0514 01 03 03 07',
    ],
    ['at an odd place', '01 02 04 05b4 00 00 00', '01 02 04 0514 00 00 00'],
    ['behind others', '01 01 04 02 02 04 ffff', '01 01 04 02 02 04 0514'],
  ] as const)
    it(`changes an option ${what}, and the checksum with it`, () => {
      const segment = syn(...hex(before));
      ok(clampMss(segment, 0, segment.length, 1_300));
      deepEqual(segment.slice(20), hex(after));
      equal(sumOf(segment), 0);
    });

  for (const [what, options] of [
    ['is small enough', '02 04 0514'],
    ['has no such option', '01 01 01 00'],
    ['has one of a wrong length', '02 03 05 00'],
    ['has one that is cut off', '01 01 02 04'],
    ['has an option without length', '03 00 02 04 05b4 00 00'],
  ] as const)
    it(`leaves a SYN alone that ${what}`, () => {
      const segment = syn(...hex(options));
      const before = segment.slice();
      equal(clampMss(segment, 0, segment.length, 1_300), false);
      deepEqual(segment, before);
    });

  it('keeps any checksum right, wherever the option is, and never throws', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 16 }),
        fc.nat(0xffff),
        fc.integer({ min: 64, max: 8_960 }),
        (lead, mss, max) => {
          const noise = lead.map((byte) => (byte & 1 ? 1 : byte));
          const segment = syn(...noise, 2, 4, mss >>> 8, mss & 0xff);
          const isChanged = clampMss(segment, 0, segment.length, max);
          equal(sumOf(segment), 0);
          if (noise.every((byte) => byte === 1)) {
            equal(isChanged, mss > max);
            equal(readU16(segment, 20 + noise.length + 2), Math.min(mss, max));
          }
          clampMss(segment, 0, max % segment.length, 64);
        },
      ),
    );
  });
});

const ENCRYPTED = `
security hidden
encryption-cipher aes-cbc-128
encryption-key 0123456789abcdef0123456789abcdef
hmac-mode disabled
exit`;

interface Announced {
  /** What the server reads in the client's SYN, and the client in the server's. */
  readonly toServer: number;
  readonly toClient: number;
  readonly clamped: number;
}

/** Both hosts announce 8,800 bytes. */
function announced(options: LabOptions, family: 4 | 6 = 4): Announced {
  const lab = twoRouters(options);
  const mss = hex('02 04 2260');
  const client: End = [lab.client.address(family), 50_000];
  const server: End = [lab.server.address(family), 80];
  lab.client.sendIp(synPacket(client, server, SYN, mss));
  lab.settle();
  lab.server.sendIp(synPacket(server, client, SYN | 0x10, mss));
  lab.settle();
  const { last: atServer } = lab.server;
  const { last: atClient } = lab.client;
  ok(atServer.isIntact && atClient.isIntact);
  return {
    toServer: readU16(atServer.l4, 22),
    toClient: readU16(atClient.l4, 22),
    clamped: lab.spoke.count('mssClamped') + lab.hub.count('mssClamped'),
  };
}

function synPacket(from: End, to: End, flags: number, options: Uint8Array): Uint8Array {
  const segment = syn(...options);
  segment.set([from[1] >>> 8, from[1] & 0xff, to[1] >>> 8, to[1] & 0xff]);
  segment[13] = flags;
  segment[16] = segment[17] = 0;
  const tail = Uint8Array.of(0, 6, 0, segment.length);
  const checksum = internetChecksum(addressBytes(from[0]), addressBytes(to[0]), tail, segment);
  segment[16] = checksum >>> 8;
  segment[17] = checksum & 0xff;
  return ipPacket(from[0], to[0], 6, segment);
}

describe('a SYN that crosses the routers', () => {
  const lans = (text: string): string => text.replaceAll('network-interface lan', 'network-interface lan\nmtu 9000');
  const narrow = (text: string): string => lans(text).replaceAll(/mtu 9000\ninter/g, 'mtu 1500\ninter');

  for (const [what, options, mss] of [
    ['bare', {}, 1_500 - 20 - 8 - 20],
    ['sealed', { hmac: {} }, 1_500 - 20 - 8 - 28 - 20],
    ['over IPv6', { wan: 6 }, 1_500 - 40 - 8 - 20],
    [
      'encrypted',
      { authority: ENCRYPTED, edit: (text: string) => text.replace('service web\n', 'service web\nsecurity hidden\n') },
      // The ID of the key, the vector, and a whole block of padding at worst.
      1_500 - 20 - 8 - (4 + 16 + 16) - 20,
    ],
  ] as const)
    for (const family of [4, 6] as const)
      it(`of IPv${family} announces what fits the path, both ways, ${what}`, () => {
        const { edit = (text: string) => text } = options as LabOptions;
        deepEqual(announced({ ...options, edit: (text) => narrow(edit(text)) }, family), {
          toServer: mss,
          toClient: mss,
          clamped: 2,
        });
      });

  it('is followed by segments that need no fragments', () => {
    const lab = twoRouters({ hmac: {}, edit: narrow });
    const { toServer } = announced({ hmac: {}, edit: narrow });
    const client: End = ['10.1.0.10', 50_000];
    const server: End = ['10.2.0.10', 80];
    lab.server.isServer = true;
    lab.client.segment(50_000, server, SYN);
    lab.settle();
    lab.client.segment(50_000, server, 0x10);
    lab.settle();
    lab.mark();
    for (const length of [toServer, toServer + 1])
      lab.client.sendIp(tcpPacket(client, server, 0x10, { payload: new Uint8Array(length) }));
    lab.settle();
    equal(lab.server.received.length, 2);
    equal(lab.spoke.count('fabricFragmented'), 1);
  });

  for (const family of [4, 6] as const)
    it(`of IPv${family} announces what fits the hosts' own networks, when they are the narrowest`, () => {
      const mss = 1_500 - (family === 4 ? 40 : 60);
      deepEqual(announced({}, family), { toServer: mss, toClient: mss, clamped: 2 });
    });

  it('announces what the configuration says, on either router', () => {
    const enforce = (value: string) => (text: string) =>
      narrow(text).replace('mtu 1500\ninter', `mtu 1500\nenforced-mss ${value}\ninter`);
    deepEqual(announced({ edit: enforce('1000') }), { toServer: 1_000, toClient: 1_000, clamped: 3 });
    deepEqual(announced({ edit: enforce('disabled') }), { toServer: 1_452, toClient: 1_452, clamped: 2 });
  });

  it('is left alone where nothing is enforced', () => {
    const edit = (text: string): string => narrow(text).replaceAll(/^mtu .*$/gm, '$&\nenforced-mss disabled');
    deepEqual(announced({ edit }), { toServer: 8_800, toClient: 8_800, clamped: 0 });
  });
});
