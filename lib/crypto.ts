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

/** Cryptography, given to the core by whoever drives it. */
export interface CryptoProvider {
  hmac(cipher: HmacCipher, key: Uint8Array): Hmac;
}
