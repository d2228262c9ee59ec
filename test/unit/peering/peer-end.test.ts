import { deepEqual, equal } from 'node:assert/strict';
import { PeerEnd } from '../../../lib/peering/peer-end.ts';
import type { BfdMetadata, EndPoint } from '../../../lib/peering/svr-bfd/metadata.ts';

const at = (host: number, port = 1280): EndPoint => ({ address: Uint8Array.of(172, 16, 0, host), port });

const from = (node: string, bootCounter: number, failoverCounter = 0): BfdMetadata => ({
  router: 'hub',
  node,
  pathId: 'wan',
  source: at(2),
  bootCounter,
  failoverCounter,
  serviceLoads: [],
});

describe('the numbers of the packets of a peer', () => {
  it('are taken once each, in any order within the window', () => {
    const peer = new PeerEnd(at(1));
    const admitted = [5, 6, 9, 8, 8, 9, 5, 10].map((sequence) => peer.admits(from('a', 1), sequence));
    deepEqual(admitted, [true, true, true, true, false, false, false, true]);
  });

  it('begin anew with every start of its node, and nothing of an earlier start is taken then', () => {
    const peer = new PeerEnd(at(1));
    equal(peer.admits(from('a', 1), 500), true);
    equal(peer.admits(from('a', 2), 1), true);
    equal(peer.admits(from('a', 1), 501), false);
    equal(peer.admits(from('a', 2), 1), false);
  });

  it('are counted for each node by itself', () => {
    const peer = new PeerEnd(at(1));
    equal(peer.admits(from('a', 1), 500), true);
    equal(peer.admits(from('b', 1), 1), true);
    equal(peer.admits(from('a', 1), 500), false);
  });

  it('are remembered for three nodes: the one that was started first is forgotten', () => {
    const peer = new PeerEnd(at(1));
    for (const [node, boot] of [
      ['a', 2],
      ['b', 1],
      ['c', 3],
      ['d', 4],
    ] as const)
      peer.admits(from(node, boot), 100);
    deepEqual(
      ['a', 'b', 'd'].map((node, i) => peer.admits(from(node, [2, 1, 4][i]), 100)),
      [false, true, false],
    );
  });
});

describe('who speaks at the far end', () => {
  it('is nobody before the first packet', () => equal(new PeerEnd(at(1)).node, ''));

  it('is told apart: the same, one started anew, another one', () => {
    const peer = new PeerEnd(at(1));
    const changes = [from('a', 1), from('a', 1), from('a', 2), from('b', 1), from('b', 1, 1), from('b', 5, 0)].map(
      (metadata) => peer.followSpeaker(metadata),
    );
    deepEqual(changes, [undefined, undefined, 'peer-restart', 'peer-failover', 'peer-failover', 'peer-restart']);
    equal(peer.node, 'b');
  });
});

describe('addresses that a NAT changes', () => {
  it("of the peer are noticed by where its packets come from, but for the first packet's", () => {
    const peer = new PeerEnd(at(1));
    deepEqual(
      [at(9), at(9), at(9, 4_000), at(2)].map((source) => peer.followSource(source)),
      [false, false, true, true],
    );
    deepEqual(peer.source, at(2));
  });

  it('of this side are noticed by what the peer says', () => {
    const peer = new PeerEnd(at(1));
    deepEqual(
      [at(1), at(9, 4_000), at(9, 4_000), at(9, 4_001), at(1), at(1)].map((observed) => peer.followObserved(observed)),
      [undefined, 'change', undefined, 'change', 'reset', undefined],
    );
  });
});
