import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { KEY_WORDS } from '../../../lib/highway/flow-key.ts';
import {
  FRAGMENTS_MAX,
  Reassembly,
  fabricReassemblyCounters,
  writeContent,
  type Fragment,
  type FragmentFate,
  type ReassemblyLimits,
  type Whole,
} from '../../../lib/highway/reassembly.ts';
import { Counters } from '../../../lib/stats/counters.ts';
import { NEVER, seconds, type Instant } from '../../../lib/time.ts';

const HEADER = Uint8Array.of(0xaa, 0xbb, 0xcc);

/** A piece of a packet: its content from `offset` to `end`, of which each byte tells its place and the packet. */
interface Cut {
  readonly packet: number;
  readonly offset: number;
  readonly end: number;
  readonly isLast: boolean;
  /** Content that another fragment of the place would not have. */
  readonly isForged?: boolean;
  readonly about?: number;
}

const contentOf = (packet: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (packet * 31 + i * 7) & 0xff);

function fragmentOf({ packet, offset, end, isLast, isForged = false, about = 0 }: Cut): Fragment {
  const key = new Uint32Array(KEY_WORDS).fill(packet >>> 4);
  const content = contentOf(packet, end).slice(offset);
  if (isForged && content.length > 0) content[content.length - 1] ^= 0xff;
  const bytes = Uint8Array.of(0, ...HEADER, ...content);
  return {
    key,
    id: packet & 0xf,
    about,
    offset,
    isLast,
    size: end - offset,
    bytes,
    headerAt: 1,
    headerEnd: 4,
    contentAt: 4,
    contentEnd: bytes.length,
  };
}

function reassembly(limits: Partial<ReassemblyLimits> = {}): { of: Reassembly; count: (name: Name) => number } {
  const counters = new Counters();
  const all = { packets: 100, bytes: 1_000_000, lengthMax: 65_535, timeout: seconds(2), ...limits };
  return {
    of: new Reassembly(all, counters, fabricReassemblyCounters, 7),
    count: (name) => counters.values[fabricReassemblyCounters[name]],
  };
}

type Name = keyof typeof fabricReassemblyCounters;

const at = (time: number): Instant => time as Instant;

function written(whole: Whole | FragmentFate): Uint8Array {
  if (typeof whole === 'string') throw new Error(`not whole, but ${whole}`);
  const target = new Uint8Array(whole.length);
  equal(writeContent(whole, target, 0), whole.length);
  return target;
}

/** A packet of `units` times 8 bytes and a rest, cut at some of the units. */
const cutPacket = fc
  .record({
    packet: fc.integer({ min: 0, max: 1_000 }),
    units: fc.integer({ min: 1, max: 40 }),
    rest: fc.integer({ min: 1, max: 8 }),
    cuts: fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 12 }),
  })
  .map(({ packet, units, rest, cuts }): Cut[] => {
    const length = units * 8 + rest;
    const bounds = [0, ...cuts.filter((cut) => cut <= units).toSorted((a, b) => a - b), Infinity];
    return bounds.slice(0, -1).map((from, i) => {
      const end = Math.min(bounds[i + 1] * 8, length);
      return { packet, offset: from * 8, end, isLast: end === length };
    });
  });

