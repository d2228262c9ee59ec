import { deepEqual, equal } from 'node:assert/strict';
import type { StateChange, StateStore } from '../../../lib/state-store.ts';
import { MemoryStore } from '../../../lib/stores/memory.ts';
import { after, milliseconds, NEVER, type Instant } from '../../../lib/time.ts';

const start = 1_000_000 as Instant;
const at = (ms: number): Instant => after(start, milliseconds(ms));
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

function taken(store: StateStore, now: Instant): StateChange[] {
  const changes: StateChange[] = [];
  for (let change = store.take(now); change; change = store.take(now)) changes.push(change);
  return changes;
}

describe('a store in memory', () => {
  it('says first that it is there, and tells everything that the twin has', () => {
    const store = new MemoryStore({ delay: milliseconds(2) });
    const one = store.open(0, start);
    one.put('a', bytes(1), start);
    one.put('b', bytes(2), start);
    one.delete('a', start);
    one.complete(start);

    const other = store.open(1, start);

    deepEqual(taken(other, start), [{ kind: 'connected' }]);
    deepEqual(taken(other, at(2)), [
      { kind: 'restarted' },
      { kind: 'put', key: 'b', value: bytes(2) },
      { kind: 'complete' },
    ]);
    equal(other.nextDeadline(), NEVER);
  });

  it('carries a change to the twin within its delay, not before', () => {
    const store = new MemoryStore({ delay: milliseconds(2) });
    const [one, other] = [store.open(0, start), store.open(1, start)];
    taken(other, at(2));

    one.put('a', bytes(1), at(10));

    equal(other.nextDeadline(), at(12));
    deepEqual(taken(other, at(11)), []);
    deepEqual(taken(other, at(12)), [{ kind: 'put', key: 'a', value: bytes(1) }]);
    equal(one.reachedAt, at(10));
  });

  it('keeps what a node had when the node dies, until its next life restarts it', () => {
    const store = new MemoryStore();
    const before = store.open(0, start);
    const twin = store.open(1, start);
    before.put('a', bytes(1), start);
    taken(twin, at(5));

    const now = store.open(0, at(10));
    before.put('b', bytes(2), at(10));
    deepEqual(taken(twin, at(20)), []);
    now.restart(at(20));

    deepEqual(taken(twin, at(30)), [{ kind: 'restarted' }]);
    deepEqual([before.health, before.statistics.dropped], ['lost', 1]);
  });

  it('drops and counts what is put while it has failed, and says when it is back', () => {
    const store = new MemoryStore({ delay: milliseconds(1) });
    const [one, other] = [store.open(0, start), store.open(1, start)];
    one.put('a', bytes(1), start);
    taken(one, at(1));
    taken(other, at(1));

    store.fail(at(5));
    one.put('b', bytes(2), at(6));
    one.delete('a', at(6));
    deepEqual(taken(other, at(7)), [{ kind: 'lost' }]);
    deepEqual([one.health, one.reachedAt], ['lost', start]);
    store.recover(at(8));

    deepEqual(taken(other, at(9)), [
      { kind: 'connected' },
      { kind: 'restarted' },
      { kind: 'put', key: 'a', value: bytes(1) },
    ]);
    deepEqual(one.statistics, { sent: 1, dropped: 2, received: 0, losses: 1, refused: 0 });
    equal(one.reachedAt, undefined);
  });

  it('tells everything anew to a node for which too much was on its way', () => {
    const store = new MemoryStore({ delay: milliseconds(1), queueLength: 4 });
    const [one, other] = [store.open(0, start), store.open(1, start)];
    taken(other, at(1));

    for (let i = 0; i < 10; i++) one.put(`key ${i}`, bytes(i), at(2));

    const changes = taken(other, at(10));
    const restart = changes.findIndex(({ kind }) => kind === 'restarted');
    equal(restart, 4);
    deepEqual(
      changes.slice(restart + 1).map((change) => (change.kind === 'put' ? change.key : change.kind)),
      Array.from({ length: 10 }, (_, i) => `key ${i}`),
    );
  });
});
