import { createHash } from 'node:crypto';
import type { CapturedPacket, LabEvent } from '../../lib/lab/fabric.ts';
import { drawPlan } from '../../lib/lab/swarm/draw.ts';
import { judgeScenario, type Breach, type Judgement } from '../../lib/lab/swarm/judge.ts';
import type { Plan } from '../../lib/lab/swarm/plan.ts';
import { shrink } from '../../lib/lab/swarm/shrink.ts';
import { writeScenario } from '../../lib/lab/swarm/write.ts';
import { nodeCrypto as crypto } from '../crypto.ts';
import type { MakeWork } from '../pool/pool.ts';

export interface SwarmSetup {
  /** Whether every seed is run twice, and has to give the same bytes. */
  readonly checksDeterminism: boolean;
}

/** Some seeds, one behind the other. */
export interface SwarmBatch {
  readonly firstSeed: number;
  readonly count: number;
}

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

/** Makes up, runs and judges the labs of some seeds, in a worker of a pool. */
export const makeWork: MakeWork<SwarmSetup, SwarmBatch, SwarmRow[]> = ({ checksDeterminism }) => {
  const run = checksDeterminism ? runTwice : runOnce;
  return async ({ firstSeed, count }) => {
    const rows: SwarmRow[] = [];
    for (let seed = firstSeed; seed < firstSeed + count; seed++) rows.push(await run(drawPlan(seed)));
    return rows;
  };
};

async function runOnce(plan: Plan): Promise<SwarmRow> {
  const { seed } = plan;
  const { breach, packets } = await judge(plan);
  if (breach === undefined) return { seed, packets };
  const small = await shrink(plan, async (candidate) => (await judge(candidate)).breach === breach);
  const { findings } = await judge(small);
  return {
    seed,
    packets,
    failure: { breach, findings, scenario: writeScenario(small, headingOf(breach, findings, seed)) },
  };
}

const judge = (plan: Plan): Promise<Judgement> => judgeScenario(writeScenario(plan), { crypto });

async function runTwice(plan: Plan): Promise<SwarmRow> {
  const { seed } = plan;
  const once = await fingerprint(plan);
  if (once.sum === (await fingerprint(plan)).sum) return { seed, packets: once.packets };
  const differs = async (candidate: Plan): Promise<boolean> =>
    (await fingerprint(candidate)).sum !== (await fingerprint(candidate)).sum;
  const findings = ['two runs of the same seed do not give the same events and packets'];
  const scenario = writeScenario(await shrink(plan, differs), headingOf('chance', findings, seed));
  return { seed, packets: once.packets, failure: { breach: 'chance', findings, scenario } };
}

/** A sum over all events and packets of a run. */
async function fingerprint(plan: Plan): Promise<{ readonly sum: string; readonly packets: number }> {
  const hash = createHash('sha1');
  const { packets } = await judgeScenario(writeScenario(plan), {
    crypto,
    events: { event: (event: LabEvent) => hash.update(JSON.stringify(event)) },
    capture: { packet: ({ bytes, ...about }: CapturedPacket) => hash.update(JSON.stringify(about)).update(bytes) },
  });
  return { sum: hash.digest('hex'), packets };
}

const FINDINGS_IN_HEADING = 4;

function headingOf(breach: SwarmFailure['breach'], findings: readonly string[], seed: number): string[] {
  return [
    `Broken: ${breach}. Made smaller from what 'svrlab swarm --seeds ${seed}' makes up.`,
    '',
    ...findings.slice(0, FINDINGS_IN_HEADING),
    '',
    `See it with: svrlab run seed-${seed}.yaml`,
    '',
  ];
}
