import { deepEqual } from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { nodeCrypto } from '../../../daemon/crypto.ts';
import { digestLengths, type HmacCipher } from '../../../lib/crypto.ts';

const ciphers = Object.keys(digestLengths) as HmacCipher[];

describe('the HMAC of packets', () => {
  for (const cipher of ciphers) {
    it(`is what OpenSSL's own ${cipher} is, whatever the lengths of key, binding and packet`, () => {
      const key = fc.uint8Array({ minLength: 1, maxLength: 200 });
      const packets = fc.array(
        fc.record({ binding: fc.uint8Array({ maxLength: 32 }), length: fc.nat({ max: 9_300 }), fill: fc.nat(255) }),
        { minLength: 1, maxLength: 4 },
      );
      fc.assert(
        fc.property(key, packets, (key, packets) => {
          const hmac = nodeCrypto.hmac(cipher, key);
          for (const { binding, length, fill } of packets) {
            const bytes = Uint8Array.from({ length: length + 70 }, (_, i) => (fill + i) & 0xff);
            const openSsl = createHmac(cipher.replace('-128', ''), key).update(binding);
            const expected = openSsl.update(bytes.subarray(3, 3 + length)).digest();
            // It is written behind what it is about, as in a packet.
            hmac.digest(binding, bytes, 3, 3 + length, bytes, 3 + length);
            const digest = bytes.slice(3 + length, 3 + length + digestLengths[cipher]);
            deepEqual(digest, new Uint8Array(expected.subarray(0, digestLengths[cipher])));
          }
        }),
      );
    });
  }
});
