import { deepEqual, equal } from 'node:assert/strict';
import type { PeerPath } from '../../../lib/highway/peer-path.ts';
import { meetsObjectives, rankPaths, type PathPolicy } from '../../../lib/service-area/path-choice.ts';
import type { PathQuality, PathStates } from '../../../lib/service-area/path-states.ts';
import { milliseconds } from '../../../lib/time.ts';

const POLICY: PathPolicy = {
  bestPathCriteria: 'vector',
  lbStrategy: 'hunt',
  maxLoss: 0.5,
  maxLatency: milliseconds(250),
  maxJitter: milliseconds(100),
  minMos: undefined,
  pathQualityFilter: false,
  bestEffort: true,
  vectors: [],
};

const GOOD: PathQuality = { lossPercent: 0, latencyMs: 20, jitterMs: 1, mos: 4.3 };

function path(index: number, ...vectors: string[]): PeerPath {
  const address = { family: 4, bytes: Uint8Array.of(172, 16, index, 1) } as const;
  return {
    index,
    peer: 'hub',
    peerRouter: 'hub',
    networkInterface: index,
    family: 4,
    local: address,
    remote: address,
    peerAt: address,
    nextHop: address,
    seal: undefined,
    keys: undefined,
    encoding: 'protobuf',
    marking: undefined,
    vectors,
    outboundOnly: undefined,
    keepAlive: undefined,
    mtu: 1_500,
  };
}

interface Given {
  readonly policy?: Partial<PathPolicy>;
  readonly down?: readonly number[];
  readonly quality?: Readonly<Record<number, PathQuality>>;
  readonly load?: Readonly<Record<number, number>>;
}

/** Indices of the paths, best first. */
function ranked(paths: readonly PeerPath[], { policy, down = [], quality = {}, load = {} }: Given): number[] {
  const states: PathStates = {
    isUp: ({ index }) => !down.includes(index),
    quality: ({ index }) => quality[index],
  };
  return rankPaths(paths, states, { ...POLICY, ...policy }, ({ index }) => load[index] ?? 0).map(({ index }) => index);
}

describe('the choice of a path', () => {
  it('leaves out paths that are down', () => {
    deepEqual(ranked([path(0), path(1)], { down: [0] }), [1]);
    deepEqual(ranked([path(0)], { down: [0] }), []);
  });

  it('takes any path that is up, in order, where a service has no policy', () => {
    const states: PathStates = { isUp: ({ index }) => index !== 1, quality: () => undefined };
    const paths = rankPaths([path(0), path(1), path(2)], states, undefined, () => 0);
    deepEqual(
      paths.map(({ index }) => index),
      [0, 2],
    );
  });

  it('goes by the priority of vectors, the lowest number first, unnamed ones last', () => {
    const vectors = [
      { name: 'mpls', priority: 10 },
      { name: 'lte', priority: 100 },
    ];
    const paths = [path(0), path(1, 'lte'), path(2, 'mpls')];
    deepEqual(ranked(paths, { policy: { vectors } }), [2, 1, 0]);
  });

  it('takes ordered vectors by their place, and never those that are never wanted', () => {
    const vectors = [
      { name: 'b', priority: 'ordered' as const },
      { name: 'a', priority: 'ordered' as const },
      { name: 'c', priority: 'never' as const },
    ];
    deepEqual(ranked([path(0, 'a'), path(1, 'b'), path(2, 'c')], { policy: { vectors } }), [1, 0]);
  });

  it('goes by latency or by MOS where the policy says so', () => {
    const quality = { 0: { ...GOOD, latencyMs: 80, mos: 4.4 }, 1: { ...GOOD, latencyMs: 30, mos: 3.9 } };
    deepEqual(ranked([path(0), path(1)], { policy: { bestPathCriteria: 'average-latency' }, quality }), [1, 0]);
    deepEqual(ranked([path(0), path(1)], { policy: { bestPathCriteria: 'mos' }, quality }), [0, 1]);
  });

  it('filters by quality only when told to, and falls back on best effort', () => {
    const bad = { ...GOOD, lossPercent: 3 };
    const both = [path(0), path(1)];
    deepEqual(ranked(both, { quality: { 0: bad } }), [0, 1]);
    deepEqual(ranked(both, { policy: { pathQualityFilter: true }, quality: { 0: bad } }), [1]);
    deepEqual(ranked(both, { policy: { pathQualityFilter: true }, quality: { 0: bad, 1: bad } }), [0, 1]);
    deepEqual(
      ranked(both, { policy: { pathQualityFilter: true, bestEffort: false }, quality: { 0: bad, 1: bad } }),
      [],
    );
  });

  it('spreads sessions in proportion, and hunts for the first path otherwise', () => {
    const load = { 0: 7, 1: 3 };
    deepEqual(ranked([path(0), path(1)], { load }), [0, 1]);
    deepEqual(ranked([path(0), path(1)], { policy: { lbStrategy: 'proportional' }, load }), [1, 0]);
  });
});

describe('the objectives of a policy', () => {
  const misses: readonly [what: string, quality: PathQuality][] = [
    ['loss', { ...GOOD, lossPercent: 0.6 }],
    ['latency', { ...GOOD, latencyMs: 251 }],
    ['jitter', { ...GOOD, jitterMs: 101 }],
    ['MOS', { ...GOOD, mos: 3.5 }],
  ];
  const policy = { ...POLICY, minMos: 3.6 };

  it('are kept by a good path, and by one of which nothing is known', () => {
    equal(meetsObjectives(GOOD, policy), true);
    equal(meetsObjectives(undefined, policy), true);
  });

  for (const [what, quality] of misses) {
    it(`are missed by too bad a ${what}`, () => equal(meetsObjectives(quality, policy), false));
  }

  it('do not look at the MOS unless asked to', () => {
    equal(meetsObjectives({ ...GOOD, mos: 1 }, POLICY), true);
  });
});
