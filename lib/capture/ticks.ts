/** The time of a packet, which `Ticks` fills in. */
interface Timed {
  seconds: number;
  nanoseconds: number;
}

/** Below this many ticks a second, the halves of a 64-bit count can be divided in plain numbers without error. */
const PLAIN_MAX = 1e11;

/** Timestamps of an interface, which count ticks of its own length since the Unix epoch. */
export class Ticks {
  readonly #perSecond: number;
  readonly #exactPerSecond: bigint;
  readonly #offsetSeconds: number;

  /** `resolution` is the option if_tsresol: a power of ten, or with the highest bit set of two, negated. */
  constructor(resolution: number, offsetSeconds: number) {
    const exponent = BigInt(resolution & 0x7f);
    this.#exactPerSecond = (resolution & 0x80) !== 0 ? 2n ** exponent : 10n ** exponent;
    this.#perSecond = Number(this.#exactPerSecond);
    this.#offsetSeconds = offsetSeconds;
  }

  /** Puts the time of `high` * 2^32 + `low` ticks into `timed`. */
  put(high: number, low: number, timed: Timed): void {
    if (this.#perSecond > PLAIN_MAX) return this.#putExactly(high, low, timed);
    // Long division, sixteen bits at a time, so that no step leaves the whole numbers that a double has.
    const perSecond = this.#perSecond;
    const first = Math.floor(high / perSecond);
    const middle = (high - first * perSecond) * 0x1_0000 + (low >>> 16);
    const second = Math.floor(middle / perSecond);
    const last = (middle - second * perSecond) * 0x1_0000 + (low & 0xffff);
    const third = Math.floor(last / perSecond);
    timed.seconds = first * 0x1_0000_0000 + second * 0x1_0000 + third + this.#offsetSeconds;
    const rest = last - third * perSecond;
    timed.nanoseconds = perSecond === 1e9 ? rest : Math.floor((rest * 1e9) / perSecond);
  }

  #putExactly(high: number, low: number, timed: Timed): void {
    const ticks = (BigInt(high) << 32n) | BigInt(low);
    timed.seconds = Number(ticks / this.#exactPerSecond) + this.#offsetSeconds;
    timed.nanoseconds = Number(((ticks % this.#exactPerSecond) * 1_000_000_000n) / this.#exactPerSecond);
  }
}
