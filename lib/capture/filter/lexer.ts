/** A word of a filter. */
export interface Token {
  /** `word` is a name, a number, an address; `text` stood in quotes. */
  readonly kind: 'word' | 'text' | 'symbol' | 'end';
  /** What it says; of `text`, without its quotes. */
  readonly text: string;
  /** Offset of its first letter, and of the one behind its last. */
  readonly start: number;
  readonly end: number;
}

/** What cannot be read, and where. */
export interface FilterFault {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  /** What would be right. */
  readonly hint?: string;
}

/** Thrown inside the filter's own code only, and caught by `compileFilter`. */
export class FilterError extends Error {
  readonly fault: FilterFault;

  constructor({ start, end }: { readonly start: number; readonly end: number }, message: string, hint?: string) {
    super(message);
    this.fault = { start, end, message, ...(hint !== undefined && { hint }) };
  }
}

const SPACE = /\s/;
const SYMBOL = /==|!=|<=|>=|&&|\|\||[<>!(){},=&|~]/y;
/** Letters of names, numbers, addresses, prefixes, UUIDs and words with dashes. */
const WORD = /[\p{L}\p{N}_.:/*+%@-]+/uy;

/** Takes a filter apart; the last token is the `end`. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (kind: Token['kind'], length: number, said = text.slice(at, at + length)): void => {
    tokens.push({ kind, text: said, start: at, end: at + length });
    at += length;
  };
  while (at < text.length) {
    if (SPACE.test(text[at])) {
      at++;
    } else if (text[at] === '"' || text[at] === "'") {
      const quoted = quotedAt(text, at);
      take('text', quoted.length, quoted.said);
    } else {
      const [kind, found] = matchAt(SYMBOL, text, at) ? (['symbol', SYMBOL] as const) : (['word', WORD] as const);
      const matched = matchAt(found, text, at);
      if (matched === undefined) throw new FilterError({ start: at, end: at + 1 }, `'${text[at]}' means nothing here`);
      take(kind, matched.length);
    }
  }
  take('end', 0);
  return tokens;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Text in quotes; a backslash before a quote or a backslash takes it as it is. */
function quotedAt(text: string, start: number): { length: number; said: string } {
  const quote = text[start];
  let said = '';
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === quote) return { length: at + 1 - start, said };
    if (text[at] === '\\' && (text[at + 1] === quote || text[at + 1] === '\\')) at++;
    said += text[at];
  }
  throw new FilterError({ start, end: text.length }, `the quotes that begin here do not end`);
}
