import type { Hmac } from '../crypto.ts';
import { seconds } from '../time.ts';
import type { Duration } from '../time.ts';
import { readU32, writeU32 } from '../wire/bytes.ts';
import { SealClock } from './seal-clock.ts';

/** Whether the time of sealing limits how long a packet is accepted (SVR sheet, section 4.4). */
export type SealMode = 'time-based' | 'regular';

/** What the binding of a packet that carries metadata is: the metadata itself names the session. */
export const NO_BINDING: Uint8Array = new Uint8Array(0);

/** Why `open` refused; always negative, so that it is never taken for an offset. */
export const TOO_SHORT = -1;
export const WRONG_DIGEST = -2;
export const OUTSIDE_WINDOW = -3;

/** The digest is right, and the sender is oneself: somebody has sent a packet back. */
export const OWN_PACKET = -4;

/** Bytes of the sequence number, the time and the sender, which stand before the digest. */
export const STAMP_LENGTH = 12;

/**
 * The trailer that protects a packet between two routers, at the very end of its UDP payload:
 *
 *     sequence u32 | time u32, in seconds; 0 in mode regular | sender u32 | digest
 *
 * The digest is over a binding, which both sides know and the packet does not carry, the UDP payload with its metadata,
 * sequence and time. For a packet without metadata the binding is the UUID of its session and its direction, so that no
 * packet passes for one of another session or of the other side. Where the trailer stands is public, its layout is an
 * emulator choice.
 */
export class Seal {
  readonly trailerLength: number;
  /** How long after its arrival a copy of a packet may still be accepted by `open`; without end in mode regular. */
  readonly copyLifetime: Duration;
  readonly #hmac: Hmac;
  readonly #mode: SealMode;
  readonly #windowSeconds: number;
  readonly #sender: number;
  readonly #digest: Uint8Array;
  readonly #clock: SealClock;

  /** `sender` tells the routers that share a key apart; `clock` is the one that they date by. */
  constructor(hmac: Hmac, mode: SealMode, windowSeconds: number, sender: number, clock: SealClock = new SealClock()) {
    this.#clock = clock;
    this.#sender = sender >>> 0;
    this.#hmac = hmac;
    this.#mode = mode;
    this.#windowSeconds = windowSeconds;
    this.#digest = new Uint8Array(hmac.digestLength);
    this.trailerLength = STAMP_LENGTH + hmac.digestLength;
    // A packet may come a window before its time and again a window after it, each with its second not yet over.
    this.copyLifetime = mode === 'time-based' ? seconds(2 * windowSeconds + 1) : (Infinity as Duration);
  }

  /** Appends the trailer to bytes[start, end) and returns the new end. Throws RangeError if the buffer has no room. */
  seal(
    bytes: Uint8Array,
    start: number,
    end: number,
    binding: Uint8Array,
    sequence: number,
    nowSeconds: number,
  ): number {
    const sealedEnd = end + this.trailerLength;
    if (sealedEnd > bytes.length) throw new RangeError('no room for the trailer');
    writeU32(bytes, end, sequence);
    writeU32(bytes, end + 4, this.#mode === 'time-based' ? this.#clock.seconds(nowSeconds) : 0);
    writeU32(bytes, end + 8, this.#sender);
    this.#hmac.digest(binding, bytes, start, end + STAMP_LENGTH, bytes, end + STAMP_LENGTH);
    return sealedEnd;
  }

  /** Checks the trailer of bytes[start, end). Returns the end without it, or the fault. */
  open(bytes: Uint8Array, start: number, end: number, binding: Uint8Array, nowSeconds: number): number {
    const openedEnd = end - this.trailerLength;
    if (openedEnd < start) return TOO_SHORT;
    const digestAt = sealedDigestAt(openedEnd);
    this.#hmac.digest(binding, bytes, start, digestAt, this.#digest, 0);
    if (!sameBytes(this.#digest, bytes, digestAt)) return WRONG_DIGEST;
    if (readU32(bytes, openedEnd + 8) === this.#sender) return OWN_PACKET;
    if (this.#mode === 'regular') return openedEnd;
    const ageSeconds = (this.#clock.seconds(nowSeconds) - readU32(bytes, openedEnd + 4)) | 0;
    return Math.abs(ageSeconds) <= this.#windowSeconds ? openedEnd : OUTSIDE_WINDOW;
  }
}

/** The sequence number of a packet that was opened; `openedEnd` is what `open` returned. */
export const sealedSequence = (bytes: Uint8Array, openedEnd: number): number => readU32(bytes, openedEnd);

/** Where the digest of a packet that was opened starts; `openedEnd` is what `open` returned. */
export const sealedDigestAt = (openedEnd: number): number => openedEnd + STAMP_LENGTH;

/** Compares all bytes whatever they are: the time it takes tells nothing about where they differ. */
function sameBytes(digest: Uint8Array, bytes: Uint8Array, at: number): boolean {
  let difference = 0;
  for (let i = 0; i < digest.length; i++) difference |= digest[i] ^ bytes[at + i];
  return difference === 0;
}
