import type { ProbeReport } from './traffic.ts';

/**
 * Exchanges behind those of a traffic entry, on the same session, that tell whether it still works. No measure counts them.
 */
export class Probes {
  readonly #first: number;
  #sent = 0;
  #answered = 0;

  /** Their sequence numbers follow those of the entry. */
  constructor(count: number) {
    this.#first = count;
  }

  /** The sequence number of one more. */
  next(): number {
    return this.#first + this.#sent++;
  }

  /** Whether it is the answer to one of them, which is counted then. */
  answered(sequence: number): boolean {
    const isProbe = sequence >= this.#first && sequence < this.#first + this.#sent;
    if (isProbe) this.#answered++;
    return isProbe;
  }

  /** Whether it is one of them, of the other side; it is counted as answered, as it needs no answer. */
  arrived(sequence: number): boolean {
    const isProbe = sequence >= this.#first;
    if (isProbe) this.#answered++;
    return isProbe;
  }

  /** To be laid over a report: nothing as long as none was sent. */
  report(): { readonly probes?: ProbeReport } {
    return this.#sent + this.#answered > 0 ? { probes: { sent: this.#sent, answered: this.#answered } } : {};
  }
}
