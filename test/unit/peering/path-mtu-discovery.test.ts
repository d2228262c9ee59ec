import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import {
  PathMtuDiscovery,
  newSearch,
  nextSize,
  searchLimits,
  type DiscoveryEvent,
  type MtuProbe,
  type Search,
} from '../../../lib/peering/path-mtu-discovery.ts';
import { SeededRandom } from '../../../lib/random.ts';
import { NEVER, after, between, milliseconds, seconds, type Instant } from '../../../lib/time.ts';

const START = seconds(1_000) as number as Instant;
const ROUND_TRIP = milliseconds(20);

interface WayOptions {
  readonly family?: 4 | 6;
  readonly interfaceMtu?: number;
  readonly isEnabled?: boolean;
  readonly seed?: number;
}

/** A discovery, and a way to a peer of which a test says what it carries. */
class Way {
  now = START;
  /** Longest packet that arrives. */
  carries = 1_500;
  /** Whether a node on the way tells of what is too long for it. */
  tells = false;
  /** Whether a probe, or its answer, is lost by chance. */
  loses: (probe: MtuProbe) => boolean = () => false;
  readonly probes: MtuProbe[] = [];
  readonly events: DiscoveryEvent[] = [];
  readonly discovery: PathMtuDiscovery;
  readonly #arrivals: { readonly at: Instant; readonly arrive: () => void }[] = [];

  constructor({ family = 4, interfaceMtu = 1_500, isEnabled = true, seed = 1 }: WayOptions = {}) {
    this.discovery = new PathMtuDiscovery({
      isEnabled,
      limits: searchLimits(family, interfaceMtu),
      interval: seconds(600),
      probeTimeout: seconds(1),
      random: new SeededRandom(seed),
      send: (probe, now) => this.#send(probe, now),
      happened: (event) => void this.events.push(event),
    });
  }

  get sizes(): number[] {
    return this.probes.map(({ size }) => size);
  }

