import type { Attack } from '../../attacker/attack.ts';
import { compileFilter, isFault } from '../../capture/filter/compile.ts';
import { quote, suggest } from '../../diagnostic.ts';
import { counterPathsOf } from '../../stats/counters.ts';
import type { CounterTerm, LabLink, LabNode, Measure, TrafficMeasure, Traffic, Unit } from '../scenario.ts';
import { isAboutAttacks, readAttackMeasure } from './attack-measure.ts';
import { readEventChoice } from './event-choice.ts';
import { machinesOf, type Machine } from './machines.ts';
import type { Phrase } from './phrase.ts';
import type { Duration } from '../../time.ts';
import type { TimelineEntry } from '../scenario.ts';

/** What the names of a sentence are looked up in. */
export interface LabOfSentences {
  readonly nodes: readonly LabNode[];
  readonly links: readonly LabLink[];
  readonly traffic: readonly Traffic[];
  readonly attacks: readonly Attack[];
  /** Absent while it is being read. */
  readonly timeline?: readonly TimelineEntry[];
  readonly duration: Duration;
}

export const examples = "such as 'lost of questions at most 1' or 'metadata added at spoke is 2'";

/** What can be asked of traffic; whether it may begin later, whether it is known before the end, and in which units. */
export const trafficMeasures = {
  sent: { since: true, during: true, units: ['count'] },
  received: { since: true, during: true, units: ['count'] },
  lost: { since: true, during: false, units: ['count'] },
  unexpected: { since: false, during: false, units: ['count'] },
  recovery: { since: true, during: false, units: ['microseconds', 'round-trips'] },
  'longest-gap': { since: true, during: false, units: ['microseconds'] },
  'round-trip': { since: true, during: false, units: ['microseconds'] },
  bytes: { since: false, during: false, units: ['count'] },
  'checksum-equal': { since: false, during: false, units: ['count'] },
} as const satisfies Record<TrafficMeasure, { since: boolean; during: boolean; units: readonly Unit[] }>;

/** What is measured, as the first words of a condition say it. */
export function readMeasure(subject: Phrase, lab: LabOfSentences): Measure | undefined {
  const { text } = subject;
  if (/^(packets?|events?) /.test(text)) return readStream(subject, lab);
  if (isAboutAttacks(subject, lab.attacks)) return readAttackMeasure(subject, lab.attacks);
  const ofTraffic = /^(?:(p\S+) )?(\S+) of (\S+)$/d.exec(text);
  if (ofTraffic) return readTrafficMeasure(subject, ofTraffic, lab);
  const level = /^(.*?)\b(sessions|paths|peers|alarms)(?: (up|down))? at (\S+)$/d.exec(text);
  const isCounter = level?.[1] !== '' && level?.[2] !== 'alarms';
  if (level && !isCounter) return readLevel(subject, level, lab);
  const terms = subject.split(' + ').map((term) => readCounter(term, lab));
  return terms.every((term) => term !== undefined) ? { of: 'counter', terms } : undefined;
}

