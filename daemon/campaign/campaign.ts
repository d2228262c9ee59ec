import type { Cell } from '../../lib/campaign/cells.ts';
import { brokenRow, type RunRow } from '../../lib/campaign/row.ts';
import type { LabTexts } from '../load-lab.ts';
import type { Crew } from '../pool/pool.ts';
import type { Batch } from './batch.ts';

/** Seeds from `first` to `last`, both included. */
export interface Seeds {
  readonly first: number;
  readonly last: number;
}

export const countOf = ({ first, last }: Seeds): number => last - first + 1;

export interface CampaignPlan {
  readonly lab: LabTexts;
  readonly cells: readonly Cell[];
  readonly seeds: Seeds;
  /** Seeds that a worker gets at once. */
  readonly batchSize: number;
}

export interface CampaignRow {
  readonly cell: number;
  readonly row: RunRow;
}

/** Runs every cell with every seed; rows come cell by cell, in the order of seeds, whoever does the work. */
export async function* runCampaign(
  plan: CampaignPlan,
  crew: Crew<Batch, readonly RunRow[]>,
): AsyncGenerator<CampaignRow, void, undefined> {
  for await (const outcome of crew.run(batchesOf(plan))) {
    const { cell } = outcome.job;
    const rows = 'result' in outcome ? outcome.result : rowsOfFault(outcome.job, outcome.fault);
    for (const row of rows) yield { cell, row };
  }
}

function* batchesOf({ lab, cells, seeds, batchSize }: CampaignPlan): Generator<Batch> {
  for (const [cell, { overrides }] of cells.entries())
    for (let firstSeed = seeds.first; firstSeed <= seeds.last; firstSeed += batchSize)
      yield { lab, cell, overrides, firstSeed, count: Math.min(batchSize, seeds.last - firstSeed + 1) };
}

const rowsOfFault = ({ firstSeed, count }: Batch, fault: string): RunRow[] =>
  Array.from({ length: count }, (_, i) => brokenRow(firstSeed + i, fault));
