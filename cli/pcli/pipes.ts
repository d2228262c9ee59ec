import { nearest } from '../../lib/diagnostic.ts';
import { InputError } from '../exit.ts';
import type { Choice } from './grammar.ts';
import { wordsOf } from './grammar.ts';

/** What may stand behind `|`: lines go in, lines come out. */
interface Filter extends Choice {
  readonly usage: string;
  make(words: readonly string[]): (lines: readonly string[]) => readonly string[];
}

const numbered = (words: readonly string[], name: string): number => {
  const text = words.at(-1)?.replace(/^-n?/, '') ?? '10';
  if (words.length > 2 || !/^\d{1,9}$/.test(text)) throw new InputError(`${name} takes a number of lines, such as 5`);
  return Number(text);
};

const noWords = (words: readonly string[], name: string): void => {
  if (words.length > 0) throw new InputError(`${name} takes nothing, not '${words.join(' ')}'`);
};

const filters: readonly Filter[] = [
  {
    word: 'grep',
    help: 'lines in which a regular expression is found; -i in any case, -v all others',
    usage: 'grep [-i] [-v] EXPRESSION',
    make: (words) => {
      const options = words.slice(0, -1);
      const unknown = options.find((option) => !/^-[iv]{1,2}$/.test(option));
      if (words.length === 0) throw new InputError('grep wants an expression to look for');
      if (unknown !== undefined) throw new InputError(`grep takes -i, -v and one expression, not '${unknown}'`);
      const has = (letter: string): boolean => options.some((option) => option.includes(letter));
      const expression = readExpression(words.at(-1) ?? '', has('i') ? 'i' : '');
      return (lines) => lines.filter((line) => expression.test(line) !== has('v'));
    },
  },
  {
    word: 'count',
    help: 'how many lines there are, empty ones left out',
    usage: 'count',
    make: (words) => {
      noWords(words, 'count');
      return (lines) => [`Count: ${lines.filter((line) => line.trim() !== '').length} lines`];
    },
  },
  {
    word: 'head',
    help: 'the first lines',
    usage: 'head [LINES]',
    make: (words) => {
      const count = numbered(words, 'head');
      return (lines) => lines.slice(0, count);
    },
  },
  {
    word: 'tail',
    help: 'the last lines',
    usage: 'tail [LINES]',
    make: (words) => {
      const count = numbered(words, 'tail');
      return (lines) => (count === 0 ? [] : lines.slice(-count));
    },
  },
  {
    word: 'sort',
    help: 'the lines in the order of the alphabet',
    usage: 'sort',
    make: (words) => {
      noWords(words, 'sort');
      return (lines) => lines.toSorted();
    },
  },
];

export const filterChoices: readonly (Choice & { readonly usage: string })[] = filters.map(({ word, help, usage }) => ({
  word,
  help,
  usage,
}));

/** What a filter that has been named takes, and that the line may end here if that is so. */
export function filterNeeds([name, ...words]: readonly string[]): readonly Choice[] {
  const filter = filters.find(({ word }) => word === name);
  if (!filter) return [];
  const isComplete = filter.word !== 'grep' || words.some((word) => !word.startsWith('-'));
  const usage = filter.usage.slice(filter.word.length + 1);
  return [
    ...(words.length > 0 || usage === '' ? [] : [{ word: usage, help: filter.help }]),
    ...(isComplete ? [{ word: '<Enter>', help: filter.help }] : []),
  ];
}

/** A line cut at its pipes: the command, and what its output goes through. A `|` in quotes is none. */
export function splitPipes(line: string): readonly [command: string, ...filters: string[]] {
  const parts = [''];
  let quote = '';
  for (const letter of line) {
    if (quote === '' && (letter === '"' || letter === "'")) quote = letter;
    else if (letter === quote) quote = '';
    if (letter === '|' && quote === '') parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts as [string, ...string[]];
}

/** A text as it comes out of the filters. */
export function piped(text: string, parts: readonly string[]): string {
  if (parts.length === 0) return text;
  const made = parts.map((part) => {
    const [name, ...words] = wordsOf(part);
    const filter = filters.find(({ word }) => word === name);
    if (filter) return filter.make(words);
    const near = nearest(
      name ?? '',
      filters.map(({ word }) => word),
    );
    const hint =
      near === undefined ? `one of ${filters.map(({ word }) => word).join(', ')}` : `did you mean '${near}'?`;
    throw new InputError(
      name === undefined ? `a filter is missing behind '|'; ${hint}` : `there is no filter '${name}'; ${hint}`,
    );
  });
  const lines = made.reduce<readonly string[]>((so, filter) => filter(so), text.trimEnd().split('\n'));
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function readExpression(text: string, flags: string): RegExp {
  try {
    return new RegExp(text, flags);
  } catch (error) {
    throw new InputError(`grep cannot read its expression: ${(error as Error).message}`);
  }
}
