import { equal, ok } from 'node:assert/strict';
import {
  BFD_SESSIONS_MAX,
  bfdPorts,
  isTtlAcceptable,
  takeDiscriminator,
  takeSourcePort,
} from '../../../../lib/peering/bfd/udp.ts';
import { SeededRandom, type Random } from '../../../../lib/random.ts';

describe('BFD in UDP', () => {
  it('goes to port 3784 over one hop, and to 4784 over several (RFC 5881, section 4; RFC 5883, section 5)', () => {
    equal(bfdPorts['single-hop'], 3784);
    equal(bfdPorts.multihop, 4784);
  });

  it('over one hop is taken with TTL 255 alone (RFC 5881, section 5)', () => {
    equal(isTtlAcceptable('single-hop', 255, 1), true);
    equal(isTtlAcceptable('single-hop', 254, 1), false);
  });

  it('over several hops is taken with as little as is configured', () => {
    equal(isTtlAcceptable('multihop', 64, 64), true);
    equal(isTtlAcceptable('multihop', 63, 64), false);
  });

  it('gives every session a source port of its own from 49153 to 65535, until all are taken', () => {
    const taken = new Set<number>();
    const random = new SeededRandom(3);
    for (let i = 0; i < BFD_SESSIONS_MAX; i++) {
      const port = takeSourcePort(random, (candidate) => taken.has(candidate));
      ok(port !== undefined && port >= 49_153 && port <= 65_535 && !taken.has(port));
      taken.add(port);
    }
    equal(
      takeSourcePort(random, (candidate) => taken.has(candidate)),
      undefined,
    );
  });

  it('gives every session a discriminator that is not 0, and no other has', () => {
    const drawn = [0, 5, 7];
    const random: Random = { unit: () => 0, below: () => drawn.shift() ?? 9, fill: () => undefined };
    equal(
      takeDiscriminator(random, (candidate) => candidate === 5),
      7,
    );
  });
});
