import { quote, suggest } from '../../diagnostic.ts';
import type { Duration } from '../../time.ts';
import type { Action } from '../actions/action.ts';
import { liftOf } from '../actions/lift.ts';
import { field, needed, type Field, type LabOfSteps } from '../actions/row.ts';
import { actionKinds, actionTable } from '../actions/table.ts';
import { describeDuration } from '../describe.ts';
import type { TimelineEntry, Trigger } from '../scenario.ts';
import type { Fields, Value } from './document.ts';
import { readCondition } from './conditions.ts';
import { readEventChoice } from './event-choice.ts';
import * as forms from './forms.ts';
import { readDirection } from './link-name.ts';
import { Phrase } from './phrase.ts';

/** When a step begins: one of these stands in each. */
export const beginnings: readonly string[] = ['at', 'after', 'when'];
/** What any step may say. */
export const stepFields: readonly string[] = [...beginnings, 'wait', 'for', 'every', 'times'];

const shape = "a step of the timeline: '{at: 4s, forget-sessions: hub}'";
const times = forms.wholeNumber(2, 10_000);

/** What a step does: an action of the table, or several in a row. */
export type StepKind = Action['kind'] | 'flap';

/** What `flap` says besides; `for` is how long it goes on. */
export const flapFields: Readonly<Record<string, Field>> = {
  down: needed(field(forms.span, 'how long the link is cut each time', {})),
  up: needed(field(forms.span, 'how long it is whole in between', {})),
};

const FLAPS_MAX = 10_000;

interface Beginning {
  readonly at: Duration;
  readonly trigger?: Trigger;
}

/** An entry, and the value that messages about it point at. */
export interface PlacedEntry extends TimelineEntry {
  readonly value: Value;
}

/** Everything that one step does: once or several times, with what undoes it. */
export function readStep(item: Value, lab: LabOfSteps): PlacedEntry[] {
  const own = ownKey(item);
  if (!own) return [];
  const { kind, value } = own;
  const fields = item.fields(`the step ${quote(kind)}`, [...stepFields, kind, ...Object.keys(fieldsOf(kind))]);
  const beginning = readBeginning(fields, item, lab);
  if (kind === 'flap') return beginning ? readFlap(value, fields, beginning, lab) : [];
  const action = readAction(kind, value, fields, lab);
  const { lasts, every, count } = readRepetition(kind, fields);
  if (!action || !beginning) return [];
  const { at, trigger } = beginning;
  checkEnd(fields, at + (count - 1) * every + (lasts ?? 0), at, lab.duration);
  const lift = lasts === undefined ? undefined : liftOf(action);
  const entry = (at: number, action: Action): PlacedEntry => ({
    at: at as Duration,
    action,
    ...(trigger && { trigger }),
    value,
  });
  return Array.from({ length: count }, (_, i) => at + i * every).flatMap((start) => [
    entry(start, action),
    ...(lift && lasts !== undefined ? [entry(start + lasts, lift)] : []),
  ]);
}

const isKind = (word: string): word is StepKind => word === 'flap' || Object.hasOwn(actionTable, word);

/** What a step may say besides. */
const fieldsOf = (kind: StepKind): Readonly<Record<string, unknown>> =>
  kind === 'flap' ? flapFields : actionTable[kind].fields;

/** The key that says what the step does. */
function ownKey(item: Value): { readonly kind: StepKind; readonly value: Value } | undefined {
  const entries = item.entries(shape);
  const words = entries.map(({ key }) => key.text ?? '');
  // Some words name a kind of action, and say something of another: `impair: wan, corrupt: 1%`.
  const isSaidOfAnother = (word: string): boolean =>
    words.some((other) => other !== word && isKind(other) && word in fieldsOf(other));
  const named = entries.filter(({ key }) => isKind(key.text ?? '') && !isSaidOfAnother(key.text ?? ''));
  if (named.length === 1) return { kind: named[0].key.text as StepKind, value: named[0].value };
  const word = entries.find(({ key }) => !stepFields.includes(key.text ?? ''))?.key;
  if (named.length > 1) named[1].key.wrong('one step does one thing', 'write a second step with the same time');
  else if (word)
    word.wrong(`there is no action ${quote(word.text ?? '')}`, suggest(word.text ?? '', [...actionKinds, 'flap']));
  else if (item.isMap)
    item.wrong('this step does nothing', "what it does is such as 'cut: wan' or 'forget-sessions: hub'");
  return undefined;
}

/** A link that is cut and healed, over and over, for a time. */
function readFlap(value: Value, fields: Fields, { at, trigger }: Beginning, lab: LabOfSteps): PlacedEntry[] {
  const where = readDirection(value, lab.links);
  const [down, up, lasts] = ['down', 'up', 'for'].map((name) => fields.required(name, forms.span));
  for (const name of ['every', 'times']) fields.get(name)?.wrong('a flap repeats itself');
  const count = down + up > 0 ? Math.max(1, Math.ceil(lasts / (down + up))) : 0;
  if (count > FLAPS_MAX) fields.get('for')?.wrong(`these are more than ${FLAPS_MAX} flaps`);
  checkEnd(fields, at + lasts, at, lab.duration);
  if (!where || count > FLAPS_MAX) return [];
  return Array.from({ length: count }, (_, i) => at + i * (down + up)).flatMap((start) => {
    const end = Math.min(start + down, at + lasts);
    const told = { ...(trigger && { trigger }), value };
    return [
      { at: start as Duration, action: { kind: 'cut', ...where }, ...told },
      { at: end as Duration, action: { kind: 'heal', ...where }, ...told },
    ] as const;
  });
}

