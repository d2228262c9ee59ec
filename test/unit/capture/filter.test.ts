import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { parseAddress } from '../../../lib/address.ts';
import type { Dissection } from '../../../lib/capture/dissection.ts';
import { everyPacket, type Field, type FieldType, type FieldValues } from '../../../lib/capture/fields/field.ts';
import { compileFilter, isFault } from '../../../lib/capture/filter/compile.ts';
import type { FieldNames } from '../../../lib/capture/filter/parse.ts';

/** What a packet has, by the names of fields. */
type Values = Readonly<Record<string, FieldValues>>;

const types: Readonly<Record<string, FieldType>> = {
  number: 'number',
  other: 'number',
  many: 'number',
  time: 'time',
  text: 'text',
  address: 'address',
  bytes: 'bytes',
  flag: 'flag',
  control: 'enum',
};

const fields = new Map(
  Object.entries(types).map(([name, type]): [string, Field] => [
    name,
    {
      name,
      type,
      of: 'svrlab',
      within: everyPacket,
      help: 'for tests',
      ...(name === 'other' && { needsSession: true }),
      ...(type === 'enum' && { codes: { keepAlive: 1, enableMetadata: 2 } }),
      read: (packet) => (packet as unknown as Values)[name],
    },
  ]),
);
const names: FieldNames = { find: (name) => fields.get(name), names: () => fields.keys() };

function holds(text: string, values: Values): boolean {
  const filter = compileFilter(text, names);
  if (isFault(filter)) throw new Error(`${text}: ${filter.message}`);
  return filter.test(values as unknown as Dissection);
}

/** Message, where it points, and the hint. */
function fault(text: string): string {
  const filter = compileFilter(text, names);
  if (!isFault(filter)) return 'none';
  const pointed = text.slice(filter.start, filter.end);
  return [`${filter.message} [${pointed}]`, ...(filter.hint === undefined ? [] : [filter.hint])].join('; ');
}

const address = (text: string): Uint8Array => parseAddress(text)?.bytes ?? new Uint8Array(0);

describe('a filter', () => {
  it('compares numbers, in signs and in words', () => {
    for (const [text, expected] of [
      ['number == 5', true],
      ['number eq 0x05', true],
      ['number != 5', false],
      ['number ne 6', true],
      ['number < 6', true],
      ['number lt 5', false],
      ['number<=5', true],
      ['number le 4', false],
      ['number > 4', true],
      ['number gt 5', false],
      ['number >= 5', true],
      ['number ge 6', false],
      ['time < 4.5', true],
    ] as const)
      equal(holds(text, { number: 5, time: 4.25 }), expected, text);
  });

  it('asks of a field with several values for one that fits, and of != that none does', () => {
    ok(holds('many == 2', { many: [1, 2] }));
    ok(!holds('many != 2', { many: [1, 2] }));
    ok(holds('many != 3', { many: [1, 2] }));
    ok(!holds('many == 3', { many: [] }));
  });

  it('does not hold for fields that are absent, but its contrary does', () => {
    for (const text of ['number == 5', 'number != 5', 'number', 'number in {1..9}', 'text contains "a"'])
      ok(!holds(text, {}), text);
    ok(holds('not number == 5', {}));
  });

  it('asks whether a field is there, and of a flag whether it is set', () => {
    ok(holds('number', { number: 0 }));
    ok(!holds('many', { many: [] }));
    ok(holds('flag', { flag: true }));
    ok(!holds('flag', { flag: false }));
    ok(holds('flag == false', { flag: false }));
    ok(holds('flag == 1', { flag: true }));
  });

  it('joins tests by and before or, and takes brackets and not', () => {
    const values = { number: 1, text: 'web' };
    ok(holds('number == 1 or number == 2 and text == "corp"', values));
    ok(!holds('(number == 1 or number == 2) and text == "corp"', values));
    ok(holds('number == 1 || number == 2 && text == corp', values));
    ok(holds('!(number == 2) and not text == corp', values));
    ok(holds('NOT NOT number == 1', values));
  });

  it('joins as many tests as one likes', () => {
    const many = (joint: string, last: string): string => [...Array<string>(20_000).fill('number'), last].join(joint);
    ok(holds(many(' or ', 'flag'), { number: 1 }));
    ok(!holds(many(' and ', 'flag'), { number: 1 }));
  });

  it('knows networks, single addresses and ranges of them', () => {
    const values = { address: address('10.1.2.3') };
    for (const [text, expected] of [
      ['address == 10.1.2.3', true],
      ['address == 10.1.0.0/16', true],
      ['address == 10.2.0.0/15', false],
      ['address != 10.1.0.0/16', false],
      ['address in {10.9.9.9, 10.1.2.0..10.1.2.9}', true],
      ['address in {10.1.2.4..10.1.2.9}', false],
      ['address < 10.1.2.4', true],
      ['address == fd00::/8', false],
    ] as const)
      equal(holds(text, values), expected, text);
    ok(holds('address == fd00:1::/32', { address: address('fd00:1::10') }));
    ok(holds('address in {fd00::1..fd00::ff}', { address: address('fd00::7f') }));
  });

  it('knows sets, parts, patterns, words that stand for numbers, and quotes within text', () => {
    ok(holds('number in {1, 5..9, 20}', { number: 7 }));
    ok(!holds('number in {1, 5..9, 20}', { number: 10 }));
    ok(holds('text contains "ropp"', { text: 'packet-dropped' }));
    ok(holds('text matches "^PACKET-.*ed$"', { text: 'packet-dropped' }));
    ok(holds('text ~ "\\d+"', { text: 'a1' }));
    ok(holds('bytes contains 0b:0c', { bytes: Uint8Array.of(10, 11, 12, 13) }));
    for (const word of ['2', 'enableMetadata', 'enable-metadata', 'enable_metadata'])
      ok(holds(`control == ${word}`, { control: 'enableMetadata' }), word);
    ok(holds('control == 7', { control: 7 }));
    ok(holds(String.raw`text == "a \"quoted\" word"`, { text: 'a "quoted" word' }));
  });

  it('says whether it has to know of sessions', () => {
    deepEqual(
      ['number', 'not (number or other == 3)'].map((text) => {
        const filter = compileFilter(text, names);
        return !isFault(filter) && filter.needsSession;
      }),
      [false, true],
    );
  });
});

