import { quote } from '../../diagnostic.ts';
import type { Duration } from '../../time.ts';
import { describeDuration } from '../describe.ts';
import type { Condition, Measure, Unit } from '../scenario.ts';
import * as forms from './forms.ts';
import { examples, readMeasure, trafficMeasures, type LabOfSentences } from './measures.ts';
import type { Phrase } from './phrase.ts';

/** A condition with the numbers that it compares with. */
export const comparisons = ['is', 'at least', 'at most'] as const;
const COMPARED = new RegExp(
  `^(.+?)(?: since (\\S+))? (${comparisons.join('|')}) (\\S+)( round trips?)?(?: within (\\S+))?(?: since (\\S+))?$`,
  'd',
);
/** What is there or not. */
const PRESENT = /^((?:packet|event) .+?)(?: since (\S+))?$/d;

/**
 * A condition is a sentence, of which `since TIME` may stand before the comparison or at the end:
 *
 *     MEASURE of TRAFFIC   [since TIME] is|at least|at most NUMBER|TIME|NUMBER round trips|yes|no
 *     COUNTER at NODE [+ COUNTER at NODE ...] [since TIME] is|at least|at most NUMBER
 *     sessions|paths [up|down]|peers [up|down]|[SEVERITY] [CATEGORY] alarms  at ROUTER is|at least|at most NUMBER
 *     packets 'FILTER' [at NODE[:PORT]] [since TIME] is|at least|at most NUMBER
 *     events TYPE [at NODE] [since TIME] is|at least|at most NUMBER
 *     packet 'FILTER' [at NODE[:PORT]] [since TIME]
 *     event TYPE [at NODE] [since TIME]
 *
 * `is` may have a tolerance: `is 50 within 2`, `is 40ms within 10%`. A counter is named by its path under `show stats`, or
 * by the last words of the path if no other ends in them. `when` tells at which moments the condition must hold.
 */
export function readCondition(sentence: Phrase, lab: LabOfSentences, when: 'end' | 'moments'): Condition | undefined {
  const compared = COMPARED.exec(sentence.text);
  const match = compared ?? PRESENT.exec(sentence.text);
  const subject = match && sentence.group(match, 1);
  if (!match || !subject) return sentence.wrong(`${quote(sentence.text)} is not an expectation`, examples);
  const measure = readMeasure(subject, lab);
  const sinceText = sentence.group(match, 2) ?? sentence.group(match, 7);
  const since = sinceText && readSince(sinceText, measure, lab, when);
  const bounds = compared ? readBounds(sentence, compared, measure) : ({ unit: 'count', atLeast: 1 } as const);
  if (!measure || !bounds) return undefined;
  return { measure, ...bounds, ...(since !== undefined && { since }) };
}

function readSince(
  phrase: Phrase,
  measure: Measure | undefined,
  lab: LabOfSentences,
  when: 'end' | 'moments',
): Duration | undefined {
  const since = forms.duration.read(phrase.text);
  if (since === undefined) return phrase.wrong(`${quote(phrase.text)} is not ${forms.duration.describes}`);
  if (since >= lab.duration && lab.duration > 0)
    return phrase.wrong('the run is over by then', `it lasts ${describeDuration(lab.duration)}`);
  if (measure && when === 'end' && isKnownAtEndOnly(measure))
    return phrase.wrong("this is known at the end only: it has no 'since'");
  return since;
}

function isKnownAtEndOnly(measure: Measure): boolean {
  if (measure.of === 'traffic') return !trafficMeasures[measure.what].since;
  return !['counter', 'packets', 'events'].includes(measure.of);
}

type Bounds = Pick<Condition, 'unit' | 'atLeast' | 'atMost'>;

function readBounds(sentence: Phrase, match: RegExpExecArray, measure: Measure | undefined): Bounds | undefined {
  const value = sentence.group(match, 4);
  const wanted = value && measure && readWanted(value, match[5] !== undefined, measure);
  const tolerance = sentence.group(match, 6);
  const comparison = match[3];
  if (tolerance && comparison !== 'is')
    return tolerance.wrong(`only 'is' has a tolerance`, `'${comparison}' says how far it may go`);
  if (!wanted) return undefined;
  const { unit } = wanted;
  const by = tolerance ? readTolerance(tolerance, wanted) : 0;
  if (by === undefined) return undefined;
  return {
    unit,
    ...(comparison !== 'at most' && { atLeast: wanted.value - by }),
    ...(comparison !== 'at least' && { atMost: wanted.value + by }),
  };
}

interface Wanted {
  readonly value: number;
  readonly unit: Unit;
}

/** In the unit of what is wanted, or a share of it: `2`, `5ms`, `10%`. */
function readTolerance(phrase: Phrase, { value, unit }: Wanted): number | undefined {
  const { text } = phrase;
  const share = /^(\d{1,2}(?:\.\d{1,3})?|100)%$/.exec(text)?.[1];
  if (share !== undefined) return (value * Number(share)) / 100;
  const by =
    unit === 'microseconds'
      ? forms.duration.read(text)
      : unit === 'count'
        ? wholeNumber(text)
        : readRoundTrips(text)?.value;
  const right = { microseconds: "a time such as '5ms'", count: 'a whole number', 'round-trips': 'a number' };
  return by ?? phrase.wrong(`a tolerance must be ${right[unit]}, or a share such as '10%'`);
}

function readWanted(phrase: Phrase, inRoundTrips: boolean, measure: Measure): Wanted | undefined {
  const { text } = phrase;
  const units: readonly Unit[] = measure.of === 'traffic' ? trafficMeasures[measure.what].units : ['count'];
  const wanted = inRoundTrips ? readRoundTrips(text) : (countOf(text, measure) ?? timeOf(text));
  if (wanted && units.includes(wanted.unit)) return wanted;
  return phrase.wrong(`here must be ${wantedForm(measure)}`);
}

function readRoundTrips(text: string): Wanted | undefined {
  return /^\d{1,6}(\.\d{1,3})?$/.test(text) ? { value: Number(text), unit: 'round-trips' } : undefined;
}

const wholeNumber = (text: string): number | undefined => (text === '0' ? 0 : forms.byteCount.read(text));

function countOf(text: string, measure: Measure): Wanted | undefined {
  const isQuestion = measure.of === 'traffic' && measure.what === 'checksum-equal';
  const value = isQuestion ? { no: 0, yes: 1 }[text] : wholeNumber(text);
  return value === undefined ? undefined : { value, unit: 'count' };
}

function timeOf(text: string): Wanted | undefined {
  const value = forms.duration.read(text);
  return value === undefined ? undefined : { value, unit: 'microseconds' };
}

function wantedForm(measure: Measure): string {
  if (measure.of !== 'traffic') return 'a whole number';
  if (measure.what === 'recovery') return "a time such as '60ms' or '3 round trips'";
  if (trafficMeasures[measure.what].units[0] === 'microseconds') return "a time such as '60ms'";
  return measure.what === 'checksum-equal' ? 'yes or no' : 'a whole number';
}
