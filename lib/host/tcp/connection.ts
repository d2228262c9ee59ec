import { after, between, earliest, milliseconds, NEVER, seconds, type Instant } from '../../time.ts';
import { tcpFlags } from '../../wire/tcp.ts';
import type { StreamEnd, StreamHandlers, TcpStream } from '../sockets.ts';
import { CongestionControl } from './congestion.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import { RetransmissionTimeout } from './retransmission-timeout.ts';
import { NO_PAYLOAD, type Segment } from './segment.ts';
import { SendBuffer } from './send-buffer.ts';
import { sequenceAdd, sequenceDistance } from './sequence.ts';

const { fin: FIN, syn: SYN, rst: RST, psh: PSH, ack: ACK } = tcpFlags;

/** Emulator choices, after what Linux does. */
export const SEND_BUFFER_LENGTH = 262_144;
export const RECEIVE_BUFFER_LENGTH = 262_144;
export const SYN_RETRANSMISSIONS_MAX = 6;
export const RETRANSMISSIONS_MAX = 15;
const DELAYED_ACKNOWLEDGEMENT = milliseconds(40);
const TIME_WAIT = seconds(60);
/** Enough for the receive buffer to be told in 16 bits (RFC 7323). */
const WINDOW_SHIFT = 3;
const WINDOW_SHIFT_MAX = 14;
/** What a peer that does not tell its maximum segment size can take, RFC 9293 section 3.7.1. */
const DEFAULT_SEGMENT_SIZE = 536;

/** RFC 9293, section 3.3.2. LISTEN belongs to the endpoint. */
export type TcpState =
  | 'syn-sent'
  | 'syn-received'
  | 'established'
  | 'fin-wait-1'
  | 'fin-wait-2'
  | 'close-wait'
  | 'closing'
  | 'last-ack'
  | 'time-wait'
  | 'closed';

const WRITABLE: ReadonlySet<TcpState> = new Set(['established', 'close-wait']);
const RECEIVING: ReadonlySet<TcpState> = new Set(['established', 'fin-wait-1', 'fin-wait-2']);
const FIN_UNACKNOWLEDGED: ReadonlySet<TcpState> = new Set(['fin-wait-1', 'closing', 'last-ack']);
const SENDING: ReadonlySet<TcpState> = new Set([...WRITABLE, ...FIN_UNACKNOWLEDGED]);

/** What a connection needs of what is around it. */
export interface ConnectionOptions {
  readonly localPort: number;
  readonly initialSequence: number;
  /** Largest payload that this side takes in one segment. */
  readonly maximumSegmentSize: number;
  readonly transmit: (segment: Segment, now: Instant) => void;
  /** The connection is in state 'closed', and will do nothing more. */
  readonly onGone: () => void;
}

/**
 * One TCP connection (RFC 9293), with its retransmission timer (RFC 6298), congestion control (RFC 5681, RFC 6582) and
 * scaled windows (RFC 7323). Left out: urgent data, simultaneous open, timestamps, selective acknowledgements, Nagle's
 * algorithm and keep-alives. It is given segments and time, and hands out segments and bytes.
 */
export class TcpConnection implements TcpStream {
  readonly #options: ConnectionOptions;
  #handlers: StreamHandlers | undefined;
  #accept: ((stream: TcpConnection, now: Instant) => StreamHandlers) | undefined;
  #state: TcpState;

  /** Sending: oldest unacknowledged, next to send, furthest ever sent; the buffer begins at `#bufferSequence`. */
  #unacknowledged: number;
  #next: number;
  #furthest: number;
  #bufferSequence: number;
  readonly #sendBuffer = new SendBuffer(SEND_BUFFER_LENGTH);
  #sendWindow = 0;
  #sendWindowShift = 0;
  #windowUpdateSequence = 0;
  #windowUpdateAcknowledgement = 0;
  #segmentSize = DEFAULT_SEGMENT_SIZE;
  #congestion: CongestionControl;
  #isEnding = false;
  #hasRefusedBytes = false;

  /** Receiving. */
  #expected = 0;
  #receiveWindowShift = 0;
  readonly #receiveBuffer = new ReceiveBuffer(RECEIVE_BUFFER_LENGTH);
  #finSequence: number | undefined;
  #isPaused = false;
  #advertisedWindow = RECEIVE_BUFFER_LENGTH;
  #segmentsToAcknowledge = 0;

