import type { ServicePolicy } from '../config/index.ts';
import type { PeerPath } from '../highway/peer-path.ts';
import { milliseconds } from '../time.ts';
import type { PathQuality, PathStates } from './path-states.ts';

/** A vector that the policy does not name comes after all that it does. */
const UNNAMED_PRIORITY = 1_000_000;

/** What of a service policy decides about paths (SVR sheet, section 4.6). */
export type PathPolicy = Pick<
  ServicePolicy,
  | 'bestPathCriteria'
  | 'lbStrategy'
  | 'maxLoss'
  | 'maxLatency'
  | 'maxJitter'
  | 'minMos'
  | 'pathQualityFilter'
  | 'bestEffort'
  | 'vectors'
>;

/** Whether what is measured of a path keeps the objectives of a policy. Nothing measured is nothing missed. */
export function meetsObjectives(quality: PathQuality | undefined, policy: PathPolicy): boolean {
  if (!quality) return true;
  return (
    quality.lossPercent <= policy.maxLoss &&
    milliseconds(quality.latencyMs) <= policy.maxLatency &&
    milliseconds(quality.jitterMs) <= policy.maxJitter &&
    (policy.minMos === undefined || quality.mos >= policy.minMos)
  );
}

/** Paths that the policy allows, best first. `load` is how many sessions a path carries. */
export function rankPaths(
  candidates: readonly PeerPath[],
  states: PathStates,
  policy: PathPolicy | undefined,
  load: (path: PeerPath) => number,
): PeerPath[] {
  const up = candidates.filter((path) => states.isUp(path));
  if (!policy) return up;
  const allowed = up.filter((path) => vectorPriority(path, policy) !== undefined);
  const ranked = allowed.toSorted((a, b) => compare(a, b, states, policy, load));
  if (!policy.pathQualityFilter) return ranked;
  const good = ranked.filter((path) => meetsObjectives(states.quality(path), policy));
  // Without best effort no path is better than a bad one.
  return good.length > 0 || !policy.bestEffort ? good : ranked;
}

function compare(
  a: PeerPath,
  b: PeerPath,
  states: PathStates,
  policy: PathPolicy,
  load: (path: PeerPath) => number,
): number {
  const byVector = (vectorPriority(a, policy) ?? 0) - (vectorPriority(b, policy) ?? 0);
  const byMeasure = measure(states.quality(a), policy) - measure(states.quality(b), policy);
  const byCriteria = policy.bestPathCriteria === 'vector' ? byVector : byMeasure || byVector;
  // Proportional: among equals the one with the fewest sessions; hunt: always the first.
  return byCriteria || (policy.lbStrategy === 'proportional' ? load(a) - load(b) : 0) || a.index - b.index;
}

/** Smaller is better. What has not been measured is neither preferred nor avoided against its like. */
function measure(quality: PathQuality | undefined, policy: PathPolicy): number {
  if (!quality || policy.bestPathCriteria === 'vector') return 0;
  return policy.bestPathCriteria === 'average-latency' ? quality.latencyMs : -quality.mos;
}

/** Of the best of a path's vectors; undefined if the policy never wants it. Vectors that are 'ordered' go by their place. */
export function vectorPriority(path: PeerPath, policy: PathPolicy): number | undefined {
  const priorities = path.vectors.map((name) => {
    const place = policy.vectors.findIndex((vector) => vector.name === name);
    if (place < 0) return UNNAMED_PRIORITY;
    const { priority } = policy.vectors[place];
    return priority === 'ordered' ? place + 1 : priority;
  });
  if (priorities.includes('never')) return undefined;
  return Math.min(UNNAMED_PRIORITY, ...(priorities as number[]));
}
