import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { SeededRandom } from '../../../lib/random.ts';
import { WAYPOINT_FIRST, WAYPOINT_LAST, Waypoints } from '../../../lib/service-area/waypoints.ts';

const always = (): boolean => true;
const ports = (startPort: number, count: number): { startPort: number; endPort: number } => ({
  startPort,
  endPort: startPort + count - 1,
});

/** SVR sheet, section 2.8. */
describe('waypoint ports', () => {
  it('are even for the initiator, odd for its peer, and within the range of waypoints', () => {
    const waypoints = new Waypoints(new SeededRandom(1));
    for (let i = 0; i < 60_000; i++) {
      const pair = waypoints.take(always);
      ok(pair && pair.own % 2 === 0 && pair.peer % 2 === 1);
      for (const port of [pair.own, pair.peer]) ok(port >= WAYPOINT_FIRST && port <= WAYPOINT_LAST);
    }
    equal(waypoints.pairs, 24_575 * 24_575);
  });

  it('come once each before any pair comes again, whatever the sizes of the ranges', () => {
    const size = fc.integer({ min: 1, max: 24 });
    fc.assert(
      fc.property(size, size, fc.nat(), (own, peer, seed) => {
        const waypoints = new Waypoints(new SeededRandom(seed), [ports(20_000, own)], [ports(30_000, peer)]);
        equal(waypoints.pairs, own * peer);
        const turn = (): string[] =>
          Array.from({ length: own * peer }, () => {
            const pair = waypoints.take(always);
            return `${pair?.own}:${pair?.peer}`;
          });
        const first = turn();
        equal(new Set(first).size, own * peer);
        deepEqual(turn(), first, 'and then in the same order');
      }),
    );
  });

  it('are taken from all ranges that are given, and from no other', () => {
    const own = [ports(2_000, 2), { startPort: 3_000 }];
    const waypoints = new Waypoints(new SeededRandom(1), own, [ports(4_000, 1)]);
    const taken = Array.from({ length: 3 }, () => waypoints.take(always));
    deepEqual(taken.map((pair) => pair?.own).sort(), [2_000, 2_001, 3_000]);
    deepEqual(new Set(taken.map((pair) => pair?.peer)), new Set([4_000]));
  });

  it('are not taken while they are in use, and run out', () => {
    const used = new Set<string>();
    const isFree = (own: number, peer: number): boolean => !used.has(`${own}:${peer}`);
    const waypoints = new Waypoints(new SeededRandom(1), [ports(2_000, 3)], [ports(4_000, 3)]);
    for (let i = 0; i < 9; i++) {
      const pair = waypoints.take(isFree);
      ok(pair);
      used.add(`${pair.own}:${pair.peer}`);
    }
    equal(waypoints.take(isFree), undefined);
    used.delete('2001:4002');
    deepEqual(waypoints.take(isFree), { own: 2_001, peer: 4_002 });
  });

  it('begin elsewhere when a router begins anew', () => {
    const starts = [1, 2, 3, 4].map((seed) => new Waypoints(new SeededRandom(seed)).take(always)?.own);
    equal(new Set(starts).size, 4);
  });
});
