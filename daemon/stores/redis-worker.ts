import { parentPort, workerData } from 'node:worker_threads';
import { RedisLink, WrongAnswer } from './redis-link.ts';
import type { FromWorker, ToWorker, WorkerData } from './redis-thread.ts';

/*
 * A link to a Redis in a thread of its own. The client throws where nobody can catch it when a server says what makes no
 * sense to it: that ends the thread, and not the router.
 */
const tell = (message: FromWorker): void => parentPort?.postMessage(message);

const link = new RedisLink({
  ...(workerData as WorkerData),
  changed: (change) => tell({ kind: 'changed', change }),
  misunderstood: () => tell({ kind: 'misunderstood' }),
  echoed: (mark) => tell({ kind: 'echoed', mark }),
  broken: (error) => tell({ kind: 'broken', reason: error.message, isWrong: isWrongAnswer(error) }),
});

parentPort?.on('message', ({ writes, mark }: ToWorker) => {
  link.write(writes, mark).then(
    () => tell({ kind: 'written' }),
    (error: Error) => link.break(error),
  );
});

link.open().then(
  (entries) => tell({ kind: 'open', entries }),
  (error: Error) => link.break(error),
);

/** Whether it is the server's own words that went wrong, and not their absence. */
function isWrongAnswer(error: Error): boolean {
  const isOfParser = /^(Reply|Parser)Error$/.test(error.name) || error.message.includes('RESP');
  return error instanceof WrongAnswer || error instanceof TypeError || isOfParser;
}
