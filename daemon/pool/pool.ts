import { Worker } from 'node:worker_threads';
import { Window, type Outcome, type Taken } from './window.ts';

/**
 * What a module of work exports as `makeWork`: it is made once in each worker, and then does job after job, one at a time.
 * What it throws is the fault of the job. Set-up, jobs and results are copied from thread to thread.
 */
export type MakeWork<Setup, Job, Result> = (setup: Setup) => (job: Job) => Result | Promise<Result>;

export interface PoolOptions<Setup> {
  /** The built module. */
  readonly module: URL;
  readonly setup: Setup;
  readonly workers: number;
}

/** Does jobs, and tells in the order of the jobs what became of them. */
export interface Crew<Job, Result> {
  /** One run at a time. Jobs are taken as they can be done. */
  run(jobs: Iterable<Job>): AsyncIterable<Outcome<Job, Result>>;
  close(): Promise<void>;
}

/** What a worker is started with. */
export interface WorkerData {
  readonly module: string;
  readonly setup: unknown;
}

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'fault'; readonly id: number; readonly fault: string };

/** Jobs that a worker has at hand: one that it does, one that waits so that it need not. */
const AT_HAND = 2;

/** Jobs that are out or done and not read, for each worker. */
const WINDOW = 8;

/** Workers that may die over one job before it is the job's fault. */
const ATTEMPTS = 3;

interface Hand<Job> {
  readonly worker: Worker;
  /** In the order in which it does them. */
  readonly jobs: Taken<Job>[];
  isReady: boolean;
  lastWords: string;
}

/**
 * Threads that live long, so that what they have compiled and learned of one job serves the next. A thread that dies is
 * replaced, and its jobs are done by another.
 */
export class Pool<Setup, Job, Result> implements Crew<Job, Result> {
  readonly #options: PoolOptions<Setup>;
  readonly #hands = new Set<Hand<Job>>();
  /** Jobs of threads that have died. */
  readonly #again: Taken<Job>[] = [];
  readonly #deaths = new Map<number, number>();
  #window: Window<Job, Result> | undefined;
  #failure: Error | undefined;
  #isClosed = false;

  constructor(options: PoolOptions<Setup>) {
    this.#options = options;
    for (let i = 0; i < options.workers; i++) this.#hire();
  }

  async *run(jobs: Iterable<Job>): AsyncGenerator<Outcome<Job, Result>, void, undefined> {
    this.#window = new Window(jobs, WINDOW * this.#options.workers);
    if (this.#failure) this.#window.fail(this.#failure);
    yield* this.#window.outcomes(() => this.#feedAll());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(Array.from(this.#hands, ({ worker }) => worker.terminate()));
    this.#hands.clear();
  }

  #hire(): void {
    const { module, setup } = this.#options;
    const workerData: WorkerData = { module: module.href, setup };
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData });
    const hand: Hand<Job> = { worker, jobs: [], isReady: false, lastWords: 'it ended' };
    this.#hands.add(hand);
    worker.on('message', (message: FromWorker) => this.#hear(hand, message));
    worker.on('error', (error: Error) => (hand.lastWords = error.message));
    worker.on('exit', () => this.#bury(hand));
  }

  #hear(hand: Hand<Job>, message: FromWorker): void {
    if (message.kind === 'ready') {
      hand.isReady = true;
    } else {
      hand.jobs.shift();
      this.#deaths.delete(message.id);
      const end = message.kind === 'done' ? { result: message.result as Result } : { fault: message.fault };
      this.#window?.settle(message.id, end);
    }
    this.#feed(hand);
  }

  #bury(hand: Hand<Job>): void {
    this.#hands.delete(hand);
    if (this.#isClosed) return;
    // A worker that cannot begin would be followed by others that cannot.
    if (!hand.isReady) return this.#fail(new Error(`a worker cannot begin: ${hand.lastWords}`));
    const [doing, ...waiting] = hand.jobs;
    if (doing) this.#blame(doing, hand.lastWords);
    this.#again.push(...waiting);
    this.#hire();
    this.#feedAll();
  }

  #fail(failure: Error): void {
    this.#failure = failure;
    this.#window?.fail(failure);
  }

  #blame(taken: Taken<Job>, lastWords: string): void {
    const deaths = (this.#deaths.get(taken.id) ?? 0) + 1;
    this.#deaths.set(taken.id, deaths);
    if (deaths < ATTEMPTS) {
      this.#again.push(taken);
      return;
    }
    this.#deaths.delete(taken.id);
    this.#window?.settle(taken.id, { fault: `${deaths} workers died over it: ${lastWords}` });
  }

  #feedAll(): void {
    for (const hand of this.#hands) this.#feed(hand);
  }

  #feed(hand: Hand<Job>): void {
    while (hand.isReady && hand.jobs.length < AT_HAND) {
      const taken = this.#again.shift() ?? this.#window?.take();
      if (!taken) return;
      hand.jobs.push(taken);
      hand.worker.postMessage(taken);
    }
  }
}
