import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { NEVER, milliseconds, type Instant } from '../../lib/time.ts';
import { TimerWheel } from '../../lib/timer-wheel.ts';

const TICK = milliseconds(250);
const TURN = 1_023 * TICK;
const ENTRIES = 12;

type Step =
  | { readonly kind: 'set'; readonly entry: number; readonly delay: number }
  | { readonly kind: 'clear'; readonly entry: number }
  | { readonly kind: 'wait'; readonly delay: number };

const entry = fc.nat({ max: ENTRIES - 1 });
/** From nothing to three turns of the wheel, in all magnitudes. */
const delay = fc.oneof(fc.nat({ max: 3 * TICK }), fc.nat({ max: TURN }), fc.nat({ max: 3 * TURN }));
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('set' as const), entry, delay }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const), entry }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), delay }) },
  ),
  { maxLength: 200, size: 'max' },
);

describe('the timer wheel', () => {
  it('tells of every entry by its deadline, to a tick, and never of one that was cleared', () => {
    fc.assert(
      fc.property(steps, fc.nat({ max: 10 * TURN }), (list, start) => {
        const wheel = new TimerWheel(ENTRIES, TICK);
        const deadlines = new Map<number, number>();
        let now = start;
        for (const step of list) {
          if (step.kind === 'set') {
            wheel.set(step.entry, (now + step.delay) as Instant, now as Instant);
            deadlines.set(step.entry, now + step.delay);
          } else if (step.kind === 'clear') {
            wheel.clear(step.entry);
            deadlines.delete(step.entry);
          } else {
            now += step.delay;
            expire(wheel, deadlines, now);
            const late = [...deadlines.values()].filter((deadline) => deadline + TICK <= now);
            deepEqual(late, [], 'none is late by a tick or more');
          }
          equal(wheel.nextDeadline() === NEVER, deadlines.size === 0);
          const earliest = Math.min(...deadlines.values());
          ok(wheel.nextDeadline() <= Math.max(earliest + TICK, now + TICK), 'it wakes its owner in time');
        }
      }),
      { numRuns: 300 },
    );
  });

  /** As owners do: an entry whose time has not come is set again. */
  function expire(wheel: TimerWheel, deadlines: Map<number, number>, now: number): void {
    wheel.expire(now as Instant, (told) => {
      const deadline = deadlines.get(told);
      ok(deadline !== undefined, 'it was set, and not cleared');
      if (deadline > now) wheel.set(told, deadline as Instant, now as Instant);
      else deadlines.delete(told);
    });
  }

  it('tells of nothing before its time within a turn', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: TURN - TICK }), { minLength: 1, maxLength: ENTRIES }),
        (delays) => {
          const wheel = new TimerWheel(ENTRIES, TICK);
          const told: number[] = [];
          delays.forEach((after, i) => wheel.set(i, after as Instant, 0 as Instant));
          while (wheel.nextDeadline() !== NEVER) {
            const now = wheel.nextDeadline();
            wheel.expire(now, (i) => {
              ok(delays[i] <= now && now < delays[i] + TICK);
              told.push(i);
            });
          }
          equal(new Set(told).size, delays.length);
          equal(told.length, delays.length);
        },
      ),
    );
  });

  it('asks about what is far away once a turn, not more often', () => {
    const wheel = new TimerWheel(1, TICK);
    const deadline = (10 * TURN) as Instant;
    wheel.set(0, deadline, 0 as Instant);
    let asked = 0;
    while (wheel.nextDeadline() !== NEVER) {
      const now = wheel.nextDeadline();
      wheel.expire(now, (entry) => {
        asked++;
        if (now < deadline) wheel.set(entry, deadline, now);
      });
    }
    equal(asked, 10);
  });

  it('lets an entry be set again and again without keeping it twice', () => {
    const wheel = new TimerWheel(2, TICK);
    for (let i = 1; i < 100; i++) wheel.set(0, (i * TICK) as Instant, 0 as Instant);
    const told: number[] = [];
    wheel.expire((200 * TICK) as Instant, (entry) => told.push(entry));
    deepEqual(told, [0]);
    equal(wheel.nextDeadline(), NEVER);
  });
});
