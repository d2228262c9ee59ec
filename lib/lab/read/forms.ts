import { parseAddress, parsePrefix } from '../../address.ts';
import type { IpAddress, IpPrefix } from '../../address.ts';
import { microseconds } from '../../time.ts';
import type { Duration } from '../../time.ts';
import type { Silence } from '../scenario.ts';

/** What a scalar may look like, and the value that it stands for. */
export interface Form<T> {
  /** Completes "'5 sec' is not ...". */
  readonly describes: string;
  /** Every valid text, where they can be counted. */
  readonly words?: readonly string[];
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

/** At most a day. */
export const duration: Form<Duration> = {
  describes: 'a duration such as 200ms, 5s or 1.5s',
  neutral: zero,
  read: readDuration,
};

/** A duration that is not zero. */
export const span: Form<Duration> = {
  ...duration,
  describes: 'a duration above zero such as 200ms, 5s or 1.5s',
  read: (text) => readDuration(text) || undefined,
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
    neutral: min,
    read: (text) => (/^\d{1,12}$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined),
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

const byteUnits: Readonly<Record<string, number>> = { '': 1, kB: 1e3, MB: 1e6, KiB: 1024, MiB: 1024 * 1024 };

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
