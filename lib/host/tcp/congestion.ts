import { sequenceDistance } from './sequence.ts';

const DUPLICATES_FOR_RETRANSMIT = 3;

/**
 * Slow start, congestion avoidance, fast retransmit and fast recovery: RFC 5681, with NewReno's partial
 * acknowledgements (RFC 6582) and limited transmit (RFC 3042).
 */
export class CongestionControl {
  readonly #segmentSize: number;
  #window: number;
  #threshold = Infinity;
  #duplicates = 0;
  #isRecovering = false;
  /** Everything up to here had been sent when a loss was last noticed; duplicates before it tell nothing new. */
  #recoverUntil: number;

  constructor(segmentSize: number, initialSequence: number) {
    this.#segmentSize = segmentSize;
    // RFC 6928.
    this.#window = Math.min(10 * segmentSize, Math.max(2 * segmentSize, 14_600));
    this.#recoverUntil = initialSequence;
  }

  /** How many bytes may be under way. The first two duplicates each let one more segment out. */
  get window(): number {
    if (this.#isRecovering) return this.#window;
    return this.#window + Math.min(this.#duplicates, DUPLICATES_FOR_RETRANSMIT - 1) * this.#segmentSize;
  }

  /** `count` bytes, up to `acknowledgement`, are no longer under way. True if the next segment was lost too. */
  acknowledged(acknowledgement: number, count: number, inFlight: number): boolean {
    const segmentSize = this.#segmentSize;
    this.#duplicates = 0;
    if (this.#isRecovering) {
      if (sequenceDistance(this.#recoverUntil, acknowledgement) < 0) {
        this.#window = Math.max(this.#window - count, 0) + (count >= segmentSize ? segmentSize : 0);
        return true;
      }
      this.#isRecovering = false;
      this.#window = Math.min(this.#threshold, Math.max(inFlight, segmentSize) + segmentSize);
      return false;
    }
    this.#window +=
      this.#window < this.#threshold
        ? Math.min(count, segmentSize)
        : Math.max(1, Math.floor((segmentSize * segmentSize) / this.#window));
    return false;
  }

  /** An acknowledgement came once more. True if the segment behind it has to be taken for lost. */
  duplicate(acknowledgement: number, inFlight: number, sentUntil: number): boolean {
    this.#duplicates++;
    if (this.#isRecovering) {
      this.#window += this.#segmentSize;
      return false;
    }
    const isNews = sequenceDistance(this.#recoverUntil, acknowledgement) > 0;
    if (this.#duplicates !== DUPLICATES_FOR_RETRANSMIT || !isNews) return false;
    this.#reduceThreshold(inFlight);
    this.#window = this.#threshold + DUPLICATES_FOR_RETRANSMIT * this.#segmentSize;
    this.#isRecovering = true;
    this.#recoverUntil = sentUntil;
    return true;
  }

  timedOut(inFlight: number, sentUntil: number): void {
    this.#reduceThreshold(inFlight);
    this.#window = this.#segmentSize;
    this.#duplicates = 0;
    this.#isRecovering = false;
    this.#recoverUntil = sentUntil;
  }

  #reduceThreshold(inFlight: number): void {
    this.#threshold = Math.max(Math.floor(inFlight / 2), 2 * this.#segmentSize);
  }
}
