/** Round numbers from 0 to at least `most`, about `count` of them. */
export function ticks(most: number, count: number): number[] {
  if (!(most > 0)) return [0];
  const least = most / count;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * ([1, 2, 5].find((digit) => power * digit >= least * 0.999) ?? 10);
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, i) => i * step);
}

/** A round number that is at least `value`, for the end of an axis. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 1.5, 2, 3, 4, 5, 6, 8].find((digit) => power * digit >= value) ?? 10);
}

/** Index of the last of `times`, which are in order, that is not after `time`; -1 if all are. */
export function indexAt(times: ArrayLike<number>, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
