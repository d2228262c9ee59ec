import { digestLengths } from '../crypto.ts';
import { STAMP_LENGTH } from '../metadata/trailer.ts';
import { FlowIndex } from './flow-index.ts';
import type { Layers } from './layers.ts';

const lengths = new Set(Object.values(digestLengths).map((digest) => STAMP_LENGTH + digest));

/**
 * How long the HMAC trailer is between two routers, where no key tells: learnt from packets that hold nothing else behind
 * their metadata, and taken for true of the others between the same addresses.
 */
export class TrailerLengths {
  readonly #known = new FlowIndex();
  #isEmpty = true;

  /** `length` bytes were left over in a packet. That is no trailer if it is the length of none. */
  learn(layers: Layers, length: number): void {
    if (!lengths.has(length) || this.of(layers) === length) return;
    this.#known.aimAddresses(layers);
    this.#known.set(length);
    this.#isEmpty = false;
  }

  /** 0 if none is known of. */
  of(layers: Layers): number {
    if (this.#isEmpty) return 0;
    this.#known.aimAddresses(layers);
    return Math.max(0, this.#known.get());
  }
}
