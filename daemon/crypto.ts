import { createCipheriv, createDecipheriv, createHash, createHmac, createSecretKey } from 'node:crypto';
import type { CipherGCM, DecipherGCM, KeyObject } from 'node:crypto';
import { cipherKinds, digestLengths } from '../lib/crypto.ts';
import type { Cipher, CipherKind, CryptoProvider, Hmac, HmacCipher } from '../lib/crypto.ts';

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

const openSslNames = {
  'aes-cbc-128': 'aes-128-cbc',
  'aes-cbc-256': 'aes-256-cbc',
  'aes-gcm-128': 'aes-128-gcm',
  'aes-gcm-256': 'aes-256-gcm',
} as const satisfies Record<CipherKind, string>;

const TAG_LENGTH = 16;

class NodeCipher implements Cipher {
  readonly ivLength: number;
  readonly #name: string;
  readonly #key: KeyObject;
  readonly #tagLength: number;

  constructor(kind: CipherKind, key: Uint8Array) {
    this.ivLength = cipherKinds[kind].ivLength;
    this.#name = openSslNames[kind];
    this.#key = createSecretKey(key);
    this.#tagLength = kind.startsWith('aes-gcm') ? TAG_LENGTH : 0;
  }

  encrypt(iv: Uint8Array, bytes: Uint8Array, start: number, end: number, out: Uint8Array, outAt: number): number {
    const cipher = createCipheriv(this.#name, this.#key, iv);
    const first = cipher.update(bytes.subarray(start, end));
    const last = cipher.final();
    out.set(first, outAt);
    out.set(last, outAt + first.length);
    if (this.#tagLength > 0) out.set((cipher as CipherGCM).getAuthTag(), outAt + first.length + last.length);
    return first.length + last.length + this.#tagLength;
  }

  decrypt(iv: Uint8Array, bytes: Uint8Array, start: number, end: number, out: Uint8Array, outAt: number): number {
    const hiddenEnd = end - this.#tagLength;
    if (hiddenEnd < start) return -1;
    const decipher = createDecipheriv(this.#name, this.#key, iv);
    if (this.#tagLength > 0) (decipher as DecipherGCM).setAuthTag(bytes.subarray(hiddenEnd, end));
    try {
      const first = decipher.update(bytes.subarray(start, hiddenEnd));
      const last = decipher.final();
      out.set(first, outAt);
      out.set(last, outAt + first.length);
      return first.length + last.length;
    } catch {
      return -1;
    }
  }
}

/** Cryptography by Node's OpenSSL. */
export const nodeCrypto: CryptoProvider = {
  digest: (algorithm, bytes) => new Uint8Array(createHash(algorithm).update(bytes).digest()),
  hmac: (cipher, key) => new NodeHmac(cipher, key),
  cipher: (kind, key) => new NodeCipher(kind, key),
};
