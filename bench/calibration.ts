/**
 * A fixed amount of plain integer work over a small array: what this machine does in a nanosecond, in this very run.
 * Figures of different machines compare when each is divided by its own calibration.
 */
export function calibrate(): number {
  const words = new Uint32Array(1024);
  const rounds = 20_000;
  let best = Infinity;
  for (let turn = 0; turn < 5; turn++) {
    const from = process.hrtime.bigint();
    for (let round = 0; round < rounds; round++)
      for (let i = 0; i < words.length; i++) words[i] = Math.imul(words[i] ^ round, 0x9e3779b1) + i;
    best = Math.min(best, Number(process.hrtime.bigint() - from) / (rounds * words.length));
  }
  return best;
}

/** The best of a few turns: the least disturbed one says most about the program. */
export function nanosecondsEach(count: number, turns: number, work: () => void): number {
  let best = Infinity;
  for (let turn = 0; turn < turns; turn++) {
    const from = process.hrtime.bigint();
    work();
    best = Math.min(best, Number(process.hrtime.bigint() - from) / count);
  }
  return best;
}
