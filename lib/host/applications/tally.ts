import { between, type Duration, type Instant } from '../../time.ts';
import type { SideReport } from './report.ts';
import type { Transfer } from './traffic.ts';

/** Exchanges beyond this many are counted, but their times are not kept, and copies are not told apart. */
export const EXCHANGES_MAX = 100_000;

/** One side's books about one traffic entry: what went out and what came, by sequence number. */
export class Tally {
  readonly #runStart: Instant;
  readonly #sentAt: (Duration | null)[] = [];
  readonly #receivedAt: (Duration | null)[] = [];
  #sent = 0;
  #received = 0;
  #unexpected = 0;

  constructor(runStart: Instant) {
    this.#runStart = runStart;
  }

  sent(sequence: number, now: Instant): void {
    this.#sent++;
    note(this.#sentAt, sequence, between(this.#runStart, now));
  }

  /** Counts what came as received, or as unexpected if it came before. */
  received(sequence: number, now: Instant): void {
    if (this.hasReceived(sequence)) {
      this.#unexpected++;
      return;
    }
    this.#received++;
    note(this.#receivedAt, sequence, between(this.#runStart, now));
  }

  unexpected(): void {
    this.#unexpected++;
  }

  hasSent(sequence: number): boolean {
    return sequence < EXCHANGES_MAX ? (this.#sentAt[sequence] ?? null) !== null : sequence < this.#sent;
  }

  hasReceived(sequence: number): boolean {
    return (this.#receivedAt[sequence] ?? null) !== null;
  }

  report(sourcePort: number, transfer?: Transfer): SideReport {
    return {
      sent: this.#sent,
      received: this.#received,
      unexpected: this.#unexpected,
      sentAt: this.#sentAt,
      receivedAt: this.#receivedAt,
      sourcePort,
      transfer,
    };
  }
}

function note(times: (Duration | null)[], sequence: number, time: Duration): void {
  if (sequence >= EXCHANGES_MAX) return;
  while (times.length < sequence) times.push(null);
  times[sequence] = time;
}
