import { quote, suggest } from '../../diagnostic.ts';
import type { Duration } from '../../time.ts';
import { keyOf } from '../conditions/watch.ts';
import { describeDuration } from '../describe.ts';
import { placeOf } from '../actions/table.ts';
import type { Condition, EventChoice, Expectation, Moments, TimelineEntry } from '../scenario.ts';
import { readCondition } from './conditions.ts';
import type { Value } from './document.ts';
import { readEventChoice } from './event-choice.ts';
import * as forms from './forms.ts';
import { trafficMeasures, type LabOfSentences } from './measures.ts';
import { Phrase } from './phrase.ts';

/** Words for moments that need no deadline, as `eventually` does. */
export const momentWords = ['always', 'never', 'sometimes'] as const;
const MOMENTS = new RegExp(`^(${[...momentWords, 'eventually'].join('|')}) (.+)$`, 'd');
/** The event may be followed by its place, which ends at the second word behind 'at'. */
const EVENTUALLY = /^within (\S+)(?: of (\S+(?: at (?!least |most )\S+)?))? (.+)$/d;

interface Placed {
  readonly expectation: Expectation;
  readonly sentence: Phrase;
}

/**
 * An expectation is a condition that must hold at the end, or at other moments:
 *
 *     CONDITION
 *     always|never|sometimes CONDITION
 *     eventually within TIME [of EVENT [at NODE]] CONDITION
 */
export function readExpectations(value: Value | undefined, lab: LabOfSentences): Expectation[] {
  const placed = (value?.items() ?? []).flatMap((item) => readExpectation(item, lab) ?? []);
  checkContradictions(placed);
  return placed.map(({ expectation }) => expectation);
}

function readExpectation(value: Value, lab: LabOfSentences): Placed | undefined {
  const text = value.read(forms.line);
  if (text === undefined) return undefined;
  const sentence = new Phrase(value, text);
  const match = MOMENTS.exec(text);
  const rest = match && sentence.group(match, 2);
  if (!match || !rest) {
    const condition = readCondition(sentence, lab, 'end');
    return condition && { expectation: { text, ...condition }, sentence };
  }
  const kind = match[1] as Moments['kind'];
  if (kind === 'eventually') return readEventually(text, sentence, rest, lab);
  const condition = readMomentary(rest, lab);
  if (condition && kind === 'always' && /^(packet|event) /.test(rest.text))
    return rest.wrong(
      'a packet or an event does not last',
      "write 'never ...', or how many there may be: 'packets ... at most 3'",
    );
  return condition && { expectation: { text, ...condition, moments: { kind } }, sentence };
}

function readEventually(text: string, sentence: Phrase, rest: Phrase, lab: LabOfSentences): Placed | undefined {
  const match = EVENTUALLY.exec(rest.text);
  const [deadline, event, conditionText] = match ? [1, 2, 3].map((group) => rest.group(match, group)) : [];
  if (!deadline || !conditionText)
    return rest.wrong("'eventually' needs a deadline", "such as 'eventually within 2s of cut sessions at hub is 1'");
  const within = forms.span.read(deadline.text);
  if (within === undefined) deadline.wrong(`${quote(deadline.text)} is not ${forms.span.describes}`);
  const of = event && readEventChoice(event, lab);
  const condition = readMomentary(conditionText, lab);
  if (within === undefined || (event && !of) || !condition) return undefined;
  checkDeadline(deadline, within, of, lab);
  const moments = { kind: 'eventually', within, ...(of && { of }) } as const;
  return { expectation: { text, ...condition, moments }, sentence };
}

/** Steps of the timeline have times: a deadline behind the end of the run can be told before it. */
function checkDeadline(deadline: Phrase, within: Duration, of: EventChoice | undefined, lab: LabOfSentences): void {
  if (lab.duration === 0) return;
  const isMeant = (entry: TimelineEntry): boolean =>
    !entry.trigger && entry.action.kind === of?.type && (of.node ?? placeOf(entry.action)) === placeOf(entry.action);
  const begins = of ? (lab.timeline ?? []).filter(isMeant).map(({ at }) => at) : [0];
  const late = begins.find((begin) => begin + within > lab.duration);
  if (late === undefined) return;
  const lasts = `it lasts ${describeDuration(lab.duration)}`;
  deadline.wrong(
    'the run is over by then',
    of ? `${lasts}, and ${of.type} comes at ${describeDuration(late as Duration)}` : lasts,
  );
}

/** A condition over something that is known while the run lasts. */
function readMomentary(phrase: Phrase, lab: LabOfSentences): Condition | undefined {
  const condition = readCondition(phrase, lab, 'moments');
  const measure = condition?.measure;
  if (measure?.of === 'attack' || measure?.of === 'strangers')
    return phrase.wrong(
      'this is known at the end only',
      "an attacker's counters are known before, such as 'attacks answers at mallory'",
    );
  if (measure?.of !== 'traffic' || trafficMeasures[measure.what].during) return condition;
  const during = Object.entries(trafficMeasures).filter(([, { during }]) => during);
  return phrase.part(0, measure.what.length).wrong(
    `${quote(measure.what)} is known at the end only`,
    suggest(
      '',
      during.map(([name]) => name),
    ),
  );
}

/** Reports what can not hold together with what stands before it. */
function checkContradictions(all: readonly Placed[]): void {
  for (const [i, { expectation, sentence }] of all.entries()) {
    const other = all.slice(0, i).find((before) => contradict(before.expectation, expectation));
    if (other) sentence.wrong('this contradicts what is expected before', quote(other.sentence.text));
  }
}

function contradict(one: Expectation, other: Expectation): boolean {
  if (keyOf(one.measure) !== keyOf(other.measure) || one.unit !== other.unit) return false;
  const [isNever, otherIsNever] = [one, other].map(({ moments }) => moments?.kind === 'never');
  if (isNever && otherIsNever) return false;
  if (isNever !== otherIsNever) {
    const [never, wanted] = isNever ? [one, other] : [other, one];
    return isAfter(wanted, never) && lowest(never) <= lowest(wanted) && highest(never) >= highest(wanted);
  }
  const areAtOnce = [one, other].every(({ moments }) => moments === undefined || moments.kind === 'always');
  const areComparable = !isCounted(one) || one.since === other.since;
  return areAtOnce && areComparable && (lowest(one) > highest(other) || lowest(other) > highest(one));
}

const lowest = ({ atLeast = -Infinity }: Condition): number => atLeast;
const highest = ({ atMost = Infinity }: Condition): number => atMost;
const isCounted = ({ measure }: Condition): boolean => ['counter', 'packets', 'events', 'traffic'].includes(measure.of);

/** Whether what is wanted is looked at, and counted, in the time in which it never may be. */
const isAfter = (wanted: Condition, never: Condition): boolean =>
  isCounted(wanted) ? wanted.since === never.since : (wanted.since ?? 0) >= (never.since ?? 0);
