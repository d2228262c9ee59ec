import type { Instant } from '../time.ts';
import { step, type RecoveryPolicy, type Watch, type WatchEffect, type WatchEvent } from './recovery.ts';

const states = ['active', 'checking', 'overdue', 'renewing'] as const;

/** The watch of every flow, in columns; the state machine itself is in recovery.ts. */
export class Watches {
  policy: RecoveryPolicy;
  readonly #state: Uint8Array;
  readonly #attempt: Uint8Array;
  readonly #sentAt: Float64Array;

  constructor(flows: number, policy: RecoveryPolicy) {
    this.policy = policy;
    this.#state = new Uint8Array(flows);
    this.#attempt = new Uint8Array(flows);
    this.#sentAt = new Float64Array(flows);
  }

  /** Lets an event happen to a flow's watch, and says what is to be done about it. */
  step(flow: number, event: WatchEvent, now: Instant): WatchEffect {
    const { watch, effect } = step(this.get(flow), event, now, this.policy);
    this.#set(flow, watch);
    return effect;
  }

  get(flow: number): Watch {
    const state = states[this.#state[flow]];
    if (state === 'active' || state === 'renewing') return { state };
    return { state, sentAt: this.#sentAt[flow] as Instant, attempt: this.#attempt[flow] };
  }

  state(flow: number): Watch['state'] {
    return states[this.#state[flow]];
  }

  clear(flow: number): void {
    this.#state[flow] = 0;
  }

  #set(flow: number, watch: Watch): void {
    this.#state[flow] = states.indexOf(watch.state);
    if (watch.state === 'active' || watch.state === 'renewing') return;
    this.#attempt[flow] = watch.attempt;
    this.#sentAt[flow] = watch.sentAt;
  }
}
