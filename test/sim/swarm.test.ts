import { deepEqual, equal, ok } from 'node:assert/strict';
import { nodeCrypto as crypto } from '../../daemon/crypto.ts';
import { parseScenario } from '../../lib/lab/parse.ts';
import { drawPlan } from '../../lib/lab/swarm/draw.ts';
import { judgeScenario } from '../../lib/lab/swarm/judge.ts';
import type { Plan } from '../../lib/lab/swarm/plan.ts';
import { shrink } from '../../lib/lab/swarm/shrink.ts';
import { writeScenario } from '../../lib/lab/swarm/write.ts';
import { describeMistakes } from '../support/lab-files.ts';

const seedsTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe('a lab that is made up', () => {
  it('is a scenario that can be read, whatever the seed', () => {
    for (const seed of seedsTo(200)) {
      const mistakes = describeMistakes(parseScenario(writeScenario(drawPlan(seed)), 'swarm.yaml', () => undefined));
      equal(mistakes, '', `seed ${seed}`);
    }
  });

  it('is the same for the same seed, and another for another', () => {
    equal(writeScenario(drawPlan(7)), writeScenario(drawPlan(7)));
    const texts = new Set(seedsTo(200).map((seed) => writeScenario({ ...drawPlan(seed), seed: 0 })));
    equal(texts.size, 200);
  });
});

describe('a lab that fails', () => {
  const pushes = ({ traffic }: Plan): boolean => traffic.some(({ keys }) => keys.kind === 'udp-push');

  it('is made smaller until nothing more can be left out of it', async () => {
    const large = seedsTo(500)
      .map(drawPlan)
      .find((plan) => plan.routers.length > 3 && plan.settings.length > 2 && plan.faults.length > 1 && pushes(plan));
    ok(large);
    const isReadable = (plan: Plan): boolean =>
      parseScenario(writeScenario(plan), 'swarm.yaml', () => undefined).scenario !== undefined;
    const small = await shrink(large, async (plan) => pushes(plan) && isReadable(plan));
    deepEqual([small.traffic.length, small.faults.length, small.settings.length, small.wires.length], [1, 0, 0, 1]);
    equal(small.routers.length, 2);
  });

  it('is not mistaken for one that makes no sense', async () => {
    const plan = drawPlan(1);
    const { breach } = await judgeScenario(writeScenario({ ...plan, wires: [] }), { crypto });
    equal(breach, 'refused');
  });
});
