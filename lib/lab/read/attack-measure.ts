import { quote, suggest } from '../../diagnostic.ts';
import type { Attack } from '../../attacker/attack.ts';
import type { AttackMeasure } from '../scenario.ts';
import type { Phrase } from './phrase.ts';

/** What can be asked of an attack. */
export const attackMeasures = ['sent', 'seen', 'answers'] as const;
const SENTENCE = new RegExp(`^(${attackMeasures.join('|')}) of (\\S+)$`, 'd');

/** Whether the first words of a condition are about attacks: `sent|seen|answers of ATTACK` or `sessions of strangers`. */
export function isAboutAttacks({ text }: Phrase, attacks: readonly Attack[]): boolean {
  const match = SENTENCE.exec(text);
  // Traffic has a 'sent' as well.
  return text === 'sessions of strangers' || (match !== null && (match[1] !== 'sent' || hasName(attacks, match[2])));
}

export function readAttackMeasure(subject: Phrase, attacks: readonly Attack[]): AttackMeasure | undefined {
  const match = SENTENCE.exec(subject.text);
  if (!match) return { of: 'strangers' };
  const [, what, attack] = match;
  if (hasName(attacks, attack)) return { of: 'attack', attack, what: what as (typeof attackMeasures)[number] };
  const names = attacks.map(({ name }) => name);
  return subject.group(match, 2)?.wrong(`there is no attack ${quote(attack)}`, suggest(attack, names));
}

const hasName = (attacks: readonly Attack[], name: string): boolean => attacks.some((attack) => attack.name === name);
