import { NEVER, after, between, type Duration, type Instant } from '../../time.ts';

export interface HoldDownPolicy {
  /** How long a path stays down after its BFD session has come up again. */
  readonly holdDownTime: Duration;
  /** Whether that time grows while the path flaps. */
  readonly dynamicDamping: boolean;
  readonly maximumHoldDownTime: Duration;
}

/** Maxima in a row after which the hold-down time begins from its configured value again (SVR sheet, section 4.1). */
const MAXIMA_IN_A_ROW = 3;

/**
 * Keeps a path that has failed out of use until it has proved steady. The first coming up of a path has nothing to prove
 * (emulator choice).
 *
 * With dynamic damping the time doubles whenever the path fails before it has been up for as long as it was held down,
 * hold-down included, up to the maximum; a path that held out longer begins from the configured value again (emulator
 * choice: the public material says that it grows exponentially).
 */
export class HoldDown {
  #policy: HoldDownPolicy;
  #current: Duration;
  #maximaInARow = 0;
  #hasFailed = false;
  #cameUpAt: Instant | undefined;
  #until: Instant = NEVER;
  #flaps = 0;

  constructor(policy: HoldDownPolicy) {
    this.#policy = policy;
    this.#current = policy.holdDownTime;
  }

  /** The damping that has built up stays if the configured time does; a path that is being held down stays so. */
  setPolicy(policy: HoldDownPolicy): void {
    if (policy.holdDownTime !== this.#policy.holdDownTime) this.#current = policy.holdDownTime;
    this.#current = Math.min(this.#current, Math.max(policy.maximumHoldDownTime, policy.holdDownTime)) as Duration;
    this.#policy = policy;
  }

  /** What the next coming up will be held down for. */
  get current(): Duration {
    return this.#current;
  }

  /** Failures while the path was being held down. */
  get flaps(): number {
    return this.#flaps;
  }

  /** When the path may be used; NEVER while its session is not up. */
  get until(): Instant {
    return this.#until;
  }

  sessionUp(now: Instant): void {
    this.#cameUpAt = now;
    this.#until = this.#hasFailed ? after(now, this.#current) : now;
  }

  sessionDown(now: Instant): void {
    if (this.#cameUpAt === undefined) return;
    if (now < this.#until) this.#flaps++;
    if (this.#policy.dynamicDamping && this.#hasFailed) this.#damp(between(this.#cameUpAt, now));
    this.#hasFailed = true;
    this.#cameUpAt = undefined;
    this.#until = NEVER;
  }

  #damp(wasUpFor: Duration): void {
    const { holdDownTime, maximumHoldDownTime } = this.#policy;
    const isSteady = wasUpFor >= 2 * this.#current;
    if (isSteady || this.#maximaInARow === MAXIMA_IN_A_ROW) {
      this.#current = holdDownTime;
      this.#maximaInARow = 0;
      return;
    }
    this.#current = Math.min(this.#current * 2, maximumHoldDownTime) as Duration;
    this.#maximaInARow = this.#current === maximumHoldDownTime ? this.#maximaInARow + 1 : 0;
  }
}
