import type { Attack } from '../../attacker/attack.ts';
import type { AttackMeasure } from '../scenario.ts';

/** `sent|seen|answers of ATTACK`, `sessions of strangers`; undefined for a subject that is about something else. */
export function readAttackMeasure(subject: string, attacks: readonly Attack[]): AttackMeasure | undefined {
  if (subject === 'sessions of strangers') return { of: 'strangers' };
  const [words, name] = subject.split(' of ');
  const what = (['sent', 'seen', 'answers'] as const).find((measure) => measure === words);
  const attack = attacks.find((attack) => attack.name === name);
  return what && attack && { of: 'attack', attack: attack.name, what };
}
