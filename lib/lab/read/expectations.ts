import { quote, suggest } from '../../diagnostic.ts';
import { counterPathsOf } from '../../stats/counters.ts';
import type { Duration } from '../../time.ts';
import { describeDuration } from '../describe.ts';
import type { CounterTerm, Expectation, LabNode, Measure, Traffic, TrafficMeasure, Unit } from '../scenario.ts';
import type { Value } from './document.ts';
import * as forms from './forms.ts';
import { machinesOf, type Machine } from './machines.ts';

/**
 * An expectation is a sentence:
 *
 *     MEASURE of TRAFFIC   [since TIME] is|at least|at most NUMBER|TIME|NUMBER round trips|yes|no
 *     COUNTER at NODE [+ COUNTER at NODE ...] [since TIME] is|at least|at most NUMBER
 *     sessions at NODE is|at least|at most NUMBER
 *
 * A counter is named by its path under `show stats`, or by the last words of the path if no other ends in them.
 */
const SENTENCE = /^(.+?)(?: since (\S+))? (is|at least|at most) (\S+)( round trips?)?$/d;
const examples = "such as 'lost of questions at most 1' or 'metadata added at spoke is 2'";

/** What can be asked of traffic; whether it may begin later, and in which units. */
const trafficMeasures = {
  sent: { since: true, units: ['count'] },
  received: { since: true, units: ['count'] },
  lost: { since: true, units: ['count'] },
  unexpected: { since: false, units: ['count'] },
  recovery: { since: true, units: ['microseconds', 'round-trips'] },
  bytes: { since: false, units: ['count'] },
  'checksum-equal': { since: false, units: ['count'] },
} as const satisfies Record<TrafficMeasure, { since: boolean; units: readonly Unit[] }>;

interface Lab {
  readonly nodes: readonly LabNode[];
  readonly traffic: readonly Traffic[];
  readonly duration: Duration;
}

export function readExpectations(value: Value | undefined, lab: Lab): Expectation[] {
  return (value?.items() ?? []).flatMap((item) => readExpectation(item, lab) ?? []);
}

function readExpectation(value: Value, lab: Lab): Expectation | undefined {
  const text = value.read(forms.line);
  if (text === undefined) return undefined;
  const match = SENTENCE.exec(text);
  if (!match) {
    value.wrong(`${quote(text)} is not an expectation`, examples);
    return undefined;
  }
  const [, subject, sinceText, comparison, wantedText, roundTrips] = match;
  const phrase: Phrase = (word, start, message, hint) =>
    value.file.report(value.within(start, start + word.length), message, hint) as undefined;
  const startOf = (group: number): number => match.indices?.[group]?.[0] ?? 0;
  const measure = readMeasure(phrase, subject, lab);
  const since = sinceText === undefined ? undefined : readSince(phrase, sinceText, startOf(2), measure, lab);
  const wanted = readWanted(phrase, wantedText, startOf(4), roundTrips !== undefined, measure);
  if (!measure || !wanted) return undefined;
  return {
    text,
    measure,
    unit: wanted.unit,
    ...(comparison !== 'at most' && { atLeast: wanted.value }),
    ...(comparison !== 'at least' && { atMost: wanted.value }),
    ...(since !== undefined && { since }),
  };
}

/** Reports what is wrong with `word`, which begins at `start` in the sentence. */
type Phrase = (word: string, start: number, message: string, hint?: string) => undefined;

function readMeasure(phrase: Phrase, subject: string, lab: Lab): Measure | undefined {
  const ofTraffic = /^(\S+) of (\S+)$/.exec(subject);
  if (ofTraffic) return readTrafficMeasure(phrase, ofTraffic[1], ofTraffic[2], lab);
  const sessions = /^sessions at (\S+)$/.exec(subject);
  if (sessions) {
    const node = readRouter(phrase, sessions[1], 'sessions at '.length, lab);
    return node === undefined ? undefined : { of: 'sessions', node };
  }
  let from = 0;
  const terms: (CounterTerm | undefined)[] = [];
  for (const term of subject.split(' + ')) {
    terms.push(readCounter(phrase, term, from, lab));
    from += term.length + ' + '.length;
  }
  return terms.every((term) => term !== undefined) ? { of: 'counter', terms } : undefined;
}

function readTrafficMeasure(phrase: Phrase, what: string, name: string, lab: Lab): Measure | undefined {
  const known = Object.keys(trafficMeasures) as TrafficMeasure[];
  const measure = known.find((word) => word === what);
  if (!measure) phrase(what, 0, `traffic has no ${quote(what)}`, suggest(what, known));
  const traffic = lab.traffic.find((traffic) => traffic.name === name);
  const names = lab.traffic.map((traffic) => traffic.name);
  const at = what.length + ' of '.length;
  if (!traffic) return phrase(name, at, `there is no traffic ${quote(name)}`, suggest(name, names));
  if (!measure) return undefined;
  const ofDownload = measure === 'bytes' || measure === 'checksum-equal';
  if (measure !== 'unexpected' && ofDownload !== (traffic.kind === 'http-download')) {
    const fitting = ofDownload ? 'only a download has one' : "a download has 'bytes' and 'checksum-equal'";
    return phrase(what, 0, `${name}, a ${traffic.kind}, has no ${quote(what)}`, fitting);
  }
  return { of: 'traffic', traffic: name, what: measure };
}

