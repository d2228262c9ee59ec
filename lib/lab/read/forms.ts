import { parseAddress, parsePrefix } from '../../address.ts';
import type { IpAddress, IpPrefix } from '../../address.ts';
import type { FourStates, GilbertElliott } from '../../link/loss.ts';
import type { SlotSpan } from '../../link/slot.ts';
import type { JsonSchema } from '../../json-schema.ts';
import { microseconds } from '../../time.ts';
import type { Duration } from '../../time.ts';
import type { Silence } from '../scenario.ts';

/** What a scalar may look like, and the value that it stands for. */
export interface Form<T> {
  /** Completes "'5 sec' is not ...". */
  readonly describes: string;
  /** Every valid text, where they can be counted. */
  readonly words?: readonly string[];
  /** The same for editors, as far as JSON Schema can tell; absent for any word or number. */
  readonly schema?: JsonSchema;
  /** Stands for a value that could not be read; nobody uses what was built with it. */
  readonly neutral: T;
  read(text: string): T | undefined;
}

const units: Readonly<Record<string, number>> = { us: 1, ms: 1_000, s: 1_000_000, min: 60_000_000 };
const LONGEST = 24 * 60 * units.min;

function readDuration(text: string): Duration | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)(us|ms|s|min)$/.exec(text);
  if (!match) return undefined;
  const value = Number(match[1]) * units[match[2]];
  return value <= LONGEST ? microseconds(value) : undefined;
}

const zero = microseconds(0);

/** The same for editors. */
export const DURATION = `[0-9]{1,12}([.][0-9]{1,6})?(${Object.keys(units).join('|')})`;

/** At most a day. */
export const duration: Form<Duration> = {
  describes: 'a duration such as 200ms, 5s or 1.5s',
  schema: { type: 'string', pattern: `^${DURATION}$` },
  neutral: zero,
  read: readDuration,
};

/** A duration that is not zero. */
export const span: Form<Duration> = {
  ...duration,
  describes: 'a duration above zero such as 200ms, 5s or 1.5s',
  read: (text) => readDuration(text) || undefined,
};

/** A duration that may lead back: `-40s`. */
export const signedSpan: Form<number> = {
  describes: 'a duration such as 40s, or -40s for back',
  neutral: 0,
  read(text) {
    const length = readDuration(text.replace(/^-/, ''));
    return length && (text.startsWith('-') ? 0 - length : length);
  },
};

/** A share that is gained, or lost: `-10%`. At most ten times as much. */
export const gain: Form<number> = {
  describes: 'a share that is gained such as 10%, or lost such as -10%',
  neutral: 0,
  read(text) {
    const match = /^(-?\d{1,4}(?:\.\d{1,6})?)%$/.exec(text);
    const value = match ? Number(match[1]) / 100 : NaN;
    return value > -1 && value <= 10 && value !== 0 ? value : undefined;
  },
};

/** `2s..6s`. */
export const silence: Form<Silence> = {
  describes: 'a time from and until, such as 2s..6s',
  neutral: { start: zero, end: zero },
  read(text) {
    const [start, end, ...rest] = text.split('..').map((part) => readDuration(part.trim()));
    if (start === undefined || end === undefined || rest.length > 0 || end <= start) return undefined;
    return { start, end };
  },
};

export function wholeNumber(min: number, max: number): Form<number> {
  return {
    describes: `a whole number from ${min} to ${max}`,
    schema: { type: 'integer', minimum: min, maximum: max },
    neutral: min,
    read: (text) =>
      /^-?\d{1,12}$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined,
  };
}

export const port: Form<number> = { ...wholeNumber(1, 65_535), describes: 'a port from 1 to 65535' };

/** `16384..16483`. */
export const portRange: Form<readonly [first: number, last: number]> = {
  describes: 'a range of ports such as 16384..16483',
  neutral: [1, 1],
  read(text) {
    const [first, last, ...rest] = text.split('..').map((part) => port.read(part.trim()));
    if (first === undefined || last === undefined || rest.length > 0 || last < first) return undefined;
    return [first, last];
  },
};

export const byteUnits: Readonly<Record<string, number>> = { '': 1, kB: 1e3, MB: 1e6, KiB: 1024, MiB: 1024 * 1024 };

/** At most 1 GB. */
export const byteCount: Form<number> = {
  describes: 'a number of bytes such as 5000, 64KiB or 5MB',
  neutral: 1,
  read(text) {
    const match = /^(\d{1,10})(|kB|MB|KiB|MiB)$/.exec(text);
    const value = match ? Number(match[1]) * byteUnits[match[2]] : 0;
    return value >= 1 && value <= 1e9 ? value : undefined;
  },
};

/** A share of all: `2.5%` or `0.025`. */
export const fraction: Form<number> = {
  describes: 'a share such as 2.5% or 0.025',
  neutral: 0,
  read(text) {
    const match = /^(\d{1,3}(?:\.\d{1,9})?)(%?)$/.exec(text);
    const value = match ? Number(match[1]) / (match[2] ? 100 : 1) : NaN;
    return value >= 0 && value <= 1 ? value : undefined;
  },
};

