import { parsePrefix } from '../../address.ts';
import { suggest } from '../../diagnostic.ts';
import type { Field, FieldType, FieldValue } from '../fields/field.ts';
import { FilterError, type Token } from './lexer.ts';
import type { Network } from './tree.ts';

/** Where a value stands in a filter, and what it says. */
export type Word = Pick<Token, 'text' | 'start' | 'end'>;

/** What a value of each type looks like, for messages. */
const examples: Readonly<Record<FieldType, string>> = {
  flag: 'true or false',
  number: 'a number, like 5 or 0x05',
  time: 'seconds, like 4.5',
  enum: 'one of its words, or a number',
  text: 'text, like "web"',
  address: 'an address or a network, like 10.1.0.10 or 10.1.0.0/16',
  mac: 'a link address, like 02:00:00:01:00:00',
  bytes: 'bytes, like 0a:0b',
};

const NUMBER = /^-?(0x[0-9a-f]+|\d+(\.\d+)?(e-?\d+)?)$/i;
const BYTES = /^[0-9a-f]{2}([:.-]?[0-9a-f]{2})*$/i;

/** The value that a word means for a field. Throws FilterError if it can be none. */
export function valueFor(field: Field, word: Word): FieldValue | Network {
  const value = read(field, word.text);
  if (value !== undefined) return value;
  const codes = field.codes && Object.keys(field.codes);
  const hint = codes ? (suggest(word.text, codes) ?? `one of ${codes.join(', ')}`) : undefined;
  throw new FilterError(word, `${field.name} is compared with ${examples[field.type]}`, hint);
}

function read(field: Field, text: string): FieldValue | Network | undefined {
  switch (field.type) {
    case 'flag':
      return flags.get(text.toLowerCase());
    case 'number':
    case 'time':
      return numberIn(text);
    case 'enum':
      return codeIn(field, text);
    case 'text':
      return text;
    case 'address':
      return addressIn(text);
    case 'mac':
    case 'bytes':
      return bytesIn(text, field.type === 'mac' ? 6 : undefined);
  }
}

const flags = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

const numberIn = (text: string): number | undefined => (NUMBER.test(text) ? Number(text) : undefined);

/** As the field itself has it: by its word if there is one. Words may be written with dashes: enable-metadata. */
function codeIn({ codes = {} }: Field, text: string): FieldValue | undefined {
  const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_]/g, '');
  const number = numberIn(text);
  const isMeant = ([word, code]: [string, number]): boolean =>
    number === undefined ? plain(word) === plain(text) : code === number;
  return Object.entries(codes).find(isMeant)?.[0] ?? number;
}

function addressIn(text: string): FieldValue | Network | undefined {
  const prefix = parsePrefix(text);
  if (!prefix) return undefined;
  const { bytes } = prefix.address;
  return prefix.length === 8 * bytes.length ? bytes : { address: bytes, length: prefix.length };
}

/** Hexadecimal digits by twos, with or without something between them. */
export function bytesIn(text: string, length?: number): Uint8Array | undefined {
  if (!BYTES.test(text)) return undefined;
  const digits = text.replaceAll(/[:.-]/g, '');
  const bytes = Uint8Array.from({ length: digits.length / 2 }, (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16));
  return length === undefined || bytes.length === length ? bytes : undefined;
}
