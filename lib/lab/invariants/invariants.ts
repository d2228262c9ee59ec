import type { Authority } from '../../config/index.ts';
import type { Frame } from '../../frame.ts';
import type { FrameEvent } from '../../link/fate.ts';
import type { Router } from '../../router.ts';
import type { Duration, Instant } from '../../time.ts';
import type { Scenario } from '../scenario.ts';
import { Deliveries } from './delivery.ts';
import { Secrets } from './secrecy.ts';
import { inspectTables } from './tables.ts';
import type { Violation } from './violation.ts';

/** Violations that are kept; the first ones tell the most. */
const VIOLATIONS_MAX = 20;

/** Looks on while a simulated lab runs, and notes which invariants break. */
export class Invariants {
  readonly #deliveries: Deliveries;
  readonly #secrets: Secrets;
  readonly #sessionsMax: number;
  readonly #violations: Violation[] = [];

  /** `authorities` are the configurations that the lab has, one after the other. */
  constructor(scenario: Scenario, authorities: readonly Authority[]) {
    const { authority } = scenario;
    this.#deliveries = new Deliveries(authority);
    this.#secrets = new Secrets(scenario, authorities);
    this.#sessionsMax = authority.emulator.sessionTableSize;
  }

  get violations(): readonly Violation[] {
    return this.#violations;
  }

  /** A host has put a frame on its link. */
  hostSent(frame: Frame): void {
    this.#deliveries.sent(frame);
  }

  /** A frame for a host has come to it. */
  hostGot(node: string, frame: Frame, time: Duration): void {
    const what = this.#deliveries.delivered(frame);
    if (what !== undefined) this.#note({ invariant: 'delivery', time, node, what, packet: frame.id });
  }

  /** A link has done something to a frame. */
  changed(frame: Frame, events: readonly FrameEvent[]): void {
    for (const { type } of events) {
      if (type === 'frame-duplicated') this.#deliveries.duplicated();
      if (type === 'frame-corrupted' || type === 'frame-altered') this.#deliveries.corrupted(frame);
    }
  }

  /** An attacker has put a frame on its link, which may be a copy of another. */
  attackerSent(): void {
    this.#deliveries.duplicated();
  }

  /** A node has put a frame on a link to which no host is connected. */
  betweenRouters(node: string, frame: Frame, time: Duration): void {
    const secret = this.#secrets.seenIn(frame);
    if (secret !== undefined)
      this.#note({ invariant: 'secrecy', time, node, what: `${secret} can be read`, packet: frame.id });
  }

  /** The fabric holds no more frames. */
  flooded(node: string, time: Duration): void {
    this.#note({ invariant: 'bounds', time, node, what: 'more frames are on their way than the lab can hold' });
  }

  tablesOf(node: string, router: Router, now: Instant, time: Duration): void {
    for (const finding of inspectTables(router, this.#sessionsMax, now)) this.#note({ ...finding, time, node });
  }

  #note(violation: Violation): void {
    if (this.#violations.length < VIOLATIONS_MAX) this.#violations.push(violation);
  }
}
