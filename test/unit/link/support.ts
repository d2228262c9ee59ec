import { ok } from 'node:assert/strict';
import { Frame } from '../../../lib/frame.ts';
import { NO_IMPAIRMENT, type Impairment } from '../../../lib/link/impairment.ts';
import { linkChance, LinkModel } from '../../../lib/link/link-model.ts';
import type { Random } from '../../../lib/random.ts';
import { between, milliseconds, type Duration, type Instant } from '../../../lib/time.ts';

export const at = (ms: number): Instant => milliseconds(ms) as number as Instant;

/** Chance that nobody may ask. */
export const noRandom: Random = {
  unit: () => {
    throw new Error('nothing is left to chance here');
  },
  below: () => {
    throw new Error('nothing is left to chance here');
  },
  fill: () => {},
};

export const modelOf = (impairment: Partial<Impairment>, seed = 1): LinkModel =>
  new LinkModel({ ...NO_IMPAIRMENT, ...impairment }, linkChance(seed, 'link under test'));

/** A model of which nothing may be left to chance. */
export const surely = (impairment: Partial<Impairment>): LinkModel =>
  new LinkModel({ ...NO_IMPAIRMENT, ...impairment }, () => noRandom);

export const frameOf = (lengthBytes: number): Frame => Frame.of(new Uint8Array(lengthBytes));

/** Time on the way of a frame of this length; undefined if it is lost. */
export function delayOf(model: LinkModel, now: Instant, lengthBytes = 100): Duration | undefined {
  const [{ lost, arrival }] = model.admit(now, frameOf(lengthBytes));
  return lost === undefined ? between(now, arrival) : undefined;
}

/** Times on the way of `count` frames sent `everyMs` apart. */
export function delays(impairment: Partial<Impairment>, count: number, everyMs: number, seed = 1): number[] {
  const model = modelOf(impairment, seed);
  const frame = frameOf(100);
  return Array.from({ length: count }, (_, i) => {
    const [{ lost, arrival }] = model.admit(at(i * everyMs), frame);
    return lost === undefined ? between(at(i * everyMs), arrival) : -1;
  });
}

export const mean = (values: readonly number[]): number =>
  values.reduce((total, each) => total + each, 0) / values.length;

export const deviation = (values: readonly number[]): number => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((each) => (each - middle) ** 2)));
};

/** From one value to the one `lag` places further. */
export function autocorrelation(values: readonly number[], lag = 1): number {
  const middle = mean(values);
  const products = values.slice(lag).map((each, i) => (each - middle) * (values[i] - middle));
  return mean(products) / deviation(values) ** 2;
}

/** `tolerance` is four standard errors of the measured number, unless a test says otherwise. */
export function near(measured: number, expected: number, tolerance: number, what: string): void {
  ok(Math.abs(measured - expected) <= tolerance, `${what}: ${measured}, not ${expected} ± ${tolerance}`);
}

/** Four standard errors of a share that is measured in `count` independent draws. */
export const ofShare = (share: number, count: number): number => 4 * Math.sqrt((share * (1 - share)) / count);
