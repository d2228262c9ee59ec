import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { EventStreams } from '../../../daemon/event-streams.ts';
import { NotedNode } from './api/support.ts';

const event = { time: 1, node: 'spoke', type: 'session-created' };

describe('a stream of events', () => {
  it('has a line for each event from now on', async () => {
    const node = new NotedNode();
    node.audience.event({ ...event, time: 0 });
    const reader = new EventStreams().open(node);
    node.audience.event(event);
    node.audience.event({ ...event, time: 2 });
    node.audience.end();
    const lines = (await reader.toArray()).join('').trimEnd().split('\n');
    deepEqual(
      lines.map((line) => JSON.parse(line) as unknown),
      [event, { ...event, time: 2 }],
    );
  });

  it('drops a reader that is too slow, counts it, and keeps those who read', async () => {
    const node = new NotedNode();
    const streams = new EventStreams();
    const [slow, quick] = [streams.open(node), streams.open(node)];
    quick.resume();
    for (let i = 0; i < 40_000 && !slow.destroyed; i++) {
      node.audience.event(event);
      if (i % 1_000 === 0) await new Promise(setImmediate);
    }
    ok(slow.destroyed);
    await new Promise(setImmediate);
    equal(streams.dropped, 1);
    equal(quick.destroyed, false);
    quick.destroy();
    await new Promise(setImmediate);
    ok(node.audience.isEmpty);
  });

  it('is refused when there are too many', () => {
    const streams = new EventStreams();
    const node = new NotedNode();
    for (let i = 0; i < 16; i++) streams.open(node);
    throws(() => streams.open(node), /takes no more/);
  });
});
