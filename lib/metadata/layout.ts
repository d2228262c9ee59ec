import protobuf from 'protobufjs/minimal.js';
import { copyBytes, readU16, readU32, writeU16, writeU32 } from '../wire/bytes.ts';
import { METRICS_LENGTH, noMetrics, readMetrics, writeMetrics, type PathMetrics } from './path-metrics.ts';

const { utf8 } = protobuf.util;

/** Longest text value, in bytes of UTF-8 (emulator choice). */
export const TEXT_LENGTH_MAX = 255;

/** Longest opaque value, in bytes (emulator choice). */
export const BYTES_LENGTH_MAX = 256;

/**
 * How the value of an attribute stands on the wire, in both encodings (SVR sheet, section 1.2).
 *
 * In TLV the value is `length` bytes, big-endian. In protobuf it is one scalar; a value that has no scalar of its own
 * travels as `bytes` that hold what TLV would hold.
 */
export interface Layout<T> {
  readonly kind: string;
  /** Shortest and longest value that is accepted, in bytes. */
  readonly min: number;
  readonly max: number;
  readonly proto: 'bool' | 'bytes' | 'enum' | 'string' | 'uint32' | 'uint64';
  /** Of an enumeration: the number that stands for each name. */
  readonly codes?: Readonly<Record<string, number>>;
  length(value: T): number;
  write(value: T, target: Uint8Array, at: number): void;
  /** The value in bytes[at, end), whose length is between `min` and `max`; undefined if they do not make one. Copies. */
  read(bytes: Uint8Array, at: number, end: number): T | undefined;
  toMessage(value: T): unknown;
  fromMessage(message: unknown): T | undefined;
}

/** The two ends and the protocol of a session, as one side sees them; addresses have 4 or 16 bytes. */
export interface Context {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly protocol: number;
}

export interface Fragment {
  readonly extendedId: number;
  /** Identification field of the IP packet that was cut. */
  readonly originalId: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** In units of 8 bytes. */
  readonly offset: number;
  readonly largestSeen: number;
}

/** What the flags F and D mean is not public. */
export interface ModifyRequest {
  readonly flagF: boolean;
  readonly flagD: boolean;
  /** 12 bits. */
  readonly sequence: number;
}

export interface MulticastGroup {
  readonly flags: number;
  readonly source: Uint8Array;
  readonly group: Uint8Array;
  readonly protocol: number;
}

// Not `slice`: on Node's Buffer that would be a view of a frame that soon holds another packet.
function copyOf(bytes: Uint8Array, at: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - at);
  copyBytes(bytes, at, copy, 0, copy.length);
  return copy;
}

interface Packing<T> {
  readonly kind: string;
  readonly min: number;
  readonly max: number;
  length(value: T): number;
  write(value: T, target: Uint8Array, at: number): void;
  read(bytes: Uint8Array, at: number, end: number): T | undefined;
}

/** A layout whose protobuf form is `bytes`, equal to its TLV form. */
function packed<T>(packing: Packing<T>): Layout<T> {
  return {
    ...packing,
    proto: 'bytes',
    toMessage(value) {
      const bytes = new Uint8Array(packing.length(value));
      packing.write(value, bytes, 0);
      return bytes;
    },
    fromMessage(message) {
      const bytes = message as Uint8Array;
      if (bytes.length < packing.min || bytes.length > packing.max) return undefined;
      return packing.read(bytes, 0, bytes.length);
    },
  };
}

/** One byte that names something. A code without a name is that number. */
export function u8<N extends string>(codes: Readonly<Record<N, number>>): Layout<N | number> {
  const names = new Array<N | undefined>(256).fill(undefined);
  for (const name in codes) names[codes[name]] = name;
  const codeOf = (value: N | number): number => (typeof value === 'number' ? value : codes[value]);
  return {
    kind: 'enum',
    min: 1,
    max: 1,
    proto: 'enum',
    codes,
    length: () => 1,
    write: (value, target, at) => void (target[at] = codeOf(value)),
    read: (bytes, at) => names[bytes[at]] ?? bytes[at],
    toMessage: codeOf,
    fromMessage(message) {
      const code = message as number;
      return code >= 0 && code <= 255 ? (names[code] ?? code) : undefined;
    },
  };
}

