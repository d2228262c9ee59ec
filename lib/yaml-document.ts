import { Lexer, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { Lines } from './diagnostic.ts';
import type { Report } from './diagnostic.ts';

const FLOW_LEVELS = 64;
const BLOCK_COLUMNS = 256;

/** What the lexer adds of its own: the beginning of a document, the end of a broken flow, the beginning of a scalar. */
const MARKS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f']);

/**
 * Parses YAML that a person wrote. Every scalar stays the text that was written (007 is '007', no is 'no'), duplicate
 * keys are left to the caller.
 *
 * @returns undefined if it is no YAML, which has then been reported
 */
export function parseYaml(text: string, report: Report): Document | undefined {
  const start = deepestAllowed(text);
  if (start !== undefined) return void report(new Lines(text).span(start, start + 1), 'this is nested too deeply');
  const document = parseDocument(text, {
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const lines = new Lines(text);
  for (const { message, pos } of document.errors) report(lines.span(pos[0], pos[1]), uncapitalized(message));
  return document.errors.length > 0 ? undefined : document;
}

/**
 * Where the text goes deeper than it may, if it does. The parser calls itself for each level, and a process that runs
 * out of stack inside it may be lost; each level of block nesting takes a column or, at most, half of one.
 */
function deepestAllowed(text: string): number | undefined {
  const indented = text.search(new RegExp(`^[ \\t?:-]{${BLOCK_COLUMNS}}`, 'm'));
  if (indented >= 0) return indented;
  let level = 0;
  let at = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === '[' || lexeme === '{') level++;
    else if (lexeme === ']' || lexeme === '}') level--;
    if (level > FLOW_LEVELS) return at;
    if (!MARKS.has(lexeme)) at += lexeme.length;
  }
  return undefined;
}

const uncapitalized = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1);
