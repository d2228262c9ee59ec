import { CIPHER_GROWTH_MAX, type Cipher } from '../crypto.ts';
import type { Random } from '../random.ts';
import { readU32, writeU32 } from '../wire/bytes.ts';
import { METADATA_LENGTH_MAX } from './header.ts';

/** Why something could not be decrypted. */
export type DecryptionFault = 'unknown-key' | 'undecipherable';

/** Bytes of the security ID that stands before encrypted payload. */
const SECURITY_ID_LENGTH = 4;

/**
 * The encryption keys of a security policy, by security ID. One is used to encrypt; all of them are understood, so that
 * two routers may turn to a new key one after the other.
 *
 * What is encrypted looks like this, with an initialization vector of its own for each packet (emulator choice, as the
 * place of the vector is not public):
 *
 *     metadata:  vector | ciphertext                 the header attribute security ID names the key
 *     payload:   security ID u32 | vector | ciphertext
 */
export class KeyRing {
  readonly #ciphers: ReadonlyMap<number, Cipher>;
  readonly #random: Random;
  readonly #iv: Uint8Array;
  #scratch = new Uint8Array(METADATA_LENGTH_MAX);
  #current: number;

  constructor(ciphers: ReadonlyMap<number, Cipher>, current: number, random: Random) {
    this.#ciphers = ciphers;
    this.#current = current;
    this.#random = random;
    this.#iv = new Uint8Array(this.#cipher.ivLength);
  }

  /** Security ID of the key that is encrypted with. */
  get current(): number {
    return this.#current;
  }

  /** Encrypts with another of the keys from now on. False, and nothing changes, if there is none of that ID. */
  rotate(securityId: number): boolean {
    if (!this.#ciphers.has(securityId)) return false;
    this.#current = securityId;
    return true;
  }

  /** The most by which encrypting makes a payload longer, in bytes. */
  get payloadGrowthMax(): number {
    return SECURITY_ID_LENGTH + this.#iv.length + CIPHER_GROWTH_MAX;
  }

  /** Encrypts the payload attributes bytes[start, end) where they stand. Returns their new end. */
  encryptInPlace(bytes: Uint8Array, start: number, end: number): number {
    return this.#encrypt(bytes, start, end, start);
  }

  /** Encrypts the payload bytes[start, end) where it stands, behind the ID of its key. Returns its new end. */
  encryptPayload(bytes: Uint8Array, start: number, end: number): number {
    const encryptedEnd = this.#encrypt(bytes, start, end, start + SECURITY_ID_LENGTH);
    writeU32(bytes, start, this.#current);
    return encryptedEnd;
  }

  /** The payload attributes that bytes[start, end) hides, valid until the next call. */
  decrypt(securityId: number | undefined, bytes: Uint8Array, start: number, end: number): Uint8Array | DecryptionFault {
    const cipher = securityId === undefined ? undefined : this.#ciphers.get(securityId);
    if (!cipher) return 'unknown-key';
    const hiddenAt = start + cipher.ivLength;
    if (hiddenAt > end) return 'undecipherable';
    this.#reserve(end - start);
    const length = cipher.decrypt(bytes.subarray(start, hiddenAt), bytes, hiddenAt, end, this.#scratch, 0);
    return length < 0 ? 'undecipherable' : this.#scratch.subarray(0, length);
  }

  /** Decrypts the payload bytes[start, end) to where it stands. Returns its new end, or why it cannot be had. */
  decryptPayload(bytes: Uint8Array, start: number, end: number): number | DecryptionFault {
    const hiddenAt = start + SECURITY_ID_LENGTH;
    if (hiddenAt > end) return 'undecipherable';
    const plain = this.decrypt(readU32(bytes, start), bytes, hiddenAt, end);
    if (typeof plain === 'string') return plain;
    bytes.set(plain, start);
    return start + plain.length;
  }

  get #cipher(): Cipher {
    const cipher = this.#ciphers.get(this.#current);
    if (!cipher) throw new RangeError(`there is no key of security ID ${this.#current}`);
    return cipher;
  }

  #encrypt(bytes: Uint8Array, start: number, end: number, to: number): number {
    this.#random.fill(this.#iv);
    this.#reserve(end - start + CIPHER_GROWTH_MAX);
    const length = this.#cipher.encrypt(this.#iv, bytes, start, end, this.#scratch, 0);
    bytes.set(this.#iv, to);
    bytes.set(this.#scratch.subarray(0, length), to + this.#iv.length);
    return to + this.#iv.length + length;
  }

  /** Payload is as long as a frame can be, which is bounded; the scratch grows to that once. */
  #reserve(length: number): void {
    if (this.#scratch.length < length) this.#scratch = new Uint8Array(length * 2);
  }
}