describe('a filter that makes no sense', () => {
  for (const [text, message] of [
    ['nmuber == 5', "there is no field 'nmuber' [nmuber]; did you mean 'number'?"],
    ['number == five', 'number is compared with a number, like 5 or 0x05 [five]'],
    ['number = 5', "'=' means nothing here [=]; did you mean '=='?"],
    ['number == 5 text', "'text' is one word too many here [text]; tests are joined by 'and' or 'or'"],
    ['number == 5 and', 'a field is missing here []'],
    ['number ==', 'a value is missing here []'],
    ['(number == 5', 'the bracket that opens here is not closed [(]'],
    ['text == "web', 'the quotes that begin here do not end ["web]'],
    ['text < 5', "text has no order [<]; use '==', '!=' or 'in'"],
    ['address < 10.0.0.0/8', "a network has no order [10.0.0.0/8]; use '==' or 'in'"],
    ['address == 10.1', 'address is compared with an address or a network, like 10.1.0.10 or 10.1.0.0/16 [10.1]'],
    [
      'control == enableMetadat',
      "control is compared with one of its words, or a number [enableMetadat]; did you mean 'enableMetadata'?",
    ],
    ['number in 5', "a set in '{' and '}' is missing here [5]"],
    ['number in {5', "',' or '}' is missing here []"],
    ['number contains 5', "number is neither text nor bytes [contains]; use '==' or 'in'"],
    ['text matches "("', 'this is no regular expression ["("]'],
    ['number == 5 ; 6', "';' means nothing here [;]"],
    ['', 'a field is missing here []'],
    [`${'('.repeat(200)}number`, 'this is nested too deep [(]'],
  ] as const)
    it(`is pointed at: ${text.slice(0, 40)}`, () => equal(fault(text), message));

  it('never throws, whatever is written', () => {
    const words = [
      ...Object.keys(types),
      '==',
      '!=',
      '<',
      'and',
      'or',
      'not',
      '(',
      ')',
      '{',
      '}',
      ',',
      'in',
      '1..2',
      '"a',
      '10.0.0.0/8',
    ];
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 5 })), { maxLength: 15 }),
        (parts) => {
          compileFilter(parts.join(' '), names);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

/** A filter over numbers, with what it has to mean. */
interface Meant {
  readonly text: string;
  readonly holds: (values: { readonly number: number | undefined; readonly other: number | undefined }) => boolean;
}

const comparisons: readonly (readonly [string, (a: number, b: number) => boolean])[] = [
  ['==', (a, b) => a === b],
  ['!=', (a, b) => a !== b],
  ['<', (a, b) => a < b],
  ['ge', (a, b) => a >= b],
];

const leaf: fc.Arbitrary<Meant> = fc
  .tuple(fc.constantFrom('number', 'other'), fc.constantFrom(...comparisons), fc.nat(5))
  .map(([name, [sign, compare], value]) => ({
    text: `${name} ${sign} ${value}`,
    holds: (values) => {
      const found = values[name];
      return found !== undefined && compare(found, value);
    },
  }));

const { filter: anyFilter } = fc.letrec<{ filter: Meant }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    tie('filter').map((of): Meant => ({ text: `not (${of.text})`, holds: (values) => !of.holds(values) })),
    fc.tuple(tie('filter'), tie('filter'), fc.constantFrom('and', '&&')).map(([left, right, word]): Meant => ({
      text: `(${left.text}) ${word} (${right.text})`,
      holds: (values) => left.holds(values) && right.holds(values),
    })),
    fc.tuple(tie('filter'), tie('filter'), fc.constantFrom('or', '||')).map(([left, right, word]): Meant => ({
      text: `(${left.text}) ${word} (${right.text})`,
      holds: (values) => left.holds(values) || right.holds(values),
    })),
  ),
}));

describe('any filter', () => {
  it('means what its parts mean', () => {
    const value = fc.option(fc.nat(5), { nil: undefined });
    fc.assert(
      fc.property(anyFilter, value, value, (meant, number, other) => {
        equal(holds(meant.text, { number, other }), meant.holds({ number, other }));
      }),
      { numRuns: 2_000 },
    );
  });
});
