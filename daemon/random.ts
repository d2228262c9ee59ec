import { randomFillSync } from 'node:crypto';
import type { Random } from '../lib/random.ts';

const words = new Uint32Array(1024);
let next = words.length;

function word(): number {
  if (next === words.length) {
    randomFillSync(words);
    next = 0;
  }
  return words[next++];
}

/** Chance of the machine itself: what a router makes of it, session UUIDs and initialization vectors, must not come twice. */
export const machineRandom: Random = {
  unit: () => word() / 0x1_0000_0000,
  below: (bound) => Math.floor((word() / 0x1_0000_0000) * bound),
  fill: (target) => void randomFillSync(target),
};