/** `packets 'FILTER' [at NODE[:PORT]]` or `events TYPE [at NODE]`. */
function readStream(subject: Phrase, lab: LabOfSentences): Measure | undefined {
  const ofEvents = /^events?(?: (.*))?$/d.exec(subject.text);
  if (ofEvents) {
    const choice = subject.group(ofEvents, 1);
    if (!choice) return subject.wrong('which events?', "such as 'events session-recreated at hub'");
    const event = readEventChoice(choice, lab);
    return event && { of: 'events', ...event };
  }
  const match = /^packets? (?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")(?: at (\S+))?$/d.exec(subject.text);
  const filter = match && (subject.group(match, 1) ?? subject.group(match, 2));
  if (!match || !filter)
    return subject.wrong(
      'packets are named by a filter in quotes',
      "such as packets 'svr.control == enable-metadata' at spoke:wan",
    );
  const compiled = compileFilter(filter.text);
  if (isFault(compiled))
    filter.part(compiled.start, Math.max(compiled.end, compiled.start + 1)).wrong(compiled.message, compiled.hint);
  const place = subject.group(match, 3);
  const at = place && readPort(place, lab);
  if (isFault(compiled) || (place && !at)) return undefined;
  return { of: 'packets', filter: filter.text, ...at };
}

function readPort(place: Phrase, { nodes }: LabOfSentences): { node: string; port?: string } | undefined {
  const [nodeName, portName] = place.split(':');
  const node = nodes.find(({ name }) => name === nodeName.text);
  if (!node) {
    const names = nodes.map(({ name }) => name);
    return nodeName.wrong(`there is no node ${quote(nodeName.text)} in this lab`, suggest(nodeName.text, names));
  }
  if (!portName) return { node: node.name };
  if (node.ports.includes(portName.text)) return { node: node.name, port: portName.text };
  return portName.wrong(`${node.name} has no port ${quote(portName.text)}`, suggest(portName.text, node.ports));
}

function readTrafficMeasure(subject: Phrase, match: RegExpExecArray, lab: LabOfSentences): Measure | undefined {
  const [percentile, what, name] = [1, 2, 3].map((group) => subject.group(match, group));
  if (!what || !name) return undefined;
  const known = Object.keys(trafficMeasures) as TrafficMeasure[];
  const measure = known.find((word) => word === what.text);
  if (!measure) what.wrong(`traffic has no ${quote(what.text)}`, suggest(what.text, known));
  const traffic = lab.traffic.find((traffic) => traffic.name === name.text);
  const names = lab.traffic.map((traffic) => traffic.name);
  if (!traffic) return name.wrong(`there is no traffic ${quote(name.text)}`, suggest(name.text, names));
  if (!measure) return undefined;
  const ofDownload = measure === 'bytes' || measure === 'checksum-equal';
  if (measure !== 'unexpected' && ofDownload !== (traffic.kind === 'http-download')) {
    const fitting = ofDownload ? 'only a download has one' : "a download has 'bytes' and 'checksum-equal'";
    return what.wrong(`${name.text}, a ${traffic.kind}, has no ${quote(what.text)}`, fitting);
  }
  if (!percentile) return { of: 'traffic', traffic: name.text, what: measure };
  const number = /^p(\d{1,2}(?:\.\d{1,3})?)$/.exec(percentile.text)?.[1];
  if (number === undefined || measure !== 'round-trip')
    return percentile.wrong(
      `${quote(percentile.text)} is no percentile of something`,
      "such as 'p99 round-trip of questions'",
    );
  return { of: 'traffic', traffic: name.text, what: measure, percentile: Number(number) };
}

/** What alarms are told apart by. */
export const severities = ['critical', 'major', 'minor'] as const;
export const categories = ['peer', 'interface'] as const;

/** `sessions at hub`, `paths up at spoke`, `major peer alarms at hub`. */
function readLevel(subject: Phrase, match: RegExpExecArray, lab: LabOfSentences): Measure | undefined {
  const [, qualifiers, of, state] = match;
  const place = subject.group(match, 4);
  const node = place && readRouter(place, lab);
  if (of === 'sessions' && state !== undefined)
    return subject.group(match, 3)?.wrong('sessions are neither up nor down', "write 'sessions at hub'");
  const words = qualifiers.trim() === '' ? [] : subject.part(0, qualifiers.trimEnd().length).split(' ');
  const known: readonly string[] = [...severities, ...categories];
  const unknown = words.find(({ text }) => !known.includes(text));
  if (unknown) return unknown.wrong(`no alarms are ${quote(unknown.text)}`, suggest(unknown.text, known));
  if (node === undefined) return undefined;
  if (of === 'sessions') return { of, node };
  if (of !== 'alarms')
    return { of: of as 'paths' | 'peers', node, ...(state !== undefined && { state: state as 'up' | 'down' }) };
  const severity = severities.find((word) => words.some(({ text }) => text === word));
  const category = categories.find((word) => words.some(({ text }) => text === word));
  return { of, node, ...(severity && { severity }), ...(category && { category }) };
}

function readCounter(term: Phrase, lab: LabOfSentences): CounterTerm | undefined {
  const match = /^(.+) at (\S+)$/d.exec(term.text);
  const [words, nodeName] = match ? [term.group(match, 1), term.group(match, 2)] : [];
  if (!words || !nodeName) return term.wrong(`${quote(term.text)} is nothing that can be measured`, examples);
  const node = readMachine(nodeName, lab);
  if (!node) return undefined;
  const counterPaths = counterPathsOf(node.kind);
  const paths = counterPaths.filter((path) => path === words.text || path.endsWith(` ${words.text}`));
  const path = counterPaths.includes(words.text) ? words.text : paths[0];
  if (path === undefined)
    return words.wrong(`there is no counter ${quote(words.text)}`, suggestCounter(words.text, counterPaths));
  if (paths.length > 1 && path !== words.text)
    return words.wrong(
      `several counters end in ${quote(words.text)}`,
      `such as '${paths.slice(0, 2).join("' and '")}'`,
    );
  return { node: node.name, path };
}

/** The nearest among the ends of all paths that have as many words. */
function suggestCounter(words: string, counterPaths: readonly string[]): string | undefined {
  const length = words.split(' ').length;
  return suggest(words, new Set(counterPaths.map((path) => path.split(' ').slice(-length).join(' '))));
}

function readMachine(name: Phrase, { nodes }: LabOfSentences): Machine | undefined {
  const { machines, what } = machinesOf(nodes);
  const names = machines.map((machine) => machine.name);
  return (
    machines.find((machine) => machine.name === name.text) ??
    name.wrong(`there is no ${what} ${quote(name.text)} in this lab`, suggest(name.text, names))
  );
}

function readRouter(name: Phrase, { nodes }: LabOfSentences): string | undefined {
  const routers = nodes.filter((node) => node.kind === 'router').map((node) => node.name);
  if (routers.includes(name.text)) return name.text;
  return name.wrong(`there is no router ${quote(name.text)} in this lab`, suggest(name.text, routers));
}