  /** Timers. */
  readonly #timeout = new RetransmissionTimeout();
  #retransmitAt: Instant = NEVER;
  #retransmissions = 0;
  #timedSequence = 0;
  #timedAt: Instant = NEVER;
  #acknowledgeAt: Instant = NEVER;
  #goneAt: Instant = NEVER;

  private constructor(options: ConnectionOptions, state: 'syn-sent' | 'syn-received') {
    const { initialSequence } = options;
    this.#options = options;
    this.#state = state;
    this.#unacknowledged = initialSequence;
    this.#next = initialSequence;
    this.#furthest = initialSequence;
    this.#bufferSequence = sequenceAdd(initialSequence, 1);
    this.#congestion = new CongestionControl(DEFAULT_SEGMENT_SIZE, initialSequence);
  }

  /** Active open: sends SYN. */
  static connect(options: ConnectionOptions, handlers: StreamHandlers, now: Instant): TcpConnection {
    const connection = new TcpConnection(options, 'syn-sent');
    connection.#handlers = handlers;
    connection.#receiveWindowShift = WINDOW_SHIFT;
    connection.#sendSyn(now);
    return connection;
  }

  /** Passive open: answers the segment `syn`; `accept` is called when the handshake is done. */
  static accept(
    options: ConnectionOptions,
    syn: Segment,
    accept: (stream: TcpConnection, now: Instant) => StreamHandlers,
    now: Instant,
  ): TcpConnection {
    const connection = new TcpConnection(options, 'syn-received');
    connection.#accept = accept;
    connection.#readSyn(syn);
    connection.#sendSyn(now);
    return connection;
  }

  get state(): TcpState {
    return this.#state;
  }

  get localPort(): number {
    return this.#options.localPort;
  }

  /** The next sequence number expected from the peer. */
  get expectedSequence(): number {
    return this.#expected;
  }

