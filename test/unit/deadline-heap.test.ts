import { deepEqual, equal } from 'node:assert/strict';
import fc from 'fast-check';
import { DeadlineHeap } from '../../lib/deadline-heap.ts';
import { NEVER, type Instant } from '../../lib/time.ts';

describe('a heap of deadlines', () => {
  it('waits for nothing when empty, or when every deadline is never', () => {
    equal(new DeadlineHeap(0).nextDeadline(), NEVER);
    const heap = new DeadlineHeap(2);
    heap.set(1, 5 as Instant);
    heap.set(1, NEVER);
    equal(heap.nextDeadline(), NEVER);
  });

  it('has the earliest at hand after any changes, and of two at one time the lower entry', () => {
    const change = fc.tuple(fc.nat(9), fc.oneof(fc.nat(20), fc.constant(NEVER as number)));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const heap = new DeadlineHeap(10);
        const deadlines = new Array<number>(10).fill(NEVER);
        for (const [entry, deadline] of changes) {
          heap.set(entry, deadline as Instant);
          deadlines[entry] = deadline;
          const earliest = Math.min(...deadlines);
          deepEqual([heap.nextDeadline(), heap.first], [earliest, deadlines.indexOf(earliest)]);
        }
      }),
    );
  });
});
