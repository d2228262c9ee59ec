import type { Family } from '../address.ts';
import { readU32, writeU32 } from '../wire/bytes.ts';

/**
 * A flow key, the "7-tuple" of the SVR sheet (section 2.4), as ten words of a Uint32Array:
 *
 * | word  | holds                                                                    |
 * |-------|--------------------------------------------------------------------------|
 * | 0     | network-interface (device-interface and VLAN) << 16, family << 8, protocol |
 * | 1     | source port << 16, destination port                                      |
 * | 2..5  | source address; IPv4 in word 2, the rest 0                               |
 * | 6..9  | destination address, alike                                               |
 */
export const KEY_WORDS = 10;
const SOURCE = 2;
const DESTINATION = 6;

export function setKeyHead(
  key: Uint32Array,
  networkInterface: number,
  family: Family,
  protocol: number,
  sourcePort: number,
  destinationPort: number,
): void {
  key[0] = (networkInterface << 16) | (family << 8) | protocol;
  key[1] = (sourcePort << 16) | destinationPort;
}

export function setIpv4Addresses(key: Uint32Array, bytes: Uint8Array, sourceAt: number, destinationAt: number): void {
  key[2] = readU32(bytes, sourceAt);
  key[3] = key[4] = key[5] = 0;
  key[6] = readU32(bytes, destinationAt);
  key[7] = key[8] = key[9] = 0;
}

export function setIpv6Addresses(key: Uint32Array, bytes: Uint8Array, sourceAt: number, destinationAt: number): void {
  for (let word = 0; word < 4; word++) {
    key[SOURCE + word] = readU32(bytes, sourceAt + word * 4);
    key[DESTINATION + word] = readU32(bytes, destinationAt + word * 4);
  }
}

export function setKeyAddresses(key: Uint32Array, source: Uint8Array, destination: Uint8Array): void {
  if (source.length === 4) {
    key.fill(0, SOURCE);
    key[SOURCE] = readU32(source, 0);
    key[DESTINATION] = readU32(destination, 0);
  } else {
    for (let word = 0; word < 4; word++) {
      key[SOURCE + word] = readU32(source, word * 4);
      key[DESTINATION + word] = readU32(destination, word * 4);
    }
  }
}

/** The functions below read a key that begins at word `at` of a larger array. */
export const keyNetworkInterface = (keys: Uint32Array, at: number): number => keys[at] >>> 16;
export const keyFamily = (keys: Uint32Array, at: number): Family => ((keys[at] >>> 8) & 0xff) as Family;
export const keyProtocol = (keys: Uint32Array, at: number): number => keys[at] & 0xff;
export const keySourcePort = (keys: Uint32Array, at: number): number => keys[at + 1] >>> 16;
export const keyDestinationPort = (keys: Uint32Array, at: number): number => keys[at + 1] & 0xffff;

/** Writes the source address of the key at word `at` to `bytes`. */
export const writeKeySource = (keys: Uint32Array, at: number, bytes: Uint8Array, to: number): void =>
  writeAddress(keys, at + SOURCE, keyFamily(keys, at), bytes, to);

export const writeKeyDestination = (keys: Uint32Array, at: number, bytes: Uint8Array, to: number): void =>
  writeAddress(keys, at + DESTINATION, keyFamily(keys, at), bytes, to);

function writeAddress(keys: Uint32Array, word: number, family: Family, bytes: Uint8Array, to: number): void {
  writeU32(bytes, to, keys[word]);
  if (family === 4) return;
  for (let i = 1; i < 4; i++) writeU32(bytes, to + i * 4, keys[word + i]);
}

export function keySource(keys: Uint32Array, at: number): Uint8Array {
  const bytes = new Uint8Array(keyFamily(keys, at) === 4 ? 4 : 16);
  writeKeySource(keys, at, bytes, 0);
  return bytes;
}

export function keyDestination(keys: Uint32Array, at: number): Uint8Array {
  const bytes = new Uint8Array(keyFamily(keys, at) === 4 ? 4 : 16);
  writeKeyDestination(keys, at, bytes, 0);
  return bytes;
}

export function sameKey(a: Uint32Array, aAt: number, b: Uint32Array, bAt: number): boolean {
  for (let word = 0; word < KEY_WORDS; word++) if (a[aAt + word] !== b[bAt + word]) return false;
  return true;
}

/** Mixes all ten words; `seed` keeps strangers from choosing keys that collide. */
export function hashKey(key: Uint32Array, at: number, seed: number): number {
  let hash = seed;
  for (let word = 0; word < KEY_WORDS; word++) {
    hash = Math.imul(hash ^ key[at + word], 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0x85ebca6b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** One's complement sum of the words that UDP's checksum covers of a key: both addresses and both ports. */
export function keySum(keys: Uint32Array, at: number): number {
  let total = 0;
  for (let word = 1; word < KEY_WORDS; word++) total += (keys[at + word] >>> 16) + (keys[at + word] & 0xffff);
  return total;
}
