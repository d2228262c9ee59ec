import { Worker } from 'node:worker_threads';
import type { Write } from './redis-link.ts';
import type { RedisPlace } from './redis-place.ts';

export interface WorkerData {
  readonly place: RedisPlace;
  /** Names of the hashes with the entries of this node and of its twin. */
  readonly own: string;
  readonly twin: string;
  readonly answerTimeoutMs: number;
}

export interface ToWorker {
  readonly writes: readonly Write[];
  readonly mark: number;
}

export type FromWorker =
  | { readonly kind: 'open'; readonly entries: Write[] }
  | { readonly kind: 'changed'; readonly change: Write }
  | { readonly kind: 'echoed'; readonly mark: number }
  | { readonly kind: 'misunderstood' }
  | { readonly kind: 'written' }
  | { readonly kind: 'broken'; readonly reason: string; readonly isWrong: boolean };

export interface ThreadListener {
  /** Connected; this is what the twin has. What it did meanwhile has been told already. */
  opened(entries: readonly Write[]): void;
  changed(change: Write): void;
  echoed(mark: number): void;
  misunderstood(): void;
  /** What was handed over last has been taken. */
  written(): void;
  /** Told once. `isWrong` if the server said what makes no sense. */
  broken(isWrong: boolean): void;
}

/** A `RedisLink` in its own thread, from its connecting to the first thing that goes wrong. */
export class RedisThread {
  readonly #worker: Worker;
  readonly #listener: ThreadListener;
  #isOver = false;

  constructor(data: WorkerData, listener: ThreadListener) {
    this.#listener = listener;
    this.#worker = new Worker(new URL('./redis-worker.js', import.meta.url), { workerData: data });
    this.#worker.on('message', (message: FromWorker) => this.#hear(message));
    // What the client throws past everybody, it throws at what a server has said.
    this.#worker.on('error', () => this.break(true));
    this.#worker.on('exit', () => this.break(false));
  }

  write(writes: readonly Write[], mark: number): void {
    this.#worker.postMessage({ writes, mark } satisfies ToWorker);
  }

  break(isWrong: boolean): void {
    if (this.#isOver) return;
    this.close();
    this.#listener.broken(isWrong);
  }

  close(): void {
    this.#isOver = true;
    void this.#worker.terminate();
  }

  #hear(message: FromWorker): void {
    if (this.#isOver) return;
    switch (message.kind) {
      case 'open':
        return this.#listener.opened(message.entries);
      case 'changed':
        return this.#listener.changed(message.change);
      case 'echoed':
        return this.#listener.echoed(message.mark);
      case 'misunderstood':
        return this.#listener.misunderstood();
      case 'written':
        return this.#listener.written();
      case 'broken':
        return this.break(message.isWrong);
    }
  }
}
