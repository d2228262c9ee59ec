import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import type { MakeWork } from '../../daemon/pool/pool.ts';

/** What a worker of the tests is told to do. */
export interface PoolJob {
  readonly number: number;
  readonly tookMs?: number;
  /** Ends the worker in the middle of the job: every time, or once, of which a file is left as a mark. */
  readonly dies?: 'always' | { readonly onceAt: string };
  readonly throws?: string;
}

export interface PoolAnswer {
  readonly double: number;
  readonly worker: number;
  /** Jobs that this worker has done before. */
  readonly before: number;
}

export const makeWork: MakeWork<{ readonly factor: number }, PoolJob, PoolAnswer> = ({ factor }) => {
  if (factor === 0) throw new Error('nothing comes of that');
  let done = 0;
  return async ({ number, tookMs = 0, dies, throws }) => {
    await sleep(tookMs);
    if (throws !== undefined) throw new Error(throws);
    if (dies === 'always') process.exit(1);
    if (dies && !existsSync(dies.onceAt)) {
      writeFileSync(dies.onceAt, '');
      process.exit(1);
    }
    return { double: number * factor, worker: threadId, before: done++ };
  };
};
