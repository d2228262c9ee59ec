import { readU32 } from '../wire/bytes.ts';
import type { Layers } from './layers.ts';

/** Words of a key: protocol and family, both ports, both addresses. */
const WORDS = 10;

const CAPACITY_MIN = 1 << 12;
const CAPACITY_MAX = 1 << 20;

/**
 * Values by the two ends of a packet, addresses and ports, whichever way it goes: the lower end counts as the first.
 *
 * Bounded: when there are too many, what has not been asked for since the last time there were is forgotten.
 */
export class FlowIndex {
  readonly #key = new Uint32Array(WORDS);
  #isSwapped = false;
  #young = new Generation(CAPACITY_MIN);
  #old: Generation | undefined;

  /** Takes the ends of a packet as what `get` and `set` are about. The packet has ports. */
  aim(layers: Layers): void {
    const { bytes, sourceAt, destinationAt, addressLength, protocol, sourcePort, destinationPort } = layers;
    this.#aim(bytes, sourceAt, bytes, destinationAt, addressLength, sourcePort, destinationPort, protocol);
  }

  /** Takes its addresses alone, for what is the same between them whatever the ports. */
  aimAddresses({ bytes, sourceAt, destinationAt, addressLength }: Layers): void {
    this.#aim(bytes, sourceAt, bytes, destinationAt, addressLength, 0, 0, 0);
  }

  /** As `aim`, for ends that are not those of a packet; addresses have 4 or 16 bytes. */
  aimAt(
    source: Uint8Array,
    sourcePort: number,
    destination: Uint8Array,
    destinationPort: number,
    protocol: number,
  ): void {
    this.#aim(source, 0, destination, 0, source.length, sourcePort, destinationPort, protocol);
  }

  /** Whether the source of what was aimed at is the higher end. */
  get isSwapped(): boolean {
    return this.#isSwapped;
  }

  /** -1 if nothing is known. */
  get(): number {
    const value = this.#young.get(this.#key);
    if (value >= 0 || !this.#old) return value;
    const kept = this.#old.get(this.#key);
    if (kept >= 0) this.set(kept);
    return kept;
  }

  /** `value` is at least 0. */
  set(value: number): void {
    if (this.#young.isFull) this.#renew();
    this.#young.set(this.#key, value);
  }

  #renew(): void {
    const { capacity } = this.#young;
    if (capacity < CAPACITY_MAX) {
      this.#young = this.#young.grown();
    } else {
      this.#old = this.#young;
      this.#young = new Generation(capacity);
    }
  }

  #aim(
    source: Uint8Array,
    sourceAt: number,
    destination: Uint8Array,
    destinationAt: number,
    length: number,
    sourcePort: number,
    destinationPort: number,
    protocol: number,
  ): void {
    const key = this.#key;
    const words = length >>> 2;
    let order = 0;
    for (let i = 0; i < 4; i++) {
      const one = i < words ? readU32(source, sourceAt + 4 * i) : 0;
      const other = i < words ? readU32(destination, destinationAt + 4 * i) : 0;
      key[2 + i] = one;
      key[6 + i] = other;
      if (order === 0) order = one - other;
    }
    if (order === 0) order = sourcePort - destinationPort;
    this.#isSwapped = order > 0;
    key[0] = (length << 8) | protocol;
    key[1] = this.#isSwapped ? (destinationPort << 16) | sourcePort : (sourcePort << 16) | destinationPort;
    if (!this.#isSwapped) return;
    for (let i = 2; i < 6; i++) {
      const one = key[i];
      key[i] = key[i + 4];
      key[i + 4] = one;
    }
  }
}

/** An open-addressed table with linear probing, from which nothing is taken out. */
class Generation {
  readonly capacity: number;
  readonly #keys: Uint32Array;
  /** Value plus one; 0 where there is none. */
  readonly #values: Uint32Array;
  #count = 0;

  /** `capacity` is a power of two. */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.#keys = new Uint32Array(capacity * WORDS);
    this.#values = new Uint32Array(capacity);
  }

  get isFull(): boolean {
    return this.#count >= this.capacity / 2;
  }

  get(key: Uint32Array): number {
    return this.#values[this.#find(key)] - 1;
  }

  set(key: Uint32Array, value: number): void {
    const slot = this.#find(key);
    if (this.#values[slot] === 0) {
      this.#keys.set(key, slot * WORDS);
      this.#count++;
    }
    this.#values[slot] = value + 1;
  }

  grown(): Generation {
    const larger = new Generation(this.capacity * 2);
    for (let slot = 0; slot < this.capacity; slot++) {
      if (this.#values[slot] !== 0)
        larger.set(this.#keys.subarray(slot * WORDS, (slot + 1) * WORDS), this.#values[slot] - 1);
    }
    return larger;
  }

  #find(key: Uint32Array): number {
    let hash = 0x811c9dc5;
    for (let i = 0; i < WORDS; i++) hash = Math.imul(hash ^ key[i], 0x9e3779b1) ^ (hash >>> 15);
    const mask = this.capacity - 1;
    for (let slot = (hash ^ (hash >>> 16)) & mask; ; slot = (slot + 1) & mask) {
      if (this.#values[slot] === 0 || this.#isAt(slot * WORDS, key)) return slot;
    }
  }

  #isAt(at: number, key: Uint32Array): boolean {
    for (let i = 0; i < WORDS; i++) if (this.#keys[at + i] !== key[i]) return false;
    return true;
  }
}
