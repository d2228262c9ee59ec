import { deepEqual, equal, notDeepEqual, ok, throws } from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { nodeCrypto } from '../../../daemon/crypto.ts';
import { digestLengths } from '../../../lib/crypto.ts';
import type { HmacCipher } from '../../../lib/crypto.ts';
import {
  NO_BINDING,
  OUTSIDE_WINDOW,
  OWN_PACKET,
  Seal,
  TOO_SHORT,
  WRONG_DIGEST,
  sealedDigestAt,
  sealedSequence,
} from '../../../lib/metadata/trailer.ts';
import type { SealMode } from '../../../lib/metadata/trailer.ts';
import { seconds } from '../../../lib/time.ts';
import { hex, toHex } from '../../conformance/metadata/hex.ts';

const ciphers = Object.keys(digestLengths) as HmacCipher[];
const modes: readonly SealMode[] = ['time-based', 'regular'];
const key = hex('00112233445566778899aabbccddeeff');
const session = hex('000102030405060708090a0b0c0d0e0f');
const payload = hex('68656c6c6f');
const now = 1_800_000_000;

const START = 10;

/** A buffer with the sealed payload from START up to `end`, and bytes around it that are not part of it. */
function sealed(seal: Seal, binding = session, sequence = 7, time = now): { bytes: Uint8Array; end: number } {
  const bytes = new Uint8Array(START + payload.length + 128).fill(0xee);
  bytes.set(payload, START);
  return { bytes, end: seal.seal(bytes, START, START + payload.length, binding, sequence, time) };
}

for (const cipher of ciphers) {
  for (const mode of modes) {
    describe(`the trailer with ${cipher}, ${mode}`, () => {
      const seal = new Seal(nodeCrypto.hmac(cipher, key), mode, 30, 1);
      const peer = new Seal(nodeCrypto.hmac(cipher, key), mode, 30, 2);

      it('is 12 bytes and a digest long, and comes off again', () => {
        const { bytes, end } = sealed(seal);
        equal(seal.trailerLength, 12 + digestLengths[cipher]);
        equal(end, START + payload.length + seal.trailerLength);
        const openedEnd = peer.open(bytes, START, end, session, now);
        equal(openedEnd, START + payload.length);
        equal(toHex(bytes.subarray(START, openedEnd)), toHex(payload));
        equal(sealedSequence(bytes, openedEnd), 7);
      });

      it('stands between the bytes around it and leaves them alone', () => {
        const { bytes, end } = sealed(seal);
        deepEqual(bytes.subarray(0, START), new Uint8Array(START).fill(0xee));
        deepEqual(bytes.subarray(end), new Uint8Array(bytes.length - end).fill(0xee));
      });

      it('is refused when any bit of the packet is changed', () => {
        const { bytes, end } = sealed(seal);
        for (let bit = START * 8; bit < end * 8; bit++) {
          bytes[bit >> 3] ^= 1 << (bit & 7);
          equal(peer.open(bytes, START, end, session, now), WRONG_DIGEST, `bit ${bit & 7} of byte ${bit >> 3}`);
          bytes[bit >> 3] ^= 1 << (bit & 7);
        }
        equal(peer.open(bytes, START, end, session, now), START + payload.length);
      });

      it('is refused for another session, another key, a shorter packet', () => {
        const { bytes, end } = sealed(seal);
        const otherKey = new Seal(nodeCrypto.hmac(cipher, hex('ff112233445566778899aabbccddeeff')), mode, 30, 2);
        equal(peer.open(bytes, START, end, NO_BINDING, now), WRONG_DIGEST);
        equal(peer.open(bytes, START, end, hex('100102030405060708090a0b0c0d0e0f'), now), WRONG_DIGEST);
        equal(otherKey.open(bytes, START, end, session, now), WRONG_DIGEST);
        equal(peer.open(bytes, START + 1, end, session, now), WRONG_DIGEST);
        equal(peer.open(bytes, START, end - 1, session, now), WRONG_DIGEST);
      });

      it('protects an empty payload, and is refused when the packet cannot hold it', () => {
        const bytes = new Uint8Array(seal.trailerLength);
        const end = seal.seal(bytes, 0, 0, NO_BINDING, 1, now);
        equal(peer.open(bytes, 0, end, NO_BINDING, now), 0);
        equal(peer.open(bytes, 1, end, NO_BINDING, now), TOO_SHORT);
        equal(peer.open(bytes, end, end, NO_BINDING, now), TOO_SHORT);
        throws(() => seal.seal(bytes, 0, 1, NO_BINDING, 1, now), RangeError);
      });
    });
  }
}

