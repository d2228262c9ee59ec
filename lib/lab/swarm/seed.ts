import type { CryptoProvider } from '../../crypto.ts';
import { drawPlan } from './draw.ts';
import { judgeScenario, type Breach, type Judgement } from './judge.ts';
import type { Plan } from './plan.ts';
import { shrink } from './shrink.ts';
import { writeScenario } from './write.ts';

/** What became of a seed. */
export interface SwarmRow {
  readonly seed: number;
  readonly packets: number;
  readonly failure?: SwarmFailure;
}

/** `chance`: two runs of one seed differ. */
export interface SwarmFailure {
  readonly breach: Breach | 'chance';
  /** Of the small scenario, a line for each. */
  readonly findings: readonly string[];
  /** The text of a scenario file that fails in the same way, as small as it could be made. */
  readonly scenario: string;
}

/** Runs the lab of a seed, and makes it small if it fails. */
export async function trySeed(seed: number, crypto: CryptoProvider): Promise<SwarmRow> {
  const judge = (plan: Plan): Promise<Judgement> => judgeScenario(writeScenario(plan), { crypto });
  const plan = drawPlan(seed);
  const { breach, packets } = await judge(plan);
  if (breach === undefined) return { seed, packets };
  const small = await shrink(plan, async (candidate) => (await judge(candidate)).breach === breach);
  const { findings } = await judge(small);
  return { seed, packets, failure: failureOf(small, breach, findings) };
}

/** A sum over all bytes that a run gives, and how many packets there were. */
export type Fingerprint = (scenario: string) => Promise<{ readonly sum: string; readonly packets: number }>;

/** Runs the lab of a seed twice, and makes it small if the runs differ. */
export async function trySeedTwice(seed: number, fingerprint: Fingerprint): Promise<SwarmRow> {
  const runTwice = async (plan: Plan): Promise<{ readonly packets: number; readonly differs: boolean }> => {
    const [once, again] = [await fingerprint(writeScenario(plan)), await fingerprint(writeScenario(plan))];
    return { packets: once.packets, differs: once.sum !== again.sum };
  };
  const plan = drawPlan(seed);
  const { packets, differs } = await runTwice(plan);
  if (!differs) return { seed, packets };
  const small = await shrink(plan, async (candidate) => (await runTwice(candidate)).differs);
  const findings = ['two runs of the same seed do not give the same events and packets'];
  return { seed, packets, failure: failureOf(small, 'chance', findings) };
}

const FINDINGS_IN_HEADING = 4;

function failureOf(plan: Plan, breach: SwarmFailure['breach'], findings: readonly string[]): SwarmFailure {
  const { seed } = plan;
  const heading = [
    `Broken: ${breach}. Made smaller from what 'svrlab swarm --seeds ${seed}' makes up.`,
    '',
    ...findings.slice(0, FINDINGS_IN_HEADING),
    '',
    `See it with: svrlab run seed-${seed}.yaml`,
    '',
  ];
  return { breach, findings, scenario: writeScenario(plan, heading) };
}
