import type { CryptoProvider, DigestAlgorithm } from '../../crypto.ts';
import type { Random } from '../../random.ts';
import type { Duration, Instant } from '../../time.ts';
import { copyBytes, equalBytes, readU32, writeU32 } from '../../wire/bytes.ts';
import { CONTROL_PACKET_LENGTH, announceAuthentication, type DecodedControlPacket } from './control-packet.ts';

/** The authentication of BFD control packets (RFC 5880, sections 4.2 to 4.4), by its name in a configuration. */
export const authenticationTypes = {
  simple: { number: 1, digest: undefined, digestLength: 0, isMeticulous: false },
  'keyed-md5': { number: 2, digest: 'md5', digestLength: 16, isMeticulous: false },
  'meticulous-keyed-md5': { number: 3, digest: 'md5', digestLength: 16, isMeticulous: true },
  'keyed-sha1': { number: 4, digest: 'sha1', digestLength: 20, isMeticulous: false },
  'meticulous-keyed-sha1': { number: 5, digest: 'sha1', digestLength: 20, isMeticulous: true },
} as const;

export type AuthenticationType = keyof typeof authenticationTypes;

export interface AuthenticationKey {
  /** 0 to 255; both systems give it the same key. */
  readonly id: number;
  /** 1 to 16 bytes; for SHA1, up to 20. */
  readonly secret: Uint8Array;
}

/** Why a packet failed authentication (RFC 5880, section 6.7). */
export type AuthenticationFault =
  'absent' | 'unexpected' | 'wrong-type' | 'unknown-key' | 'wrong-length' | 'outside-sequence-window' | 'wrong-digest';

/** Bytes before the password, and before the digest. */
const SIMPLE_HEADER_LENGTH = 3;
const KEYED_HEADER_LENGTH = 8;

/** Keyed authentication accepts sequence numbers this many detect multipliers ahead (RFC 5880, section 6.7.3). */
const WINDOW_MULTIPLIER = 3;

/** The authentication of one session, both ways: bfd.AuthType, bfd.XmitAuthSeq and bfd.RcvAuthSeq of RFC 5880. */
export class Authentication {
  readonly #type: (typeof authenticationTypes)[AuthenticationType];
  readonly #keys: readonly AuthenticationKey[];
  readonly #crypto: CryptoProvider;
  #sendSequence: number;
  /** What was last sent, to know whether the next packet says something else. */
  #lastSent = new Uint8Array(CONTROL_PACKET_LENGTH);
  #receivedSequence = 0;
  #acceptedAt: Instant | undefined;

  /** Packets are sent under the first key, and accepted under any. */
  constructor(type: AuthenticationType, keys: readonly AuthenticationKey[], crypto: CryptoProvider, random: Random) {
    this.#type = authenticationTypes[type];
    this.#keys = keys;
    this.#crypto = crypto;
    this.#sendSequence = random.below(2 ** 32);
  }

  /** Appends the section to the control packet bytes[at, end), and returns the new end. */
  sign(bytes: Uint8Array, at: number, end: number): number {
    const key = this.#keys[0];
    const { number, digest, digestLength, isMeticulous } = this.#type;
    bytes[end] = number;
    bytes[end + 2] = key.id;
    if (digest === undefined) {
      const length = SIMPLE_HEADER_LENGTH + key.secret.length;
      bytes[end + 1] = length;
      copyBytes(key.secret, 0, bytes, end + SIMPLE_HEADER_LENGTH, key.secret.length);
      announceAuthentication(bytes, at, end + length);
      return end + length;
    }
    const length = KEYED_HEADER_LENGTH + digestLength;
    bytes[end + 1] = length;
    bytes[end + 3] = 0;
    if (isMeticulous || !equalBytes(bytes, at, this.#lastSent, 0, CONTROL_PACKET_LENGTH))
      this.#sendSequence = (this.#sendSequence + 1) >>> 0;
    copyBytes(bytes, at, this.#lastSent, 0, CONTROL_PACKET_LENGTH);
    writeU32(bytes, end + 4, this.#sendSequence);
    announceAuthentication(bytes, at, end + length);
    bytes.set(this.#digest(digest, bytes, at, end, key), end + KEYED_HEADER_LENGTH);
    return end + length;
  }

  /**
   * Checks the section of a packet that begins at `at`; undefined if the packet is authentic. `detectionTime` is that of
   * the session: after twice as long without a packet, any sequence number is a place to begin (section 6.8.1).
   */
  verify(
    bytes: Uint8Array,
    at: number,
    packet: DecodedControlPacket,
    detectionTime: Duration,
    now: Instant,
  ): AuthenticationFault | undefined {
    if (!packet.hasAuthentication) return 'absent';
    const section = at + CONTROL_PACKET_LENGTH;
    const length = bytes[section + 1];
    const { number, digest, digestLength } = this.#type;
    if (bytes[section] !== number) return 'wrong-type';
    // The section is the end of the packet: nothing stands behind it that a digest would have to cover.
    if (length !== packet.length - CONTROL_PACKET_LENGTH || length < SIMPLE_HEADER_LENGTH) return 'wrong-length';
    const key = this.#keys.find(({ id }) => id === bytes[section + 2]);
    if (!key) return 'unknown-key';
    if (digest === undefined) return verifyPassword(bytes, section, length, key.secret);
    if (length !== KEYED_HEADER_LENGTH + digestLength) return 'wrong-length';
    const sequence = readU32(bytes, section + 4);
    const isKnown = this.#acceptedAt !== undefined && now - this.#acceptedAt < 2 * detectionTime;
    if (isKnown && !this.#isInWindow(sequence, packet.detectMultiplier)) return 'outside-sequence-window';
    const computed = this.#digest(digest, bytes, at, section, key);
    if (!sameSecret(computed, bytes, section + KEYED_HEADER_LENGTH)) return 'wrong-digest';
    this.#receivedSequence = sequence;
    this.#acceptedAt = now;
    return undefined;
  }

  #isInWindow(sequence: number, detectMultiplier: number): boolean {
    const ahead = (sequence - this.#receivedSequence) >>> 0;
    return ahead <= WINDOW_MULTIPLIER * detectMultiplier && (ahead > 0 || !this.#type.isMeticulous);
  }

  /** The digest over the whole packet with the key, filled up with zeros, where the digest will stand. */
  #digest(
    algorithm: DigestAlgorithm,
    bytes: Uint8Array,
    at: number,
    section: number,
    key: AuthenticationKey,
  ): Uint8Array {
    const { digestLength } = this.#type;
    const covered = new Uint8Array(section - at + KEYED_HEADER_LENGTH + digestLength);
    covered.set(bytes.subarray(at, section + KEYED_HEADER_LENGTH));
    covered.set(key.secret.subarray(0, digestLength), section - at + KEYED_HEADER_LENGTH);
    return this.#crypto.digest(algorithm, covered);
  }
}

function verifyPassword(
  bytes: Uint8Array,
  section: number,
  length: number,
  secret: Uint8Array,
): AuthenticationFault | undefined {
  if (length !== SIMPLE_HEADER_LENGTH + secret.length) return 'wrong-digest';
  return sameSecret(secret, bytes, section + SIMPLE_HEADER_LENGTH) ? undefined : 'wrong-digest';
}

/** Takes the same time wherever the two differ. */
function sameSecret(secret: Uint8Array, bytes: Uint8Array, at: number): boolean {
  let difference = 0;
  for (let i = 0; i < secret.length; i++) difference |= secret[i] ^ bytes[at + i];
  return difference === 0;
}