describe('the trailer', () => {
  const timed = new Seal(nodeCrypto.hmac('sha256-128', key), 'time-based', 30, 0x0a0b0c0d);
  const timedPeer = new Seal(nodeCrypto.hmac('sha256-128', key), 'time-based', 30, 2);
  const regular = new Seal(nodeCrypto.hmac('sha256-128', key), 'regular', 30, 1);
  const regularPeer = new Seal(nodeCrypto.hmac('sha256-128', key), 'regular', 30, 2);

  it('is laid out as sequence, time, sender, digest over binding, payload and the three', () => {
    const { bytes, end } = sealed(timed, session, 0x01020304, 0x6b49d200);
    const stamp = hex('01020304 6b49d200 0a0b0c0d');
    const digest = createHmac('sha256', key).update(session).update(payload).update(stamp).digest().subarray(0, 16);
    equal(toHex(bytes.subarray(START, end)), toHex(payload) + toHex(stamp) + toHex(digest));
    equal(sealedDigestAt(end - timed.trailerLength), end - 16);
  });

  it('has time 0 in mode regular', () => {
    const { bytes, end } = sealed(regular);
    equal(toHex(bytes.subarray(end - 24, end - 20)), '00000000');
  });

  it('is accepted up to the window before and after its time, and not a second beyond', () => {
    const { bytes, end } = sealed(timed);
    const opened = START + payload.length;
    const at = (time: number): number => timedPeer.open(bytes, START, end, session, time);
    deepEqual([now - 31, now - 30, now, now + 30, now + 31].map(at), [
      OUTSIDE_WINDOW,
      opened,
      opened,
      opened,
      OUTSIDE_WINDOW,
    ]);
  });

  it('is refused by whoever made it, so that nothing can be sent back to its sender', () => {
    const { bytes, end } = sealed(timed);
    equal(timed.open(bytes, START, end, session, now), OWN_PACKET);
  });

  it('is accepted at any time in mode regular', () => {
    const { bytes, end } = sealed(regular);
    equal(regularPeer.open(bytes, START, end, session, now + 1_000_000), START + payload.length);
  });

  it('is accepted across the wrap of the 32-bit time', () => {
    const { bytes, end } = sealed(timed, session, 7, 2 ** 32 - 5);
    equal(timedPeer.open(bytes, START, end, session, 2 ** 32 + 5), START + payload.length);
    equal(timedPeer.open(bytes, START, end, session, 2 ** 32 + 26), OUTSIDE_WINDOW);
  });

  it('tells how long a copy may still be accepted', () => {
    equal(timed.copyLifetime, seconds(61));
    equal(regular.copyLifetime, Infinity);
  });

  it('differs for each sequence number', () => {
    notDeepEqual(sealed(timed, session, 1).bytes, sealed(timed, session, 2).bytes);
    const { bytes, end } = sealed(timed, session, 0xffff_ffff);
    equal(sealedSequence(bytes, timedPeer.open(bytes, START, end, session, now)), 0xffff_ffff);
  });

  it('of random bytes is refused, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat({ max: 60 }), (bytes, start) => {
        ok(timedPeer.open(bytes, Math.min(start, bytes.length), bytes.length, session, now) < 0);
      }),
      { numRuns: 5000 },
    );
  });
});
