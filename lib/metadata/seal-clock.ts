/** The clock by which a router dates what it seals. It may be wrong, as its machine's may be; timers run by another. */
export class SealClock {
  #offset = 0;
  /** Seconds that it gains in each second. */
  #drift = 0;
  #since = 0;

  /** The second that it shows when it is `nowSeconds`. */
  seconds(nowSeconds: number): number {
    return Math.floor(nowSeconds + this.#offset + (nowSeconds - this.#since) * this.#drift);
  }

  /** Puts it forward, or back. */
  step(bySeconds: number): void {
    this.#offset += bySeconds;
  }

  /** Lets it gain so many seconds in each second, or lose them, from now on. */
  drift(perSecond: number, nowSeconds: number): void {
    this.#offset += (nowSeconds - this.#since) * this.#drift;
    this.#drift = perSecond;
    this.#since = nowSeconds;
  }

  setRight(): void {
    this.#offset = this.#drift = 0;
  }
}
