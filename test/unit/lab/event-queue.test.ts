import { deepEqual, equal } from 'node:assert/strict';
import fc from 'fast-check';
import { EventQueue } from '../../../lib/lab/sim/event-queue.ts';
import { NEVER } from '../../../lib/time.ts';
import type { Instant } from '../../../lib/time.ts';

describe('the event queue', () => {
  it('gives items in order of time, and at the same time in the order of their pushing', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 })), (times) => {
        const queue = new EventQueue<{ time: number; index: number }>(1_000);
        times.forEach((time, index) => queue.push(time as Instant, { time, index }));
        const popped = [];
        for (let item = queue.pop(); item; item = queue.pop()) popped.push(item);
        const expected = times
          .map((time, index) => ({ time, index }))
          .sort((a, b) => a.time - b.time || a.index - b.index);
        deepEqual(popped, expected);
      }),
    );
  });

  it('tells when the next item is due', () => {
    const queue = new EventQueue<string>(10);
    equal(queue.nextTime, NEVER);
    queue.push(7 as Instant, 'later');
    queue.push(3 as Instant, 'sooner');
    equal(queue.nextTime, 3);
  });

  it('refuses what is beyond its bound', () => {
    const queue = new EventQueue<string>(1);
    equal(queue.push(1 as Instant, 'first'), true);
    equal(queue.push(1 as Instant, 'second'), false);
    equal(queue.size, 1);
  });
});
