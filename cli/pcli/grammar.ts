import { nearest, suggest } from '../../lib/diagnostic.ts';
import { InputError } from '../exit.ts';

/** A word that may stand next, and what it means. */
export interface Choice {
  readonly word: string;
  readonly help: string;
}

/** What may stand behind the words of a command. `Place` is what commands are carried out on. */
export interface Argument<Place> {
  /** The word that stands before the value; an argument without one stands by itself. */
  readonly keyword?: string;
  /** What the value is called in help, in capitals. A keyword without a value says yes by being there. */
  readonly value?: string;
  readonly help: string;
  readonly isRequired?: true;
  /** Takes all words that are left; only the last argument may. */
  readonly isRest?: true;
  /** Values that make sense here; `before` are the words that a rest has already. Never throws. */
  readonly choices?: (place: Place, before: readonly string[]) => Promise<readonly Choice[]>;
}

/** What a command has to show: for people, and for programs. */
export interface Shown {
  readonly text: string;
  readonly data: unknown;
}

/** What was given to a command, by the keywords of its arguments, or by the names of their values. */
export class Given {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** Undefined if it was not given. */
  text(name: string): string | undefined {
    return this.#values.get(name)?.[0];
  }

  words(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }
}

/**
 * One command of an operator. The shell, `svrlab show`, completion, help and the page of the documentation are derived from
 * a table of these.
 */
export interface OperatorCommand<Place> {
  readonly words: readonly string[];
  readonly help: string;
  readonly arguments?: readonly Argument<Place>[];
  /** What it asks the nodes of a lab for: 'statistics'. Absent for a command that asks them for nothing. */
  readonly retrieves?: string;
  run(place: Place, given: Given): Promise<Shown>;
}

type Table<Place> = readonly OperatorCommand<Place>[];

const keyOf = <Place>({ keyword, value }: Argument<Place>): string => keyword ?? value ?? '';

/** A usage that is longer is told without what may be left out, in a list of many. */
const USAGE_LENGTH_MAX = 60;

/** The usage of a command as a list has room for it: `create session-capture service NAME [...]`. */
export function briefUsageOf<Place>(command: OperatorCommand<Place>): string {
  const usage = usageOf(command);
  if (usage.length <= USAGE_LENGTH_MAX) return usage;
  const required = command.arguments?.filter(({ isRequired }) => isRequired) ?? [];
  return `${usageOf({ ...command, arguments: required })} [...]`;
}

/** `show sessions [by-id ID]`. */
export function usageOf<Place>({ words, arguments: args = [] }: OperatorCommand<Place>): string {
  const shown = args.map((argument) => {
    const { keyword, value, isRequired, isRest } = argument;
    const text = [keyword, value && (isRest ? `${value}...` : value)].filter(Boolean).join(' ');
    return isRequired ? text : `[${text}]`;
  });
  return [...words, ...shown].join(' ');
}

/** Words of a line; quotes hold together what has spaces in it. An open quote ends with the line. */
export function wordsOf(line: string): string[] {
  const found = line.matchAll(/(?:"(?:[^"\\]|\\.)*(?:"|$)|'[^']*(?:'|$)|[^\s"'])+/g);
  return Array.from(found, ([word]) =>
    word
      .replace(/'([^']*)'?/g, '$1')
      .replace(/"((?:[^"\\]|\\.)*)"?/g, (_all, inner: string) => inner.replace(/\\(.)/g, '$1')),
  );
}

/** The command of a line, with what was given to it. A line that is no command is an InputError that says what would be. */
export function readCommand<Place>(
  table: Table<Place>,
  words: readonly string[],
): { readonly command: OperatorCommand<Place>; readonly given: Given } {
  const command = commandOf(table, words);
  return { command, given: givenTo(command, words.slice(command.words.length)) };
}

/** The longest command whose words the line begins with. */
function commandOf<Place>(table: Table<Place>, words: readonly string[]): OperatorCommand<Place> {
  const longest = longestOf(table, words);
  if (longest) return longest;
  const known = lengthKnown(table, words);
  const next = nextWords(table, words.slice(0, known));
  const before = words.slice(0, known).join(' ');
  const word = words.at(known);
  if (word === undefined) throw new InputError(`'${before}' wants another word: ${listed(next)}`);
  const hint = suggest(word, next);
  const asked = [...words.slice(0, known), word].join(' ');
  throw new InputError(`there is no command '${asked}'; ${hint ?? listed(next)}`);
}

const longestOf = <Place>(table: Table<Place>, words: readonly string[]): OperatorCommand<Place> | undefined =>
  table
    .filter((command) => isPrefix(command.words, words))
    .toSorted((a, b) => b.words.length - a.words.length)
    .at(0);

const listed = (words: readonly string[]): string => words.join(', ');

const isPrefix = (short: readonly string[], long: readonly string[]): boolean =>
  short.length <= long.length && short.every((word, i) => word === long[i]);

/** How many words a command of the table begins with. */
function lengthKnown<Place>(table: Table<Place>, words: readonly string[]): number {
  let known = 0;
  while (known < words.length && table.some((command) => isPrefix(words.slice(0, known + 1), command.words))) known++;
  return known;
}

