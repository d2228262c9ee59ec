import { formatAddress, formatMac, formatPrefix, parseAddress, parseMac, parsePrefix } from '../../address.ts';
import type { IpAddress, IpPrefix } from '../../address.ts';
import { milliseconds, seconds } from '../../time.ts';
import type { Duration } from '../../time.ts';

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What a leaf's text may be, and which value it stands for. `write` gives the one text of a value that is printed. */
export interface LeafType<T> {
  readonly kind: LeafKind;
  /** Completes the sentence "mode must be ..."; also the documentation of the type. */
  readonly describes: string;
  /** Every valid text, where they can be counted. */
  readonly words?: readonly string[];
  readonly range?: Range;
  readonly units?: string;
  /** The value, or undefined if the text is not valid. */
  read(text: string): T | undefined;
  write(value: T): string;
}

export type LeafKind =
  | 'text'
  | 'identifier'
  | 'enumeration'
  | 'boolean'
  | 'integer'
  | 'decimal'
  | 'duration'
  | 'priority'
  | 'mss'
  | 'ip-address'
  | 'ip-prefix'
  | 'mac-address'
  | 'hex';

/** One value. `Always` is true when the tree always holds it: it is required, or has a default. */
export interface Leaf<T, Always extends boolean = boolean> {
  readonly element: 'leaf';
  readonly help: string;
  readonly type: LeafType<T>;
  readonly always: Always;
  readonly required: boolean;
  readonly default?: T;
  /** See `atStart` in element.ts. */
  readonly atStart?: true;
  /** Name of the list that holds an item of this name; the nearest enclosing list of that name is meant. */
  readonly refersTo?: string;
}

/** Any number of different values, in their order. */
export interface LeafList<T> {
  readonly element: 'leaf-list';
  readonly help: string;
  readonly type: LeafType<T>;
  readonly atStart?: true;
  readonly refersTo?: string;
}

export interface LeafOptions<T> {
  readonly help: string;
  readonly default?: T;
  readonly required?: true;
}

type Presence<O> = O extends { default: unknown } | { required: true } ? true : false;

function leaf<T, O extends LeafOptions<T>>(type: LeafType<T>, options: O, refersTo?: string): Leaf<T, Presence<O>> {
  const required = options.required === true;
  const always = (required || options.default !== undefined) as Presence<O>;
  return { element: 'leaf', type, always, required, help: options.help, default: options.default, refersTo };
}

const IDENTIFIER = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,126}$/;

const textType: LeafType<string> = {
  kind: 'text',
  describes: 'text of at most 1024 characters',
  read: (text) => (text.length <= 1024 ? text : undefined),
  write: (value) => value,
};

const identifierType: LeafType<string> = {
  kind: 'identifier',
  describes: 'a word of letters, digits, dots, dashes and underscores',
  read: (text) => (IDENTIFIER.test(text) ? text : undefined),
  write: (value) => value,
};

const addressType: LeafType<IpAddress> = {
  kind: 'ip-address',
  describes: 'an IPv4 or IPv6 address',
  read: parseAddress,
  write: formatAddress,
};

const prefixType: LeafType<IpPrefix> = {
  kind: 'ip-prefix',
  describes: 'an IP prefix such as 10.0.0.0/8',
  read: parsePrefix,
  write: formatPrefix,
};

const macType: LeafType<Uint8Array> = {
  kind: 'mac-address',
  describes: 'a MAC address such as 02:00:00:00:00:01',
  read: parseMac,
  write: formatMac,
};

function enumerationType<W extends string>(words: readonly W[]): LeafType<W> {
  return {
    kind: 'enumeration',
    describes: oneOf(words),
    words,
    read: (text) => words.find((word) => word === text),
    write: (value) => value,
  };
}

const booleanType: LeafType<boolean> = {
  kind: 'boolean',
  describes: 'true or false',
  words: ['true', 'false'],
  read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  write: String,
};

function integerType(range: Range, units?: string): LeafType<number> {
  return {
    kind: 'integer',
    describes: `a whole number from ${range.min} to ${range.max}${units ? ` (${units})` : ''}`,
    range,
    units,
    read: (text) => readInteger(text, range),
    write: String,
  };
}

function decimalType(range: Range, units?: string): LeafType<number> {
  return {
    kind: 'decimal',
    describes: `a number from ${range.min} to ${range.max}${units ? ` (${units})` : ''}`,
    range,
    units,
    read: (text) => (/^\d{1,9}(\.\d{1,6})?$/.test(text) ? within(Number(text), range) : undefined),
    write: String,
  };
}

const durationUnits = {
  s: { name: 'seconds', of: seconds, length: seconds(1) },
  ms: { name: 'milliseconds', of: milliseconds, length: milliseconds(1) },
} as const;

export type DurationUnit = keyof typeof durationUnits;

