import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from '../../../daemon/pool/pool.ts';
import { inOrder, type End, type Outcome } from '../../../daemon/pool/in-order.ts';
import type { PoolAnswer, PoolJob } from '../../support/pool-work.ts';

const module = new URL('../../support/pool-work.js', import.meta.url);

async function inPool(jobs: Iterable<PoolJob>, workers = 2, factor = 2): Promise<Outcome<PoolJob, PoolAnswer>[]> {
  const pool = new Pool<{ factor: number }, PoolJob, PoolAnswer>({ module, setup: { factor }, workers });
  try {
    return await collect(pool.run(jobs));
  } finally {
    await pool.close();
  }
}

async function collect<T>(all: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of all) found.push(one);
  return found;
}

const resultOf = <Result>(outcome: Outcome<unknown, Result>): Result | string =>
  'result' in outcome ? outcome.result : outcome.fault;

const doubles = (outcomes: readonly Outcome<PoolJob, PoolAnswer>[]): unknown[] =>
  outcomes.map((outcome) => ('result' in outcome ? outcome.result.double : outcome.fault));

const numbers = (count: number): PoolJob[] => Array.from({ length: count }, (_, number) => ({ number }));

describe('a pool of workers', () => {
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'svrlab-pool-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('does every job once, and tells of them in their order however long they take', async () => {
    const jobs = numbers(40).map(({ number }) => ({ number, tookMs: number % 8 === 0 ? 20 : 0 }));
    deepEqual(
      doubles(await inPool(jobs)),
      jobs.map(({ number }) => 2 * number),
    );
  });

  it('keeps its workers, each of which does many jobs', async () => {
    const outcomes = await inPool(numbers(40).map((job) => ({ ...job, tookMs: 1 })));
    const answers = outcomes.map(resultOf).filter((answer) => typeof answer !== 'string');
    equal(new Set(answers.map(({ worker }) => worker)).size, 2);
    ok(Math.max(...answers.map(({ before }) => before)) >= 10);
  });

  it('replaces a worker that dies, and has its jobs done by another', async () => {
    const jobs = numbers(20).map((job) =>
      job.number % 5 === 2 ? { ...job, dies: { onceAt: join(folder, `${job.number}`) } } : job,
    );
    deepEqual(
      doubles(await inPool(jobs)),
      jobs.map(({ number }) => 2 * number),
    );
  });

  it('gives up a job over which three workers have died, and does the others', async () => {
    const outcomes = await inPool(numbers(9).map((job) => (job.number === 4 ? { ...job, dies: 'always' } : job)));
    const faults = outcomes.filter((outcome) => 'fault' in outcome);
    deepEqual(
      faults.map(({ job, fault }) => [job.number, fault]),
      [[4, '3 workers died over it: it ended']],
    );
    equal(outcomes.length, 9);
  });

  it('tells what a job throws, and goes on', async () => {
    const outcomes = await inPool([{ number: 1, throws: 'a nail in the tyre' }, { number: 2 }]);
    match(String(doubles(outcomes)[0]), /^Error: a nail in the tyre\n/);
    equal(doubles(outcomes)[1], 4);
  });

  it('fails when its workers cannot begin', async () => {
    await rejects(inPool(numbers(3), 2, 0), /a worker cannot begin: nothing comes of that/);
  });

  it('has nothing to do when there are no jobs', async () => {
    deepEqual(await inPool([]), []);
  });

  it('can be run again', async () => {
    const pool = new Pool<{ factor: number }, PoolJob, PoolAnswer>({ module, setup: { factor: 3 }, workers: 1 });
    deepEqual(doubles(await collect(pool.run(numbers(3)))), [0, 3, 6]);
    deepEqual(doubles(await collect(pool.run(numbers(2)))), [0, 3]);
    await pool.close();
  });
});

describe('jobs that are done in any order', () => {
  it('are no more at a time than the limit, as long as nobody reads', async () => {
    const begun: number[] = [];
    const work = async (job: number): Promise<End<number>> => {
      begun.push(job);
      return { result: job };
    };
    const outcomes = inOrder([1, 2, 3, 4, 5], 2, work);
    deepEqual(begun, []);
    await outcomes.next();
    deepEqual(begun, [1, 2]);
    await outcomes.next();
    deepEqual(begun, [1, 2, 3]);
  });

  it('are told in their order, and the reader is told when nobody is left to do them', async () => {
    const outcomes = inOrder([3, 1, 0, 2], 4, async (job): Promise<End<string>> => {
      await sleep(job);
      if (job === 0) throw new Error('nobody is left');
      return { result: `done ${job}` };
    });
    deepEqual((await outcomes.next()).value, { job: 3, result: 'done 3' });
    deepEqual((await outcomes.next()).value, { job: 1, result: 'done 1' });
    await rejects(outcomes.next(), /nobody is left/);
  });
});