export function u32(): Layout<number> {
  return {
    kind: 'u32',
    min: 4,
    max: 4,
    proto: 'uint32',
    length: () => 4,
    write: (value, target, at) => writeU32(target, at, value),
    read: readU32,
    toMessage: (value) => value,
    fromMessage: (message) => message as number,
  };
}

/** Eight bytes; a value beyond 2^53 - 1 is refused. */
export function u64(): Layout<number> {
  return {
    kind: 'u64',
    min: 8,
    max: 8,
    proto: 'uint64',
    length: () => 8,
    write(value, target, at) {
      writeU32(target, at, Math.floor(value / 0x1_0000_0000));
      writeU32(target, at + 4, value >>> 0);
    },
    read(bytes, at) {
      const value = readU32(bytes, at) * 0x1_0000_0000 + readU32(bytes, at + 4);
      return Number.isSafeInteger(value) ? value : undefined;
    },
    toMessage: (value) => value,
    fromMessage(message) {
      // protobufjs gives a Long, whose text is exact.
      const value = Number(String(message));
      return Number.isSafeInteger(value) ? value : undefined;
    },
  };
}

/** Present or absent; never false. */
export function flag(): Layout<true> {
  return {
    kind: 'flag',
    min: 0,
    max: 0,
    proto: 'bool',
    length: () => 0,
    write: () => undefined,
    read: () => true,
    toMessage: () => true,
    fromMessage: (message) => (message === true ? true : undefined),
  };
}

/** UTF-8; anything that is not well-formed is refused. */
export function text(): Layout<string> {
  return {
    kind: 'text',
    min: 0,
    max: TEXT_LENGTH_MAX,
    proto: 'string',
    length: (value) => utf8.length(value),
    write: (value, target, at) => void utf8.write(value, target, at),
    read: readText,
    toMessage: (value) => value,
    fromMessage: (message) => (utf8.length(message as string) <= TEXT_LENGTH_MAX ? (message as string) : undefined),
  };
}

function readText(bytes: Uint8Array, at: number, end: number): string | undefined {
  try {
    return utf8.readStrict(bytes, at, end);
  } catch {
    return undefined;
  }
}

function opaque(kind: string, min: number, max: number): Layout<Uint8Array> {
  return packed({
    kind,
    min,
    max,
    length: (value) => value.length,
    write: (value, target, at) => target.set(value, at),
    read: copyOf,
  });
}

/** Bytes without a meaning here; at least `min` of them. */
export const bytes = (min: number): Layout<Uint8Array> => opaque('bytes', min, BYTES_LENGTH_MAX);
export const uuid = (): Layout<Uint8Array> => opaque('uuid', 16, 16);
export const ipv4 = (): Layout<Uint8Array> => opaque('ipv4', 4, 4);
export const ipv6 = (): Layout<Uint8Array> => opaque('ipv6', 16, 16);

function context(kind: string, size: 4 | 16): Layout<Context> {
  const total = 2 * size + 5;
  return packed<Context>({
    kind,
    min: total,
    max: total,
    length: (value) => (value.source.length === size && value.destination.length === size ? total : -1),
    write(value, target, at) {
      target.set(value.source, at);
      target.set(value.destination, at + size);
      writeU16(target, at + 2 * size, value.sourcePort);
      writeU16(target, at + 2 * size + 2, value.destinationPort);
      target[at + 2 * size + 4] = value.protocol;
    },
    read: (bytes, at) => ({
      source: copyOf(bytes, at, at + size),
      destination: copyOf(bytes, at + size, at + 2 * size),
      sourcePort: readU16(bytes, at + 2 * size),
      destinationPort: readU16(bytes, at + 2 * size + 2),
      protocol: bytes[at + 2 * size + 4],
    }),
  });
}

export const context4 = (): Layout<Context> => context('context4', 4);
export const context6 = (): Layout<Context> => context('context6', 16);

