import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { loadScenario } from '../../../cli/load-scenario.ts';
import { HopIds } from '../../../lib/report/hop-ids.ts';

const { links } = loadScenario('session-recovery').scenario;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('ids of packets of a lab that is up', () => {
  it('follow a packet from node to node, also where a router has changed its bytes', () => {
    const ids = new HopIds(links);
    const way = [
      { node: 'client', port: 'eth0', direction: 'out', id: 5, bytes: bytes('asks') },
      { node: 'spoke', port: 'lan', direction: 'in', id: 9, bytes: bytes('asks') },
      { node: 'spoke', port: 'wan', direction: 'out', id: 9, bytes: bytes('rewritten') },
      { node: 'hub', port: 'wan', direction: 'in', id: 2, bytes: bytes('rewritten') },
    ] as const;
    const [first, ...rest] = way.map((packet) => ids.idOf(packet));
    deepEqual(rest, [first, first, first]);
  });

  it('tell packets apart that have the same bytes, the first with the first', () => {
    const ids = new HopIds(links);
    const out = { node: 'client', port: 'eth0', direction: 'out', bytes: bytes('same') } as const;
    const into = { node: 'spoke', port: 'lan', direction: 'in', bytes: bytes('same') } as const;
    const left = [1, 2].map((id) => ids.idOf({ ...out, id }));
    notEqual(left[0], left[1]);
    deepEqual(
      [1, 2].map((id) => ids.idOf({ ...into, id })),
      left,
    );
  });

  it('are new for what came from nowhere, and 0 for what has none', () => {
    const ids = new HopIds(links);
    const stranger = { node: 'hub', port: 'wan', direction: 'in', bytes: bytes('hello') } as const;
    notEqual(ids.idOf({ ...stranger, id: 1 }), ids.idOf({ ...stranger, id: 2 }));
    equal(ids.idOf({ ...stranger, id: 0 }), 0);
  });
});
