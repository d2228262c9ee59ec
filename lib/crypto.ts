/** Digests that the HMAC trailer may use; `sha256-128` is SHA-256 cut to 16 bytes (SVR sheet, section 4.4). */
export const digestLengths = { 'sha256-128': 16, sha1: 20, sha256: 32, sha384: 48, sha512: 64 } as const;

export type HmacCipher = keyof typeof digestLengths;

/** A keyed HMAC, ready to be used for any number of packets. */
export interface Hmac {
  readonly digestLength: number;
  /**
   * Computes the HMAC over `binding` followed by `bytes[start, end)`, and writes its first `digestLength` bytes to
   * `out` at `outAt`. `binding` may be empty; `out` may be `bytes` itself.
   */
  digest(binding: Uint8Array, bytes: Uint8Array, start: number, end: number, out: Uint8Array, outAt: number): void;
}

/** Ciphers of a security policy (SVR sheet, section 4.4), with the lengths of their keys and initialization vectors in bytes. */
export const cipherKinds = {
  'aes-cbc-128': { keyLength: 16, ivLength: 16 },
  'aes-cbc-256': { keyLength: 32, ivLength: 16 },
  'aes-gcm-128': { keyLength: 16, ivLength: 12 },
  'aes-gcm-256': { keyLength: 32, ivLength: 12 },
} as const;

export type CipherKind = keyof typeof cipherKinds;

/** The most by which a ciphertext is longer than what it hides: a whole block of padding, or the tag of GCM. */
export const CIPHER_GROWTH_MAX = 16;

/** A cipher with its key, ready to be used for any number of packets. */
export interface Cipher {
  readonly ivLength: number;
  /** Writes what hides bytes[start, end) to `out` at `outAt`, tag included, and returns its length. */
  encrypt(iv: Uint8Array, bytes: Uint8Array, start: number, end: number, out: Uint8Array, outAt: number): number;
  /** The reverse. Returns the length of what was hidden, or -1 if the key or the bytes are not the right ones. */
  decrypt(iv: Uint8Array, bytes: Uint8Array, start: number, end: number, out: Uint8Array, outAt: number): number;
}

/** Digests without a key of their own, which the authentication of plain BFD uses (RFC 5880, section 6.7). */
export type DigestAlgorithm = 'md5' | 'sha1';

/** Cryptography, given to the core by whoever drives it. */
export interface CryptoProvider {
  digest(algorithm: DigestAlgorithm, bytes: Uint8Array): Uint8Array;
  hmac(cipher: HmacCipher, key: Uint8Array): Hmac;
  cipher(kind: CipherKind, key: Uint8Array): Cipher;
}
