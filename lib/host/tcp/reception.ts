import { after, milliseconds, NEVER, type Instant } from '../../time.ts';
import { tcpFlags } from '../../wire/tcp.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import type { Segment } from './segment.ts';
import { sequenceAdd, sequenceDistance } from './sequence.ts';

/** Emulator choices, after what Linux does. */
export const RECEIVE_BUFFER_LENGTH = 262_144;
const ACKNOWLEDGEMENT_DELAY = milliseconds(40);
/** Enough for the whole buffer to be told in 16 bits (RFC 7323). */
export const WINDOW_SHIFT = 3;

/**
 * The receiving half of a connection: which numbers may come, which bytes came, and when the peer has to hear of it
 * (RFC 9293 sections 3.4 and 3.8.6, RFC 5681 section 4.2).
 */
export class Reception {
  readonly #buffer = new ReceiveBuffer(RECEIVE_BUFFER_LENGTH);
  #expected = 0;
  #finSequence: number | undefined;
  #windowShift = 0;
  #advertisedWindow = RECEIVE_BUFFER_LENGTH;
  #segmentsToAcknowledge = 0;
  #acknowledgeAt: Instant = NEVER;

  /** The next sequence number expected. */
  get expected(): number {
    return this.#expected;
  }

  get windowShift(): number {
    return this.#windowShift;
  }

  /** When an acknowledgement has to be sent; NEVER if none is owed. */
  get deadline(): Instant {
    return this.#acknowledgeAt;
  }

  get isWindowClosed(): boolean {
    return this.#buffer.window === 0;
  }

  /** Bytes in order that wait for the application. */
  get readable(): number {
    return this.#buffer.readable;
  }

  /** By how much the window has grown since the peer was last told. */
  get windowGrowth(): number {
    return this.#buffer.window - this.#advertisedWindow;
  }

  /** True when everything before the peer's FIN has come, and the FIN has not been taken. */
  get isFinNext(): boolean {
    return this.#expected === this.#finSequence;
  }

  /** Windows are scaled only if the peer's SYN says that it knows how. */
  begin(syn: Segment): void {
    this.#expected = sequenceAdd(syn.sequence, 1);
    this.#windowShift = syn.windowShift === undefined ? 0 : WINDOW_SHIFT;
  }

  /** At least one of the segment's numbers lies within the window (RFC 9293, section 3.10.7.4, first check). */
  isInWindow(segment: Segment): boolean {
    const window = this.#buffer.window;
    const length = segment.payload.length + (segment.flags & tcpFlags.fin ? 1 : 0);
    const start = sequenceDistance(this.#expected, segment.sequence);
    if (length === 0) return start === 0 || (start > 0 && start < window);
    // What comes while the window is closed is a probe: it is answered, and not taken.
    return window > 0 && start < window && start + length > 0;
  }

  /** Takes in the payload, and where FIN is. True if the sender must hear of it at once: it is not simply the next. */
  take(segment: Segment): boolean {
    const { payload, flags } = segment;
    if (flags & tcpFlags.fin) this.#finSequence ??= sequenceAdd(segment.sequence, payload.length);
    const hadHoles = this.#buffer.hasHoles;
    const advance = this.#buffer.write(sequenceDistance(this.#expected, segment.sequence), payload);
    this.#expected = sequenceAdd(this.#expected, advance);
    this.#segmentsToAcknowledge++;
    return hadHoles || advance !== payload.length;
  }

  /** The next bytes in order, as a view that is valid until the next segment comes. */
  read(): Uint8Array {
    return this.#buffer.take();
  }

  takeFin(): void {
    this.#expected = sequenceAdd(this.#expected, 1);
  }

  /** True if an acknowledgement is owed now; one that can wait gets a deadline. */
  isAcknowledgementDue(isUrgent: boolean, now: Instant): boolean {
    if (this.#segmentsToAcknowledge === 0) return false;
    if (isUrgent || this.#segmentsToAcknowledge >= 2) return true;
    this.#acknowledgeAt = after(now, ACKNOWLEDGEMENT_DELAY);
    return false;
  }

  /** The window field of a segment that is sent now, and with it acknowledges everything. */
  advertise(): number {
    this.#segmentsToAcknowledge = 0;
    this.stop();
    const window = Math.min(0xffff, this.#buffer.window >>> this.#windowShift);
    this.#advertisedWindow = window << this.#windowShift;
    return window;
  }

  /** Nothing is owed any more. */
  stop(): void {
    this.#acknowledgeAt = NEVER;
  }
}
