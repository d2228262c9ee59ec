import { after, earliest, NEVER, seconds, type Instant } from '../../time.ts';
import { tcpFlags } from '../../wire/tcp.ts';
import type { StreamEnd, StreamHandlers, TcpStream } from '../sockets.ts';
import { RECEIVE_BUFFER_LENGTH, Reception, WINDOW_SHIFT } from './reception.ts';
import { NO_PAYLOAD, type Segment } from './segment.ts';
import { sequenceAdd } from './sequence.ts';
import { SEND_BUFFER_LENGTH, Transmission } from './transmission.ts';

const { fin: FIN, syn: SYN, rst: RST, ack: ACK } = tcpFlags;

/** Emulator choices, after what Linux does. */
export const SYN_RETRANSMISSIONS_MAX = 6;
export const RETRANSMISSIONS_MAX = 15;
const TIME_WAIT = seconds(60);
/**
 * Silence after which a connection asks whether its peer is still there, so that one who only listens learns that it has
 * gone. The wait is shorter than the common minute, as runs are short; and who gets no answer asks on.
 */
export const KEEP_ALIVE_AFTER = seconds(10);
/** So much room there must be before an application that filled the buffer is asked for more. */
const WRITABLE_ROOM = SEND_BUFFER_LENGTH / 4;

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
const SENDING: ReadonlySet<TcpState> = new Set([...WRITABLE, 'fin-wait-1', 'closing', 'last-ack']);

export type Accept = (stream: TcpConnection, now: Instant) => StreamHandlers;

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
 * One TCP connection (RFC 9293): its states, between a half that sends and a half that receives. Left out: urgent data,
 * simultaneous open, timestamps, selective acknowledgements and Nagle's algorithm. It is given segments and time, and
 * hands out segments and bytes.
 */
export class TcpConnection implements TcpStream {
  readonly #options: ConnectionOptions;
  readonly #transmission: Transmission;
  readonly #reception = new Reception();
  #state: TcpState;
  #handlers: StreamHandlers | undefined;
  #accept: Accept | undefined;
  #isEnding = false;
  #hasRefusedBytes = false;
  #isPaused = false;
  #goneAt: Instant = NEVER;
  #keepAliveAt: Instant = NEVER;