/** When the step begins: at a time, or so long after what triggers it; undefined if what that is cannot be read. */
function readBeginning(fields: Fields, item: Value, lab: LabOfSteps): Beginning | undefined {
  const [at, after, when, wait] = ['at', 'after', 'when', 'wait'].map((name) => fields.get(name));
  const [first, second] = [at, after, when].filter((value) => value !== undefined);
  second?.wrong('this step has another beginning already');
  if (!first && item.isMap) item.wrong("this step needs a beginning: 'at', 'after' or 'when'");
  if (wait && at) wait.wrong("only a step that begins 'after' an event or 'when' something holds waits");
  const trigger = after ? readTrigger(after, lab) : when && readWhen(when, lab);
  if ((after ?? when) && !trigger) return undefined;
  const time = (trigger ? wait : at)?.read(forms.duration) ?? forms.duration.neutral;
  return { at: time, ...(trigger && { trigger }) };
}

/** `EVENT [at NODE] [, the Nth time]`. */
function readTrigger(value: Value, lab: LabOfSteps): Trigger | undefined {
  const text = value.read(forms.line);
  if (text === undefined) return undefined;
  const match = /^(.*?)(?:, the (\d{1,6})(?:st|nd|rd|th) time)?$/d.exec(text);
  const phrase = match ? new Phrase(value, text).group(match, 1) : undefined;
  const event = phrase && readEventChoice(phrase, lab);
  return event && { text, on: { event, nth: Math.max(1, Number(match?.[2] ?? 1)) } };
}

/** A condition over what is known while the run lasts. */
function readWhen(value: Value, lab: LabOfSteps): Trigger | undefined {
  const text = value.read(forms.line);
  if (text === undefined) return undefined;
  const phrase = new Phrase(value, text);
  const condition = readCondition(phrase, lab, 'moments');
  if (!condition) return undefined;
  const { since, measure } = condition;
  if (since !== undefined) return phrase.wrong("what a step waits for has no 'since'");
  if (['traffic', 'attack', 'strangers'].includes(measure.of))
    return phrase.wrong(
      'no step waits for this',
      'but for counters, sessions, paths, peers, alarms, packets and events',
    );
  return { text, on: condition };
}

function readAction(kind: Action['kind'], value: Value, fields: Fields, lab: LabOfSteps): Action | undefined {
  const row = actionTable[kind];
  const target = row.target.read(value, lab);
  const told = Object.entries(row.fields).flatMap(([name, { isNeeded, read }]) => {
    const given = isNeeded ? fields.need(name) : fields.get(name);
    return given && read ? [[camelCase(name), read(given, lab)]] : [];
  });
  if (!target) return undefined;
  const action = { kind, ...target, ...Object.fromEntries(told) } as Action;
  return row.finish ? row.finish(action, { value, fields, lab }) : action;
}

const camelCase = (name: string): string => name.replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());

/** How long it stands, and how often it is done again. */
function readRepetition(kind: Action['kind'], fields: Fields): { lasts?: Duration; every: number; count: number } {
  const [lasting, repeated] = [fields.get('for'), fields.get('every')];
  const { liftedBy } = actionTable[kind];
  if (lasting && liftedBy === undefined) {
    const lifted = actionKinds.filter((kind) => actionTable[kind].liftedBy !== undefined);
    const hint =
      kind === 'restart' ? "it has 'down-for'" : `what is undone is such as ${lifted.slice(0, 3).join(', ')}`;
    lasting.wrong(`a ${quote(kind)} is not undone: it has no 'for'`, hint);
  }
  const lasts = lasting?.read(forms.span);
  const every = repeated?.read(forms.span) ?? 0;
  const count = repeated ? fields.required('times', times) : 1;
  if (!repeated) fields.get('times')?.wrong("'times' goes with 'every'");
  if (!repeated || liftedBy === undefined || every === 0 || (lasts !== undefined && lasts < every))
    return { ...(lasts !== undefined && { lasts }), every, count };
  if (lasts === undefined) repeated.wrong(`a ${quote(kind)} that is done again is undone before`, "write a 'for' too");
  else repeated.wrong('it still stands by then', `it stands for ${describeDuration(lasts)}`);
  return { every: 0, count: 1 };
}

/** Reports the field that leads behind the end of the run. */
function checkEnd(fields: Fields, end: number, at: number, duration: Duration): void {
  if (duration === 0 || end < duration) return;
  const beginning = fields.get('at') ?? fields.get('wait');
  const guilty = at >= duration ? beginning : (fields.get('times') ?? fields.get('for'));
  guilty?.wrong('the run is over by then', `it lasts ${describeDuration(duration)}`);
}
