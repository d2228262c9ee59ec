import { deepEqual, equal } from 'node:assert/strict';
import { nodeCrypto } from '../../../daemon/crypto.ts';
import { cipherKinds, digestLengths, type CipherKind, type HmacCipher } from '../../../lib/crypto.ts';
import { plainKeys, readKeys } from '../../../lib/report/keys.ts';
import { loadScenario } from '../../../cli/load-scenario.ts';
import { browserCrypto } from '../../../web/crypto.ts';

const bytes = (length: number, step: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * step + 7) & 0xff);

describe("the browser's cryptography", () => {
  for (const cipher of Object.keys(digestLengths) as HmacCipher[]) {
    it(`computes ${cipher} as OpenSSL does`, () => {
      const [own, node] = [browserCrypto, nodeCrypto].map((provider) => {
        const out = new Uint8Array(80);
        provider.hmac(cipher, bytes(32, 3)).digest(bytes(5, 11), bytes(300, 5), 10, 290, out, 4);
        return out;
      });
      deepEqual(own, node);
    });
  }

  for (const kind of Object.keys(cipherKinds) as CipherKind[]) {
    it(`opens what OpenSSL has closed with ${kind}, and nothing that was changed`, () => {
      const key = bytes(cipherKinds[kind].keyLength, 9);
      const iv = bytes(cipherKinds[kind].ivLength, 13);
      const hidden = new Uint8Array(100);
      const end = 2 + nodeCrypto.cipher(kind, key).encrypt(iv, bytes(50, 3), 0, 50, hidden, 2);
      const shown = new Uint8Array(100);
      const own = browserCrypto.cipher(kind, key);
      equal(own.decrypt(iv, hidden, 2, end, shown, 1), 50);
      deepEqual(shown.slice(1, 51), bytes(50, 3));
      hidden[end - 1] ^= 1;
      equal(own.decrypt(iv, hidden, 2, end, shown, 1), -1);
    });
  }

  it('has the keys of a lab as they were, after their way through JSON', () => {
    const { authority } = loadScenario('key-rotation').scenario;
    const keys = readKeys(JSON.parse(JSON.stringify(plainKeys(authority))) as Record<string, unknown>);
    deepEqual(keys.securities, authority.securities);
    deepEqual(keys.emulator.hmacTimeWindow, authority.emulator.hmacTimeWindow);
  });
});
