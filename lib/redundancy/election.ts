import type { Duration, Instant } from '../time.ts';
import { NEVER, after, earliest } from '../time.ts';

export type Role = 'standby' | 'active';

/** What a node tells its twin, again and again. */
export interface Beat {
  readonly role: Role;
  readonly priority: number;
  /** Of the ports that both share, how many have no carrier there. */
  readonly portsDown: number;
}

export interface ElectionPolicy {
  readonly priority: number;
  /** Of two nodes with the same priority this one is preferred. */
  readonly isFirst: boolean;
  /** Silence of the twin after which it is taken for dead. */
  readonly detectionTime: Duration;
}

/** Beats within the detection time: two may be lost on their way. */
const BEATS_PER_DETECTION = 3;

/**
 * Which of two nodes is the active one (emulator choice, as the public material does not say).
 *
 * - A node begins as standby, and listens for the detection time.
 * - It becomes the active one when its twin has been silent for the detection time, and the store is known to work:
 *   something that was put since has reached it, and one more interval has passed in which a late beat could have come.
 *   While the store is lost both stay what they are: a silent store says nothing about the twin.
 * - When neither is active, the preferred one becomes it: the one with fewer ports down, of higher priority, or else the
 *   first in the configuration.
 * - A standby node with fewer ports down, or with as many and a higher priority, takes over once it knows all of its
 *   twin's sessions. Any other leaves the active one where it is.
 * - When both are active, as after a store was lost to one of them only, the one that is not preferred steps down.
 */
export class Election {
  readonly #policy: ElectionPolicy;
  readonly interval: Duration;
  role: Role = 'standby';
  /** See `Beat`. */
  portsDown = 0;
  #twin: Beat | undefined;
  /** From when on the twin has been silent, or could not be heard. */
  #silentSince: Instant;
  /** When it was first seen that the store works though the twin is silent. */
  #provenAt: Instant | undefined;
  #listensUntil: Instant;

  constructor(policy: ElectionPolicy, now: Instant) {
    this.#policy = policy;
    this.interval = Math.floor(policy.detectionTime / BEATS_PER_DETECTION) as Duration;
    this.#silentSince = now;
    this.#listensUntil = after(now, policy.detectionTime);
  }

  get beat(): Beat {
    return { role: this.role, priority: this.#policy.priority, portsDown: this.portsDown };
  }

  get isTwinActive(): boolean {
    return this.#twin?.role === 'active';
  }

  /** The twin has spoken. */
  heard(beat: Beat, now: Instant): void {
    this.#twin = beat;
    this.#silentSince = now;
    this.#provenAt = undefined;
    if (this.role === 'active' && beat.role === 'active' && !this.#isPreferredTo(beat)) this.role = 'standby';
  }

  /** Silence counts anew from here: nothing could be heard before. */
  listen(now: Instant): void {
    this.#silentSince = now;
    this.#provenAt = undefined;
    this.#listensUntil = after(now, this.#policy.detectionTime);
  }

  /**
   * Takes over if it is time to. `reachedAt` is the store's; undefined while it is lost. `knowsAll` says whether all
   * that the twin has shared is known here.
   */
  decide(reachedAt: Instant | undefined, knowsAll: boolean, now: Instant): void {
    if (this.role === 'active' || reachedAt === undefined || now < this.#listensUntil) return;
    const deadline = after(this.#silentSince, this.#policy.detectionTime);
    if (now < deadline) {
      if (this.#twin && this.#mayReplace(this.#twin, knowsAll)) this.role = 'active';
      return;
    }
    if (reachedAt >= deadline) this.#provenAt ??= now;
    if (this.#provenAt !== undefined && now >= after(this.#provenAt, this.interval)) this.role = 'active';
  }

  /** When `decide` may come to something, without anything coming from outside. */
  nextDeadline(now: Instant): Instant {
    if (this.role === 'active') return NEVER;
    const deadline = after(this.#silentSince, this.#policy.detectionTime);
    const next = this.#provenAt === undefined ? deadline : after(this.#provenAt, this.interval);
    const soonest = earliest(next, this.#listensUntil > now ? this.#listensUntil : NEVER);
    // What waits for the store is looked at with every beat of our own.
    return soonest > now ? soonest : NEVER;
  }

  #mayReplace(twin: Beat, knowsAll: boolean): boolean {
    if (twin.role === 'standby') return this.#isPreferredTo(twin);
    return knowsAll && this.#rankOver(twin) > 0;
  }

  #isPreferredTo(twin: Beat): boolean {
    const rank = this.#rankOver(twin);
    return rank > 0 || (rank === 0 && this.#policy.isFirst);
  }

  /** Above 0 if this node is the better one, below if the twin is, 0 if nothing but their places tells them apart. */
  #rankOver({ portsDown, priority }: Beat): number {
    return portsDown - this.portsDown || this.#policy.priority - priority;
  }
}
