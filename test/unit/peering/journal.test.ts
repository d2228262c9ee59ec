import { deepEqual, equal } from 'node:assert/strict';
import { EVENTS_MAX, Journal } from '../../../lib/peering/journal.ts';
import type { Instant } from '../../../lib/time.ts';
import type { TraceEvent } from '../../../lib/trace.ts';

const now = (second: number): Instant => (second * 1_000_000) as Instant;
const alarm = { severity: 'major', source: 'node', category: 'peer', message: 'Peer hub path is down' } as const;

describe('alarms', () => {
  it('stand from when they are raised until they are cleared, once for each thing', () => {
    const journal = new Journal(undefined);
    journal.raise('path 0', alarm, now(1));
    journal.raise('path 0', alarm, now(2));
    journal.raise('path 1', alarm, now(3));
    deepEqual(journal.alarms, [
      { id: 1, time: now(1), ...alarm },
      { id: 2, time: now(3), ...alarm },
    ]);
    journal.clear('path 0', now(4));
    journal.clear('path 0', now(5));
    deepEqual(
      journal.alarms.map(({ id }) => id),
      [2],
    );
  });

  it('are events when they come and when they go, and are traced', () => {
    const traced: TraceEvent[] = [];
    const journal = new Journal({ event: (event) => traced.push(event) });
    journal.raise('path 0', alarm, now(1));
    journal.clear('path 0', now(2));
    deepEqual(
      journal.events.map(({ time, message }) => [time, message]),
      [
        [now(1), 'major alarm raised: Peer hub path is down'],
        [now(2), 'major alarm cleared: Peer hub path is down'],
      ],
    );
    deepEqual(
      traced.map(({ type }) => type),
      ['alarm-raised', 'alarm-cleared'],
    );
  });
});

describe('events', () => {
  it('are remembered up to a number, the last ones', () => {
    const journal = new Journal(undefined);
    for (let i = 0; i < EVENTS_MAX + 5; i++)
      journal.event({ time: now(i), category: 'peer', node: 'node', message: `${i}` });
    equal(journal.events.length, EVENTS_MAX);
    deepEqual([journal.events[0].message, journal.events.at(-1)?.message], ['5', `${EVENTS_MAX + 4}`]);
  });
});
