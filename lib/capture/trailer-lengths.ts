import { digestLengths } from '../crypto.ts';
import { STAMP_LENGTH } from '../metadata/trailer.ts';
import { equalBytes } from '../wire/bytes.ts';
import type { Layers } from './layers.ts';

const lengths = new Set(Object.values(digestLengths).map((digest) => STAMP_LENGTH + digest));

/** Pairs of addresses that are remembered; more than that, and the oldest is forgotten. */
const PAIRS_MAX = 4096;

/**
 * How long the HMAC trailer is between two routers, where no key tells: learnt from packets that hold nothing else behind
 * their metadata, and taken for true of the others between the same addresses.
 */
export class TrailerLengths {
  readonly #known = new Map<string, number>();

  /** `length` bytes were left over in a packet. That is no trailer if it is the length of none. */
  learn(layers: Layers, length: number): void {
    if (!lengths.has(length)) return;
    const pair = pairOf(layers);
    if (this.#known.get(pair) === length) return;
    if (this.#known.size >= PAIRS_MAX) this.#forgetOldest();
    this.#known.set(pair, length);
  }

  /** 0 if none is known of. */
  of(layers: Layers): number {
    return this.#known.size === 0 ? 0 : (this.#known.get(pairOf(layers)) ?? 0);
  }

  #forgetOldest(): void {
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}

/** The same for both directions. */
function pairOf({ bytes, sourceAt, destinationAt, addressLength }: Layers): string {
  const source = bytes.subarray(sourceAt, sourceAt + addressLength).join('.');
  if (equalBytes(bytes, sourceAt, bytes, destinationAt, addressLength)) return `${source} ${source}`;
  const destination = bytes.subarray(destinationAt, destinationAt + addressLength).join('.');
  return source < destination ? `${source} ${destination}` : `${destination} ${source}`;
}
