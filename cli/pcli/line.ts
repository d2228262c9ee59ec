import { ConfigurationDraft } from '../../lib/config/index.ts';
import {
  briefUsageOf,
  choicesAfter,
  completeCommand,
  readCommand,
  valueWanted,
  wordsOf,
  type Choice,
  type OperatorCommand,
  type Shown,
} from './grammar.ts';
import { framed } from './frame.ts';
import { filterChoices, filterNeeds, piped, splitPipes } from './pipes.ts';
import type { Command, Place } from './place.ts';

type Table = readonly Command[];

/** Words that are no command name an element of the block that is being edited. */
const isCommand = (table: Table, words: readonly string[]): boolean =>
  words.length === 0 || table.some((command) => command.words[0] === words[0]);

async function isElement(place: Place, word: string): Promise<boolean> {
  const draft = new ConfigurationDraft(await place.lab.configuration.candidate());
  return draft.choices(place.path).some((choice) => choice.word === word);
}

async function asCommand(table: Table, place: Place, words: readonly string[]): Promise<readonly string[]> {
  // What SSR prints of a configuration begins so, and can be given to the shell as it is.
  if (words[0] === 'config') return ['configure', ...words.slice(1)];
  return !isCommand(table, words) && (await isElement(place, words[0])) ? ['configure', ...words] : words;
}

/** What a line has shown, and what was asked for it. */
export interface LineShown extends Shown {
  readonly retrieves: string | undefined;
  readonly isPiped: boolean;
}

/** Carries out one line. What it makes no sense of is an InputError. */
export async function runLine(table: Table, place: Place, line: string): Promise<LineShown> {
  const [text, ...filters] = splitPipes(line);
  const { command, given } = readCommand(table, await asCommand(table, place, wordsOf(text)));
  // Filters are read before anything is done.
  piped('', filters);
  const shown = await command.run(place, given);
  const { retrieves } = command;
  return { data: shown.data, text: piped(shown.text, filters), retrieves, isPiped: filters.length > 0 };
}

/** The same as an operator sees it, with the lines that SSR has around what it retrieves. */
export async function printLine(table: Table, place: Place, line: string): Promise<Shown> {
  const begunAt = new Date();
  const begun = performance.now();
  const { data, text, retrieves, isPiped } = await runLine(table, place, line);
  const retrieval = { what: retrieves, isPiped, begunAt, tookMs: performance.now() - begun };
  return { data, text: framed(text, retrieval) };
}

/** What may stand where a line ends, and how much of it has been typed. */
export interface Completion {
  readonly choices: readonly Choice[];
  /** The word that has been begun; empty behind a space. */
  readonly begun: string;
}

/** What may be typed at the end of a line. Never throws: where nobody can be asked, there are fewer choices. */
export async function completeLine(table: Table, place: Place, line: string): Promise<Completion> {
  const parts = splitPipes(line);
  const words = wordsOf(parts.at(-1) ?? '');
  const begun = /(^|\s)$/.test(line) || line.endsWith('|') ? '' : (words.pop() ?? '');
  const all = parts.length > 1 ? filtersAfter(words) : await choicesOf(table, place, words).catch(() => []);
  return { choices: all.filter(({ word }) => word.startsWith(begun)), begun };
}

const filtersAfter = (words: readonly string[]): readonly Choice[] => (words.length === 0 ? filterChoices : []);

async function choicesOf(table: Table, place: Place, words: readonly string[]): Promise<readonly Choice[]> {
  if (words.length > 0) return choicesAfter(table, await asCommand(table, place, words), place);
  return [...(await elementsHere(place)), ...(await choicesAfter(table, [], place))];
}

/** What may be said in the block that is being edited. */
async function elementsHere({ lab, path }: Place): Promise<readonly Choice[]> {
  return path.length === 0 ? [] : new ConfigurationDraft(await lab.configuration.candidate()).choices(path);
}

/** What a person is told who types `?` at the end of a line: what may come next, and what it does. Never throws. */
export async function helpAfter(table: Table, place: Place, line: string): Promise<string> {
  if (line.trim() === '') {
    const elements = await elementsHere(place).catch(() => []);
    return `${elements.length > 0 ? `${formatChoices(elements)}\n` : ''}${formatHelp(table)}`;
  }
  const { choices, begun } = await completeLine(table, place, line);
  const further = begun === '' ? await beyondChoices(table, place, line).catch(() => []) : [];
  return formatChoices([...choices, ...further]);
}

const ENTER = '<Enter>';

/** What no list has: a value that is free, and that the line may end here. */
async function beyondChoices(table: Table, place: Place, line: string): Promise<readonly Choice[]> {
  const parts = splitPipes(line);
  if (parts.length > 1) return filterNeeds(wordsOf(parts.at(-1) ?? ''));
  const words = await asCommand(table, place, wordsOf(line));
  const leaf = await leafNamed(place, words);
  if (leaf !== undefined) return [{ word: 'VALUE', help: leaf }];
  const wanted = valueWanted(table, words);
  const complete = completeCommand(table, words);
  return [
    ...(wanted?.value === undefined || wanted.isRest ? [] : [{ word: wanted.value, help: wanted.help }]),
    ...(complete === undefined ? [] : [{ word: ENTER, help: complete.help }]),
  ];
}

/** What a value must look like, where a line ends with the name of a leaf. */
async function leafNamed(place: Place, [command, ...path]: readonly string[]): Promise<string | undefined> {
  if (!['configure', 'edit', 'set'].includes(command)) return undefined;
  const draft = new ConfigurationDraft(await place.lab.configuration.candidate());
  const target = draft.target([...place.path, ...path]);
  return target.kind === 'leaf' ? target.describes : undefined;
}

/** Words that may come next, with what each does. */
export function formatChoices(choices: readonly Choice[]): string {
  if (choices.length === 0) return '  nothing may follow, or anything\n';
  const width = Math.max(...choices.map(({ word }) => word.length));
  return choices.map(({ word, help }) => `  ${word.padEnd(width)}  ${help}`.trimEnd()).join('\n') + '\n';
}

/** Every command with what it does. */
export function formatHelp<At>(table: readonly OperatorCommand<At>[]): string {
  const rows = table.map((command) => ({ word: briefUsageOf(command), help: command.help }));
  const filters = filterChoices.map(({ usage, help }) => ({ word: `| ${usage}`, help }));
  return formatChoices([...rows, ...filters]);
}
