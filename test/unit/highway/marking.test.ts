import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import {
  Marking,
  clockDifferenceMs,
  nextColour,
  previousColour,
  type ColourFate,
} from '../../../lib/highway/marking.ts';
import { findMetrics } from '../../../lib/metadata/metrics-block.ts';
import { METRICS_CLOCK_MS, noMetrics, readMetrics, type PathMetrics } from '../../../lib/metadata/path-metrics.ts';
import { NEVER, after, milliseconds, type Instant } from '../../../lib/time.ts';

const INTERVAL_MS = 1_000;
const START = 1_767_225_600_000_000 as Instant;

/** Both ends of a path, and a clock. What one side marks is given to the other when the test wants it. */
class Ends {
  now: Instant;
  readonly fates: ColourFate[] = [];
  readonly near: Marking;
  readonly far: Marking;

  constructor(count = 100, start = START) {
    this.now = start;
    this.near = this.#marking(count, (fate) => this.fates.push(fate));
    this.far = this.#marking(count, () => undefined);
  }

  #marking(count: number, settled: (fate: ColourFate) => void): Marking {
    const interval = milliseconds(INTERVAL_MS);
    return new Marking({ encoding: 'tlv', interval, count, settled, deadlineChanged: () => undefined });
  }

  wait(ms: number): this {
    this.now = after(this.now, milliseconds(ms));
    return this;
  }

  /** The metrics of the next packet of one side. */
  mark(marking = this.near): PathMetrics {
    const bytes = new Uint8Array(marking.length);
    marking.mark(bytes, 0, this.now);
    return readMetrics(bytes, findMetrics(bytes, 0, bytes.length), noMetrics());
  }

  atFar(...packets: readonly PathMetrics[]): this {
    for (const packet of packets) this.far.take(packet, 7, this.now);
    return this;
  }

  /** The far side says what it knows, by a packet that is marked too. */
  answer(): PathMetrics {
    const metrics = this.mark(this.far);
    this.near.take(metrics, 3, this.now);
    return metrics;
  }

  /** A whole interval in which packets leave, of which those arrive that `arrives` lets; answered late in the interval. */
  interval(packets: number, arrives: (packet: number) => boolean = () => true): PathMetrics[] {
    const sent: PathMetrics[] = [];
    for (let packet = 0; packet < packets; packet++) {
      sent.push(this.mark());
      if (arrives(packet)) this.atFar(sent[packet]);
    }
    this.wait(INTERVAL_MS / 2).answer();
    this.wait(INTERVAL_MS / 2);
    return sent;
  }

  get losses(): string[] {
    return this.fates.map(({ sent, lost }) => `${lost} of ${sent}`);
  }
}

describe('colours', () => {
  it('go round from 1 to 15', () => {
    const round = Array.from({ length: 15 }).reduce<number[]>((all) => [...all, nextColour(all[all.length - 1])], [1]);
    deepEqual(round, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 1]);
    ok(round.slice(0, -1).every((colour) => previousColour(nextColour(colour)) === colour));
  });

  it('change when an interval is over, with the next packet', () => {
    const ends = new Ends();
    const colours = [0, 500, 499, 1, 3_000, 999, 1].map((ms) => ends.wait(ms).mark().txColour);
    deepEqual(colours, [1, 1, 1, 2, 3, 3, 4]);
  });

  it('are spread over the interval, and have so many packets at most', () => {
    const ends = new Ends(4);
    const marked: number[] = [];
    for (let ms = 0; ms < INTERVAL_MS; ms += 10) {
      if (ends.near.wants(ends.now)) {
        ends.mark();
        marked.push(ms);
      }
      ends.wait(10);
    }
    deepEqual(marked, [0, 250, 500, 750]);
  });

  it('let slow traffic be marked whole', () => {
    const ends = new Ends(100);
    for (let packet = 0; packet < 20; packet++) {
      ok(ends.near.wants(ends.now));
      ends.mark();
      ends.wait(150);
    }
  });
});