function readCounter(phrase: Phrase, term: string, from: number, lab: Lab): CounterTerm | undefined {
  const match = /^(.+) at (\S+)$/.exec(term);
  if (!match) return phrase(term, from, `${quote(term)} is nothing that can be measured`, examples);
  const [, words, nodeName] = match;
  const node = readMachine(phrase, nodeName, from + words.length + ' at '.length, lab);
  if (!node) return undefined;
  const counterPaths = counterPathsOf(node.kind);
  const paths = counterPaths.filter((path) => path === words || path.endsWith(` ${words}`));
  const path = counterPaths.includes(words) ? words : paths[0];
  if (path === undefined)
    return phrase(words, from, `there is no counter ${quote(words)}`, suggestCounter(words, counterPaths));
  if (paths.length > 1 && path !== words)
    return phrase(
      words,
      from,
      `several counters end in ${quote(words)}`,
      `such as '${paths.slice(0, 2).join("' and '")}'`,
    );
  return { node: node.name, path };
}

/** The nearest among the ends of all paths that have as many words. */
function suggestCounter(words: string, counterPaths: readonly string[]): string | undefined {
  const length = words.split(' ').length;
  return suggest(words, new Set(counterPaths.map((path) => path.split(' ').slice(-length).join(' '))));
}

function readMachine(phrase: Phrase, name: string, from: number, lab: Lab): Machine | undefined {
  const { machines, what } = machinesOf(lab.nodes);
  const names = machines.map((machine) => machine.name);
  return (
    machines.find((machine) => machine.name === name) ??
    phrase(name, from, `there is no ${what} ${quote(name)} in this lab`, suggest(name, names))
  );
}

function readRouter(phrase: Phrase, name: string, from: number, lab: Lab): string | undefined {
  const routers = lab.nodes.filter((node) => node.kind === 'router').map((node) => node.name);
  if (routers.includes(name)) return name;
  return phrase(name, from, `there is no router ${quote(name)} in this lab`, suggest(name, routers));
}

function readSince(
  phrase: Phrase,
  text: string,
  start: number,
  measure: Measure | undefined,
  lab: Lab,
): Duration | undefined {
  const since = forms.duration.read(text);
  if (since === undefined) return phrase(text, start, `${quote(text)} is not ${forms.duration.describes}`);
  if (since >= lab.duration && lab.duration > 0)
    return phrase(text, start, 'the run is over by then', `it lasts ${describeDuration(lab.duration)}`);
  if (measure?.of === 'sessions' || (measure?.of === 'traffic' && !trafficMeasures[measure.what].since))
    return phrase(text, start, "this is known at the end only: it has no 'since'");
  return since;
}

interface Wanted {
  readonly value: number;
  readonly unit: Unit;
}

function readWanted(
  phrase: Phrase,
  text: string,
  start: number,
  inRoundTrips: boolean,
  measure: Measure | undefined,
): Wanted | undefined {
  if (!measure) return undefined;
  const units: readonly Unit[] = measure.of === 'traffic' ? trafficMeasures[measure.what].units : ['count'];
  const wanted = inRoundTrips ? roundTrips(text) : (countOf(text, measure) ?? timeOf(text));
  if (wanted && units.includes(wanted.unit)) return wanted;
  return phrase(text, start, `here must be ${wantedForm(measure)}`);
}

function roundTrips(text: string): Wanted | undefined {
  return /^\d{1,6}(\.\d{1,3})?$/.test(text) ? { value: Number(text), unit: 'round-trips' } : undefined;
}

function countOf(text: string, measure: Measure): Wanted | undefined {
  const isQuestion = measure.of === 'traffic' && measure.what === 'checksum-equal';
  const words: Readonly<Record<string, number>> = isQuestion ? { no: 0, yes: 1 } : { '0': 0 };
  const value = words[text] ?? (isQuestion ? undefined : forms.byteCount.read(text));
  return value === undefined ? undefined : { value, unit: 'count' };
}

function timeOf(text: string): Wanted | undefined {
  const value = forms.duration.read(text);
  return value === undefined ? undefined : { value, unit: 'microseconds' };
}

function wantedForm(measure: Measure): string {
  if (measure.of !== 'traffic') return 'a whole number';
  if (measure.what === 'recovery') return "a time such as '60ms' or '3 round trips'";
  return measure.what === 'checksum-equal' ? 'yes or no' : 'a whole number';
}
