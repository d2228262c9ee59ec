import { cbc, gcm } from '@noble/ciphers/aes.js';
import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { Cipher, CipherKind, CryptoProvider, Hmac, HmacCipher } from '../lib/crypto.ts';
import { cipherKinds, digestLengths } from '../lib/crypto.ts';

const hashes = { 'sha256-128': sha256, sha1, sha256, sha384, sha512 } as const satisfies Record<HmacCipher, unknown>;

function makeHmac(kind: HmacCipher, key: Uint8Array): Hmac {
  const digestLength = digestLengths[kind];
  const keyed = hmac.create(hashes[kind], key);
  return {
    digestLength,
    digest: (binding, bytes, start, end, out, outAt) => {
      const digest = keyed.clone().update(binding).update(bytes.subarray(start, end)).digest();
      out.set(digest.subarray(0, digestLength), outAt);
    },
  };
}

function makeCipher(kind: CipherKind, key: Uint8Array): Cipher {
  const isGcm = kind.startsWith('aes-gcm');
  const make = (iv: Uint8Array) => (isGcm ? gcm(key, iv) : cbc(key, iv));
  return {
    ivLength: cipherKinds[kind].ivLength,
    encrypt: (iv, bytes, start, end, out, outAt) => {
      const hidden = make(iv).encrypt(bytes.slice(start, end));
      out.set(hidden, outAt);
      return hidden.length;
    },
    decrypt: (iv, bytes, start, end, out, outAt) => {
      try {
        const shown = make(iv).decrypt(bytes.slice(start, end));
        out.set(shown, outAt);
        return shown.length;
      } catch {
        return -1;
      }
    },
  };
}

/** Cryptography where nothing is there but a browser, whose own never answers at once. */
export const browserCrypto: CryptoProvider = {
  digest: (algorithm, bytes) => (algorithm === 'md5' ? md5(bytes) : sha1(bytes)),
  hmac: makeHmac,
  cipher: makeCipher,
};
