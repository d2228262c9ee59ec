import { deepEqual, equal } from 'node:assert/strict';
import fc from 'fast-check';
import { REPLAY_WINDOW_LENGTH, ReplayCache, ReplayWindow } from '../../../lib/metadata/replay.ts';
import { seconds } from '../../../lib/time.ts';
import type { Duration, Instant } from '../../../lib/time.ts';

/** What the window promises, said with a set: new, and less than 64 behind the highest. */
class Model {
  readonly #seen = new Set<number>();
  #highest: number | undefined;

  accept(sequence: number): boolean {
    const isOld = this.#highest !== undefined && sequence <= this.#highest - REPLAY_WINDOW_LENGTH;
    if (isOld || this.#seen.has(sequence)) return false;
    this.#seen.add(sequence);
    this.#highest = Math.max(this.#highest ?? sequence, sequence);
    return true;
  }
}

describe('ReplayWindow', () => {
  /** Numbers that wander ahead with jumps of every size that matters, repeats and late ones among them. */
  const steps = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: -70, max: 70 }) },
      fc.constantFrom(0, 1, 31, 32, 33, 63, 64, 65, -31, -32, -33, -63, -64, -65),
      fc.integer({ min: 0, max: 1000 }),
    ),
    { minLength: 1, maxLength: 200 },
  );

  for (const [title, start] of [
    ['from a small number on', 100_000],
    ['across the wrap of 32 bits', 2 ** 32 - 50],
    ['across the middle of 32 bits', 2 ** 31 - 50],
  ] as const) {
    it(`accepts each number once, and only while it is in the window, ${title}`, () => {
      fc.assert(
        fc.property(steps, (steps) => {
          const window = new ReplayWindow(3);
          const model = new Model();
          let sequence = start;
          for (const step of steps) {
            sequence += step;
            equal(window.accept(1, sequence >>> 0), model.accept(sequence), `${sequence}`);
          }
        }),
        { numRuns: 1000 },
      );
    });
  }

  it('accepts any number in an empty row, even 0 and the largest', () => {
    for (const first of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
      const window = new ReplayWindow(1);
      deepEqual([window.accept(0, first), window.accept(0, first)], [true, false], `${first}`);
    }
  });

  it('accepts the last 64 numbers in any order, and nothing before them', () => {
    const window = new ReplayWindow(1);
    equal(window.accept(0, 1000), true);
    for (let sequence = 937; sequence < 1000; sequence++) equal(window.accept(0, sequence), true, `${sequence}`);
    for (let sequence = 900; sequence <= 1000; sequence++) equal(window.accept(0, sequence), false, `${sequence}`);
  });

  it('accepts after a reset only what is newer', () => {
    const window = new ReplayWindow(1);
    window.accept(0, 5000);
    window.reset(0, 200);
    for (let sequence = 100; sequence <= 200; sequence++) equal(window.accept(0, sequence), false, `${sequence}`);
    equal(window.accept(0, 202), true);
    equal(window.accept(0, 201), true);
    equal(window.accept(0, 200), false);
  });

  it('forgets a row when it is cleared', () => {
    const window = new ReplayWindow(1);
    window.accept(0, 5000);
    window.clear(0);
    equal(window.accept(0, 3), true);
    equal(window.accept(0, 3), false);
  });

  it('keeps rows apart', () => {
    const window = new ReplayWindow(3);
    equal(window.accept(1, 9), true);
    equal(window.accept(0, 9), true);
    equal(window.accept(2, 9), true);
    window.clear(1);
    deepEqual([window.accept(0, 9), window.accept(1, 9), window.accept(2, 9)], [false, true, false]);
  });
});

/** A digest that starts with `id`. Its last bits, which the cache hashes, repeat every `homes` digests. */
function digest(id: number, homes = 2 ** 32): Uint8Array {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, id);
  new DataView(bytes.buffer).setUint32(4, id % homes);
  return bytes;
}

const FOREVER = Infinity as Duration;
const at = (time: number): Instant => seconds(time) as number as Instant;

describe('ReplayCache', () => {
  it('admits a digest once', () => {
    const cache = new ReplayCache(8, seconds(60));
    equal(cache.admit(digest(1), 0, at(0)), true);
    equal(cache.admit(digest(1), 0, at(1)), false);
    equal(cache.admit(digest(2), 0, at(1)), true);
    equal(cache.entries, 2);
    equal(cache.evictions, 0);
  });

  it('reads the digest where it stands, by its first 8 bytes', () => {
    const cache = new ReplayCache(8, seconds(60));
    const packet = new Uint8Array(40);
    packet.set(digest(77), 20);
    equal(cache.admit(packet, 20, at(0)), true);
    equal(cache.admit(digest(77), 0, at(0)), false);
    packet[27] ^= 1;
    equal(cache.admit(packet, 20, at(0)), true);
  });

  it('forgets a digest when its lifetime is over, counted from its arrival, and not before', () => {
    const cache = new ReplayCache(8, seconds(60));
    cache.admit(digest(1), 0, at(0));
    equal(cache.admit(digest(1), 0, at(60)), false);
    equal(cache.admit(digest(1), 0, at(60.001)), true);
    equal(cache.entries, 1);
    equal(cache.evictions, 0);
  });

  it('lets the oldest go when it is full, and counts it', () => {
    const cache = new ReplayCache(3, FOREVER);
    for (const id of [1, 2, 3, 4]) equal(cache.admit(digest(id), 0, at(id)), true);
    equal(cache.entries, 3);
    equal(cache.evictions, 1);
    deepEqual(
      [2, 3, 4].map((id) => cache.admit(digest(id), 0, at(5))),
      [false, false, false],
    );
    equal(cache.admit(digest(1), 0, at(5)), true);
    equal(cache.evictions, 2);
  });

  it('behaves as a plain list of what came lately, however full and however its digests collide', () => {
    const arrivals = fc.array(fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: 4 })), { maxLength: 200 });
    const capacity = fc.integer({ min: 1, max: 12 });
    const homes = fc.constantFrom(1, 2, 3, 17, 2 ** 32);
    fc.assert(
      fc.property(arrivals, capacity, homes, (arrivals, capacity, homes) => {
        const cache = new ReplayCache(capacity, seconds(20));
        let list: { id: number; time: number }[] = [];
        let evictions = 0;
        let time = 0;
        for (const [id, pause] of arrivals) {
          time += pause;
          list = list.filter((entry) => entry.time >= time - 20);
          const isNew = !list.some((entry) => entry.id === id);
          if (isNew && list.length === capacity) {
            list.shift();
            evictions++;
          }
          if (isNew) list.push({ id, time });
          equal(cache.admit(digest(id, homes), 0, at(time)), isNew);
          equal(cache.entries, list.length);
          equal(cache.evictions, evictions);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('finds all that it holds after many times its capacity', () => {
    const cache = new ReplayCache(100, FOREVER);
    for (let id = 0; id < 10_000; id++) equal(cache.admit(digest(id * 7919), 0, at(0)), true);
    for (let id = 9_900; id < 10_000; id++) equal(cache.admit(digest(id * 7919), 0, at(0)), false);
    equal(cache.entries, cache.capacity);
    equal(cache.evictions, 9_900);
  });
});
