import { deepEqual, equal } from 'node:assert/strict';
import fc from 'fast-check';
import { DelayQueue } from '../../../lib/service-area/delay-queue.ts';
import { NEVER, milliseconds, type Instant } from '../../../lib/time.ts';

const DELAY = milliseconds(200);
const CAPACITY = 5;

const steps = fc.array(
  fc.record({ waits: fc.nat({ max: 2 * DELAY }), flow: fc.option(fc.nat({ max: 1_000 }), { nil: undefined }) }),
  { maxLength: 200, size: 'max' },
);

describe('a delay queue', () => {
  it('gives each flow back after the delay, in order, and refuses what it has no room for', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const queue = new DelayQueue(CAPACITY, DELAY);
        const model: { flow: number; enteredAt: number }[] = [];
        let now = 0;
        for (const { waits, flow } of list) {
          now += waits;
          if (flow === undefined) {
            const isDue = model.length > 0 && model[0].enteredAt + DELAY <= now;
            deepEqual(queue.pop(now as Instant), isDue ? model.shift() : undefined);
          } else {
            const hasRoom = model.length < CAPACITY;
            equal(queue.push(flow, now as Instant), hasRoom);
            if (hasRoom) model.push({ flow, enteredAt: now });
          }
          equal(queue.nextDeadline(), model.length === 0 ? NEVER : model[0].enteredAt + DELAY);
        }
      }),
    );
  });
});
