import { after, between, NEVER, type Instant } from '../../time.ts';
import { tcpFlags } from '../../wire/tcp.ts';
import { CongestionControl } from './congestion.ts';
import { RetransmissionTimeout } from './retransmission-timeout.ts';
import type { Segment } from './segment.ts';
import { SendBuffer } from './send-buffer.ts';
import { sequenceAdd, sequenceDistance } from './sequence.ts';

const { fin: FIN, psh: PSH, ack: ACK } = tcpFlags;

/** Emulator choice, after what Linux does. */
export const SEND_BUFFER_LENGTH = 262_144;
/** What a peer that does not tell its maximum segment size can take, RFC 9293 section 3.7.1. */
const DEFAULT_SEGMENT_SIZE = 536;
const WINDOW_SHIFT_MAX = 14;

export type Emit = (sequence: number, flags: number, payload: Uint8Array, now: Instant) => void;

/**
 * The sending half of a connection: what was written, how much of it the peer and the network can take, and what has to
 * be sent again, until all of it and the FIN behind it are acknowledged (RFC 9293 section 3.8, RFC 5681, RFC 6298).
 */
export class Transmission {
  readonly #initialSequence: number;
  readonly #emit: Emit;

  /** Oldest unacknowledged, next to send, furthest ever sent, and where the buffer begins. */
  #unacknowledged: number;
  #next: number;
  #furthest: number;
  #bufferSequence: number;
  readonly #buffer = new SendBuffer(SEND_BUFFER_LENGTH);
  #isFinSent = false;

  #segmentSize = DEFAULT_SEGMENT_SIZE;
  #congestion: CongestionControl;
  #window = 0;
  #windowShift = 0;
  #windowSequence = 0;
  #windowAcknowledgement: number;

  readonly #timeout = new RetransmissionTimeout();
  #retransmitAt: Instant = NEVER;
  #retransmissions = 0;
  /** The one segment whose round trip is being measured, and since when; NEVER for none. */
  #timedSequence = 0;
  #timedAt: Instant = NEVER;

  constructor(initialSequence: number, emit: Emit) {
    this.#initialSequence = initialSequence;
    this.#emit = emit;
    this.#unacknowledged = initialSequence;
    this.#next = initialSequence;
    this.#furthest = initialSequence;
    this.#bufferSequence = sequenceAdd(initialSequence, 1);
    this.#windowAcknowledgement = initialSequence;
    this.#congestion = new CongestionControl(DEFAULT_SEGMENT_SIZE, initialSequence);
  }

  /** What the peer's SYN says about what it can take. */
  begin(syn: Segment, segmentSizeMax: number): void {
    this.#segmentSize = Math.max(1, Math.min(syn.maximumSegmentSize ?? DEFAULT_SEGMENT_SIZE, segmentSizeMax));
    this.#congestion = new CongestionControl(this.#segmentSize, this.#initialSequence);
    this.#windowShift = Math.min(syn.windowShift ?? 0, WINDOW_SHIFT_MAX);
    this.#windowSequence = syn.sequence;
  }

  /** When `timedOut` has to be called; NEVER if nothing is waited for. */
  get deadline(): Instant {
    return this.#retransmitAt;
  }

  /** How often the oldest segment has been sent again. */
  get retransmissions(): number {
    return this.#retransmissions;
  }

  /** Bytes that may be written. */
  get room(): number {
    return this.#buffer.room;
  }

  get isFinSent(): boolean {
    return this.#isFinSent;
  }

  get isFinAcknowledged(): boolean {
    return this.#isFinSent && this.#unacknowledged === this.#furthest;
  }

  /** The number for a segment without payload: one that lies in the peer's window, also while that is closed. */
  get controlSequence(): number {
    return this.#window === 0 ? this.#next : this.#furthest;
  }