describe('reassembly', () => {
  it('gives the packet back whatever the order of its fragments, among those of others, with duplicates', () => {
    const packets = fc.uniqueArray(cutPacket, { minLength: 1, maxLength: 5, selector: ([{ packet }]) => packet });
    fc.assert(
      fc.property(packets, fc.infiniteStream(fc.nat()), (cuts, order) => {
        const { of } = reassembly();
        const pending = cuts.flat().flatMap((cut, i) => (i % 3 === 0 && cuts[0].length > 1 ? [cut, cut] : [cut]));
        const shuffled = pending
          .map((cut) => ({ cut, rank: order.next().value as number }))
          .toSorted((a, b) => a.rank - b.rank)
          .map(({ cut }) => cut);
        const seen = new Map<number, Set<number>>();
        const done = new Set<number>();
        for (const cut of shuffled) {
          const result = of.add(fragmentOf(cut), at(0));
          // A duplicate that comes when its packet is already gone begins it anew, as with IP.
          if (done.has(cut.packet)) continue;
          const offsets = seen.get(cut.packet) ?? new Set<number>();
          seen.set(cut.packet, offsets);
          const isNew = !offsets.has(cut.offset);
          offsets.add(cut.offset);
          const all = cuts.find(([{ packet }]) => packet === cut.packet) ?? [];
          if (offsets.size === all.length) {
            deepEqual(written(result), contentOf(cut.packet, all[all.length - 1].end));
            done.add(cut.packet);
          } else {
            equal(result, isNew ? 'held' : 'duplicate');
          }
        }
        equal(done.size, cuts.length);
      }),
    );
  });

  it('never gives a packet back that lacks a fragment', () => {
    fc.assert(
      fc.property(
        cutPacket.filter((cuts) => cuts.length > 1),
        fc.nat(),
        (cuts, lost) => {
          const { of, count } = reassembly();
          const missing = lost % cuts.length;
          const fates = cuts.filter((_, i) => i !== missing).map((cut) => of.add(fragmentOf(cut), at(0)));
          ok(fates.every((fate) => fate === 'held'));
          of.poll(at(2_000_000));
          equal(of.entries + of.bytes, 0);
          equal(count('timedOut'), 1);
        },
      ),
    );
  });

  it('refuses a packet one of whose fragments overlaps another, and whatever comes of it later', () => {
    const overlap = fc.record({ from: fc.integer({ min: 0, max: 9 }), units: fc.integer({ min: 1, max: 10 }) });
    const model = [0, 1, 2, 3, 4].map((i) => ({ packet: 1, offset: i * 16, end: i * 16 + 16, isLast: i === 4 }));
    fc.assert(
      fc.property(overlap, fc.integer({ min: 1, max: 4 }), ({ from, units }, present) => {
        const { of, count } = reassembly();
        for (const cut of model.slice(0, present)) equal(of.add(fragmentOf(cut), at(0)), 'held');
        const end = Math.min((from + units) * 8, 80);
        const intruder = { packet: 1, offset: from * 8, end, isLast: end === 80 };
        const isSame = model.slice(0, present).some((cut) => cut.offset === intruder.offset && cut.end === end);
        const isBehind = intruder.offset >= present * 16;
        const fate = of.add(fragmentOf(intruder), at(0));
        const completes = end === 80 && (intruder.offset === present * 16 || intruder.offset === 0);
        if (isSame) return equal(fate, 'duplicate');
        if (completes) return notEqual(typeof fate, 'string');
        if (isBehind) return equal(fate, 'held');
        equal(fate, 'refused');
        for (const cut of model) equal(of.add(fragmentOf(cut), at(0)), 'refused');
        deepEqual([count('refused'), of.bytes], [1, 0]);
      }),
    );
  });

  it('refuses fragments of the same place and other content', () => {
    const { of, count } = reassembly();
    const first = { packet: 1, offset: 0, end: 16, isLast: false };
    equal(of.add(fragmentOf(first), at(0)), 'held');
    equal(of.add(fragmentOf({ ...first, isForged: true }), at(0)), 'refused');
    equal(of.add(fragmentOf({ packet: 1, offset: 16, end: 20, isLast: true }), at(0)), 'refused');
    equal(count('refused'), 1);
  });

  for (const [what, second] of [
    ['a second end', { packet: 1, offset: 32, end: 40, isLast: true }],
    ['content behind the end', { packet: 1, offset: 24, end: 32, isLast: false }],
    ['an end before content that has come', { packet: 1, offset: 0, end: 8, isLast: true }],
    ['another identity', { packet: 1, offset: 0, end: 8, isLast: false, about: 1 }],
  ] as const)
    it(`refuses ${what}`, () => {
      const { of } = reassembly();
      equal(of.add(fragmentOf({ packet: 1, offset: 16, end: 20, isLast: true }), at(0)), 'held');
      const fate = of.add(fragmentOf(second), at(0));
      // What claims to be a packet of its own is one (RFC 6946).
      if (second.isLast && second.offset === 0) deepEqual(written(fate), contentOf(1, 8));
      else equal(fate, 'refused');
    });

  for (const [what, cut] of [
    ['has no content', { packet: 1, offset: 8, end: 8, isLast: true }],
    ['ends between units and is not the last', { packet: 1, offset: 0, end: 12, isLast: false }],
    ['passes the longest packet', { packet: 1, offset: 65_528, end: 65_544, isLast: true }],
  ] as const)
    it(`drops a fragment that ${what}, and keeps the packet`, () => {
      const { of, count } = reassembly();
      of.add(fragmentOf({ packet: 1, offset: 16, end: 20, isLast: true }), at(0));
      equal(of.add(fragmentOf(cut), at(0)), 'malformed');
      equal(count('malformed'), 1);
      deepEqual(written(of.add(fragmentOf({ packet: 1, offset: 0, end: 16, isLast: false }), at(0))), contentOf(1, 20));
    });

  it('gives the header of the first fragment and the size of the largest', () => {
    const { of } = reassembly();
    of.add(fragmentOf({ packet: 3, offset: 8, end: 40, isLast: false }), at(0));
    of.add(fragmentOf({ packet: 3, offset: 40, end: 41, isLast: true }), at(0));
    const whole = of.add(fragmentOf({ packet: 3, offset: 0, end: 8, isLast: false }), at(0));
    ok(typeof whole !== 'string');
    deepEqual(whole.header, HEADER);
    deepEqual([whole.length, whole.largest], [41, 32]);
  });

  it('gives up a packet after the timeout, counted from its first fragment, and says when', () => {
    const { of, count } = reassembly();
    equal(of.nextDeadline(), NEVER);
    of.add(fragmentOf({ packet: 1, offset: 0, end: 8, isLast: false }), at(0));
    of.add(fragmentOf({ packet: 2, offset: 0, end: 8, isLast: false }), at(1_000_000));
    of.add(fragmentOf({ packet: 1, offset: 8, end: 16, isLast: false }), at(1_500_000));
    equal(of.nextDeadline(), 2_000_000);
    of.poll(at(1_999_999));
    equal(of.entries, 2);
    of.poll(at(2_000_000));
    deepEqual([of.entries, of.bytes, count('timedOut'), of.nextDeadline()], [1, 8, 1, 3_000_000]);
  });

  it('stays within its bounds whatever comes: the oldest packet goes', () => {
    const any = fc.record({
      packet: fc.nat(40),
      offset: fc.nat(9_000).map((unit) => unit * 8),
      length: fc.integer({ min: 0, max: 64 }),
      isLast: fc.boolean(),
      about: fc.nat(1),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 200 }), (fragments) => {
        const { of, count } = reassembly({ packets: 8, bytes: 256 });
        fragments.forEach(({ packet, offset, length, isLast, about }, time) => {
          of.add(fragmentOf({ packet, offset, end: offset + length, isLast, about }), at(time));
          ok(of.entries <= 8 && of.bytes <= 256 && of.bytes >= 0);
        });
        of.poll(NEVER);
        deepEqual([of.entries, of.bytes], [0, 0]);
        equal(count('received'), fragments.length);
      }),
    );
  });

  it('evicts the oldest packet for a new one', () => {
    const { of, count } = reassembly({ packets: 2 });
    for (const packet of [1, 2, 3]) of.add(fragmentOf({ packet, offset: 0, end: 8, isLast: false }), at(packet));
    equal(count('evicted'), 1);
    deepEqual(written(of.add(fragmentOf({ packet: 2, offset: 8, end: 9, isLast: true }), at(4))), contentOf(2, 9));
    equal(of.add(fragmentOf({ packet: 1, offset: 8, end: 9, isLast: true }), at(4)), 'held');
  });

  it('refuses a packet of too many fragments', () => {
    const { of, count } = reassembly();
    const fates = Array.from({ length: FRAGMENTS_MAX + 1 }, (_, i) =>
      of.add(fragmentOf({ packet: 1, offset: i * 8, end: i * 8 + 8, isLast: false }), at(0)),
    );
    equal(fates.indexOf('refused'), FRAGMENTS_MAX);
    equal(count('refused'), 1);
  });
});
