import { InvalidArgumentError } from 'commander';
import type { Seeds } from '../../daemon/campaign/campaign.ts';

const SEED_MAX = 0xffff_ffff;
const JOBS_MAX = 256;

/** Reads `1..10000`, both included, or a single seed. */
export function readSeeds(text: string): Seeds {
  const match = /^(\d{1,10})(?:\.\.(\d{1,10}))?$/.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (!match || last > SEED_MAX) throw new InvalidArgumentError('Seeds are two whole numbers such as 1..10000.');
  if (last < first) throw new InvalidArgumentError(`${last} comes before ${first}.`);
  return { first, last };
}

/** Reads how many labs run at the same time. */
export function readJobs(text: string): number {
  const jobs = Number(text);
  if (!/^\d+$/.test(text) || jobs < 1 || jobs > JOBS_MAX)
    throw new InvalidArgumentError(`A whole number from 1 to ${JOBS_MAX}.`);
  return jobs;
}
