import type { Instant } from '../time.ts';
import type { Impairment } from './impairment.ts';

/** Bytes that a frame takes on the wire: netem's packet overhead, cells, and overhead of each cell. */
export function wireLength(lengthBytes: number, { overhead, cellSize, cellOverhead }: Impairment): number {
  const bytes = Math.max(0, lengthBytes + overhead);
  return cellSize === 0 ? bytes : Math.ceil(bytes / cellSize) * (cellSize + cellOverhead);
}

/** Sends one frame after the other at a rate. Nothing is rounded from frame to frame, only what is told. */
export class Transmitter {
  #rate = 0;
  /** When the last frame has been sent: whole microseconds, and parts of one, counted in 1 / rate. */
  #busyUntil = 0;
  #parts = 0;

  /** When the last bit of a frame that comes at `now` has been sent. */
  send(now: Instant, lengthBytes: number, impairment: Impairment): Instant {
    const { rate } = impairment;
    if (rate !== this.#rate && this.#parts > 0) {
      this.#busyUntil++;
      this.#parts = 0;
    }
    this.#rate = rate;
    if (this.#busyUntil < now) {
      this.#busyUntil = now;
      this.#parts = 0;
    }
    const work = wireLength(lengthBytes, impairment) * 8_000_000 + this.#parts;
    this.#busyUntil += Math.floor(work / rate);
    this.#parts = work % rate;
    return (this.#parts > 0 ? this.#busyUntil + 1 : this.#busyUntil) as Instant;
  }
}
