import type { Frame } from '../frame.ts';
import { SeededRandom, type Random } from '../random.ts';
import { after, NEVER, type Duration, type Instant } from '../time.ts';
import { ecnCodepoints, ecnOf } from '../wire/ecn.ts';
import { ETHERNET_HEADER_LENGTH } from '../wire/ethernet.ts';
import { CorrelatedRandom } from './correlated.ts';
import { distributions } from './distribution.ts';
import type { Fate, LinkDrop } from './fate.ts';
import type { Impairment, Order } from './impairment.ts';
import { Line } from './line.ts';
import { Loss } from './loss.ts';

/** Frames and bytes of one direction since it was made. Every frame, a duplicate too, is in exactly one of the first five. */
export interface LinkStatistics {
  readonly framesPassed: number;
  readonly framesLost: number;
  readonly framesCut: number;
  readonly framesTooLong: number;
  readonly framesQueueFull: number;
  readonly framesDuplicated: number;
  readonly framesCorrupted: number;
  readonly framesMarked: number;
  readonly framesReordered: number;
  readonly bytesPassed: number;
}

/** What a link leaves to chance. Each has a stream of its own: to switch one on changes nothing of the others. */
export type LinkChance = 'delay' | 'loss' | 'duplicate' | 'corrupt' | 'reorder' | 'slot';

/** The chance of one direction of a link, by its name. */
export const linkChance =
  (seed: number, name: string): ((of: LinkChance) => Random) =>
  (of) =>
    SeededRandom.named(seed, of === 'delay' ? name : `${name}, ${of}`);

const lostAs = {
  cut: 'framesCut',
  'too-long': 'framesTooLong',
  loss: 'framesLost',
  'queue-full': 'framesQueueFull',
} as const satisfies Record<LinkDrop, keyof LinkStatistics>;

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

/**
 * One direction of a link: tells what becomes of a frame, and when it comes out at the far end.
 *
 * In this order: a frame is cut off or too long; duplicated, and each of the two goes on by itself; lost, or marked
 * instead; corrupted; sent by the line, at its rate and in its slots, or lost at its full queue; delayed, or sent ahead.
 * The model keeps no frames, and any number may be on their way: delay never throttles.
 *
 * Emulator choices: netem holds frames back for their delay before it sends them at its rate, and for slots after both;
 * here the line comes first, as its queue does on a wire. The bit that is turned over is never in the Ethernet header,
 * so that the frame comes to those who have to notice.
 */
