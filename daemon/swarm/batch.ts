import { createHash } from 'node:crypto';
import type { CapturedPacket, LabEvent } from '../../lib/lab/fabric.ts';
import { judgeScenario } from '../../lib/lab/swarm/judge.ts';
import { trySeed, trySeedTwice, type Fingerprint, type SwarmRow } from '../../lib/lab/swarm/seed.ts';
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

/** Makes up, runs and judges the labs of some seeds, in a worker of a pool. */
export const makeWork: MakeWork<SwarmSetup, SwarmBatch, SwarmRow[]> = ({ checksDeterminism }) => {
  const run = (seed: number): Promise<SwarmRow> =>
    checksDeterminism ? trySeedTwice(seed, fingerprint) : trySeed(seed, crypto);
  return async ({ firstSeed, count }) => {
    const rows: SwarmRow[] = [];
    for (let seed = firstSeed; seed < firstSeed + count; seed++) rows.push(await run(seed));
    return rows;
  };
};

/** Over every event and every packet at every port. */
const fingerprint: Fingerprint = async (scenario) => {
  const hash = createHash('sha1');
  const { packets } = await judgeScenario(scenario, {
    crypto,
    events: { event: (event: LabEvent) => hash.update(JSON.stringify(event)) },
    capture: { packet: ({ bytes, ...about }: CapturedPacket) => hash.update(JSON.stringify(about)).update(bytes) },
  });
  return { sum: hash.digest('hex'), packets };
};
