import { formatAddress } from '../../address.ts';
import { peerPaths, type Authority } from '../../config/index.ts';
import type { Frame } from '../../frame.ts';
import type { FrameEvent } from '../../link/fate.ts';
import type { Router } from '../../router.ts';
import type { Duration, Instant } from '../../time.ts';
import type { Scenario } from '../scenario.ts';
import { Conversations } from './conversations.ts';
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
  /** Whether routers take from each other only what one of them has sealed. */
  readonly #isSealed: boolean;
  /** Whether they know all that they have taken, and take none of it twice. */
  #knowsCopies: boolean;
  /** Absent where nobody would make up a session, or where there is no telling. */
  readonly #conversations: Conversations | undefined;
  readonly #violations: Violation[] = [];

  /** `authorities` are the configurations that the lab has, one after the other. */
  constructor(scenario: Scenario, authorities: readonly Authority[]) {
    const { authority } = scenario;
    this.#deliveries = new Deliveries(authority);
    this.#secrets = new Secrets(scenario, authorities);
    this.#sessionsMax = authority.emulator.sessionTableSize;
    this.#isSealed = authorities.every(sealsEverything);
    this.#knowsCopies = this.#isSealed;
    if (this.#isSealed && scenario.attacks.length > 0)
      this.#conversations = new Conversations(addressesOfHosts(scenario));
  }

  get violations(): readonly Violation[] {
    return this.#violations;
  }

  /** A host has put a frame on its link. */
  hostSent(frame: Frame): void {
    this.#deliveries.sent(frame);
    this.#conversations?.hostSent(frame);
  }

  /** A frame for a host has come to it. */
  hostGot(node: string, frame: Frame, time: Duration): void {
    const what = this.#deliveries.delivered(frame);
    if (what !== undefined) this.#note({ invariant: 'delivery', time, node, what, packet: frame.id });
  }

  /** A link has done something to a frame. */
  changed(frame: Frame, events: readonly FrameEvent[], leadsToHost: boolean): void {
    for (const { type } of events) {
      if (type === 'frame-duplicated' && (leadsToHost || !this.#knowsCopies)) this.#deliveries.duplicated();
      const isOther = type === 'frame-corrupted' || type === 'frame-altered';
      if (isOther && (leadsToHost || !this.#isSealed)) this.#deliveries.corrupted(frame);
    }
  }

  /** An attacker has put a frame on its link, which may be a copy of another. */
  attackerSent(): void {
    if (!this.#knowsCopies) this.#deliveries.duplicated();
  }

  /** A router has been started anew. What it has taken before it may take once more. */
  startedAnew(): void {
    this.#knowsCopies = false;
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
    for (const row of this.#conversations ? router.sessions(now) : []) {
      const what = this.#conversations?.foreign(row);
      if (what !== undefined) this.#note({ invariant: 'sessions', time, node, what, session: row.sessionId });
    }
  }

  #note(violation: Violation): void {
    if (this.#violations.length < VIOLATIONS_MAX) this.#violations.push(violation);
  }
}

const sealsEverything = (authority: Authority): boolean =>
  authority.routers.every((router) =>
    peerPaths(authority, router).every(({ outboundSecurity: policy }) => policy && policy.hmacMode !== 'disabled'),
  );

const addressesOfHosts = ({ nodes }: Scenario): string[] =>
  nodes.flatMap((node) => (node.kind === 'host' ? node.addresses.map(({ address }) => formatAddress(address)) : []));
