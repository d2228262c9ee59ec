/** A stretch of one line of a file. Lines and columns count from 1, columns in UTF-16 units, as editors do. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

const LINE_BREAK = /\r\n|\n|\r/;

/** Turns offsets into a text into places in it. */
export class Lines {
  readonly #text: string;
  /** Offsets of the first letters of all lines. */
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.#text = text;
    const breaks = text.matchAll(new RegExp(LINE_BREAK, 'g'));
    this.#starts = [0, ...Array.from(breaks, (found) => found.index + found[0].length)];
  }

  /** From `start` to before `end`; at least one letter, and cut at the end of the line. */
  span(start: number, end: number): Span {
    const from = Math.min(start, this.#text.length);
    let line = 0;
    for (let step = 2 ** 30; step >= 1; step /= 2) {
      if (line + step < this.#starts.length && this.#starts[line + step] <= from) line += step;
    }
    const [first] = this.#text.slice(from, end).split(LINE_BREAK, 1);
    return { line: line + 1, column: from - this.#starts[line] + 1, length: Math.max(1, first.trimEnd().length) };
  }
}

/** What is wrong at one place of a file that a person wrote, and what would be right. */
export interface Diagnostic extends Span {
  readonly file: string;
  readonly message: string;
  /** Stands behind the caret: `did you mean 'hub'?` */
  readonly hint?: string;
}

/** Whoever reads a file reports here what is wrong in it. */
export type Report = (at: Span, message: string, hint?: string) => void;

/** Collects what is wrong in one file, up to a bound: more than a screenful helps nobody. */
export class Diagnostics {
  readonly #file: string;
  readonly #limit: number;
  readonly #found: Diagnostic[] = [];

  constructor(file: string, limit = 20) {
    this.#file = file;
    this.#limit = limit;
  }

  readonly report: Report = ({ line, column, length }, message, hint) => {
    if (this.#found.length >= this.#limit) return;
    const place = { file: this.#file, line, column, length };
    this.#found.push(hint === undefined ? { ...place, message } : { ...place, message, hint });
  };

  get any(): boolean {
    return this.#found.length > 0;
  }

  get full(): boolean {
    return this.#found.length >= this.#limit;
  }

  /** In the order of the file. */
  list(): readonly Diagnostic[] {
    return this.#found.toSorted((a, b) => a.line - b.line || a.column - b.column);
  }
}

/**
 * Three lines for a person: where and what, the source line, a caret under the place with the hint.
 *
 * @param source the text of the diagnostic's file
 */
export function formatDiagnostic(diagnostic: Diagnostic, source: string): string {
  const { file, line, column, length, message, hint } = diagnostic;
  const head = `${file}:${line}:${column}: ${message}`;
  // A tab becomes one column wide, so that the caret stands where the column says.
  const shown = source.split(LINE_BREAK)[line - 1]?.replaceAll('\t', ' ');
  if (shown === undefined) return hint ? `${head}\n${' '.repeat(8)}${hint}` : head;
  const caret = ' '.repeat(column - 1) + '^'.repeat(Math.max(1, length));
  return [head, `${String(line).padStart(5)} | ${shown}`, `${' '.repeat(6)}| ${caret}${hint ? ` ${hint}` : ''}`].join(
    '\n',
  );
}

export function formatDiagnostics(diagnostics: readonly Diagnostic[], source: string): string {
  return diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, source)).join('\n\n');
}

/** A word of a file inside a message, cut if it is long. */
export function quote(word: string): string {
  return word.length <= 40 ? `'${word}'` : `'${word.slice(0, 37)}...'`;
}

/** `did you mean 'hub'?` for a near word; the choices themselves when they are few; nothing otherwise. */
export function suggest(word: string, choices: Iterable<string>): string | undefined {
  const all = [...choices];
  const near = nearest(word, all);
  if (near !== undefined) return `did you mean '${near}'?`;
  return all.length > 0 && all.length <= 6 ? `one of ${all.join(', ')}` : undefined;
}

/**
 * The choice that takes the fewest edits (insert, delete, replace, swap neighbours), about one for each three letters;
 * else the only choice that begins with the word.
 */
export function nearest(word: string, choices: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  const longer: string[] = [];
  let best: string | undefined;
  let fewest = Math.floor((word.length + 1) / 3) + 1;
  for (const choice of choices) {
    if (wanted !== '' && choice.toLowerCase().startsWith(wanted)) longer.push(choice);
    if (Math.abs(choice.length - word.length) >= fewest) continue;
    const edits = editDistance(wanted, choice.toLowerCase());
    if (edits < fewest) {
      best = choice;
      fewest = edits;
    }
  }
  return best ?? (longer.length === 1 ? longer[0] : undefined);
}

/** Optimal string alignment distance. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(replaced, last[j] + 1, row[j - 1] + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length];
}