/** The words of commands that may stand behind these. */
function nextWords<Place>(table: Table<Place>, before: readonly string[]): string[] {
  const longer = table.filter(({ words }) => words.length > before.length && isPrefix(before, words));
  return [...new Set(longer.map(({ words }) => words[before.length]))];
}

function givenTo<Place>(command: OperatorCommand<Place>, words: readonly string[]): Given {
  const args = command.arguments ?? [];
  const values = new Map<string, readonly string[]>();
  let at = 0;
  while (at < words.length) {
    const argument = argumentAt(args, values, words[at]);
    if (!argument) throw unknownWord(command, values, words[at]);
    const { keyword, value, isRest } = argument;
    if (keyword !== undefined) at++;
    if (value !== undefined && at === words.length) throw new InputError(`${keyword} wants ${aOr(value)} behind it`);
    const taken = value === undefined ? 0 : isRest ? words.length - at : 1;
    values.set(keyOf(argument), words.slice(at, at + taken));
    at += taken;
  }
  const missing = args.find((argument) => argument.isRequired && !values.has(keyOf(argument)));
  if (missing) throw new InputError(`'${command.words.join(' ')}' wants ${usageOfArgument(missing)}: ${missing.help}`);
  return new Given(values);
}

const aOr = (value: string): string => `a value: ${value}`;

const usageOfArgument = <Place>({ keyword, value }: Argument<Place>): string =>
  [keyword, value].filter(Boolean).join(' ');

/** The argument that a word is, or begins: that of the keyword, else the first that has none. */
function argumentAt<Place>(
  args: readonly Argument<Place>[],
  values: ReadonlyMap<string, readonly string[]>,
  word: string,
): Argument<Place> | undefined {
  const left = args.filter((argument) => !values.has(keyOf(argument)));
  return left.find(({ keyword }) => keyword === word) ?? left.find(({ keyword }) => keyword === undefined);
}

function unknownWord<Place>(
  command: OperatorCommand<Place>,
  values: ReadonlyMap<string, readonly string[]>,
  word: string,
): InputError {
  const left = (command.arguments ?? []).filter((argument) => !values.has(keyOf(argument)));
  const near = nearest(
    word,
    left.flatMap(({ keyword }) => keyword ?? []),
  );
  const hint = near === undefined ? `usage: ${usageOf(command)}` : `did you mean '${near}'?`;
  return new InputError(`'${command.words.join(' ')}' does not take '${word}'; ${hint}`);
}

/**
 * What may stand next behind `before`: words of commands, keywords and values, the shortest way first. `before` are whole
 * words; the word that is being typed is for the caller to match.
 */
export async function choicesAfter<Place>(
  table: Table<Place>,
  before: readonly string[],
  place: Place,
): Promise<readonly Choice[]> {
  const words = nextWords(table, before).map((word) => ({ word, help: helpOf(table, [...before, word]) }));
  const command = longestOf(table, before);
  if (!command) return words;
  return [...words, ...(await argumentChoices(command, before.slice(command.words.length), place))];
}

/** The value that a line is about to give, where any will do: its argument; undefined if none is wanted. */
export function valueWanted<Place>(table: Table<Place>, words: readonly string[]): Argument<Place> | undefined {
  const command = longestOf(table, words);
  const args = command?.arguments ?? [];
  const rest = words.slice(command?.words.length);
  const values = new Map<string, readonly string[]>();
  let at = 0;
  while (at < rest.length) {
    const argument = argumentAt(args, values, rest[at]);
    if (!argument) return undefined;
    if (argument.keyword !== undefined) at++;
    if (argument.value !== undefined && at === rest.length) return argument;
    values.set(keyOf(argument), []);
    at += argument.value === undefined ? 0 : 1;
  }
  return args.find((argument) => argument.keyword === undefined && !values.has(keyOf(argument)));
}

/** The command that a line carries out as it stands; undefined if something is missing or makes no sense. */
export function completeCommand<Place>(
  table: Table<Place>,
  words: readonly string[],
): OperatorCommand<Place> | undefined {
  try {
    return readCommand(table, words).command;
  } catch {
    return undefined;
  }
}

/** That of the command of these words, or of all that begin with them. */
function helpOf<Place>(table: Table<Place>, words: readonly string[]): string {
  const exact = table.find((command) => command.words.join(' ') === words.join(' '));
  return exact?.help ?? `${nextWords(table, words).join(', ')}`;
}

async function argumentChoices<Place>(
  command: OperatorCommand<Place>,
  words: readonly string[],
  place: Place,
): Promise<readonly Choice[]> {
  const args = command.arguments ?? [];
  const values = new Map<string, readonly string[]>();
  let at = 0;
  while (at < words.length) {
    const argument = argumentAt(args, values, words[at]);
    if (!argument) return [];
    const start = argument.keyword === undefined ? at : at + 1;
    const isLast = argument.value !== undefined && (argument.isRest === true || start === words.length);
    if (isLast) return (await argument.choices?.(place, words.slice(start))) ?? [];
    values.set(keyOf(argument), []);
    at = argument.value === undefined ? start : start + 1;
  }
  const left = args.filter((argument) => !values.has(keyOf(argument)));
  const keywords = left.flatMap(({ keyword, help }) => (keyword === undefined ? [] : [{ word: keyword, help }]));
  const bare = left.find(({ keyword }) => keyword === undefined);
  return [...((await bare?.choices?.(place, [])) ?? []), ...keywords];
}
