import type { Random } from '../../lib/random.ts';
import { readU16, writeU16 } from '../../lib/wire/bytes.ts';
import { ETHERNET_HEADER_LENGTH, etherTypes } from '../../lib/wire/ethernet.ts';
import { internetChecksum, joined } from './packets.ts';

/** Untagged IPv4 frames are what is mutated: the IP header stands here. */
const IP = ETHERNET_HEADER_LENGTH;
const UDP = IP + 20;
export const UDP_PAYLOAD = UDP + 8;

export type Mutation = (frame: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array;

const anyOf = <T>(random: Random, list: readonly T[]): T => list[random.below(list.length)];

function flipBits(frame: Uint8Array, random: Random, from: number): Uint8Array {
  const copy = frame.slice();
  for (let count = 1 + random.below(3); count > 0; count--)
    copy[from + random.below(copy.length - from)] ^= 1 << random.below(8);
  return copy;
}

/** Numbers that lengths and counts like to be wrong by. */
const awkward = [0, 1, 7, 8, 11, 12, 13, 19, 20, 27, 28, 63, 64, 255, 256, 899, 900, 901, 0x7fff, 0x8000, 0xffff];

const inPayload: Record<string, Mutation> = {
  'bits of the payload flipped': (frame, random) => flipBits(frame, random, UDP_PAYLOAD),
  'a byte of the payload set': (frame, random) => {
    const copy = frame.slice();
    copy[UDP_PAYLOAD + random.below(copy.length - UDP_PAYLOAD)] = random.below(256);
    return copy;
  },
  'a word of the payload made awkward': (frame, random) => {
    const copy = frame.slice();
    writeU16(copy, UDP_PAYLOAD + random.below(copy.length - UDP_PAYLOAD - 1), anyOf(random, awkward));
    return copy;
  },
  'the payload cut short': (frame, random) =>
    withLengths(frame.slice(0, UDP_PAYLOAD + random.below(frame.length - UDP_PAYLOAD))),
  'the payload made longer': (frame, random) => {
    const more = new Uint8Array(1 + random.below(64));
    random.fill(more);
    return withLengths(joined(frame, more));
  },
  'the end of another payload': (frame, random, others) => {
    const other = anyOf(random, others);
    const at = UDP_PAYLOAD + random.below(Math.min(frame.length, other.length) - UDP_PAYLOAD);
    return withLengths(joined(frame.slice(0, at), other.slice(at)));
  },
  'a piece of the payload twice': (frame, random) => {
    const at = UDP_PAYLOAD + random.below(frame.length - UDP_PAYLOAD);
    const end = at + random.below(frame.length - at) + 1;
    return withLengths(joined(frame.slice(0, end), frame.slice(at)));
  },
};

const inHeaders: Record<string, Mutation> = {
  'bits anywhere flipped': (frame, random) => flipBits(frame, random, 0),
  'bits of the IP header flipped': (frame, random) =>
    joined(flipBits(frame.slice(0, UDP), random, IP), frame.slice(UDP)),
  'cut anywhere': (frame, random) => frame.slice(0, random.below(frame.length)),
  'another IP length': (frame, random) => {
    const copy = frame.slice();
    writeU16(copy, IP + 2, anyOf(random, awkward));
    return copy;
  },
  'another UDP length': (frame, random) => {
    const copy = frame.slice();
    writeU16(copy, UDP + 4, anyOf(random, awkward));
    return copy;
  },
  'addresses swapped': (frame) =>
    joined(frame.slice(0, IP + 12), frame.slice(IP + 16, UDP), frame.slice(IP + 12, IP + 16), frame.slice(UDP)),
  'ports swapped': (frame) =>
    joined(frame.slice(0, UDP), frame.slice(UDP + 2, UDP + 4), frame.slice(UDP, UDP + 2), frame.slice(UDP + 4)),
  'other ports': (frame, random) => {
    const copy = frame.slice();
    writeU16(copy, UDP + 2 * random.below(2), random.below(0x10000));
    return copy;
  },
  'another time to live': (frame, random) => {
    const copy = frame.slice();
    copy[IP + 8] = random.below(4);
    return copy;
  },
  'another protocol': (frame, random) => {
    const copy = frame.slice();
    copy[IP + 9] = anyOf(random, [1, 6, 17, 47, 58]);
    return copy;
  },
};

/** Mutations that only touch what an HMAC covers, and those that touch the rest. */
export const mutations = { inPayload, inHeaders } as const;

/** Lengths that fit the frame as it is. */
function withLengths(frame: Uint8Array): Uint8Array {
  writeU16(frame, IP + 2, frame.length - IP);
  writeU16(frame, UDP + 4, frame.length - UDP);
  return frame;
}

/** Makes the checksums right again, so that a packet is not dropped for them alone. */
export function mendChecksums(frame: Uint8Array): void {
  if (frame.length < UDP || readU16(frame, 12) !== etherTypes.ipv4 || frame[IP] !== 0x45) return;
  writeU16(frame, IP + 10, 0);
  writeU16(frame, IP + 10, internetChecksum(frame.subarray(IP, UDP)));
  if (frame.length < UDP_PAYLOAD || frame[IP + 9] !== 17) return;
  const pseudo = joined(frame.subarray(IP + 12, UDP), Uint8Array.of(0, 17, frame[UDP + 4], frame[UDP + 5]));
  writeU16(frame, UDP + 6, 0);
  writeU16(frame, UDP + 6, internetChecksum(pseudo, frame.subarray(UDP)) || 0xffff);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** Whether a frame may rightly be answered: a ping, or the search for a link address. */
export function mayBeAnswered(frame: Uint8Array): boolean {
  const type = frame.length >= IP ? readU16(frame, 12) : 0;
  return type === etherTypes.arp || (type === etherTypes.ipv4 && frame[IP + 9] === 1 && frame[UDP] === 8);
}
