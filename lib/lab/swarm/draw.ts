import { SeededRandom } from '../../random.ts';
import { Chance } from './chance.ts';
import { drawFaults } from './faults.ts';
import type { Plan } from './plan.ts';
import { drawSettings } from './settings.ts';
import { drawTopology } from './topology.ts';
import { drawTraffic, LAST_ANSWER_MS } from './traffic.ts';

/** By then paths are up and traffic has begun. */
const FAULTS_FROM_MS = 1_500;

/**
 * What it takes beyond the recovery of sessions: a path that comes up after its hold-down time of 1 s, link addresses that
 * are asked for again, a twin that takes over after 1 s.
 */
const HEALING_MS = 4_000;

/** Long enough for every entry of traffic to send something. */
const PROOF_MS = 800;

/** The lab that a seed stands for; the same one always. */
export function drawPlan(seed: number): Plan {
  // Each part has chance of its own, so that one part drawing more does not change another.
  const chance = (part: string): Chance => new Chance(SeededRandom.named(seed, `swarm ${part}`));
  const topology = drawTopology(chance('topology'));
  const settings = drawSettings(chance('settings'), topology);
  const healedAtMs = FAULTS_FROM_MS + chance('time').between(2, 20) * 100;
  const convergedAtMs = healedAtMs + HEALING_MS + settings.reduce((total, { recoveryMs }) => total + recoveryMs, 0);
  const times = { healedAtMs, convergedAtMs, durationMs: convergedAtMs + PROOF_MS + LAST_ANSWER_MS };
  const traffic = drawTraffic(chance('traffic'), { ...topology, settings }, times);
  const faults = drawFaults(
    chance('faults'),
    { ...topology, traffic },
    { fromMs: FAULTS_FROM_MS, untilMs: healedAtMs },
  );
  return { seed, ...topology, settings, traffic, faults, ...times };
}