describe('the clock of path metrics', () => {
  it('goes round', () => {
    equal(clockDifferenceMs(METRICS_CLOCK_MS - 5, 3), 8);
    equal(clockDifferenceMs(3, METRICS_CLOCK_MS - 5), -8);
    equal(clockDifferenceMs(10, 10), 0);
  });

  it('measures across the turn', () => {
    const turn = (Math.ceil(START / 1_000 / METRICS_CLOCK_MS) * METRICS_CLOCK_MS * 1_000) as Instant;
    const ends = new Ends(100, after(turn, milliseconds(-1_500)));
    for (let colour = 0; colour < 4; colour++) ends.interval(10);
    deepEqual(ends.losses, ['0 of 10', '0 of 10', '0 of 10']);
  });
});

describe('the loss of a colour', () => {
  it('is what the other side did not count', () => {
    const ends = new Ends();
    ends.interval(10, (packet) => packet !== 3 && packet !== 9);
    ends.interval(20);
    ends.interval(10, (packet) => packet > 4);
    ends.interval(10);
    deepEqual(ends.losses, ['2 of 10', '0 of 20', '5 of 10']);
  });

  it('goes on being told when the colours have gone round', () => {
    const ends = new Ends();
    for (let colour = 0; colour < 40; colour++) ends.interval(10, (packet) => packet !== colour % 10);
    deepEqual(new Set(ends.losses), new Set(['1 of 10']));
    equal(ends.losses.length, 39);
  });

  it('is not more for packets that come late, as long as the guard time is not over', () => {
    const ends = new Ends();
    const first = Array.from({ length: 10 }, () => ends.mark());
    ends.atFar(...first.slice(0, 8)).wait(INTERVAL_MS);
    ends.atFar(ends.mark());
    ends.answer();
    equal(ends.losses.length, 0);
    ends.wait(100).atFar(...first.slice(8));
    ends.wait(150).answer();
    deepEqual(ends.losses, ['0 of 10']);
  });

  it('is not less than none for copies', () => {
    const ends = new Ends();
    const [packet] = ends.interval(5);
    ends.fates.length = 0;
    const again = Array.from({ length: 3 }, () => ends.mark());
    ends.atFar(...again, ...again, packet).wait(INTERVAL_MS);
    ends.interval(1);
    ok(ends.losses.every((loss) => loss.startsWith('0 of')));
  });

  it('is all if all of it was lost, and the other side speaks of the next', () => {
    const ends = new Ends();
    ends.interval(10);
    ends.interval(10, () => false);
    ends.interval(10);
    ends.interval(10);
    // Colour 1 would have been told of by what came of colour 2.
    deepEqual(ends.losses, ['10 of 10', '0 of 10']);
  });

  it('is all if the other side never says anything: it has no profile', () => {
    const ends = new Ends();
    for (let colour = 0; colour < 5; colour++) {
      ends.mark();
      ends.wait(INTERVAL_MS);
    }
    deepEqual(ends.losses, ['1 of 1', '1 of 1']);
  });

  it('stays open if the other side speaks, but never of that colour', () => {
    const ends = new Ends();
    const nothingYet: PathMetrics = { ...noMetrics(), txColour: 1 };
    for (let colour = 0; colour < 6; colour++) {
      ends.mark();
      ends.near.take(nothingYet, 3, ends.now);
      ends.wait(INTERVAL_MS);
    }
    deepEqual(ends.losses, []);
  });

  it('is not told of a colour that was half over when the other side began', () => {
    const ends = new Ends();
    ends.interval(10);
    const { far } = ends;
    // The other side loses its memory in the middle of colour 2.
    const packets = Array.from({ length: 10 }, () => ends.mark());
    ends.atFar(...packets.slice(0, 5));
    far.reset();
    ends.atFar(...packets.slice(5)).wait(INTERVAL_MS);
    ends.fates.length = 0;
    for (let colour = 0; colour < 5; colour++) ends.interval(10);
    ok(ends.losses.length >= 2 && ends.losses.every((loss) => loss === '0 of 10'), ends.losses.join());
  });

  it('is told again by a side that was restarted, or whose clock was set back', () => {
    const ends = new Ends();
    for (let colour = 0; colour < 7; colour++) ends.interval(10);
    ends.near.reset();
    ends.wait(-60_000);
    ends.fates.length = 0;
    for (let colour = 0; colour < 4; colour++) ends.interval(10, (packet) => packet !== 0);
    deepEqual(ends.losses, ['1 of 10', '1 of 10', '1 of 10']);
  });

  it('is the loss that the wire inflicted, for each colour that the other side can tell of', () => {
    const colour = fc.array(fc.boolean(), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.array(colour, { minLength: 1, maxLength: 40 }), (colours) => {
        // What comes behind shows what became of the last one.
        const wire = [...colours, [true]];
        const ends = new Ends();
        for (const fates of wire) ends.interval(fates.length, (packet) => fates[packet]);
        deepEqual(ends.losses, tellable(wire));
      }),
    );
  });
});

