import { createHmac, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { digestLengths } from '../lib/crypto.ts';
import type { CryptoProvider, Hmac, HmacCipher } from '../lib/crypto.ts';

const hashes = {
  'sha256-128': 'sha256',
  sha1: 'sha1',
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
} as const satisfies Record<HmacCipher, string>;

class NodeHmac implements Hmac {
  readonly digestLength: number;
  readonly #hash: string;
  readonly #key: KeyObject;

  constructor(cipher: HmacCipher, key: Uint8Array) {
    this.digestLength = digestLengths[cipher];
    this.#hash = hashes[cipher];
    this.#key = createSecretKey(key);
  }

  digest(binding: Uint8Array, bytes: Uint8Array, start: number, end: number, out: Uint8Array, outAt: number): void {
    const hmac = createHmac(this.#hash, this.#key);
    if (binding.length > 0) hmac.update(binding);
    const digest = hmac.update(bytes.subarray(start, end)).digest();
    for (let i = 0; i < this.digestLength; i++) out[outAt + i] = digest[i];
  }
}

/** Cryptography by Node's OpenSSL. */
export const nodeCrypto: CryptoProvider = {
  hmac: (cipher, key) => new NodeHmac(cipher, key),
};
