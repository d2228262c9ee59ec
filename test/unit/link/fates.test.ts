import { deepEqual, equal, ok } from 'node:assert/strict';
import { Frame } from '../../../lib/frame.ts';
import { change, commentOf, eventsOf, isAllLost } from '../../../lib/link/fate.ts';
import type { Impairment } from '../../../lib/link/impairment.ts';
import { milliseconds, type Instant } from '../../../lib/time.ts';
import { ecnOf } from '../../../lib/wire/ecn.ts';
import { ipv4CheckedHeaderLength } from '../../../lib/wire/ipv4.ts';
import { at, autocorrelation, frameOf, mean, modelOf, near, ofShare, surely } from './support.ts';

const COUNT = 100_000;

/** What `see` says of each of many frames, one a millisecond. */
function each<T>(
  impairment: Partial<Impairment>,
  see: (fates: ReturnType<ReturnType<typeof modelOf>['admit']>) => T,
): T[] {
  const model = modelOf(impairment);
  const frame = frameOf(100);
  return Array.from({ length: COUNT }, (_, i) => see(model.admit(at(i), frame)));
}

describe('a duplicate', () => {
  it('comes of the share of frames that it is told to, with the correlation that it is told to have', () => {
    const twice = each({ duplicate: 0.2, duplicateCorrelation: 0.3 }, (fates) => fates.length - 1);
    near(mean(twice), 0.2, ofShare(0.2, COUNT) * Math.sqrt(1.3 / 0.7), 'share');
    near(autocorrelation(twice), 0.3, 4 / Math.sqrt(0.2 * COUNT), 'correlation');
  });

  it('goes its own way: each of the two may be lost, and late', () => {
    const both = each(
      { duplicate: 1, loss: 0.3, delay: milliseconds(5), jitter: milliseconds(5), order: 'free' },
      (fates) => fates.map(({ lost, arrival }) => (lost ? -1 : arrival)),
    );
    near(
      mean(both.map((times) => times.filter((time) => time >= 0).length)),
      1.4,
      8 * Math.sqrt(0.42 / COUNT),
      'arrivals',
    );
    const arrived = both.filter((times) => times.every((time) => time >= 0));
    ok(arrived.filter(([first, second]) => second < first).length > arrived.length / 3);
  });

  it('is told, and so is the loss of one of the two, which is not that of the frame', () => {
    const [passed, lost] = modelOf({ duplicate: 1, rate: 8e6, limit: 1 }).admit(at(0), frameOf(1_000));
    const events = eventsOf([passed, lost]);
    deepEqual(events.map(commentOf), ['duplicated on the link', 'one of two lost on the link: queue-full']);
    deepEqual([isAllLost(events), isAllLost(eventsOf([lost, lost]))], [false, true]);
  });
});

describe('corruption', () => {
  it('turns over one bit of the share of frames that it is told to, anywhere behind the Ethernet header', () => {
    const bits = each({ corrupt: 0.2 }, ([{ corruptBit }]) => corruptBit);
    near(mean(bits.map((bit) => (bit >= 0 ? 1 : 0))), 0.2, ofShare(0.2, COUNT), 'share');
    const turned = bits.filter((bit) => bit >= 0);
    deepEqual([Math.min(...turned), Math.max(...turned)], [14 * 8, 100 * 8 - 1]);
    // Evenly over 86 bytes.
    near(mean(turned), (112 + 799) / 2, (4 * 688) / Math.sqrt(12 * turned.length), 'mean bit');
  });

  it('changes a copy of the frame, and leaves the frame as it was sent', () => {
    const model = modelOf({ corrupt: 1 });
    const frame = frameOf(64);
    for (let i = 0; i < 100; i++) {
      const [fate] = model.admit(at(i), frame);
      const copy = Frame.of(frame.copy());
      change(copy, fate);
      const wrong = [...copy.copy()].flatMap((byte, place) => (byte === 0 ? [] : [place]));
      deepEqual([wrong.length, frame.copy().every((byte) => byte === 0)], [1, true]);
      equal(copy.copy()[wrong[0]], 0x80 >>> (fate.corruptBit & 7));
      deepEqual(eventsOf([fate]), [
        { type: 'frame-corrupted', reason: `bit ${fate.corruptBit & 7} of byte ${wrong[0]}` },
      ]);
    }
  });

  it('leaves a frame alone that is nothing but an Ethernet header', () => {
    equal(modelOf({ corrupt: 1 }).admit(at(0), frameOf(14))[0].corruptBit, -1);
  });
});