  #send(probe: MtuProbe, now: Instant): number {
    const token = this.probes.push(probe);
    const { size } = probe;
    const arrive = (act: () => void): number => this.#arrivals.push({ at: after(now, ROUND_TRIP), arrive: act });
    if (size <= this.carries && !this.loses(probe))
      arrive(() => this.discovery.answer({ ...probe, kind: 'reply' }, this.now));
    else if (size > this.carries && this.tells)
      arrive(() => this.discovery.tooBig({ token, size, mtu: this.carries }, this.now));
    return token;
  }

  runUntil(end: Instant): void {
    const next = (): Instant => Math.min(this.#arrivals[0]?.at ?? NEVER, this.discovery.nextDeadline()) as Instant;
    while (next() <= end) {
      this.now = Math.max(this.now, next()) as Instant;
      if (this.#arrivals[0]?.at <= this.now) this.#arrivals.shift()?.arrive();
      else this.discovery.poll(this.now);
    }
    this.now = end;
  }

  /** A search, from where it stands until it is over. */
  search(): void {
    this.probes.length = this.events.length = 0;
    const isOver = (): boolean => this.events.includes('complete') || this.events.includes('unresolvable');
    while (!isOver()) this.runUntil(after(this.now, milliseconds(10)));
  }

  /** The first search of a path that is up. */
  static searched(options: WayOptions = {}, prepare: (way: Way) => void = () => undefined): Way {
    const way = new Way(options);
    prepare(way);
    way.discovery.start(way.now);
    way.search();
    return way;
  }
}

const silent =
  (carries: number) =>
  (way: Way): void =>
    void (way.carries = carries);
const telling =
  (carries: number) =>
  (way: Way): void =>
    void Object.assign(way, { carries, tells: true });

describe('the discovery of the MTU of a path', () => {
  it('asks once where the interface is what limits a packet', () => {
    const way = Way.searched();
    deepEqual([way.sizes, way.discovery.found, way.discovery.mtu], [[1_500], 1_500, 1_500]);
    equal(way.discovery.state, 'search-complete');
  });

  it('begins within a second after the path has come up, and not at the same time on every path', () => {
    const begun = [1, 2, 3].map((seed) => {
      const way = new Way({ seed });
      way.discovery.start(way.now);
      return between(way.now, way.discovery.nextDeadline());
    });
    ok(begun.every((delay) => delay < seconds(1)));
    equal(new Set(begun).size, 3);
  });

  it('does nothing where it is not enabled', () => {
    const way = new Way({ isEnabled: false });
    way.discovery.start(way.now);
    equal(way.discovery.nextDeadline(), NEVER);
    deepEqual([way.discovery.mtu, way.discovery.found, way.discovery.state], [1_500, 0, 'disabled']);
  });

  it('takes a size for too long after three probes without an answer, a timeout apart', () => {
    const way = Way.searched({}, silent(1_400));
    deepEqual(way.sizes.slice(0, 4), [1_500, 1_500, 1_500, 1_200]);
    equal(new Set(way.probes.map(({ number }) => number)).size, way.probes.length);
    equal(
      way.events.filter((event) => event === 'probe-unanswered').length,
      3 * new Set(way.sizes.filter((size) => size > 1_400)).size,
    );
    equal(way.discovery.found, 1_400);
  });

  it('lets packets be as long as works nearly everywhere while it searches', () => {
    const way = new Way();
    way.carries = 1_400;
    way.discovery.start(way.now);
    way.runUntil(after(way.now, seconds(4.5)));
    deepEqual([way.discovery.mtu, way.discovery.found, way.discovery.state], [1_200, 0, 'searching']);
  });

  it('goes by what a router on the way says', () => {
    const way = Way.searched({}, telling(1_400));
    deepEqual([way.sizes, way.discovery.found], [[1_500, 1_400], 1_400]);
  });

  it('takes a router that tells no MTU as three probes without an answer', () => {
    const way = new Way();
    way.carries = 1_400;
    way.discovery.start(way.now);
    way.runUntil(after(way.now, seconds(1)));
    equal(way.discovery.tooBig({ token: 1, size: 1_500, mtu: 0 }, way.now), true);
    equal(way.sizes.at(-1), 1_200);
  });

  it('looks again every interval, with two sizes if nothing has changed', () => {
    const way = Way.searched({}, silent(1_400));
    const endedAt = way.now;
    way.search();
    ok(between(endedAt, way.now) >= seconds(600) && between(endedAt, way.now) < seconds(604));
    deepEqual(way.sizes, [1_400, 1_401, 1_401, 1_401]);
    equal(way.discovery.found, 1_400);
    deepEqual(
      way.events.filter((event) => event !== 'probe-unanswered'),
      ['complete'],
    );
  });

  it('notices that the path has become wider', () => {
    const way = Way.searched({}, silent(1_400));
    way.carries = 9_000;
    way.search();
    deepEqual([way.sizes, way.discovery.mtu], [[1_400, 1_401, 1_500], 1_500]);
  });

  it('falls back at once when what was found passes no more: a black hole', () => {
    const way = Way.searched();
    way.carries = 1_300;
    way.search();
    equal(way.discovery.mtu, 1_300);
    deepEqual(
      way.events.filter((event) => event !== 'probe-unanswered'),
      ['black-hole', 'mtu-changed', 'mtu-changed', 'complete'],
    );
  });

  it('looks at once when a router refuses a packet that should pass, and then leaves it in peace for a second', () => {
    const way = Way.searched();
    way.probes.length = 0;
    way.discovery.doubt(1_500, way.now);
    equal(way.probes.length, 0);
    way.runUntil(after(way.now, seconds(2)));
    way.discovery.doubt(1_501, way.now);
    equal(way.probes.length, 0);
    way.discovery.doubt(1_500, way.now);
    deepEqual(way.sizes, [1_500]);
  });

  it('keeps what it knows when the path goes down, and begins with that when it is up again', () => {
    const way = Way.searched({}, silent(1_400));
    way.discovery.stop();
    deepEqual([way.discovery.nextDeadline(), way.discovery.mtu], [NEVER, 1_400]);
    way.discovery.start(way.now);
    way.search();
    equal(way.sizes[0], 1_400);
  });

  it('leaves the MTU of the interface to stand where the peer has never answered', () => {
    const way = Way.searched({}, silent(100));
    deepEqual(way.sizes, [1_500, 1_500, 1_500, 1_200, 1_200, 1_200, 576, 576, 576]);
    deepEqual([way.discovery.mtu, way.discovery.found, way.discovery.state], [1_500, 0, 'error']);
    equal(way.events.at(-1), 'unresolvable');
  });

  it('goes down to the least where a peer that has answered does so no more', () => {
    const way = Way.searched();
    way.carries = 100;
    way.search();
    deepEqual([way.discovery.mtu, way.discovery.found], [576, 0]);
    way.carries = 1_450;
    way.search();
    equal(way.discovery.mtu, 1_450);
  });

  it('looks at once when it is configured otherwise, and forgets what it found where it is not to look any more', () => {
    const way = Way.searched({}, silent(1_400));
    const limits = searchLimits(4, 1_500);
    way.discovery.set({ isEnabled: true, interval: seconds(600), limits }, true, way.now);
    equal(way.discovery.state, 'search-complete');
    way.discovery.set({ isEnabled: true, interval: seconds(60), limits }, true, way.now);
    deepEqual([way.discovery.state, way.discovery.mtu], ['searching', 1_400]);
    way.discovery.set({ isEnabled: true, interval: seconds(60), limits: searchLimits(4, 1_300) }, true, way.now);
    way.search();
    deepEqual([way.sizes, way.discovery.found], [[1_300], 1_300]);
    way.discovery.set({ isEnabled: false, interval: seconds(60), limits }, true, way.now);
    deepEqual([way.discovery.mtu, way.discovery.found, way.discovery.nextDeadline()], [1_500, 0, NEVER]);
  });

  it('probes nothing shorter than what IPv6 promises', () => {
    const way = Way.searched({ family: 6 }, silent(1_000));
    deepEqual([...new Set(way.sizes)], [1_500, 1_280]);
  });

  it('is content with an interface that carries less than is promised', () => {
    const way = Way.searched({ interfaceMtu: 300 });
    deepEqual([way.sizes, way.discovery.found], [[300], 300]);
  });

  it('takes an answer to any of the three probes', () => {
    const way = Way.searched({}, (lossy) => {
      lossy.loses = ({ number }) => number !== lossy.probes[2]?.number;
    });
    deepEqual([way.sizes, way.discovery.found], [[1_500, 1_500, 1_500], 1_500]);
  });
});

describe('what is not believed', () => {
  function asking(): Way {
    const way = new Way();
    way.carries = 0;
    way.discovery.start(way.now);
    way.runUntil(after(way.now, seconds(1.5)));
    return way;
  }

  it('is an answer with another number, another size, or to nothing', () => {
    const way = asking();
    const last = way.probes[way.probes.length - 1];
    for (const wrong of [
      { ...last, number: last.number + 1 },
      { ...last, number: way.probes[0].number - 1 },
      { ...last, size: 1_400 },
    ])
      equal(way.discovery.answer(wrong, way.now), false);
    const quiet = Way.searched();
    equal(quiet.discovery.answer(quiet.probes[0], quiet.now), false);
  });

  it('is an ICMP error that quotes another packet, or tells an MTU that cannot be', () => {
    const way = asking();
    for (const wrong of [
      { token: 99, size: 1_500, mtu: 1_400 },
      { token: 1, size: 1_400, mtu: 1_300 },
      { token: 1, size: 1_500, mtu: 1_500 },
      { token: 1, size: 1_500, mtu: 68 },
    ])
      equal(way.discovery.tooBig(wrong, way.now), false);
    equal(way.discovery.state, 'searching');
    equal(Way.searched().discovery.tooBig({ token: 1, size: 1_500, mtu: 1_400 }, START), false);
  });
});

describe('a search', () => {
  const interfaceMtu = fc.integer({ min: 68, max: 9_100 });
  const family = fc.constantFrom(4 as const, 6 as const);

  it('ends with the longest packet that arrives, whatever was known, in few sizes', () => {
    fc.assert(
      fc.property(family, interfaceMtu, fc.nat(10_000), fc.nat(10_000), (of, max, carries, before) => {
        const limits = searchLimits(of, max);
        let search: Search = newSearch(limits, before >= limits.min && before <= max ? before : 0);
        let sizes = 0;
        for (let size = nextSize(search, limits); size !== undefined; size = nextSize(search, limits)) {
          ok(size > search.passed && size < search.failed);
          search = size <= carries ? { ...search, passed: size } : { ...search, failed: size };
          sizes++;
        }
        equal(search.passed, carries < limits.min ? limits.min - 1 : Math.min(carries, max));
        ok(sizes <= 5 + Math.ceil(Math.log2(max)), `${sizes}`);
      }),
    );
  });

  it('never leaves packets longer than the interface carries, and finds the way after it has changed, told or not', () => {
    const width = fc.integer({ min: 576, max: 9_200 });
    fc.assert(
      fc.property(
        fc.integer({ min: 576, max: 9_100 }),
        fc.array(fc.tuple(width, fc.boolean()), { minLength: 1, maxLength: 4 }),
        (max, changes) => {
          const way = new Way({ interfaceMtu: max });
          way.discovery.start(way.now);
          for (const [carries, tells] of changes) {
            Object.assign(way, { carries, tells });
            way.search();
            equal(way.discovery.mtu, Math.min(max, carries));
            equal(way.discovery.found, way.discovery.mtu);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
