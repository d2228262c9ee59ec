import { counter, type Counters } from '../stats/counters.ts';
import { between, type Duration, type Instant } from '../time.ts';
import type { AttackReport, SentKind } from './attack.ts';

/** What one attack has sent and got, on addresses and ports that nobody else uses. */
export class Ledger {
  readonly #name: string;
  readonly #counters: Counters;
  readonly #epoch: Instant;
  /** From whom to whom an answer would come; no more than two for each packet of the attack. */
  readonly #awaited = new Set<string>();
  readonly #sentByKind = new Map<SentKind, number>();
  #sent = 0;
  #seen = 0;
  #answers = 0;
  #firstAnswerAt: Duration | undefined;

  /** `epoch` is the start of the run. */
  constructor(name: string, counters: Counters, epoch: Instant) {
    this.#name = name;
    this.#counters = counters;
    this.#epoch = epoch;
  }

  /** `answerWays` are those by which an answer would come; none if it could not be told from what comes anyway. */
  sent(kind: SentKind, ...answerWays: readonly string[]): void {
    this.#sent++;
    this.#sentByKind.set(kind, (this.#sentByKind.get(kind) ?? 0) + 1);
    this.#counters.values[counter.attackSent]++;
    for (const way of answerWays) this.#awaited.add(way);
  }

  seen(): void {
    this.#seen++;
  }

  /** Whether what came this way is an answer to the attack; then it is noted. */
  answered(way: string, now: Instant): boolean {
    if (!this.#awaited.has(way)) return false;
    this.#answers++;
    this.#counters.values[counter.attackAnswers]++;
    this.#firstAnswerAt ??= between(this.#epoch, now);
    return true;
  }

  report(): AttackReport {
    return {
      name: this.#name,
      sent: this.#sent,
      sentByKind: Object.fromEntries(this.#sentByKind),
      seen: this.#seen,
      answers: this.#answers,
      ...(this.#firstAnswerAt !== undefined && { firstAnswerAt: this.#firstAnswerAt }),
    };
  }
}
