import { parentPort, workerData } from 'node:worker_threads';
import type { FromWorker, MakeWork, WorkerData } from './pool.ts';
import type { Taken } from './window.ts';

/* One thread of a pool: it loads its module, and does one job after the other. */

const { module, setup } = workerData as WorkerData;
const tell = (message: FromWorker): void => parentPort?.postMessage(message);
const { makeWork } = (await import(module)) as { makeWork: MakeWork<unknown, unknown, unknown> };
const work = makeWork(setup);

let last = Promise.resolve();
parentPort?.on('message', (taken: Taken<unknown>) => {
  last = last.then(() => doJob(taken));
});
tell({ kind: 'ready' });

async function doJob({ id, job }: Taken<unknown>): Promise<void> {
  try {
    tell({ kind: 'done', id, result: await work(job) });
  } catch (error) {
    tell({ kind: 'fault', id, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
