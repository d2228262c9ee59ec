import { deepEqual, equal } from 'node:assert/strict';
import { Election, type Beat } from '../../../lib/redundancy/election.ts';
import { after, milliseconds, type Instant } from '../../../lib/time.ts';

const start = 10_000_000 as Instant;
const at = (ms: number): Instant => after(start, milliseconds(ms));
const D = milliseconds(300);

const election = (priority: number, isFirst: boolean): Election =>
  new Election({ priority, isFirst, detectionTime: D }, start);

const active = (priority: number, portsDown = 0): Beat => ({ role: 'active', priority, portsDown });
const standby = (priority: number, portsDown = 0): Beat => ({ role: 'standby', priority, portsDown });

/** Lets time go on in beats, with a store that takes each of them; returns when the node became active. */
function whenActive(
  node: Election,
  untilMs: number,
  reaches: (now: Instant) => Instant | undefined,
): number | undefined {
  for (let ms = 0; ms <= untilMs; ms += 100) {
    node.decide(reaches(at(ms)), true, at(ms));
    if (node.role === 'active') return ms;
  }
  return undefined;
}

describe('the election between two nodes', () => {
  it('makes a node that is alone the active one after the detection time, and one interval more to be sure', () => {
    equal(
      whenActive(election(50, true), 2_000, (now) => now),
      400,
    );
  });

  it('lets nobody take over while the store is lost, or takes nothing', () => {
    equal(
      whenActive(election(50, true), 5_000, () => undefined),
      undefined,
    );
    equal(
      whenActive(election(50, true), 5_000, () => at(100)),
      undefined,
    );
  });

  it('prefers the higher priority when neither is active, and else the first', () => {
    const cases: [own: number, isFirst: boolean, twin: number, role: string][] = [
      [60, false, 50, 'active'],
      [40, true, 50, 'standby'],
      [50, true, 50, 'active'],
      [50, false, 50, 'standby'],
    ];
    for (const [own, isFirst, twin, role] of cases) {
      const node = election(own, isFirst);
      for (let ms = 0; ms <= 300; ms += 100) node.heard(standby(twin), at(ms));
      node.decide(at(300), false, at(300));
      equal(node.role, role, `${own} against ${twin}`);
    }
  });

  it('leaves an active twin of no lower priority where it is', () => {
    const node = election(50, true);
    for (let ms = 0; ms <= 3_000; ms += 100) {
      node.heard(active(50), at(ms));
      node.decide(at(ms), true, at(ms));
    }
    equal(node.role, 'standby');
  });

  it('takes over from an active twin of lower priority, once it knows all its sessions', () => {
    const node = election(60, false);
    const roles = [false, true].map((knowsAll) => {
      node.heard(active(50), at(400));
      node.decide(at(400), knowsAll, at(400));
      return node.role;
    });
    deepEqual(roles, ['standby', 'active']);
  });

  it('prefers the node with fewer ports down to any priority, whoever is active', () => {
    const against = (twin: Beat, portsDown = 0): string => {
      const node = election(50, false);
      node.portsDown = portsDown;
      node.heard(twin, at(400));
      node.decide(at(400), true, at(400));
      return node.role;
    };
    deepEqual(
      [against(active(60, 1)), against(active(60, 1), 1), against(active(40), 1), against(standby(60, 2), 1)],
      ['active', 'standby', 'standby', 'active'],
    );
  });

  it('takes over from a twin that falls silent, within the detection time and two intervals', () => {
    const node = election(50, false);
    node.heard(active(50), at(1_000));
    let tookOverAt = 0;
    for (let ms = 1_100; tookOverAt === 0 && ms < 3_000; ms += 50) {
      // Its own beats reach the store every 100 ms.
      node.decide(at(ms - (ms % 100)), true, at(ms));
      if (node.role === 'active') tookOverAt = ms;
    }
    equal(tookOverAt, 1_400);
  });

  it('is not fooled by a store that stood still and then takes its own beats before the twin is heard', () => {
    const node = election(50, false);
    node.heard(active(50), at(0));
    node.decide(at(0), true, at(5_000));
    node.decide(at(5_000), true, at(5_001));
    equal(node.role, 'standby');
    node.heard(active(50), at(5_002));
    node.decide(at(5_100), true, at(5_110));
    equal(node.role, 'standby');
  });

  it('listens anew after the store was away', () => {
    const node = election(50, true);
    node.heard(active(50), at(0));
    node.listen(at(5_000));
    node.decide(at(5_200), true, at(5_200));
    equal(node.role, 'standby');
    node.decide(at(5_300), true, at(5_300));
    node.decide(at(5_400), true, at(5_400));
    equal(node.role, 'active');
  });

  it('makes one of two active nodes step down: the one that is not preferred', () => {
    const roles = [
      [60, false, 50],
      [50, true, 50],
      [50, false, 50],
      [40, true, 50],
    ].map(([own, isFirst, twin]) => {
      const node = election(Number(own), Boolean(isFirst));
      whenActive(node, 1_000, (now) => now);
      node.heard(active(Number(twin)), at(1_100));
      return node.role;
    });
    deepEqual(roles, ['active', 'active', 'standby', 'standby']);
  });

  it('asks for no time that has passed', () => {
    const node = election(50, true);
    for (let ms = 0; ms < 2_000; ms += 70) {
      node.decide(undefined, true, at(ms));
      equal(node.nextDeadline(at(ms)) > at(ms), true);
    }
  });
});
