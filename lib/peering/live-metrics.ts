import type { ColourFate } from '../highway/marking.ts';
import type { PathQuality } from '../service-area/path-states.ts';
import { NEVER, after, type Duration, type Instant } from '../time.ts';
import { meanOpinionScore } from './svr-bfd/mos.ts';

/** Fewer packets say nothing (emulator choice): as many as a link test has. */
const PACKETS_MIN = 10;

/** Colours that an average may look back on: more would not be fresh. */
const COLOURS_MAX = 256;

/** What the marked packets of a path tell of it, averaged over the last colours. */
export class LiveMetrics {
  averageOver: Duration;
  readonly #fates: { readonly at: Instant; readonly fate: ColourFate }[] = [];
  #quality: PathQuality | undefined;

  constructor(averageOver: Duration) {
    this.averageOver = averageOver;
  }

  /** Of each colour by its packets; undefined while there are too few. */
  get quality(): PathQuality | undefined {
    return this.#quality;
  }

  /** When the last colour is too old to tell anything. */
  get expiresAt(): Instant {
    const last = this.#fates.at(-1);
    return last ? after(last.at, this.averageOver) : NEVER;
  }

  /** Returns what this colour alone tells. */
  add(fate: ColourFate, now: Instant): PathQuality {
    this.#fates.push({ at: now, fate });
    while (this.#fates.length > COLOURS_MAX || now - this.#fates[0].at > this.averageOver) this.#fates.shift();
    const fates = this.#fates.map((entry) => entry.fate);
    const isEnough = fates.reduce((sum, { sent }) => sum + sent, 0) >= PACKETS_MIN;
    const before = this.#quality;
    this.#quality = isEnough ? qualityOf(fates, before) : undefined;
    return qualityOf([fate], before);
  }

  clear(): void {
    this.#fates.length = 0;
    this.#quality = undefined;
  }
}

/** Latency is half of the round trip (emulator choice). What nothing came back of keeps latency and jitter. */
function qualityOf(fates: readonly ColourFate[], before: PathQuality | undefined): PathQuality {
  const total = (of: (fate: ColourFate) => number): number => fates.reduce((sum, fate) => sum + of(fate), 0);
  const roundTrips = total((fate) => fate.roundTrips);
  const latencyMs = roundTrips > 0 ? total((fate) => fate.roundTripSumMs) / roundTrips / 2 : (before?.latencyMs ?? 0);
  const jitterMs = roundTrips > 0 ? total((fate) => fate.differenceSumMs) / roundTrips / 2 : (before?.jitterMs ?? 0);
  const lossShare = total((fate) => fate.lost) / total((fate) => fate.sent);
  return scored({ latencyMs, jitterMs, lossPercent: lossShare * 100 });
}

/** The same with the loss of the other direction, if that is higher: what sessions suffer from is both. */
export function withPeerLoss(quality: PathQuality | undefined, lossPercent = 0): PathQuality | undefined {
  return quality && lossPercent > quality.lossPercent ? scored({ ...quality, lossPercent }) : quality;
}

function scored({ latencyMs, jitterMs, lossPercent }: Omit<PathQuality, 'mos'>): PathQuality {
  return { latencyMs, jitterMs, lossPercent, mos: meanOpinionScore(latencyMs, jitterMs, lossPercent / 100) };
}
