import { parentPort, workerData } from 'node:worker_threads';
import type { FromWorker, MakeWork, Numbered, WorkerData } from './pool.ts';

/* One thread of a pool: it loads its module, and does one job after the other. */

const { module, setup } = workerData as WorkerData;
const tell = (message: FromWorker): void => parentPort?.postMessage(message);
const { makeWork } = (await import(module)) as { makeWork: MakeWork<unknown, unknown, unknown> };
const work = makeWork(setup);

let last = Promise.resolve();
parentPort?.on('message', (next: Numbered<unknown>) => {
  last = last.then(() => doJob(next));
});
tell({ kind: 'ready' });

async function doJob({ id, job }: Numbered<unknown>): Promise<void> {
  try {
    tell({ kind: 'done', id, result: await work(job) });
  } catch (error) {
    tell({ kind: 'fault', id, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
