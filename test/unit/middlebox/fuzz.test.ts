import { equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { tcpPacket, udpPacket, type End } from '../../support/packets.ts';
import { Bench } from './bench.ts';

const HOST: End = ['192.168.0.10', 5_000];
const SERVER: End = ['198.51.100.7', 80];
const OUTSIDE: End = ['203.0.113.1', 5_000];

describe('bad input to middleboxes', function () {
  this.timeout(60_000);

  for (const [name, make] of [
    ['a NAT', () => Bench.nat()],
    ['a firewall', () => Bench.firewall()],
  ] as const) {
    it(`${name} throws for no bytes, from either side`, () => {
      const bench = make();
      bench.out(udpPacket(HOST, SERVER, new Uint8Array(64)));
      const port = fc.integer({ min: 0, max: 1 });
      fc.assert(
        fc.property(port, fc.uint8Array({ maxLength: 200 }), (port, bytes) => {
          bench.give(port, bytes);
        }),
        { numRuns: 5_000 },
      );
      equal(bench.device.entryCount, 1);
    });

    it(`${name} throws for no packet of which some bytes are others`, () => {
      const bench = make();
      const icmp = Uint8Array.of(3, 1, 0, 0, 0, 0, 0, 0);
      const templates = [
        udpPacket(HOST, SERVER, new Uint8Array(64)),
        tcpPacket(HOST, SERVER, 2),
        udpPacket(SERVER, OUTSIDE, icmp),
      ];
      const edit = fc.tuple(fc.nat({ max: 60 }), fc.integer({ min: 0, max: 255 }));
      fc.assert(
        fc.property(fc.nat({ max: 2 }), fc.boolean(), fc.array(edit, { maxLength: 4 }), (which, isOut, edits) => {
          const packet = templates[which].slice();
          for (const [at, value] of edits) if (at < packet.length) packet[at] = value;
          if (isOut) bench.out(packet);
          else bench.in(packet);
        }),
        { numRuns: 5_000 },
      );
      ok(bench.device.entryCount <= 4_096);
    });
  }
});
