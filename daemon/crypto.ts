import { createCipheriv, createDecipheriv, createHash, createSecretKey, hash } from 'node:crypto';
import type { CipherGCM, DecipherGCM, KeyObject } from 'node:crypto';
import { cipherKinds, digestLengths } from '../lib/crypto.ts';
import type { Cipher, CipherKind, CryptoProvider, Hmac, HmacCipher } from '../lib/crypto.ts';

/** What OpenSSL calls the hash of each, and how many bytes that takes at a time. */
const hashes = {
  'sha256-128': { name: 'sha256', blockLength: 64, length: 32 },
  sha1: { name: 'sha1', blockLength: 64, length: 20 },
  sha256: { name: 'sha256', blockLength: 64, length: 32 },
  sha384: { name: 'sha384', blockLength: 128, length: 48 },
  sha512: { name: 'sha512', blockLength: 128, length: 64 },
} as const satisfies Record<HmacCipher, { name: string; blockLength: number; length: number }>;

/** Packets of this length need no larger room. */
const USUAL_LENGTH = 2_048;

/**
 * HMAC as RFC 2104 makes it of two hashes. Each of them is one call of Node's, which for a packet takes less than half of
 * the time of an object that is made, fed and asked; and a digest comes as text, a character a byte, since a Buffer made
 * for it costs as much as the hash.
 */
class NodeHmac implements Hmac {
  readonly digestLength: number;
  readonly #hash: string;
  readonly #blockLength: number;
  /** The key with the inner padding, and room behind it for what it is about. */
  #inner: Uint8Array;
  /** The key with the outer padding, and behind it the digest of all that. */
  readonly #outer: Uint8Array;

  constructor(cipher: HmacCipher, key: Uint8Array) {
    const { name, blockLength, length } = hashes[cipher];
    this.digestLength = digestLengths[cipher];
    this.#hash = name;
    this.#blockLength = blockLength;
    this.#inner = new Uint8Array(blockLength + USUAL_LENGTH);
    this.#outer = new Uint8Array(blockLength + length);
    const block = new Uint8Array(blockLength);
    block.set(key.length > blockLength ? createHash(name).update(key).digest() : key);
    block.forEach((byte, i) => {
      this.#inner[i] = byte ^ 0x36;
      this.#outer[i] = byte ^ 0x5c;
    });
  }

  digest(binding: Uint8Array, bytes: Uint8Array, start: number, end: number, out: Uint8Array, outAt: number): void {
    const at = this.#blockLength + binding.length;
    const innerEnd = at + end - start;
    this.#makeRoom(innerEnd);
    this.#inner.set(binding, this.#blockLength);
    this.#inner.set(bytes.subarray(start, end), at);
    const inner = hash(this.#hash, this.#inner.subarray(0, innerEnd), 'binary');
    writeBinary(inner, inner.length, this.#outer, this.#blockLength);
    writeBinary(hash(this.#hash, this.#outer, 'binary'), this.digestLength, out, outAt);
  }

  #makeRoom(length: number): void {
    if (length <= this.#inner.length) return;
    const larger = new Uint8Array(2 * length);
    larger.set(this.#inner.subarray(0, this.#blockLength));
    this.#inner = larger;
  }
}

function writeBinary(text: string, length: number, out: Uint8Array, outAt: number): void {
  for (let i = 0; i < length; i++) out[outAt + i] = text.charCodeAt(i);
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