/** Each colour that comes tells of the one before it; the second that comes does so only if the first is colour 1. */
function tellable(wire: readonly (readonly boolean[])[]): string[] {
  const came = wire.flatMap((fates, colour) => (fates.includes(true) ? [colour] : []));
  return came.slice(came[0] % 15 === 0 ? 1 : 2).map((colour) => {
    const before = wire[colour - 1];
    return `${before.filter((arrives) => !arrives).length} of ${before.length}`;
  });
}

describe('the round trip', () => {
  it('is what the wire takes, however long the other side waits before it speaks', () => {
    const ends = new Ends();
    ends.interval(1);
    for (const heldMs of [0, 7, 400]) {
      const packet = ends.mark();
      ends.wait(20).atFar(packet).wait(heldMs);
      const answer = ends.mark(ends.far);
      ends.wait(30).near.take(answer, 3, ends.now);
    }
    ends.wait(INTERVAL_MS).atFar(ends.mark()).wait(300).answer();
    const total = (of: (fate: ColourFate) => number): number => ends.fates.reduce((sum, fate) => sum + of(fate), 0);
    // Three that took 50 ms, and the last, which took none.
    deepEqual(
      [total((fate) => fate.roundTrips), total((fate) => fate.roundTripSumMs), total((fate) => fate.differenceSumMs)],
      [4, 150, 50],
    );
  });

  it('is not taken from a packet that others have overtaken', () => {
    const ends = new Ends();
    ends.interval(1);
    const [slow, quick] = [ends.mark(), ends.wait(40).mark()];
    ends.wait(10).atFar(quick).wait(5).atFar(slow);
    const { rxTimeMs } = ends.mark(ends.far);
    equal(clockDifferenceMs(rxTimeMs, quick.txTimeMs + 15), 10);
  });
});

describe('a report', () => {
  it('is due half an interval after a colour has come, if no packet has left that tells of the last', () => {
    const ends = new Ends();
    ends.atFar(ends.mark());
    equal(ends.far.nextDeadline(), NEVER);
    ends.wait(INTERVAL_MS).atFar(ends.mark());
    equal(ends.far.nextDeadline(), after(ends.now, milliseconds(500)));
    equal(ends.far.takeDue(ends.wait(499).now), -1);
    equal(ends.far.takeDue(ends.wait(1).now), 7);
    equal(ends.far.nextDeadline(), NEVER);
  });

  it('is not due once a marked packet has told it behind the guard time', () => {
    const ends = new Ends();
    ends.atFar(ends.mark()).wait(INTERVAL_MS).atFar(ends.mark());
    ends.wait(249).answer();
    ok(ends.far.nextDeadline() < NEVER);
    ends.wait(1).answer();
    equal(ends.far.nextDeadline(), NEVER);
    deepEqual(ends.losses, ['0 of 1']);
  });

  it('has no colour, and ends where it arrives', () => {
    const ends = new Ends();
    ends.atFar(ends.mark(), ends.mark()).wait(INTERVAL_MS).atFar(ends.mark()).wait(500);
    const bytes = new Uint8Array(ends.far.length);
    ends.far.report(bytes, 0, ends.now);
    const metrics = readMetrics(bytes, findMetrics(bytes, 0, bytes.length), noMetrics());
    deepEqual([metrics.txColour, metrics.rxColour, metrics.drop, metrics.previousRxCount], [0, 2, true, 2]);
    ends.near.take(metrics, 3, ends.now);
    deepEqual(ends.losses, ['0 of 2']);
  });
});