/** Shares behind each other, the last of which may be missing. */
function shares(text: string, countMax: number): number[] | undefined {
  const read = text
    .trim()
    .split(/\s+/)
    .map((share) => fraction.read(share));
  const found = read.filter((share) => share !== undefined);
  return found.length === read.length && found.length <= countMax ? found : undefined;
}

/** netem's `loss state p13 [p31 [p32 [p23 [p14]]]]`; what leaves a state is never more than all. */
export const fourStates: Form<FourStates> = {
  describes:
    "'p13 [p31 [p32 [p23 [p14]]]]' such as 1% 20% 0% 100% 0.5%, where p13 and p14, or p31 and p32, are 100% at most",
  neutral: { p13: 0, p31: 1, p32: 0, p23: 1, p14: 0 },
  read(text) {
    const [p13, p31 = 1 - p13, p32 = 0, p23 = 1, p14 = 0] = shares(text, 5) ?? [];
    return p13 + p14 <= 1 && p31 + p32 <= 1 ? { p13, p31, p32, p23, p14 } : undefined;
  },
};

/** netem's `loss gemodel p [r [1-h [1-k]]]`. */
export const gilbertElliott: Form<GilbertElliott> = {
  describes: "'p [r [1-h [1-k]]]' such as 1% 10% 70% 0.1%",
  neutral: { p: 0, r: 1, lossInBad: 1, lossInGood: 0 },
  read(text) {
    const [p, r = 1 - p, lossInBad = 1, lossInGood = 0] = shares(text, 4) ?? [];
    return p === undefined ? undefined : { p, r, lossInBad, lossInGood };
  },
};

/** `5ms`, `5ms..10ms`. */
export const slot: Form<SlotSpan> = {
  describes: 'a duration or two, such as 5ms or 5ms..10ms',
  neutral: { min: zero, max: zero },
  read(text) {
    const [min, max = min, ...rest] = text.split('..').map((part) => readDuration(part.trim()));
    return min === undefined || max === undefined || rest.length > 0 || max < min ? undefined : { min, max };
  },
};

export const rateUnits: Readonly<Record<string, number>> = { bit: 1, kbit: 1e3, Mbit: 1e6, Gbit: 1e9 };

/** Bits a second, at most 400 Gbit; 0 is as fast as you like. */
export const rate: Form<number> = {
  describes: 'bits a second such as 500kbit, 10Mbit or 2.5Gbit',
  neutral: 0,
  read(text) {
    const match = /^(\d{1,12}(?:\.\d{1,6})?)(bit|kbit|Mbit|Gbit)$/.exec(text);
    const value = match ? Math.round(Number(match[1]) * rateUnits[match[2]]) : NaN;
    return value <= 400e9 ? value : undefined;
  },
};

export const address: Form<IpAddress> = {
  describes: 'an IPv4 or IPv6 address',
  neutral: { family: 4, bytes: new Uint8Array(4) },
  read: parseAddress,
};

/** The address of a port; the prefix keeps the bits behind its length. */
export const interfaceAddress: Form<IpPrefix> = {
  describes: 'an address with its prefix length such as 10.1.0.10/24',
  neutral: { address: address.neutral, length: 0 },
  read(text) {
    const own = parseAddress(text.split('/')[0]);
    const prefix = parsePrefix(text);
    return own && prefix && text.includes('/') ? { address: own, length: prefix.length } : undefined;
  },
};

export const ipv4Address: Form<IpAddress> = {
  ...address,
  describes: 'an IPv4 address',
  read: (text) => ifIpv4(address.read(text)),
};

export const ipv4InterfaceAddress: Form<IpPrefix> = {
  ...interfaceAddress,
  describes: 'an IPv4 address with its prefix length such as 10.1.0.1/24',
  read(text) {
    const prefix = interfaceAddress.read(text);
    return ifIpv4(prefix?.address) && prefix;
  },
};

const ifIpv4 = (address: IpAddress | undefined): IpAddress | undefined => (address?.family === 4 ? address : undefined);

export const yesOrNo: Form<boolean> = {
  describes: 'yes or no',
  words: ['yes', 'no'],
  neutral: false,
  read: (text) => (text === 'yes' ? true : text === 'no' ? false : undefined),
};

/** A name of a node, link or traffic: what can stand in an event, a file name and an expectation. */
export const name: Form<string> = {
  describes: 'a name of letters, digits, dots, dashes and underscores',
  neutral: '',
  read: (text) => (/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/.test(text) ? text : undefined),
};

export const line: Form<string> = {
  describes: 'a text of one line',
  neutral: '',
  read: (text) => (text.length > 0 && text.length <= 500 && !text.includes('\n') ? text : undefined),
};

export function oneOf<W extends string>(what: string, words: readonly W[]): Form<W> {
  return { describes: what, words, neutral: words[0], read: (text) => words.find((word) => word === text) };
}