/** A bare number counts the leaf's own unit; `200ms` and `10s` say theirs, and must come out whole. */
function durationType(unit: DurationUnit, range: Range): LeafType<Duration> {
  const { name, of, length } = durationUnits[unit];
  return {
    kind: 'duration',
    describes: `a whole number of ${name} from ${range.min} to ${range.max}`,
    range,
    units: name,
    read: (text) => {
      const [, digits, said] = /^(\d{1,15})(ms|s)?$/.exec(text) ?? [];
      if (digits === undefined) return undefined;
      const count = (Number(digits) * durationUnits[(said as DurationUnit | undefined) ?? unit].length) / length;
      return Number.isInteger(count) && within(count, range) !== undefined ? of(count) : undefined;
    },
    write: (value) => String(value / length),
  };
}

/** Order of preference of a vector: a number (the lowest is taken first), 'ordered' or 'never'. */
export type Priority = number | 'ordered' | 'never';

const priorityRange: Range = { min: 1, max: 999_999 };

const priorityType: LeafType<Priority> = {
  kind: 'priority',
  describes: `a whole number from ${priorityRange.min} to ${priorityRange.max}, ordered or never`,
  range: priorityRange,
  read: (text) => (text === 'ordered' || text === 'never' ? text : readInteger(text, priorityRange)),
  write: String,
};

/** A maximum segment size of TCP in bytes, or what else may be done about it. */
export type Mss = number | 'automatic' | 'disabled';

const mssRange: Range = { min: 64, max: 8_960 };

const mssType: LeafType<Mss> = {
  kind: 'mss',
  describes: `a whole number from ${mssRange.min} to ${mssRange.max} (bytes), automatic or disabled`,
  range: mssRange,
  units: 'bytes',
  read: (text) => (text === 'automatic' || text === 'disabled' ? text : readInteger(text, mssRange)),
  write: String,
};

function hexType(lengths: readonly number[]): LeafType<Uint8Array> {
  return {
    kind: 'hex',
    describes: `${oneOf(lengths.map(String))} hexadecimal digits`,
    read: (text) => {
      if (!lengths.includes(text.length) || !/^[0-9a-f]*$/i.test(text)) return undefined;
      return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
    },
    write: (value) => Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  };
}

export const text = <const O extends LeafOptions<string>>(options: O): Leaf<string, Presence<O>> =>
  leaf(textType, options);

export const identifier = <const O extends LeafOptions<string>>(options: O): Leaf<string, Presence<O>> =>
  leaf(identifierType, options);

export const enumeration = <const W extends string, const O extends LeafOptions<W>>(
  words: readonly W[],
  options: O,
): Leaf<W, Presence<O>> => leaf(enumerationType(words), options);

export const boolean = <const O extends LeafOptions<boolean>>(options: O): Leaf<boolean, Presence<O>> =>
  leaf(booleanType, options);

export const integer = <const O extends LeafOptions<number> & { readonly units?: string }>(
  min: number,
  max: number,
  options: O,
): Leaf<number, Presence<O>> => leaf(integerType({ min, max }, options.units), options);

export const decimal = <const O extends LeafOptions<number> & { readonly units?: string }>(
  min: number,
  max: number,
  options: O,
): Leaf<number, Presence<O>> => leaf(decimalType({ min, max }, options.units), options);

/** `min` and `max` count `unit`; the value and the default are Durations. */
export const duration = <const O extends LeafOptions<Duration>>(
  unit: DurationUnit,
  min: number,
  max: number,
  options: O,
): Leaf<Duration, Presence<O>> => leaf(durationType(unit, { min, max }), options);

export const priority = <const O extends LeafOptions<Priority>>(options: O): Leaf<Priority, Presence<O>> =>
  leaf(priorityType, options);

export const mss = <const O extends LeafOptions<Mss>>(options: O): Leaf<Mss, Presence<O>> => leaf(mssType, options);

export const ipAddress = <const O extends LeafOptions<IpAddress>>(options: O): Leaf<IpAddress, Presence<O>> =>
  leaf(addressType, options);

export const ipPrefix = <const O extends LeafOptions<IpPrefix>>(options: O): Leaf<IpPrefix, Presence<O>> =>
  leaf(prefixType, options);

export const macAddress = <const O extends LeafOptions<Uint8Array>>(options: O): Leaf<Uint8Array, Presence<O>> =>
  leaf(macType, options);

/** `lengths` count hexadecimal digits. */
export const hex = <const O extends LeafOptions<Uint8Array>>(
  lengths: readonly number[],
  options: O,
): Leaf<Uint8Array, Presence<O>> => leaf(hexType(lengths), options);

/** The name of an item of the nearest enclosing list called `list`. */
export const reference = <const O extends LeafOptions<string>>(list: string, options: O): Leaf<string, Presence<O>> =>
  leaf(identifierType, options, list);

/** Several values of one leaf's kind: `leafList(ipPrefix({ help: ... }))`. */
export function leafList<T>(of: Leaf<T, false>): LeafList<T> {
  return { element: 'leaf-list', help: of.help, type: of.type, refersTo: of.refersTo };
}

function within(value: number, range: Range): number | undefined {
  return value >= range.min && value <= range.max ? value : undefined;
}

function readInteger(text: string, range: Range): number | undefined {
  return /^\d{1,15}$/.test(text) ? within(Number(text), range) : undefined;
}

function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;
}
