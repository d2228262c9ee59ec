import { quote, suggest } from '../../diagnostic.ts';
import type { Field, FieldType, FieldValue } from '../fields/field.ts';
import { FilterError, tokensOf, type Token } from './lexer.ts';
import { isNetwork, type FilterTree, type Operator, type Range } from './tree.ts';
import { bytesIn, valueFor, type Word } from './values.ts';

/** How deep a filter may be nested. */
const DEPTH_MAX = 100;

const operators = new Map<string, Operator>([
  ['==', '=='],
  ['eq', '=='],
  ['!=', '!='],
  ['ne', '!='],
  ['<', '<'],
  ['lt', '<'],
  ['<=', '<='],
  ['le', '<='],
  ['>', '>'],
  ['gt', '>'],
  ['>=', '>='],
  ['ge', '>='],
]);

/** What has a before and an after. */
const ordered: readonly FieldType[] = ['number', 'time', 'address'];

/** Looks names up: a filter knows the fields that it is given, and no others. */
export interface FieldNames {
  find(name: string): Field | undefined;
  readonly names: () => Iterable<string>;
}

/** Reads a filter. Throws FilterError, which says where it makes no sense. */
export function parseFilter(text: string, fields: FieldNames): FilterTree {
  return new FilterParser(tokensOf(text), fields).parse();
}

/**
 *     filter     = and { ("or" | "||") and }
 *     and        = not { ("and" | "&&") not }
 *     not        = ("not" | "!") not | "(" filter ")" | test
 *     test       = field [ operator value | "in" "{" range { "," range } "}" | "contains" value | ("matches" | "~") value ]
 *     range      = value | value ".." value
 */
class FilterParser {
  readonly #tokens: readonly Token[];
  readonly #fields: FieldNames;
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], fields: FieldNames) {
    this.#tokens = tokens;
    this.#fields = fields;
  }

  parse(): FilterTree {
    const tree = this.#or();
    const rest = this.#tokens[this.#next];
    if (rest.kind === 'end') return tree;
    if (rest.text === '=') throw new FilterError(rest, "'=' means nothing here", "did you mean '=='?");
    throw new FilterError(rest, `${quote(rest.text)} is one word too many here`, "tests are joined by 'and' or 'or'");
  }

  #or(): FilterTree {
    const of = [this.#and()];
    while (this.#takes('or', '||')) of.push(this.#and());
    return of.length === 1 ? of[0] : { kind: 'or', of };
  }

  #and(): FilterTree {
    const of = [this.#not()];
    while (this.#takes('and', '&&')) of.push(this.#not());
    return of.length === 1 ? of[0] : { kind: 'and', of };
  }

  #not(): FilterTree {
    const token = this.#tokens[this.#next];
    if (++this.#depth > DEPTH_MAX) throw new FilterError(token, 'this is nested too deep');
    try {
      if (this.#takes('not', '!')) return { kind: 'not', of: this.#not() };
      return this.#takes('(') ? this.#bracketed(token) : this.#test();
    } finally {
      this.#depth--;
    }
  }

  #bracketed(opening: Token): FilterTree {
    const tree = this.#or();
    if (!this.#takes(')')) throw new FilterError(opening, 'the bracket that opens here is not closed');
    return tree;
  }

  #test(): FilterTree {
    const field = this.#field();
    const token = this.#tokens[this.#next];
    const operator = token.kind === 'text' ? undefined : operators.get(token.text.toLowerCase());
    if (operator) return this.#compare(field, operator);
    if (this.#takes('in')) return { kind: 'in', field, ranges: this.#ranges(field) };
    if (this.#takes('contains')) return this.#contains(field, token);
    if (this.#takes('matches', '~')) return this.#matches(field, token);
    return { kind: 'present', field };
  }

  #field(): Field {
    const token = this.#take();
    if (token.kind === 'end') throw new FilterError(token, 'a field is missing here');
    const field = token.kind === 'word' ? this.#fields.find(token.text.toLowerCase()) : undefined;
    if (field) return field;
    if (token.kind !== 'word') throw new FilterError(token, `a field is missing before ${quote(token.text)}`);
    const hint = suggest(token.text, this.#fields.names()) ?? 'docs/read.md lists them';
    throw new FilterError(token, `there is no field ${quote(token.text)}`, hint);
  }

  #compare(field: Field, operator: Operator): FilterTree {
    const sign = this.#take();
    const isEquality = operator === '==' || operator === '!=';
    if (!isEquality) this.#needsOrder(field, sign);
    const word = this.#value();
    const value = valueFor(field, word);
    if (!isEquality && isNetwork(value)) throw new FilterError(word, 'a network has no order', "use '==' or 'in'");
    return { kind: 'compare', field, operator, value };
  }

  #needsOrder({ name, type }: Field, place: Token): void {
    if (!ordered.includes(type)) throw new FilterError(place, `${name} has no order`, "use '==', '!=' or 'in'");
  }

  #ranges(field: Field): Range[] {
    if (!this.#takes('{')) throw new FilterError(this.#tokens[this.#next], "a set in '{' and '}' is missing here");
    const ranges = [this.#range(field)];
    while (!this.#takes('}')) {
      if (!this.#takes(',')) throw new FilterError(this.#tokens[this.#next], "',' or '}' is missing here");
      ranges.push(this.#range(field));
    }
    return ranges;
  }

  #range(field: Field): Range {
    const token = this.#value();
    const dots = token.kind === 'word' && ordered.includes(field.type) ? token.text.indexOf('..') : -1;
    if (dots < 0) return { from: valueFor(field, token) };
    const middle = token.start + dots;
    const from = this.#bound(field, { text: token.text.slice(0, dots), start: token.start, end: middle });
    const to = this.#bound(field, { text: token.text.slice(dots + 2), start: middle + 2, end: token.end });
    return { from, to };
  }

  #bound(field: Field, word: Word): FieldValue {
    const value = valueFor(field, word);
    if (isNetwork(value)) throw new FilterError(word, 'a network is no end of a range');
    return value;
  }

  #contains(field: Field, sign: Token): FilterTree {
    if (field.type !== 'text' && field.type !== 'bytes')
      throw new FilterError(sign, `${field.name} is neither text nor bytes`, "use '==' or 'in'");
    const word = this.#value();
    const part = field.type === 'text' ? word.text : bytesIn(word.text);
    if (part === undefined) throw new FilterError(word, `${field.name} contains bytes, like 0a:0b`);
    return { kind: 'contains', field, part };
  }

  #matches(field: Field, sign: Token): FilterTree {
    if (field.type !== 'text' && field.type !== 'enum')
      throw new FilterError(sign, `${field.name} is not text`, "use '==' or 'in'");
    const word = this.#value();
    try {
      return { kind: 'matches', field, pattern: new RegExp(word.text, 'iu') };
    } catch {
      throw new FilterError(word, 'this is no regular expression');
    }
  }

  #value(): Token {
    const token = this.#take();
    if (token.kind === 'word' || token.kind === 'text') return token;
    throw new FilterError(
      token,
      token.kind === 'end' ? 'a value is missing here' : `a value is missing before '${token.text}'`,
    );
  }

  #take(): Token {
    const token = this.#tokens[this.#next];
    if (token.kind !== 'end') this.#next++;
    return token;
  }

  /** Goes on if one of the words comes next. */
  #takes(...words: readonly string[]): boolean {
    const token = this.#tokens[this.#next];
    const isMeant = token.kind !== 'text' && token.kind !== 'end' && words.includes(token.text.toLowerCase());
    if (isMeant) this.#next++;
    return isMeant;
  }
}
