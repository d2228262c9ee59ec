import type { JsonSchema } from '../../json-schema.ts';
import { counterPathsOf, type CountingKind } from '../../stats/counters.ts';
import { attackMeasures } from '../read/attack-measure.ts';
import { comparisons } from '../read/conditions.ts';
import { eventTypes } from '../read/event-choice.ts';
import { momentWords } from '../read/expectations.ts';
import { byteUnits, DURATION } from '../read/forms.ts';
import { categories, severities, trafficMeasures } from '../read/measures.ts';

const anyOf = (words: readonly string[]): string => `(?:${words.join('|')})`;
const maybe = (pattern: string): string => `(?:${pattern})?`;

const NAME = '\\S+';
const NUMBER = `[0-9]+(?:[.][0-9]+)?`;
/** A number with its unit; which one is right hangs on what is measured. */
const VALUE = anyOf([DURATION, `${NUMBER}${anyOf(Object.keys(byteUnits))}`, 'yes', 'no']);
const since = maybe(` since ${DURATION}`);
const event = `${anyOf(eventTypes)}${maybe(` at ${NAME}`)}`;
const moments = maybe(anyOf([`${anyOf(momentWords)} `, `eventually within ${DURATION}${maybe(` of ${event}`)} `]));
const compared = `${since} ${anyOf(comparisons)} ${VALUE}${maybe(' round trips?')}${maybe(` within (?:${NUMBER}%|${VALUE})`)}${since}`;
const filter = anyOf([`'(?:[^'\\\\]|\\\\.)*'`, `"(?:[^"\\\\]|\\\\.)*"`]);
const ofPackets = `${filter}${maybe(` at ${NAME}`)}`;

/** What can be measured, each with what stands behind it. */
const subjects: readonly (readonly [title: string, pattern: () => string])[] = [
  ['traffic', () => `${maybe('p[0-9.]+ ')}${anyOf(Object.keys(trafficMeasures))} of ${NAME}${compared}`],
  ['attacks', () => `${anyOf([`${anyOf(attackMeasures)} of ${NAME}`, 'sessions of strangers'])}${compared}`],
  ['sessions, paths, peers, alarms', () => `${levels()} at ${NAME}${compared}`],
  ['packets', () => anyOf([`packets? ${ofPackets}${compared}`, `packet ${ofPackets}${since}`])],
  ['events', () => anyOf([`events? ${event}${compared}`, `event ${event}${since}`])],
  ['counters', () => `${term()}(?: \\+ ${term()})*${compared}`],
];

/** A sentence of `expect`: its words are known, names of the lab are not. */
export const sentenceSchema = (): JsonSchema => ({
  anyOf: subjects.map(([title, pattern]) => ({ title, type: 'string', pattern: `^${moments}${pattern()}$` })),
});

const levels = (): string =>
  anyOf(['sessions', `(?:paths|peers)${maybe(' up| down')}`, `(?:${anyOf([...severities, ...categories])} )*alarms`]);

const countingKinds: Readonly<Record<CountingKind, true>> = { router: true, nat: true, firewall: true, attacker: true };

/** A counter by its path, or by the last words of it. */
function term(): string {
  const paths = (Object.keys(countingKinds) as CountingKind[]).flatMap(counterPathsOf);
  const leaves = new Map<string, Set<string>>();
  for (const path of paths) {
    const at = path.lastIndexOf(' ');
    const branch = path.slice(0, Math.max(0, at));
    leaves.set(branch, (leaves.get(branch) ?? new Set()).add(path.slice(at + 1)));
  }
  const counters = Array.from(leaves, ([branch, names]) => `${lastWords(branch)}${anyOf([...names])}`);
  return `${anyOf(counters)} at ${NAME}`;
}

/** Any number of the last words of a branch, each with a space behind it. */
const lastWords = (branch: string): string =>
  branch.split(' ').reduce((pattern, word) => maybe(`${pattern}${word} `), '');
