import type { AttackReport } from '../attacker/attack.ts';
import { describeDuration } from './describe.ts';
import type { AttackMeasure } from './scenario.ts';
import type { Measured } from './traffic-measures.ts';

/** What a run leaves behind of its attacks. */
export interface ObservedAttacks {
  readonly reports: ReadonlyMap<string, AttackReport>;
  /** Of each router, how many of its sessions carry nothing of the scenario's traffic. */
  readonly strangers: ReadonlyMap<string, number>;
}

export function measureAttack(measure: AttackMeasure, { reports, strangers }: ObservedAttacks): Measured {
  if (measure.of === 'strangers') return measureStrangers(strangers);
  const report = reports.get(measure.attack);
  const first = measure.what === 'answers' ? report?.firstAnswerAt : undefined;
  const decidedBy = first === undefined ? undefined : `the first at ${describeDuration(first)}`;
  return { value: report?.[measure.what], decidedBy };
}

function measureStrangers(strangers: ReadonlyMap<string, number>): Measured {
  const somewhere = [...strangers].filter(([, count]) => count > 0);
  const value = somewhere.reduce((sum, [, count]) => sum + count, 0);
  const decidedBy = value === 0 ? undefined : somewhere.map(([node, count]) => `${count} at ${node}`).join(', ');
  return { value, decidedBy };
}
