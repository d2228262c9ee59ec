/** What became of a job: its result, or why there is none. */
export type Outcome<Job, Result> =
  { readonly job: Job; readonly result: Result } | { readonly job: Job; readonly fault: string };

/** A job that somebody works on. */
export interface Taken<Job> {
  readonly id: number;
  readonly job: Job;
}

/**
 * Stands between jobs, those who do them in any order, and one who reads what became of them in the order of the jobs.
 * At most `limit` jobs are out or wait to be read, so that neither many jobs nor a slow one take much memory. Each job is
 * settled once, however often it was done.
 */
export class Window<Job, Result> {
  readonly #jobs: Iterator<Job>;
  readonly #limit: number;
  readonly #open = new Map<number, Job>();
  readonly #settled = new Map<number, Outcome<Job, Result>>();
  #isExhausted = false;
  #taken = 0;
  #read = 0;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(jobs: Iterable<Job>, limit: number) {
    this.#jobs = jobs[Symbol.iterator]();
    this.#limit = limit;
  }

  /** The next job; undefined if there is none, or too many are out. */
  take(): Taken<Job> | undefined {
    if (this.#isExhausted || this.#taken - this.#read >= this.#limit) return undefined;
    const next = this.#jobs.next();
    if (next.done) {
      this.#isExhausted = true;
      this.#wake();
      return undefined;
    }
    const taken = { id: this.#taken++, job: next.value };
    this.#open.set(taken.id, taken.job);
    return taken;
  }

  /** False if the job had been settled before, or was never taken: then nothing is counted. */
  settle(id: number, end: { readonly result: Result } | { readonly fault: string }): boolean {
    const job = this.#open.get(id);
    if (job === undefined) return false;
    this.#open.delete(id);
    this.#settled.set(id, { job, ...end });
    this.#wake();
    return true;
  }

  /** Nobody is left to do the jobs: the reader is told. */
  fail(failure: Error): void {
    this.#failure ??= failure;
    this.#wake();
  }

  /** What became of the jobs, in their order. `hasRoom` is called whenever one more may be taken. */
  async *outcomes(hasRoom: () => void): AsyncGenerator<Outcome<Job, Result>, void, undefined> {
    for (;;) {
      hasRoom();
      const outcome = this.#settled.get(this.#read);
      if (outcome) {
        this.#settled.delete(this.#read++);
        yield outcome;
      } else if (this.#failure) {
        throw this.#failure;
      } else if (this.#isExhausted && this.#read === this.#taken) {
        return;
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    }
  }
}
