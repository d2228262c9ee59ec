import { describeCell } from '../../lib/campaign/describe.ts';
import type { CampaignResult, CellResult, FailureResult } from '../../lib/campaign/result.ts';
import { EVERY_RUN_ENDS } from '../../lib/campaign/tally.ts';
import { describeConvergence } from '../../lib/lab/convergence.ts';
import { INVARIANTS_HOLD } from '../../lib/lab/invariants/violation.ts';
import type { Scenario } from '../../lib/lab/scenario.ts';
import { SIM_EPOCH } from '../../lib/lab/sim/fabric.ts';
import { formatSuites, type JunitCase, type JunitSuite } from '../junit.ts';
import { counted } from '../units.ts';

/** What JUnit tells of a campaign beside its result. */
export interface AroundCampaign {
  readonly expected: readonly string[];
  /** On the clock on the wall. */
  readonly tookMs: number;
  /** The command line that makes one run again. */
  readonly commandOf: (cell: CellResult, seed: number) => string;
}

/** The texts of all that each run of a scenario is judged by. */
export const expectedOf = ({ expectations, convergeWithin }: Scenario): string[] => [
  ...expectations.map(({ text }) => text),
  ...(convergeWithin === undefined ? [] : [describeConvergence(convergeWithin)]),
  INVARIANTS_HOLD,
];

/**
 * A suite for each cell, and in it a case for each expectation, which names the seeds that it fails with, one for the
 * invariants, and one that fails if a run broke or was not made. The time of a cell is its share by runs.
 */
export function formatCampaignJunit(result: CampaignResult, around: AroundCampaign): string {
  return formatSuites(result.cells.map((cell) => suiteOf(cell, result, around)));
}

function suiteOf(cell: CellResult, result: CampaignResult, around: AroundCampaign): JunitSuite {
  const { scenario, about, fabric, version, seeds, runs, planned, cells } = result;
  const parameters = result.vary.map(({ key }, i) => [key, cell.values[i]] as const);
  const missing = planned / cells.length - cell.runs;
  const failures = new Map(cell.failures.map((failure) => [failure.what, failureOf(failure, cell, around)]));
  return {
    name: cell.overrides.length > 0 ? `${scenario}, ${describeCell(cell.overrides)}` : scenario,
    ...{ epoch: SIM_EPOCH, about: `${about}\n` },
    tookMs: runs > 0 ? (around.tookMs * cell.runs) / runs : 0,
    properties: { fabric, version, seeds: `${seeds.first}..${seeds.last}`, ...Object.fromEntries(parameters) },
    cases: [
      ...around.expected.map((name) => ({ name, failure: failures.get(name) })),
      { name: EVERY_RUN_ENDS, failure: failures.get(EVERY_RUN_ENDS) ?? failureOfMissing(missing) },
    ],
  };
}

function failureOf(
  { what, runs, seeds }: FailureResult,
  cell: CellResult,
  around: AroundCampaign,
): JunitCase['failure'] {
  const more = runs > seeds.length ? ` and ${runs - seeds.length} more` : '';
  const { firstFailure } = cell;
  const why = what === EVERY_RUN_ENDS && firstFailure?.seed === seeds[0] ? [firstFailure.why.join('; ')] : [];
  return {
    message: `fails in ${runs} of ${counted(cell.runs, 'run')}: seed ${seeds.join(', ')}${more}`,
    text: [...why, ...seeds.map((seed) => around.commandOf(cell, seed))].join('\n'),
  };
}

const failureOfMissing = (runs: number): JunitCase['failure'] =>
  runs > 0 ? { message: `${counted(runs, 'run')} not made`, text: 'The campaign was ended early.' } : undefined;
