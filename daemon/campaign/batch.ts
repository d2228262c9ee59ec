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
  /** The cell's place among all cells. */
  readonly cell: number;
  readonly overrides: readonly string[];
  readonly firstSeed: number;
  readonly count: number;
}

/** Runs batches in the simulator, in a worker of a pool; a row for each seed comes back. */
export const makeWork: MakeWork<LabTexts, Batch, RunRow[]> = (lab) => {
  // Batches come cell by cell.
  let last: { readonly cell: number; readonly scenario: Scenario } | undefined;
  return async ({ cell, overrides, firstSeed, count }) => {
    if (last?.cell !== cell) last = { cell, scenario: parseLab(lab, overrides) };
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
