import { deepEqual, equal, notDeepEqual, ok } from 'node:assert/strict';
import { nodeCrypto } from '../../../daemon/crypto.ts';
import { cipherKinds, type CipherKind } from '../../../lib/crypto.ts';
import type { Attributes } from '../../../lib/metadata/attributes.ts';
import { decodeMetadata, encodeMetadata } from '../../../lib/metadata/codec.ts';
import { KeyRing } from '../../../lib/metadata/key-ring.ts';
import { SeededRandom } from '../../../lib/random.ts';

const kinds = Object.keys(cipherKinds) as CipherKind[];

function keyRing(kind: CipherKind, keys: Readonly<Record<number, number>>, current: number): KeyRing {
  const { keyLength } = cipherKinds[kind];
  const ciphers = Object.entries(keys).map(
    ([id, filler]) => [Number(id), nodeCrypto.cipher(kind, new Uint8Array(keyLength).fill(filler))] as const,
  );
  return new KeyRing(new Map(ciphers), current, new SeededRandom(1));
}

const first: Attributes = { tenant: 'corp', service: 'web', sessionUuid: new Uint8Array(16).fill(7) };

for (const kind of kinds) {
  describe(`a key ring of ${kind}`, () => {
    const ring = keyRing(kind, { 1: 0xaa, 2: 0xbb }, 1);

    for (const encoding of ['protobuf', 'tlv'] as const) {
      it(`hides the payload attributes of ${encoding} metadata, and names the key in the header`, () => {
        const block = new Uint8Array(400);
        const length = encodeMetadata({ ...first, sessionHealthCheck: 'request' }, encoding, block, 0, ring);
        ok(!Buffer.from(block.subarray(0, length)).includes('corp'));

        const metadata = decodeMetadata(block, 0, length, ring);
        ok(typeof metadata !== 'string');
        deepEqual(metadata.attributes, { ...first, sessionHealthCheck: 'request', securityId: 1 });
        equal(metadata.length, length);
      });
    }

    it('gives back payload of every length, behind the ID of its key', () => {
      for (const length of [0, 1, 15, 16, 17, 1400]) {
        const bytes = new Uint8Array(2000);
        bytes.fill(0x55, 100, 100 + length);
        const end = ring.encryptPayload(bytes, 100, 100 + length);
        ok(end - 100 - length <= ring.payloadGrowthMax);
        deepEqual([...bytes.subarray(100, 104)], [0, 0, 0, 1]);
        equal(ring.decryptPayload(bytes, 100, end), 100 + length);
        ok(bytes.subarray(100, 100 + length).every((byte) => byte === 0x55));
      }
    });

    it('never hides the same bytes in the same way', () => {
      const hide = (): Uint8Array => {
        const bytes = new Uint8Array(100);
        return bytes.slice(0, ring.encryptPayload(bytes, 0, 16));
      };
      notDeepEqual(hide(), hide());
    });

    it('turns to another key, and still reads what the one before hid', () => {
      const turning = keyRing(kind, { 1: 0xaa, 2: 0xbb }, 1);
      const bytes = new Uint8Array(100).fill(9);
      const end = turning.encryptPayload(bytes, 0, 20);
      ok(turning.rotate(2));
      equal(turning.current, 2);
      equal(turning.decryptPayload(bytes, 0, end), 20);
      ok(!turning.rotate(3));
      equal(turning.current, 2);
    });

    it('says when the key is unknown, missing, or another one', () => {
      const block = new Uint8Array(400);
      const length = encodeMetadata(first, 'tlv', block, 0, ring);
      equal(decodeMetadata(block, 0, length, keyRing(kind, { 2: 0xbb }, 2)), 'unknown-key');
      const clear = encodeMetadata(first, 'tlv', block, 0);
      equal(decodeMetadata(block, 0, clear, ring), 'unknown-key');

      const bytes = new Uint8Array(400);
      const end = ring.encryptPayload(bytes, 0, 64);
      equal(keyRing(kind, { 1: 0xcc }, 1).decryptPayload(bytes, 0, end), 'undecipherable');
    });

    it('refuses bytes that are too short to hold a vector', () => {
      const bytes = new Uint8Array(64);
      for (let length = 0; length < 16; length++) ok(typeof ring.decryptPayload(bytes, 0, length) === 'string');
    });
  });
}