  /** True if `acknowledgement` covers something that was sent and had not been acknowledged. */
  isNews(acknowledgement: number): boolean {
    return sequenceDistance(this.#unacknowledged, acknowledgement) > 0 && !this.isUnsent(acknowledgement);
  }

  /** True if `acknowledgement` is for something that was never sent. */
  isUnsent(acknowledgement: number): boolean {
    return sequenceDistance(this.#furthest, acknowledgement) > 0;
  }

  /** The connection sends its SYN itself, for the first time or again. */
  synSent(now: Instant): void {
    this.#next = sequenceAdd(this.#initialSequence, 1);
    this.#furthest = this.#next;
    if (this.#retransmissions === 0) this.#startTiming(this.#initialSequence, now);
    this.#startTimer(now);
  }

  /** Copies in what there is room for; returns how many bytes that is. */
  write(bytes: Uint8Array): number {
    return this.#buffer.append(bytes);
  }

  /** Nothing is sent again any more. */
  stop(): void {
    this.#retransmitAt = NEVER;
  }

  /** Sends as much as the peer's window and the congestion window allow, and FIN behind the last byte if `isEnding`. */
  send(isEnding: boolean, now: Instant): void {
    for (;;) {
      const unsent = this.#buffer.length - sequenceDistance(this.#bufferSequence, this.#next);
      const allowed = Math.min(this.#window, this.#congestion.window) - this.#inFlight;
      const length = Math.max(0, Math.min(this.#segmentSize, unsent, allowed));
      const isLast = length === unsent;
      if (length === 0 && !(isEnding && unsent === 0)) break;
      // Less than a whole segment is worth sending only if it is all there is (silly window, RFC 9293, 3.8.6.2.1).
      if (length < this.#segmentSize && !isLast && this.#inFlight > 0) break;
      this.#sendSegment(length, isLast && isEnding, now);
    }
    const isWaiting = this.#buffer.length > 0 || this.#inFlight > 0;
    if (isWaiting && this.#retransmitAt === NEVER) this.#startTimer(now);
  }

  /** Takes in an acknowledgement that is not for something unsent, and the peer's window. */
  acknowledged(segment: Segment, now: Instant): void {
    const { acknowledgement } = segment;
    const count = sequenceDistance(this.#unacknowledged, acknowledgement);
    if (count < 0) return;
    if (count > 0) {
      this.advance(acknowledgement, now);
      if (this.#congestion.acknowledged(acknowledgement, count, this.#inFlight)) this.#sendOldestAgain(now);
    } else if (this.#isDuplicate(segment)) {
      if (this.#congestion.duplicate(acknowledgement, this.#inFlight, this.#furthest)) this.#sendOldestAgain(now);
    }
    this.takeWindow(segment);
  }

  /** Everything before `acknowledgement` has arrived. */
  advance(acknowledgement: number, now: Instant): void {
    if (this.#timedAt !== NEVER && sequenceDistance(this.#timedSequence, acknowledgement) > 0) {
      this.#timeout.measured(between(this.#timedAt, now));
      this.#timedAt = NEVER;
    }
    this.#timeout.recover();
    this.#retransmissions = 0;
    this.#unacknowledged = acknowledgement;
    if (sequenceDistance(this.#next, acknowledgement) > 0) this.#next = acknowledgement;
    const bytes = Math.min(sequenceDistance(this.#bufferSequence, acknowledgement), this.#buffer.length);
    if (bytes > 0) {
      this.#buffer.discard(bytes);
      this.#bufferSequence = sequenceAdd(this.#bufferSequence, bytes);
    }
    this.#retransmitAt = NEVER;
    if (this.#inFlight > 0) this.#startTimer(now);
  }

  /** RFC 9293, section 3.10.7.4: an older segment must not take a newer window back. The window of a SYN is not scaled. */
  takeWindow(segment: Segment): void {
    const age = sequenceDistance(this.#windowSequence, segment.sequence);
    const isNewer = sequenceDistance(this.#windowAcknowledgement, segment.acknowledgement) >= 0;
    if (age < 0 || (age === 0 && !isNewer)) return;
    const hasOpened = this.#window === 0 && segment.window > 0;
    this.#window = this.#windowOf(segment);
    this.#windowSequence = segment.sequence;
    this.#windowAcknowledgement = segment.acknowledgement;
    // A peer that keeps its window closed is alive, and may keep it closed as long as it likes.
    if (this.#window === 0) this.#retransmissions = 0;
    if (hasOpened) {
      this.#timeout.recover();
      this.#retransmitAt = NEVER;
    }
  }

  /** The deadline has come. While the connection opens, it is the SYN that the connection sends again. */
  timedOut(isOpening: boolean, isEnding: boolean, now: Instant): void {
    this.#retransmissions++;
    this.#timeout.backOff();
    this.#timedAt = NEVER;
    this.#retransmitAt = NEVER;
    if (isOpening) return;
    if (this.#window === 0) {
      this.#probeWindow(now);
      return;
    }
    this.#congestion.timedOut(sequenceDistance(this.#unacknowledged, this.#furthest), this.#furthest);
    this.#next = this.#unacknowledged;
    this.send(isEnding, now);
  }

  get #inFlight(): number {
    return sequenceDistance(this.#unacknowledged, this.#next);
  }

  #windowOf({ window, flags }: Segment): number {
    return flags & tcpFlags.syn ? window : window << this.#windowShift;
  }

  /** RFC 5681, section 2: carries nothing, changes nothing, while something is under way. */
  #isDuplicate(segment: Segment): boolean {
    const isEmpty = segment.payload.length === 0 && (segment.flags & FIN) === 0;
    return isEmpty && this.#inFlight > 0 && this.#windowOf(segment) === this.#window;
  }

  /** Sends `length` bytes from `#next` on, with FIN behind them if `isFin`. */
  #sendSegment(length: number, isFin: boolean, now: Instant): void {
    const sequence = this.#next;
    const offset = sequenceDistance(this.#bufferSequence, sequence);
    const payload = this.#buffer.read(offset, length);
    this.#next = sequenceAdd(sequence, length + (isFin ? 1 : 0));
    if (sequenceDistance(this.#furthest, this.#next) > 0) {
      if (this.#timedAt === NEVER) this.#startTiming(sequence, now);
      this.#furthest = this.#next;
    }
    if (isFin) this.#isFinSent = true;
    const isPushed = length > 0 && offset + length === this.#buffer.length;
    this.#emit(sequence, ACK | (isFin ? FIN : 0) | (isPushed ? PSH : 0), payload, now);
    if (this.#retransmitAt === NEVER) this.#startTimer(now);
  }

  /** Sends again, at once, the oldest segment that has not been acknowledged. */
  #sendOldestAgain(now: Instant): void {
    const next = this.#next;
    this.#sendFromOldest(this.#segmentSize, now);
    if (sequenceDistance(this.#next, next) > 0) this.#next = next;
  }

  /** One byte into a closed window: the answer tells whether it has opened (RFC 9293, section 3.8.6.1). */
  #probeWindow(now: Instant): void {
    this.#sendFromOldest(1, now);
    this.#next = this.#unacknowledged;
  }

  /** Nothing is measured by what is sent more than once (Karn's rule). */
  #sendFromOldest(lengthMax: number, now: Instant): void {
    this.#next = this.#unacknowledged;
    const length = Math.min(lengthMax, this.#buffer.length);
    this.#sendSegment(length, this.#isFinSent && length === this.#buffer.length, now);
    this.#timedAt = NEVER;
    this.#startTimer(now);
  }

  #startTiming(sequence: number, now: Instant): void {
    this.#timedSequence = sequence;
    this.#timedAt = now;
  }

  #startTimer(now: Instant): void {
    this.#retransmitAt = after(now, this.#timeout.current);
  }
}