export class LinkModel {
  #impairment: Impairment;
  #isCut = false;
  #latest = 0;
  #sinceAhead = 0;
  readonly #delays: CorrelatedRandom;
  readonly #loss: Loss;
  readonly #duplication: CorrelatedRandom;
  readonly #corruption: CorrelatedRandom;
  readonly #corruptBits: Random;
  readonly #reordering: CorrelatedRandom;
  readonly #line: Line;
  readonly #one: readonly Writable<Fate>[];
  readonly #two: readonly Writable<Fate>[];
  readonly #statistics = {
    framesPassed: 0,
    framesLost: 0,
    framesCut: 0,
    framesTooLong: 0,
    framesQueueFull: 0,
    framesDuplicated: 0,
    framesCorrupted: 0,
    framesMarked: 0,
    framesReordered: 0,
    bytesPassed: 0,
  };

  constructor(impairment: Impairment, chance: (of: LinkChance) => Random) {
    this.#impairment = impairment;
    this.#delays = new CorrelatedRandom(chance('delay'));
    this.#loss = new Loss(chance('loss'));
    this.#duplication = new CorrelatedRandom(chance('duplicate'));
    this.#corruptBits = chance('corrupt');
    this.#corruption = new CorrelatedRandom(this.#corruptBits);
    this.#reordering = new CorrelatedRandom(chance('reorder'));
    this.#line = new Line(chance('slot'));
    const [first, second] = [0, 1].map(() => ({
      lost: undefined,
      arrival: NEVER,
      corruptBit: -1,
      isMarked: false,
      isAhead: false,
    }));
    this.#one = [first];
    this.#two = [first, second];
  }

  get impairment(): Impairment {
    return this.#impairment;
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  get statistics(): LinkStatistics {
    return this.#statistics;
  }

  /** Takes effect with the next frame; frames on their way arrive as they would have. */
  impair(impairment: Impairment): void {
    this.#impairment = impairment;
  }

  /** From now on every frame of this direction is lost. */
  cut(): void {
    this.#isCut = true;
  }

  heal(): void {
    this.#isCut = false;
  }

  /**
   * What becomes of a frame that enters at `now`, which never decreases from call to call: one fate, or two where it is
   * duplicated. Valid until the next call. The frame is left as it is; `change` makes of a copy what arrives.
   */
  admit(now: Instant, frame: Frame): readonly Fate[] {
    const { duplicate, duplicateCorrelation, mtu } = this.#impairment;
    if (this.#isCut) return this.#loseAtOnce('cut');
    if (mtu > 0 && frame.length - ETHERNET_HEADER_LENGTH > mtu) return this.#loseAtOnce('too-long');
    const isTwice = this.#duplication.happens(duplicate, duplicateCorrelation);
    if (isTwice) this.#statistics.framesDuplicated++;
    const fates = isTwice ? this.#two : this.#one;
    for (const fate of fates) this.#pass(fate, now, frame);
    return fates;
  }

  /** There is no room for a frame before it. */
  refuse(): readonly Fate[] {
    return this.#loseAtOnce('queue-full');
  }

  /** Whoever carries the frame could not do so after all. */
  fail(fate: Fate, drop: LinkDrop, frame: Frame): void {
    this.#statistics.framesPassed--;
    this.#statistics.bytesPassed -= frame.length;
    this.#lose(fate, drop);
  }

  #loseAtOnce(drop: LinkDrop): readonly Fate[] {
    this.#lose(this.#one[0], drop);
    return this.#one;
  }

  #lose(fate: Writable<Fate>, drop: LinkDrop): void {
    this.#statistics[lostAs[drop]]++;
    fate.lost = drop;
  }

  #pass(fate: Writable<Fate>, now: Instant, frame: Frame): void {
    const impairment = this.#impairment;
    const statistics = this.#statistics;
    fate.lost = undefined;
    fate.isMarked = fate.isAhead = false;
    // Drawn for a lost frame too, so that switching on a loss changes nothing for the frames that pass.
    const isCorrupt = this.#corruption.happens(impairment.corrupt, impairment.corruptCorrelation);
    fate.corruptBit = isCorrupt ? this.#drawBit(frame.length) : -1;
    const delay = this.#drawDelay(impairment);
    if (this.#loss.isNext(impairment)) {
      fate.isMarked = impairment.ecn && ecnOf(frame.bytes, frame.start, frame.end) !== ecnCodepoints.notEct;
      if (!fate.isMarked) return this.#lose(fate, 'loss');
    }
    const left = this.#line.leave(now, frame.length, impairment);
    if (left === NEVER) return this.#lose(fate, 'queue-full');
    fate.isAhead = this.#isNextAhead(impairment);
    fate.arrival = fate.isAhead ? left : this.#arrive(after(left, delay), impairment.order);
    statistics.framesPassed++;
    statistics.bytesPassed += frame.length;
    if (fate.isMarked) statistics.framesMarked++;
    if (fate.corruptBit >= 0) statistics.framesCorrupted++;
    if (fate.isAhead) statistics.framesReordered++;
  }

  #drawBit(lengthBytes: number): number {
    const bytes = lengthBytes - ETHERNET_HEADER_LENGTH;
    return bytes <= 0 ? -1 : 8 * ETHERNET_HEADER_LENGTH + this.#corruptBits.below(8 * bytes);
  }

  /** Of `gap` frames in a row the first are always delayed, the next ones are left to chance until one is sent ahead. */
  #isNextAhead({ reorder, reorderCorrelation, gap }: Impairment): boolean {
    if (reorder === 0) return false;
    const isAhead = this.#sinceAhead >= gap - 1 && this.#reordering.happens(reorder, reorderCorrelation);
    this.#sinceAhead = isAhead ? 0 : this.#sinceAhead + 1;
    return isAhead;
  }

  #arrive(arrival: Instant, order: Order): Instant {
    const inTurn = Math.max(arrival, this.#latest) as Instant;
    this.#latest = inTurn;
    return order === 'keep' ? inTurn : arrival;
  }

  #drawDelay({ delay, jitter, delayCorrelation, distribution }: Impairment): Duration {
    if (jitter === 0) return delay;
    const drawn = this.#delays.unit(delayCorrelation);
    return Math.max(0, delay + distributions[distribution](drawn, jitter)) as Duration;
  }
}
