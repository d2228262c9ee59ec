/** Where the share `u` of a distribution, in [0, 1), is below. */
type Quantile = (u: number) => number;

/** What would be further out than this many jitters is brought there, as by netem's tables. */
const FURTHEST = 4;

const within = (jitters: number): number => Math.min(FURTHEST, Math.max(-FURTHEST, jitters));

/** Share of a standard normal distribution that is below `x`: its density, integrated as a power series. */
function normalShareBelow(x: number): number {
  let term = x;
  let total = x;
  for (let odd = 3; Math.abs(term) > 1e-17; odd += 2) {
    term *= (x * x) / odd;
    total += term;
  }
  return 0.5 + (total * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

const STEPS_A_DEVIATION = 256;
const normalShares = Float64Array.from({ length: 2 * FURTHEST * STEPS_A_DEVIATION + 1 }, (_, i) =>
  normalShareBelow(i / STEPS_A_DEVIATION - FURTHEST),
);

/** Searched for among the shares, and a straight line between the two that are next to it. */
function normal(u: number): number {
  let low = 0;
  let high = normalShares.length - 1;
  if (u <= normalShares[low]) return -FURTHEST;
  if (u >= normalShares[high]) return FURTHEST;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (normalShares[middle] <= u) low = middle;
    else high = middle;
  }
  const part = (u - normalShares[low]) / (normalShares[high] - normalShares[low]);
  return (low + part) / STEPS_A_DEVIATION - FURTHEST;
}

/** Shape 3, whose mean is 1.5, moved to a mean of 0 and stretched as netem does. */
const pareto: Quantile = (u) => within(((1 - u) ** (-1 / 3) - 1.5) * (4 / 3));

const scaled =
  (quantile: Quantile) =>
  (u: number, jitter: number): number =>
    Math.round(quantile(u) * jitter);

/** How delays lie around their middle: how far from it, in whole microseconds, the delay is below which a share `u` lies. */
export const distributions = {
  /** Every whole number from one jitter below to one above is as likely. */
  uniform: (u, jitter) => Math.floor(u * (2 * jitter + 1)) - jitter,
  /** The jitter is the standard deviation. */
  normal: scaled(normal),
  /** Most a little below the middle, some far above. */
  pareto: scaled(pareto),
  /** A quarter of the one and three of the other. */
  paretonormal: scaled((u) => 0.25 * normal(u) + 0.75 * pareto(u)),
} as const satisfies Record<string, (u: number, jitter: number) => number>;

export type Distribution = keyof typeof distributions;
