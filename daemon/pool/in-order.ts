/** What became of a job: its result, or why there is none. */
export type End<Result> = { readonly result: Result } | { readonly fault: string };

export type Outcome<Job, Result> = End<Result> & { readonly job: Job };

/**
 * Has jobs done in any order, and tells in the order of the jobs what became of them. At most `limit` jobs are out or wait
 * to be read, so that neither many jobs nor a slow one take much memory. Fails when `work` does, which is when nobody is
 * left to do them.
 */
export async function* inOrder<Job, Result>(
  jobs: Iterable<Job>,
  limit: number,
  work: (job: Job) => Promise<End<Result>>,
): AsyncGenerator<Outcome<Job, Result>, void, undefined> {
  const out: { readonly job: Job; readonly end: Promise<End<Result>> }[] = [];
  const queue = jobs[Symbol.iterator]();
  let isExhausted = false;
  for (;;) {
    while (!isExhausted && out.length < limit) {
      const next = queue.next();
      if (next.done) {
        isExhausted = true;
      } else {
        const end = work(next.value);
        // It is told when its turn comes.
        end.catch(() => undefined);
        out.push({ job: next.value, end });
      }
    }
    const first = out.shift();
    if (!first) return;
    yield { job: first.job, ...(await first.end) };
  }
}
