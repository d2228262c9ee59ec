import { SeededRandom } from '../../random.ts';
import { drawAttacks } from './attacks.ts';
import { Chance } from './chance.ts';
import { drawFaults } from './faults.ts';
import type { Plan } from './plan.ts';
import { drawSettings } from './settings.ts';
import { drawTopology } from './topology.ts';
import { drawKinds, drawTraffic, isUnanswered } from './traffic.ts';

/** By then paths are up and traffic has begun. */
const FAULTS_FROM_MS = 1_500;

/**
 * What it takes beyond the recovery of sessions: a path that comes up after its hold-down time of 1 s, link addresses that
 * are asked for again, a twin that takes over after 1 s.
 */
const HEALING_MS = 4_000;

/** Long enough for every entry of traffic to send something, and to be answered. */
const PROOF_MS = 1_800;

/** A connection that was cut off for long waits for long before it sends again. */
const CONNECTION_MS = 20_000;

/** The lab that a seed stands for; the same one always. */
export function drawPlan(seed: number): Plan {
  // Each part has chance of its own, so that one part drawing more does not change another.
  const chance = (part: string): Chance => new Chance(SeededRandom.named(seed, `swarm ${part}`));
  const topology = drawTopology(chance('topology'));
  const settings = drawSettings(chance('settings'), topology);
  const kinds = drawKinds(chance('kinds'), topology.wires);
  const healedAtMs = FAULTS_FROM_MS + chance('time').between(2, 20) * 100;
  const recoveryMs = HEALING_MS + settings.reduce((total, setting) => total + setting.recoveryMs, 0);
  // What is answered is tried again when the run is over; what is not has to go on until its sessions are back.
  const convergedAtMs = healedAtMs + (kinds.some(isUnanswered) ? recoveryMs : 100);
  const times = { healedAtMs, convergedAtMs, durationMs: convergedAtMs + PROOF_MS };
  const lab = { ...topology, settings };
  const traffic = drawTraffic(chance('traffic'), kinds, lab, times);
  const span = { fromMs: FAULTS_FROM_MS, untilMs: healedAtMs };
  // Nobody knows when something comes that a fault waits for. What is not answered has to go on from a time that is known.
  const mayWait = !kinds.some(isUnanswered);
  const faults = drawFaults(chance('faults'), { ...lab, traffic }, span, mayWait);
  const attacks = drawAttacks(chance('attacks'), { ...lab, traffic }, times.durationMs);
  const isLate = faults.some(({ steps }) => steps.some(({ beginning }) => beginning));
  const convergeWithinMs =
    recoveryMs + (kinds.includes('http-download') ? CONNECTION_MS : 0) + (isLate ? healedAtMs - FAULTS_FROM_MS : 0);
  const what = { name: `swarm-${seed}`, about: `what swarm made up from seed ${seed}` };
  return { ...what, seed, ...lab, traffic, faults, attacks, expectations: [], ...times, convergeWithinMs };
}
