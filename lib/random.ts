import { nameHash } from './name-hash.ts';

/** Chance, given to whoever needs it, so that a seed reproduces a run. */
export interface Random {
  /** A number in [0, 1). */
  unit(): number;
  /** A whole number in [0, bound); bound is at most 2^32. */
  below(bound: number): number;
  /** Fills `target` with random bytes. */
  fill(target: Uint8Array): void;
}

/** xoshiro128**, by Blackman and Vigna: small, fast, good enough for everything but secrets. Seeded through splitmix32. */
export class SeededRandom implements Random {
  readonly #state = new Uint32Array(4);

  constructor(seed: number) {
    let mixed = seed >>> 0;
    for (let i = 0; i < 4; i++) {
      mixed = (mixed + 0x9e3779b9) >>> 0;
      let z = mixed;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      this.#state[i] = z ^ (z >>> 16);
    }
  }

  /** A stream of its own for a named part, so that one part drawing more does not change what another draws. */
  static named(seed: number, name: string): SeededRandom {
    return new SeededRandom((seed ^ nameHash(name)) >>> 0);
  }

  #next(): number {
    const s = this.#state;
    const product = Math.imul(s[1], 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result;
  }

  unit(): number {
    return this.#next() / 0x1_0000_0000;
  }

  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }

  fill(target: Uint8Array): void {
    for (let i = 0; i < target.length; i++) target[i] = this.#next() >>> 24;
  }
}
