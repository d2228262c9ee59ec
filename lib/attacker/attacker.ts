import type { Device, Wire } from '../device.ts';
import type { Random } from '../random.ts';
import type { Counters } from '../stats/counters.ts';
import type { Instant } from '../time.ts';
import type { Trace } from '../trace.ts';
import type { Attack, AttackReport } from './attack.ts';

/** The ports of an attacker on the path, in the order of their indices; one off the path has `eth0` alone. */
export const onPathPorts = ['inside', 'outside'] as const;
export const offPathPorts = ['eth0'] as const;

/** Who stands on the wires of a lab and means no good. It holds no key. */
export interface Attacker extends Device {
  readonly counters: Counters;
  /** In the order in which it was given the attacks. */
  reports(): readonly AttackReport[];
}

/** What an attacker is given to live in. */
export interface AttackerSurroundings {
  readonly wire: Wire;
  readonly random: Random;
  readonly trace?: Trace | undefined;
  /** Time 0 of the run, from which the times of attacks count. */
  readonly epoch: Instant;
  /** When this attacker comes up: what was due before is not done. */
  readonly now: Instant;
}

/** `scan (port-scan)`. */
export const describeAttack = ({ name, kind }: Attack): string => `${name}, a ${kind}`;