  write(bytes: Uint8Array, now: Instant): number {
    if (this.#isEnding || !WRITABLE.has(this.#state)) return 0;
    const taken = this.#sendBuffer.append(bytes);
    this.#hasRefusedBytes = taken < bytes.length;
    this.#sendWhatIsAllowed(now);
    return taken;
  }

  end(now: Instant): void {
    if (this.#isEnding || this.#state === 'closed') return;
    this.#isEnding = true;
    if (this.#state === 'syn-sent') this.#close('aborted', now);
    else this.#sendWhatIsAllowed(now);
  }

  abort(now: Instant): void {
    if (this.#state === 'closed') return;
    if (this.#state !== 'syn-sent' && this.#state !== 'time-wait')
      this.#emit(this.#furthest, RST | ACK, NO_PAYLOAD, now);
    this.#close('aborted', now);
  }

  /** Bytes that come are kept, and the window closes, until `resume`. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(now: Instant): void {
    this.#isPaused = false;
    this.#deliver(now);
    const hasOpened = this.#receiveBuffer.window - this.#advertisedWindow >= this.#options.maximumSegmentSize;
    if (hasOpened && this.#state !== 'closed') this.#acknowledge(now);
  }

  nextDeadline(): Instant {
    return earliest(earliest(this.#retransmitAt, this.#acknowledgeAt), this.#goneAt);
  }

  poll(now: Instant): void {
    if (now >= this.#goneAt) this.#forget();
    if (now >= this.#acknowledgeAt) this.#acknowledge(now);
    if (now >= this.#retransmitAt) this.#onRetransmissionTimeout(now);
  }

  /** RFC 9293, section 3.10.7. */
  receive(segment: Segment, now: Instant): void {
    if (this.#state === 'closed') return;
    if (this.#state === 'syn-sent') {
      this.#receiveInSynSent(segment, now);
      return;
    }
    if (!this.#isInWindow(segment)) {
      this.#receiveOutOfWindow(segment, now);
      return;
    }
    if (segment.flags & RST) {
      // Only the exact number ends the connection; anything else may be a guess (RFC 5961, section 3.2).
      if (segment.sequence === this.#expected) this.#close('reset', now);
      else this.#acknowledge(now);
      return;
    }
    if (segment.flags & SYN) {
      this.#acknowledge(now);
      return;
    }
    if (!(segment.flags & ACK) || !this.#takeAcknowledgement(segment, now)) return;
    this.#takePayload(segment, now);
    this.#sendWhatIsAllowed(now);
  }

  #receiveInSynSent(segment: Segment, now: Instant): void {
    const isAcknowledged = (segment.flags & ACK) !== 0 && segment.acknowledgement === this.#furthest;
    if (segment.flags & RST) {
      if (isAcknowledged) this.#close('refused', now);
      return;
    }
    if ((segment.flags & ACK) !== 0 && !isAcknowledged) {
      this.#options.transmit(resetFor(segment), now);
      return;
    }
    if (!isAcknowledged || !(segment.flags & SYN)) return;
    this.#readSyn(segment);
    this.#advance(segment.acknowledgement, now);
    this.#takeWindow(segment, 0);
    this.#state = 'established';
    this.#acknowledge(now);
    this.#handlers?.onOpen?.(now);
  }

  #readSyn(syn: Segment): void {
    this.#expected = sequenceAdd(syn.sequence, 1);
    this.#windowUpdateSequence = syn.sequence;
    this.#windowUpdateAcknowledgement = this.#options.initialSequence;
    const { maximumSegmentSize } = this.#options;
    this.#segmentSize = Math.max(1, Math.min(syn.maximumSegmentSize ?? DEFAULT_SEGMENT_SIZE, maximumSegmentSize));
    this.#congestion = new CongestionControl(this.#segmentSize, this.#options.initialSequence);
    const isScaled = syn.windowShift !== undefined;
    this.#receiveWindowShift = isScaled ? WINDOW_SHIFT : 0;
    this.#sendWindowShift = isScaled ? Math.min(syn.windowShift, WINDOW_SHIFT_MAX) : 0;
  }

  #sendSyn(now: Instant): void {
    const isAnswer = this.#state === 'syn-received';
    this.#next = sequenceAdd(this.#options.initialSequence, 1);
    this.#furthest = this.#next;
    const segment: Segment = {
      sequence: this.#options.initialSequence,
      acknowledgement: isAnswer ? this.#expected : 0,
      flags: isAnswer ? SYN | ACK : SYN,
      window: Math.min(0xffff, this.#receiveBuffer.window),
      maximumSegmentSize: this.#options.maximumSegmentSize,
      windowShift: this.#receiveWindowShift || undefined,
      payload: NO_PAYLOAD,
    };
    if (this.#retransmissions === 0) this.#startTiming(this.#options.initialSequence, now);
    this.#options.transmit(segment, now);
    this.#startRetransmissionTimer(now);
  }

  /** At least one of the segment's numbers lies within the receive window (RFC 9293, section 3.10.7.4, first check). */
  #isInWindow(segment: Segment): boolean {
    const window = this.#receiveBuffer.window;
    const length = segment.payload.length + (segment.flags & FIN ? 1 : 0);
    const start = sequenceDistance(this.#expected, segment.sequence);
    if (length === 0) return start === 0 || (start > 0 && start < window);
    // What only fills the hole of a closed window is a probe: it is answered, and not taken.
    return window > 0 && start < window && start + length > 0;
  }

  #receiveOutOfWindow(segment: Segment, now: Instant): void {
    if (segment.flags & RST) return;
    if (this.#state === 'syn-received' && segment.flags & SYN) {
      this.#sendSyn(now);
      return;
    }
    // A FIN that comes again means that our last acknowledgement was lost.
    if (this.#state === 'time-wait') this.#goneAt = after(now, TIME_WAIT);
    // With a closed window the acknowledgement of a probe still counts.
    if (segment.flags & ACK && this.#receiveBuffer.window === 0) this.#takeAcknowledgement(segment, now);
    this.#acknowledge(now);
  }

  /** False if the segment is not to be looked at any further. */
  #takeAcknowledgement(segment: Segment, now: Instant): boolean {
    const { acknowledgement } = segment;
    const count = sequenceDistance(this.#unacknowledged, acknowledgement);
    const isForSomethingUnsent = sequenceDistance(acknowledgement, this.#furthest) < 0;
    if (this.#state === 'syn-received') {
      if (isForSomethingUnsent || count <= 0) {
        this.#options.transmit(resetFor(segment), now);
        return false;
      }
      this.#advance(acknowledgement, now);
      this.#takeWindow(segment, this.#sendWindowShift);
      this.#open(now);
      return true;
    }
    if (isForSomethingUnsent) {
      this.#acknowledge(now);
      return false;
    }
    if (count > 0) this.#takeNewAcknowledgement(segment, count, now);
    else if (count === 0 && this.#isDuplicate(segment)) this.#takeDuplicate(acknowledgement, now);
    if (count >= 0) this.#takeWindow(segment, this.#sendWindowShift);
    return this.#isAlive();
  }

  #open(now: Instant): void {
    this.#state = 'established';
    this.#handlers = this.#accept?.(this, now);
    this.#accept = undefined;
  }

  #takeNewAcknowledgement(segment: Segment, count: number, now: Instant): void {
    const isFinAcknowledged = this.#isFinSent() && segment.acknowledgement === this.#furthest;
    this.#advance(segment.acknowledgement, now);
    const inFlight = sequenceDistance(this.#unacknowledged, this.#next);
    if (this.#congestion.acknowledged(segment.acknowledgement, count, inFlight)) this.#retransmitFirst(now);
    if (isFinAcknowledged) this.#onFinAcknowledged(now);
    if (this.#hasRefusedBytes && this.#sendBuffer.room >= SEND_BUFFER_LENGTH / 4 && !this.#isEnding) {
      this.#hasRefusedBytes = false;
      this.#handlers?.onWritable?.(now);
    }
  }

  /** Everything before `acknowledgement` has arrived. */
  #advance(acknowledgement: number, now: Instant): void {
    if (this.#timedAt !== NEVER && sequenceDistance(this.#timedSequence, acknowledgement) > 0) {
      this.#timeout.measured(between(this.#timedAt, now));
      this.#timedAt = NEVER;
    }
    this.#timeout.recover();
    this.#retransmissions = 0;
    this.#unacknowledged = acknowledgement;
    if (sequenceDistance(this.#next, acknowledgement) > 0) this.#next = acknowledgement;
    const bytes = Math.min(sequenceDistance(this.#bufferSequence, acknowledgement), this.#sendBuffer.length);
    if (bytes > 0) {
      this.#sendBuffer.discard(bytes);
      this.#bufferSequence = sequenceAdd(this.#bufferSequence, bytes);
    }
    this.#retransmitAt = NEVER;
    if (this.#unacknowledged !== this.#next) this.#startRetransmissionTimer(now);
  }

  /** RFC 5681, section 2: carries nothing, changes nothing, while something is under way. */
  #isDuplicate(segment: Segment): boolean {
    return (
      segment.payload.length === 0 &&
      (segment.flags & FIN) === 0 &&
      this.#unacknowledged !== this.#next &&
      segment.window << this.#sendWindowShift === this.#sendWindow
    );
  }

  #takeDuplicate(acknowledgement: number, now: Instant): void {
    const inFlight = sequenceDistance(this.#unacknowledged, this.#next);
    if (this.#congestion.duplicate(acknowledgement, inFlight, this.#furthest)) this.#retransmitFirst(now);
  }

  /** RFC 9293, section 3.10.7.4: an older segment must not take a newer window back. */
  #takeWindow(segment: Segment, shift: number): void {
    const age = sequenceDistance(this.#windowUpdateSequence, segment.sequence);
    const isNewer = sequenceDistance(this.#windowUpdateAcknowledgement, segment.acknowledgement) >= 0;
    if (age < 0 || (age === 0 && !isNewer)) return;
    const hasOpened = this.#sendWindow === 0 && segment.window > 0;
    this.#sendWindow = segment.window << shift;
    this.#windowUpdateSequence = segment.sequence;
    this.#windowUpdateAcknowledgement = segment.acknowledgement;
    // A peer that keeps its window closed is alive, and may keep it closed as long as it likes.
    if (this.#sendWindow === 0) this.#retransmissions = 0;
    if (hasOpened) {
      this.#timeout.recover();
      this.#retransmitAt = NEVER;
    }
  }

  #takePayload(segment: Segment, now: Instant): void {
    const isEmpty = segment.payload.length === 0 && !(segment.flags & FIN);
    if (isEmpty || !RECEIVING.has(this.#state)) return;
    const offset = sequenceDistance(this.#expected, segment.sequence);
    if (segment.flags & FIN && this.#finSequence === undefined)
      this.#finSequence = sequenceAdd(segment.sequence, segment.payload.length);
    const hadHoles = this.#receiveBuffer.hasHoles;
    const advance = this.#receiveBuffer.write(offset, segment.payload);
    this.#expected = sequenceAdd(this.#expected, advance);
    this.#segmentsToAcknowledge++;
    this.#deliver(now);
    const isFinNow = this.#expected === this.#finSequence && this.#isAlive();
    if (isFinNow) this.#takeFin(now);
    // Out of order, or filling a hole: the sender must hear of it at once (RFC 5681, section 4.2).
    const isUrgent = isFinNow || hadHoles || advance !== segment.payload.length;
    this.#acknowledgeIfNeeded(isUrgent, now);
  }

  #deliver(now: Instant): void {
    while (!this.#isPaused && this.#receiveBuffer.readable > 0 && this.#isAlive())
      this.#handlers?.onData(this.#receiveBuffer.take(), now);
  }

  #takeFin(now: Instant): void {
    this.#expected = sequenceAdd(this.#expected, 1);
    switch (this.#state) {
      case 'established':
        this.#state = 'close-wait';
        break;
      case 'fin-wait-1':
        this.#state = 'closing';
        break;
      default:
        this.#enterTimeWait(now);
    }
    this.#handlers?.onEnd(now);
    if (this.#state === 'time-wait') this.#tellEnd('finished', now);
  }

  #onFinAcknowledged(now: Instant): void {
    switch (this.#state) {
      case 'fin-wait-1':
        this.#state = 'fin-wait-2';
        break;
      case 'closing':
        this.#enterTimeWait(now);
        this.#tellEnd('finished', now);
        break;
      case 'last-ack':
        this.#close('finished', now);
    }
  }

  #enterTimeWait(now: Instant): void {
    this.#state = 'time-wait';
    this.#retransmitAt = NEVER;
    this.#goneAt = after(now, TIME_WAIT);
  }

  /** Sends data and FIN as far as the peer's window, the congestion window and what was written allow. */
  #sendWhatIsAllowed(now: Instant): void {
    if (!SENDING.has(this.#state)) return;
    for (;;) {
      const inFlight = sequenceDistance(this.#unacknowledged, this.#next);
      const unsent = this.#sendBuffer.length - sequenceDistance(this.#bufferSequence, this.#next);
      const allowed = Math.min(this.#sendWindow, this.#congestion.window) - inFlight;
      const length = Math.max(0, Math.min(this.#segmentSize, unsent, allowed));
      const isLast = length === unsent;
      if (length === 0 && !(this.#isEnding && unsent === 0)) break;
      // Less than a whole segment is worth sending only if it is all there is (silly window, RFC 9293, 3.8.6.2.1).
      if (length < this.#segmentSize && !isLast && inFlight > 0) break;
      this.#sendData(length, isLast && this.#isEnding, now);
    }
    const isWaiting = this.#sendBuffer.length > 0 || this.#unacknowledged !== this.#next;
    if (isWaiting && this.#retransmitAt === NEVER) this.#startRetransmissionTimer(now);
  }

  /** Sends `length` bytes from `#next` on, with FIN behind them if `isFin`. */
  #sendData(length: number, isFin: boolean, now: Instant): void {
    const sequence = this.#next;
    const offset = sequenceDistance(this.#bufferSequence, sequence);
    const payload = this.#sendBuffer.read(offset, length);
    this.#next = sequenceAdd(sequence, length + (isFin ? 1 : 0));
    if (sequenceDistance(this.#furthest, this.#next) > 0) {
      if (this.#timedAt === NEVER) this.#startTiming(sequence, now);
      this.#furthest = this.#next;
    }
    if (isFin) this.#onFinSent();
    const isPushed = length > 0 && offset + length === this.#sendBuffer.length;
    this.#emit(sequence, ACK | (isFin ? FIN : 0) | (isPushed ? PSH : 0), payload, now);
    if (this.#retransmitAt === NEVER) this.#startRetransmissionTimer(now);
  }

  #onFinSent(): void {
    if (this.#state === 'established') this.#state = 'fin-wait-1';
    if (this.#state === 'close-wait') this.#state = 'last-ack';
  }

  #isFinSent(): boolean {
    return FIN_UNACKNOWLEDGED.has(this.#state);
  }

  /** Sends again, at once, the oldest segment that has not been acknowledged. */
  #retransmitFirst(now: Instant): void {
    const next = this.#next;
    this.#next = this.#unacknowledged;
    const length = Math.min(this.#segmentSize, this.#sendBuffer.length);
    this.#sendData(length, this.#isFinSent() && length === this.#sendBuffer.length, now);
    this.#timedAt = NEVER;
    if (sequenceDistance(this.#next, next) > 0) this.#next = next;
    this.#startRetransmissionTimer(now);
  }

  #onRetransmissionTimeout(now: Instant): void {
    const isOpening = this.#state === 'syn-sent' || this.#state === 'syn-received';
    if (this.#retransmissions >= (isOpening ? SYN_RETRANSMISSIONS_MAX : RETRANSMISSIONS_MAX)) {
      this.#close('timed-out', now);
      return;
    }
    this.#retransmissions++;
    this.#timeout.backOff();
    this.#timedAt = NEVER;
    this.#retransmitAt = NEVER;
    if (isOpening) {
      this.#sendSyn(now);
    } else if (this.#sendWindow === 0) {
      this.#probeWindow(now);
    } else {
      const inFlight = sequenceDistance(this.#unacknowledged, this.#furthest);
      this.#congestion.timedOut(inFlight, this.#furthest);
      this.#next = this.#unacknowledged;
      this.#sendWhatIsAllowed(now);
    }
  }

  /** One byte into a closed window: the answer tells whether it has opened (RFC 9293, section 3.8.6.1). */
  #probeWindow(now: Instant): void {
    this.#next = this.#unacknowledged;
    const length = Math.min(1, this.#sendBuffer.length);
    this.#sendData(length, this.#isFinSent() && this.#sendBuffer.length === 0, now);
    this.#timedAt = NEVER;
    this.#next = this.#unacknowledged;
    this.#startRetransmissionTimer(now);
  }

  #startTiming(sequence: number, now: Instant): void {
    this.#timedSequence = sequence;
    this.#timedAt = now;
  }

  #startRetransmissionTimer(now: Instant): void {
    this.#retransmitAt = after(now, this.#timeout.current);
  }

  /** Nothing is needed if what the application sent meanwhile has carried the acknowledgement. */
  #acknowledgeIfNeeded(isUrgent: boolean, now: Instant): void {
    if (this.#segmentsToAcknowledge === 0 || !this.#isAlive()) return;
    if (isUrgent || this.#segmentsToAcknowledge >= 2) this.#acknowledge(now);
    else this.#acknowledgeAt = after(now, DELAYED_ACKNOWLEDGEMENT);
  }

  #acknowledge(now: Instant): void {
    this.#emit(this.#next, ACK, NO_PAYLOAD, now);
  }

  #emit(sequence: number, flags: number, payload: Uint8Array, now: Instant): void {
    this.#segmentsToAcknowledge = 0;
    this.#acknowledgeAt = NEVER;
    const window = Math.min(0xffff, this.#receiveBuffer.window >>> this.#receiveWindowShift);
    this.#advertisedWindow = window << this.#receiveWindowShift;
    this.#options.transmit({ sequence, acknowledgement: this.#expected, flags, window, payload }, now);
  }

  #isAlive(): boolean {
    return this.#state !== 'closed';
  }

  #close(end: StreamEnd, now: Instant): void {
    this.#forget();
    this.#tellEnd(end, now);
  }

  #forget(): void {
    this.#state = 'closed';
    this.#retransmitAt = NEVER;
    this.#acknowledgeAt = NEVER;
    this.#goneAt = NEVER;
    this.#options.onGone();
  }

  /** A connection that was never accepted has nobody to tell. */
  #tellEnd(end: StreamEnd, now: Instant): void {
    const handlers = this.#handlers;
    this.#handlers = undefined;
    handlers?.onClose(end, now);
  }
}

/** The reset that answers a segment which belongs to no connection (RFC 9293, section 3.10.7.1). */
export function resetFor(segment: Segment): Segment {
  const { acknowledgement, flags, payload } = segment;
  if (flags & ACK) return { sequence: acknowledgement, acknowledgement: 0, flags: RST, window: 0, payload: NO_PAYLOAD };
  const length = payload.length + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);
  return {
    sequence: 0,
    acknowledgement: sequenceAdd(segment.sequence, length),
    flags: RST | ACK,
    window: 0,
    payload: NO_PAYLOAD,
  };
}
