import { brokenRow, rowOf, type RunRow } from '../../lib/campaign/row.ts';
import { runScenario } from '../../lib/lab/runner.ts';
import type { Scenario } from '../../lib/lab/scenario.ts';
import { SimFabric } from '../../lib/lab/sim/fabric.ts';
import { nodeCrypto } from '../crypto.ts';
import { parseLab, type LabTexts } from '../load-lab.ts';
import type { MakeWork } from '../pool/pool.ts';
import { version } from '../version.ts';

/** Some seeds, one behind the other, of one cell of a campaign. */
export interface Batch {
  readonly lab: LabTexts;
  /** The cell's place among all cells. */
  readonly cell: number;
  readonly overrides: readonly string[];
  readonly firstSeed: number;
  readonly count: number;
}

/** What a pool is given to run batches. */
export const batchModule = new URL('./batch.js', import.meta.url);

/** Runs batches in the simulator, in a worker of a pool; a row for each seed comes back. */
export const makeWork: MakeWork<undefined, Batch, RunRow[]> = () => {
  // Batches come cell by cell, and mostly of one campaign.
  let last: { readonly key: string; readonly scenario: Scenario } | undefined;
  return async ({ lab, overrides, firstSeed, count }) => {
    const key = JSON.stringify([lab, overrides]);
    if (last?.key !== key) last = { key, scenario: parseLab(lab, overrides) };
    const { scenario } = last;
    const rows: RunRow[] = [];
    for (let seed = firstSeed; seed < firstSeed + count; seed++) rows.push(await runSeed(scenario, seed));
    return rows;
  };
};

async function runSeed(scenario: Scenario, seed: number): Promise<RunRow> {
  const fabric = new SimFabric({ scenario, seed, crypto: nodeCrypto });
  try {
    return rowOf(await runScenario({ fabric, scenario, seed, version }));
  } catch (error) {
    return brokenRow(seed, error instanceof Error ? error.message : String(error));
  }
}
