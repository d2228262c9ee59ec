import type { Report } from '../diagnostic.ts';
import type { Word } from './draft.ts';

/** The words of one line, and how far it is indented. */
export interface Line {
  readonly words: readonly Word[];
  readonly indent: number;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/**
 * Cuts a line of configuration text into words. Words are parted by white space; one in double quotes may hold white
 * space and the escapes \" \\ \n \r \t. A word that begins with '#' begins a comment.
 *
 * @returns undefined if the line makes no sense, which has then been reported
 */
export function readLine(text: string, line: number, report: Report): Line | undefined {
  const words: Word[] = [];
  let at = skipSpace(text, 0);
  const indent = at;
  while (at < text.length && text[at] !== '#') {
    const end = text[at] === '"' ? endOfQuoted(text, at) : endOfBare(text, at);
    const span = { line, column: at + 1, length: (end ?? text.length) - at };
    if (end === undefined) return void report(span, 'the quotation mark is never closed');
    if (end < text.length && !isSpace(text[end])) {
      return void report({ line, column: end + 1, length: 1 }, 'a space is missing between these words');
    }
    const word = text[at] === '"' ? unescape(text.slice(at + 1, end - 1)) : text.slice(at, end);
    if (word === undefined) return void report(span, 'a backslash goes only before ", \\, n, r or t');
    words.push({ text: word, ...span });
    at = skipSpace(text, end);
  }
  return { words, indent };
}

/** A word in the form in which `readLine` reads it back. */
export function writeWord(word: string): string {
  if (/^[^\s"#][^\s"]*$/.test(word)) return word;
  const escaped = word.replace(/["\\\n\r\t]/g, (letter) => {
    return `\\${Object.keys(escapes).find((name) => escapes[name] === letter) ?? letter}`;
  });
  return `"${escaped}"`;
}

function unescape(text: string): string | undefined {
  if (/\\(?![nrt"\\])/.test(text.replaceAll('\\\\', ''))) return undefined;
  return text.replace(/\\(.)/g, (_, letter: string) => escapes[letter]);
}

function endOfQuoted(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return undefined;
}

function endOfBare(text: string, start: number): number {
  let at = start;
  while (at < text.length && !isSpace(text[at]) && text[at] !== '"') at++;
  return at;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && isSpace(text[at])) at++;
  return at;
}

const isSpace = (letter: string): boolean => /\s/.test(letter);
