import { Worker } from 'node:worker_threads';
import { inOrder, type End, type Outcome } from './in-order.ts';

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
  /** Jobs are taken as they can be done. Fails when nobody is left to do them. */
  run(jobs: Iterable<Job>): AsyncIterable<Outcome<Job, Result>>;
  close(): Promise<void>;
}

/** What a worker is started with. */
export interface WorkerData {
  readonly module: string;
  readonly setup: unknown;
}

/** A job on its way to a worker. */
export interface Numbered<Job> {
  readonly id: number;
  readonly job: Job;
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

interface Order<Job, Result> extends Numbered<Job> {
  /** Workers that have died over it. */
  deaths: number;
  readonly settle: (end: End<Result>) => void;
  readonly fail: (error: Error) => void;
}

interface Hand<Job, Result> {
  readonly worker: Worker;
  /** In the order in which it does them. */
  readonly orders: Order<Job, Result>[];
  isReady: boolean;
  lastWords: string;
}

/**
 * Threads that live long, so that what they have compiled and learned of one job serves the next. A thread that dies is
 * replaced, and its jobs are done by another.
 */
export class Pool<Setup, Job, Result> implements Crew<Job, Result> {
  readonly #options: PoolOptions<Setup>;
  readonly #hands = new Set<Hand<Job, Result>>();
  /** Jobs that no worker has at hand. */
  readonly #waiting: Order<Job, Result>[] = [];
  #lastId = 0;
  #failure: Error | undefined;
  #isClosed = false;

  constructor(options: PoolOptions<Setup>) {
    this.#options = options;
    for (let i = 0; i < options.workers; i++) this.#hire();
  }

  run(jobs: Iterable<Job>): AsyncGenerator<Outcome<Job, Result>, void, undefined> {
    return inOrder(jobs, WINDOW * this.#options.workers, (job) => this.do(job));
  }

  /** Does one job as soon as a worker can. Whoever calls it sees to it that not too many wait. */
  async do(job: Job): Promise<End<Result>> {
    return new Promise((settle, fail) => {
      if (this.#failure) return fail(this.#failure);
      this.#waiting.push({ id: ++this.#lastId, job, deaths: 0, settle, fail });
      this.#feedAll();
    });
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
    const hand: Hand<Job, Result> = { worker, orders: [], isReady: false, lastWords: 'it ended' };
    this.#hands.add(hand);
    worker.on('message', (message: FromWorker) => this.#hear(hand, message));
    worker.on('error', (error: Error) => (hand.lastWords = error.message));
    worker.on('exit', () => this.#bury(hand));
  }

  #hear(hand: Hand<Job, Result>, message: FromWorker): void {
    if (message.kind === 'ready') hand.isReady = true;
    else
      hand.orders
        .shift()
        ?.settle(message.kind === 'done' ? { result: message.result as Result } : { fault: message.fault });
    this.#feed(hand);
  }

  #bury(hand: Hand<Job, Result>): void {
    this.#hands.delete(hand);
    if (this.#isClosed) return;
    // A worker that cannot begin would be followed by others that cannot.
    if (!hand.isReady) return this.#fail(new Error(`a worker cannot begin: ${hand.lastWords}`));
    const [doing, ...next] = hand.orders;
    this.#waiting.unshift(...next);
    if (doing && ++doing.deaths < ATTEMPTS) this.#waiting.unshift(doing);
    else doing?.settle({ fault: `${doing.deaths} workers died over it: ${hand.lastWords}` });
    this.#hire();
    this.#feedAll();
  }

  #fail(failure: Error): void {
    this.#failure = failure;
    for (const { orders } of this.#hands) this.#waiting.push(...orders);
    for (const { fail } of this.#waiting.splice(0)) fail(failure);
  }

  #feedAll(): void {
    for (const hand of this.#hands) this.#feed(hand);
  }

  #feed(hand: Hand<Job, Result>): void {
    while (hand.isReady && hand.orders.length < AT_HAND) {
      const order = this.#waiting.shift();
      if (!order) return;
      hand.orders.push(order);
      hand.worker.postMessage({ id: order.id, job: order.job } satisfies Numbered<Job>);
    }
  }
}