  private constructor(options: ConnectionOptions, state: 'syn-sent' | 'syn-received') {
    this.#options = options;
    this.#state = state;
    this.#transmission = new Transmission(options.initialSequence, (sequence, flags, payload, now) =>
      this.#emit(sequence, flags, payload, now),
    );
  }

  /** Active open: sends SYN. */
  static connect(options: ConnectionOptions, handlers: StreamHandlers, now: Instant): TcpConnection {
    const connection = new TcpConnection(options, 'syn-sent');
    connection.#handlers = handlers;
    connection.#sendSyn(now);
    return connection;
  }

  /** Passive open: answers the segment `syn`; `accept` is called when the handshake is done. */
  static accept(options: ConnectionOptions, syn: Segment, accept: Accept, now: Instant): TcpConnection {
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
    return this.#reception.expected;
  }

  write(bytes: Uint8Array, now: Instant): number {
    if (this.#isEnding || !WRITABLE.has(this.#state)) return 0;
    const taken = this.#transmission.write(bytes);
    this.#hasRefusedBytes = taken < bytes.length;
    this.#send(now);
    return taken;
  }

  end(now: Instant): void {
    if (this.#isEnding || this.#state === 'closed') return;
    this.#isEnding = true;
    if (this.#state === 'syn-sent') this.#close('aborted', now);
    else this.#send(now);
  }

  abort(now: Instant): void {
    if (this.#state === 'closed') return;
    const isKnownToPeer = this.#state !== 'syn-sent' && this.#state !== 'time-wait';
    if (isKnownToPeer) this.#emit(this.#transmission.controlSequence, RST | ACK, NO_PAYLOAD, now);
    this.#close('aborted', now);
  }

  /** Bytes that come are kept, and the window closes, until `resume`. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(now: Instant): void {
    this.#isPaused = false;
    this.#deliver(now);
    const isWorthTelling = this.#reception.windowGrowth >= this.#options.maximumSegmentSize;
    if (isWorthTelling && this.#state !== 'closed') this.#acknowledge(now);
  }

  nextDeadline(): Instant {
    const ofHalves = earliest(this.#transmission.deadline, this.#reception.deadline);
    return earliest(ofHalves, earliest(this.#keepAliveAt, this.#goneAt));
  }

  poll(now: Instant): void {
    if (now >= this.#goneAt) this.#forget();
    if (now >= this.#reception.deadline) this.#acknowledge(now);
    if (now >= this.#transmission.deadline) this.#onRetransmissionTimeout(now);
    if (now >= this.#keepAliveAt) this.#keepAlive(now);
  }

  /** A segment from before what the peer has acknowledged, which it has to answer (RFC 9293, section 3.8.4). */
  #keepAlive(now: Instant): void {
    this.#keepAliveAt = RECEIVING.has(this.#state) ? after(now, KEEP_ALIVE_AFTER) : NEVER;
    const isWaitingAlready = this.#transmission.deadline !== NEVER;
    if (this.#keepAliveAt === NEVER || isWaitingAlready) return;
    this.#emit(sequenceAdd(this.#transmission.controlSequence, -1), ACK, NO_PAYLOAD, now);
  }

  /** RFC 9293, section 3.10.7. */
  receive(segment: Segment, now: Instant): void {
    if (this.#state === 'closed') return;
    this.#keepAliveAt = after(now, KEEP_ALIVE_AFTER);
    if (this.#state === 'syn-sent') {
      this.#receiveInSynSent(segment, now);
    } else if (!this.#reception.isInWindow(segment)) {
      this.#receiveOutOfWindow(segment, now);
    } else if (segment.flags & RST) {
      // Only the exact number ends the connection; anything else may be a guess (RFC 5961, section 3.2).
      if (segment.sequence === this.#reception.expected) this.#close('reset', now);
      else this.#acknowledge(now);
    } else if (segment.flags & SYN) {
      this.#acknowledge(now);
    } else if (segment.flags & ACK && this.#takeAcknowledgement(segment, now)) {
      this.#takePayload(segment, now);
      this.#send(now);
    }
  }

  #receiveInSynSent(segment: Segment, now: Instant): void {
    const hasAcknowledgement = (segment.flags & ACK) !== 0;
    const isAcknowledged = hasAcknowledgement && this.#transmission.isNews(segment.acknowledgement);
    if (segment.flags & RST) {
      if (isAcknowledged) this.#close('refused', now);
      return;
    }
    if (hasAcknowledgement && !isAcknowledged) {
      this.#options.transmit(resetFor(segment), now);
      return;
    }
    if (!isAcknowledged || !(segment.flags & SYN)) return;
    this.#readSyn(segment);
    this.#transmission.advance(segment.acknowledgement, now);
    this.#transmission.takeWindow(segment);
    this.#state = 'established';
    this.#acknowledge(now);
    this.#handlers?.onOpen?.(now);
  }

  #readSyn(syn: Segment): void {
    this.#transmission.begin(syn, this.#options.maximumSegmentSize);
    this.#reception.begin(syn);
  }

  /** The window of a SYN is not scaled; the option is an offer at first, and then an answer to one. */
  #sendSyn(now: Instant): void {
    const isAnswer = this.#state === 'syn-received';
    const isScaled = !isAnswer || this.#reception.windowShift > 0;
    const segment: Segment = {
      sequence: this.#options.initialSequence,
      acknowledgement: isAnswer ? this.#reception.expected : 0,
      flags: isAnswer ? SYN | ACK : SYN,
      window: Math.min(0xffff, RECEIVE_BUFFER_LENGTH),
      maximumSegmentSize: this.#options.maximumSegmentSize,
      windowShift: isScaled ? WINDOW_SHIFT : undefined,
      payload: NO_PAYLOAD,
    };
    this.#transmission.synSent(now);
    this.#options.transmit(segment, now);
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
    if (segment.flags & ACK && this.#reception.isWindowClosed) this.#takeAcknowledgement(segment, now);
    if (this.#isAlive()) this.#acknowledge(now);
  }

  /** False if the segment is not to be looked at any further. */
  #takeAcknowledgement(segment: Segment, now: Instant): boolean {
    const { acknowledgement } = segment;
    if (this.#state === 'syn-received') {
      if (this.#transmission.isNews(acknowledgement)) {
        this.#open(segment, now);
        return this.#isAlive();
      }
      this.#options.transmit(resetFor(segment), now);
      return false;
    }
    if (this.#transmission.isUnsent(acknowledgement)) {
      this.#acknowledge(now);
      return false;
    }
    const wasFinAcknowledged = this.#transmission.isFinAcknowledged;
    this.#transmission.acknowledged(segment, now);
    if (!wasFinAcknowledged && this.#transmission.isFinAcknowledged) this.#onFinAcknowledged(now);
    this.#askForMore(now);
    return this.#isAlive();
  }

  #open(segment: Segment, now: Instant): void {
    this.#transmission.advance(segment.acknowledgement, now);
    this.#transmission.takeWindow(segment);
    this.#state = 'established';
    this.#handlers = this.#accept?.(this, now);
    this.#accept = undefined;
  }

  #askForMore(now: Instant): void {
    if (!this.#hasRefusedBytes || this.#isEnding || this.#transmission.room < WRITABLE_ROOM) return;
    this.#hasRefusedBytes = false;
    this.#handlers?.onWritable?.(now);
  }

  #takePayload(segment: Segment, now: Instant): void {
    const isEmpty = segment.payload.length === 0 && !(segment.flags & FIN);
    if (isEmpty || !RECEIVING.has(this.#state)) return;
    const isOutOfOrder = this.#reception.take(segment);
    this.#deliver(now);
    const isFinNow = this.#reception.isFinNext && this.#isAlive();
    if (isFinNow) this.#takeFin(now);
    // What the application has sent meanwhile may have carried the acknowledgement.
    if (this.#isAlive() && this.#reception.isAcknowledgementDue(isOutOfOrder || isFinNow, now)) this.#acknowledge(now);
  }

  #deliver(now: Instant): void {
    while (!this.#isPaused && this.#reception.readable > 0 && this.#isAlive())
      this.#handlers?.onData(this.#reception.read(), now);
  }

  #takeFin(now: Instant): void {
    this.#reception.takeFin();
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

  #onFinSent(): void {
    if (this.#state === 'established') this.#state = 'fin-wait-1';
    if (this.#state === 'close-wait') this.#state = 'last-ack';
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
    this.#transmission.stop();
    this.#goneAt = after(now, TIME_WAIT);
  }

  #send(now: Instant): void {
    if (!SENDING.has(this.#state)) return;
    this.#transmission.send(this.#isEnding, now);
    if (this.#transmission.isFinSent) this.#onFinSent();
  }

  #onRetransmissionTimeout(now: Instant): void {
    const isOpening = this.#state === 'syn-sent' || this.#state === 'syn-received';
    if (this.#transmission.retransmissions >= (isOpening ? SYN_RETRANSMISSIONS_MAX : RETRANSMISSIONS_MAX)) {
      this.#close('timed-out', now);
      return;
    }
    this.#transmission.timedOut(isOpening, this.#isEnding, now);
    if (isOpening) this.#sendSyn(now);
    else if (this.#transmission.isFinSent) this.#onFinSent();
  }

  #acknowledge(now: Instant): void {
    this.#emit(this.#transmission.controlSequence, ACK, NO_PAYLOAD, now);
  }

  #emit(sequence: number, flags: number, payload: Uint8Array, now: Instant): void {
    const window = this.#reception.advertise();
    this.#options.transmit({ sequence, acknowledgement: this.#reception.expected, flags, window, payload }, now);
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
    this.#transmission.stop();
    this.#reception.stop();
    this.#goneAt = NEVER;
    this.#keepAliveAt = NEVER;
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
