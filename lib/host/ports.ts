import type { Random } from '../random.ts';

/** Ephemeral ports, RFC 6335 section 6. */
export const EPHEMERAL_PORT_MIN = 49_152;
const EPHEMERAL_PORTS = 0x10000 - EPHEMERAL_PORT_MIN;

/** Hands out ephemeral ports one after the other, from a random first one on. */
export class Ports {
  #next: number;

  constructor(random: Random) {
    this.#next = random.below(EPHEMERAL_PORTS);
  }

  /** Throws a RangeError if every port is taken. */
  free(isTaken: (port: number) => boolean): number {
    for (let tries = 0; tries < EPHEMERAL_PORTS; tries++) {
      const port = EPHEMERAL_PORT_MIN + this.#next;
      this.#next = (this.#next + 1) % EPHEMERAL_PORTS;
      if (!isTaken(port)) return port;
    }
    throw new RangeError('every ephemeral port is in use');
  }
}