/** Ten bytes; what may follow them is skipped. */
export function fragment(): Layout<Fragment> {
  return packed<Fragment>({
    kind: 'fragment',
    min: 10,
    max: BYTES_LENGTH_MAX,
    length: () => 10,
    write(value, target, at) {
      const flags = (value.dontFragment ? 0x4000 : 0) | (value.moreFragments ? 0x2000 : 0);
      writeU32(target, at, value.extendedId);
      writeU16(target, at + 4, value.originalId);
      writeU16(target, at + 6, flags | (value.offset & 0x1fff));
      writeU16(target, at + 8, value.largestSeen);
    },
    read(bytes, at) {
      const flags = readU16(bytes, at + 6);
      return {
        extendedId: readU32(bytes, at),
        originalId: readU16(bytes, at + 4),
        dontFragment: (flags & 0x4000) !== 0,
        moreFragments: (flags & 0x2000) !== 0,
        offset: flags & 0x1fff,
        largestSeen: readU16(bytes, at + 8),
      };
    },
  });
}

export function pathMetrics(): Layout<PathMetrics> {
  return packed<PathMetrics>({
    kind: 'pathMetrics',
    min: METRICS_LENGTH,
    max: METRICS_LENGTH,
    length: () => METRICS_LENGTH,
    write: writeMetrics,
    read: (bytes, at) => readMetrics(bytes, at, noMetrics()),
  });
}

/** Two bytes; what may follow them is skipped. */
export function modify(): Layout<ModifyRequest> {
  return packed<ModifyRequest>({
    kind: 'modify',
    min: 2,
    max: BYTES_LENGTH_MAX,
    length: () => 2,
    write(value, target, at) {
      const flags = (value.flagF ? 0x8000 : 0) | (value.flagD ? 0x4000 : 0);
      writeU16(target, at, flags | (value.sequence & 0x0fff));
    },
    read: (bytes, at) => ({
      flagF: (bytes[at] & 0x80) !== 0,
      flagD: (bytes[at] & 0x40) !== 0,
      sequence: readU16(bytes, at) & 0x0fff,
    }),
  });
}

/** The family comes first and decides the length: 4 makes 11 bytes, 6 makes 35. */
export function multicastGroup(): Layout<MulticastGroup> {
  return packed<MulticastGroup>({
    kind: 'multicastGroup',
    min: 11,
    max: 35,
    length(value) {
      const size = value.source.length;
      return value.group.length === size && (size === 4 || size === 16) ? 3 + 2 * size : -1;
    },
    write(value, target, at) {
      const size = value.source.length;
      target[at] = size === 4 ? 4 : 6;
      target[at + 1] = value.flags;
      target.set(value.source, at + 2);
      target.set(value.group, at + 2 + size);
      target[at + 2 + 2 * size] = value.protocol;
    },
    read(bytes, at, end) {
      const size = bytes[at] === 4 ? 4 : bytes[at] === 6 ? 16 : 0;
      if (size === 0 || end - at !== 3 + 2 * size) return undefined;
      return {
        flags: bytes[at + 1],
        source: copyOf(bytes, at + 2, at + 2 + size),
        group: copyOf(bytes, at + 2 + size, at + 2 + 2 * size),
        protocol: bytes[at + 2 + 2 * size],
      };
    },
  });
}

/** Names of routers: how many in two bytes, then each with its length in one byte before it; nothing may follow. */
export function multicastEgressList(): Layout<readonly string[]> {
  return packed<readonly string[]>({
    kind: 'multicastEgressList',
    min: 2,
    max: 2 * BYTES_LENGTH_MAX,
    length: (value) => value.reduce((sum, name) => sum + 1 + utf8.length(name), 2),
    write(value, target, at) {
      writeU16(target, at, value.length);
      at += 2;
      for (const name of value) {
        const length = utf8.write(name, target, at + 1);
        target[at] = length;
        at += 1 + length;
      }
    },
    read(bytes, at, end) {
      const count = readU16(bytes, at);
      const names: string[] = [];
      at += 2;
      while (names.length < count) {
        if (at >= end || at + 1 + bytes[at] > end) return undefined;
        const name = readText(bytes, at + 1, at + 1 + bytes[at]);
        if (name === undefined) return undefined;
        names.push(name);
        at += 1 + bytes[at];
      }
      return at === end ? names : undefined;
    },
  });
}