describe('reordering', () => {
  const delay = milliseconds(10);

  it('sends every fifth frame ahead of the four before it with a gap of five', () => {
    const model = modelOf({ delay, reorder: 1, gap: 5 });
    const ahead = Array.from({ length: 20 }, (_, i) => {
      const [{ arrival, isAhead }] = model.admit(at(i), frameOf(60));
      equal(arrival, isAhead ? at(i) : at(i + 10));
      return isAhead;
    });
    deepEqual(
      ahead.flatMap((is, i) => (is ? [i] : [])),
      [4, 9, 14, 19],
    );
  });

  it('sends a share of the frames ahead without a gap, one as likely as another', () => {
    const ahead = each({ delay, reorder: 0.25 }, ([{ isAhead }]) => Number(isAhead));
    near(mean(ahead), 0.25, ofShare(0.25, COUNT), 'share');
    near(autocorrelation(ahead), 0, 4 / Math.sqrt(COUNT), 'correlation');
  });

  it('leaves to chance only the frames behind the gap', () => {
    const ahead = each({ delay, reorder: 0.25, gap: 5 }, ([{ isAhead }]) => Number(isAhead));
    // Four are delayed, then it takes 1 / 0.25 on average.
    near(1 / mean(ahead), 8, 0.1, 'frames from one to the next');
    const places = ahead.flatMap((is, i) => (is ? [i] : []));
    equal(Math.min(...places.map((place, i) => place - (places[i - 1] ?? -5))), 5);
  });

  it('lets those that are delayed keep their order', () => {
    let last = 0;
    each({ delay, jitter: delay, reorder: 0.25 }, ([{ isAhead, arrival }]) => {
      if (isAhead) return;
      ok(arrival >= last);
      last = arrival;
    });
  });
});

/** An Ethernet header, then an IP header of this traffic class. */
function ipFrame(version: 4 | 6, trafficClass: number, tag = ''): Frame {
  const head = `020000000002 020000000001 ${tag} ${version === 4 ? '0800' : '86dd'}`;
  const twoDigits = trafficClass.toString(16).padStart(2, '0');
  // Version and length, class, total length, id, flags, TTL and UDP, checksum, addresses; for a class of 02 it is 62ef.
  const ipv4 = `45 ${twoDigits} 001c 0001 4000 4011 0000 0a000001 0a000002 0000 0000 0008 0000`;
  // Version, class and flow label, length, UDP and hop limit, addresses, a UDP header.
  const ipv6 = `6${twoDigits}abcde 0008 1140 ${'fd'.repeat(16)} ${'fe'.repeat(16)} 0000 0000 0008 0000`;
  const hex = `${head} ${version === 4 ? ipv4 : ipv6}`.replaceAll(' ', '');
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  const ip = tag === '' ? 14 : 18;
  if (version === 4) {
    let sum = 0;
    for (let i = 0; i < 20; i += 2) sum += (bytes[ip + i] << 8) | bytes[ip + i + 1];
    const checksum = ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
    bytes[ip + 10] = checksum >>> 8;
    bytes[ip + 11] = checksum & 0xff;
  }
  return Frame.of(bytes);
}

describe('a mark of congestion', () => {
  const admit = (frame: Frame, impairment: Partial<Impairment>): string => {
    const [fate] = surelyLossy(impairment).admit(0 as Instant, frame);
    if (fate.lost !== undefined) return fate.lost;
    change(frame, fate);
    return `${ecnOf(frame.bytes, frame.start, frame.end)}`;
  };
  const surelyLossy = (impairment: Partial<Impairment>): ReturnType<typeof modelOf> =>
    modelOf({ loss: 1, ...impairment });

  for (const version of [4, 6] as const)
    it(`takes the place of a loss for IPv${version} that says it understands, and for no other`, () => {
      const ecn = { ecn: true };
      deepEqual(
        [0, 1, 2, 3].map((codepoint) => admit(ipFrame(version, 0xb8 | codepoint), ecn)),
        ['loss', '3', '3', '3'],
      );
      equal(admit(ipFrame(version, 2), {}), 'loss');
      equal(admit(ipFrame(version, 2, '8100 0064'), ecn), '3', 'behind a VLAN tag');
      equal(admit(frameOf(60), ecn), 'loss', 'no IP');
    });

  it('keeps the checksum of IPv4 right, and everything else as it was', () => {
    for (const codepoint of [1, 2]) {
      const frame = ipFrame(4, 0x20 | codepoint);
      const before = frame.copy();
      admit(frame, { ecn: true });
      equal(ipv4CheckedHeaderLength(frame.bytes, frame.start + 14, frame.end), 20);
      const changed = frame
        .copy()
        .reduce<number[]>((places, byte, i) => (byte === before[i] ? places : [...places, i]), []);
      deepEqual(
        changed.filter((place) => ![15, 24, 25].includes(place)),
        [],
      );
      equal(frame.copy()[15], 0x23);
    }
  });

  it('is told', () => {
    const [fate] = surelyLossy({ ecn: true }).admit(at(0), ipFrame(4, 2));
    deepEqual(eventsOf([fate]).map(commentOf), ['marked on the link: congestion-experienced']);
  });
});

describe('a link that does nothing', () => {
  it('has nothing to tell', () => {
    deepEqual(eventsOf(surely({}).admit(at(0), frameOf(60))), []);
  });
});
