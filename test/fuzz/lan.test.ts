import { deepEqual, equal, ok } from 'node:assert/strict';
import { Frame } from '../../lib/frame.ts';
import { SeededRandom, type Random } from '../../lib/random.ts';
import { milliseconds, seconds } from '../../lib/time.ts';
import { mendChecksums, mutations } from '../support/mutations.ts';
import { echoPacket, ethernetFrame, icmpPacket, ipFrame, tcpPacket, text, udpPacket } from '../support/packets.ts';
import { macs, twoRouters } from '../support/two-routers.ts';

const SESSIONS_MAX = 500;
const FRAMES = 50_000;

const anyOf = <T>(random: Random, list: readonly T[]): T => list[random.below(list.length)];

/** What hosts send, and what they should not: any of their packets, to anybody, with anything in it. */
function hostFrame(random: Random): Uint8Array {
  const client = anyOf(random, ['10.1.0.10', `10.1.0.${random.below(256)}`, '10.2.0.10', '0.0.0.0', '255.255.255.255']);
  const server = anyOf(random, [
    '10.2.0.10',
    `10.2.0.${random.below(256)}`,
    '10.1.0.1',
    '224.0.0.1',
    '192.0.2.1',
    client,
  ]);
  const payload = new Uint8Array(random.below(100));
  random.fill(payload);
  const [from, to] = [1 + random.below(65_535), anyOf(random, [7_000, 80, 8_000, random.below(65_536)])];
  const packet = anyOf(random, [
    () => udpPacket([client, from], [server, to], payload),
    () => tcpPacket([client, from], [server, to], random.below(64), { payload }),
    () => echoPacket('request', client, server, random.below(65_536), payload),
    () => icmpPacket(client, server, [random.below(256), random.below(16)], random.below(2 ** 32), payload),
    () => udpPacket(['fd00:1::10', from], [anyOf(random, ['fd00:2::10', 'fd00:1::1', 'ff02::1', '::']), to], payload),
    () => echoPacket('request', 'fd00:1::10', 'fd00:2::10', random.below(65_536), payload),
    () => icmpPacket('fd00:1::10', 'fd00:1::1', [130 + random.below(12), 0], 0, payload, { ttl: 255 }),
  ])();
  return ipFrame(
    anyOf(random, [macs.spokeLan, macs.spokeLan, macs.spokeLan, new Uint8Array(6).fill(0xff)]),
    macs.client,
    packet,
  );
}

function anyFrame(random: Random, ordinary: readonly Uint8Array[]): Uint8Array {
  if (random.below(3) !== 0) return hostFrame(random);
  if (random.below(8) === 0) {
    const content = new Uint8Array(random.below(80));
    random.fill(content);
    return ethernetFrame(macs.spokeLan, macs.client, anyOf(random, [0x0800, 0x0806, 0x86dd, 0x8100]), content);
  }
  const list = Object.values({ ...mutations.inPayload, ...mutations.inHeaders });
  const mutated = anyOf(random, list)(anyOf(random, ordinary), random, ordinary);
  if (random.below(4) !== 0) mendChecksums(mutated);
  return mutated;
}

describe('a router whose hosts send anything', function () {
  this.timeout(120_000);

  it('throws nothing, keeps its tables within their sizes, and has all of its room back when they are silent', () => {
    const lab = twoRouters({ hmac: {}, emulator: { 'session-table-size': String(SESSIONS_MAX) } });
    const random = new SeededRandom(8);
    const ordinary = Array.from({ length: 50 }, (_, i) =>
      ipFrame(
        macs.spokeLan,
        macs.client,
        udpPacket(['10.1.0.10', 40_000 + i], ['10.2.0.10', 7_000], text(`question ${i}`)),
      ),
    );
    for (const router of [lab.spoke, lab.hub]) router.isTraced = false;
    const frame = Frame.allocate();
    for (let i = 0; i < FRAMES; i++) {
      frame.load(anyFrame(random, ordinary));
      lab.spoke.device.receive(0, frame, lab.now);
      if (i % 50 !== 0) continue;
      lab.runFor(milliseconds(20));
      ok(lab.spoke.sessionCount <= SESSIONS_MAX && lab.hub.sessionCount <= SESSIONS_MAX);
      lab.wan.clear();
      lab.client.received.length = 0;
      lab.server.received.length = 0;
    }
    ok(lab.spoke.count('sessionTableFull') > 0, 'the table was full');
    const counts = Object.entries(lab.spoke.counted()).map(([name, count]) => `${count} ${name}`);
    console.log(`      ${FRAMES} frames: ${counts.join(', ')}`);

    lab.runFor(seconds(2_000));
    deepEqual([lab.spoke.sessionCount, lab.hub.sessionCount], [0, 0]);
    lab.mark();
    lab.server.isServer = true;
    for (let from = 1_000; from < 1_000 + SESSIONS_MAX; from++) {
      lab.client.ask(String(from), { from });
      lab.settle();
    }
    equal(lab.client.received.length, SESSIONS_MAX);
  });
});
