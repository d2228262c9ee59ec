import type { Duration, Instant } from '../time.ts';

/**
 * Session recovery detection, inactivity-based, for one direction of one session (seed 001; SVR sheet, section 3).
 * Who sends watches what comes back. Attempts, their timeout, and what happens when all have failed are emulator choices.
 */
export type Watch =
  | { readonly state: 'active' }
  /** A health check is on its way. */
  | { readonly state: 'checking'; readonly sentAt: Instant; readonly attempt: number }
  /** It was not acknowledged in time: the next packet carries another. */
  | { readonly state: 'overdue'; readonly sentAt: Instant; readonly attempt: number }
  /** Metadata is on again, until the peer confirms it. */
  | { readonly state: 'renewing' };

export type WatchEvent =
  /** A packet is about to leave; `lastHeard` is when the last authentic packet came from the peer. */
  | { readonly kind: 'sending'; readonly lastHeard: Instant }
  /** The time to acknowledge the check that was sent at `sentAt` is over. */
  | { readonly kind: 'timeout'; readonly sentAt: Instant; readonly lastHeard: Instant }
  | { readonly kind: 'acknowledgement' }
  /** The peer asked for metadata. */
  | { readonly kind: 'enable-metadata' }
  /** The peer has taken the metadata in. */
  | { readonly kind: 'confirmation' };

/** What is to be done, beside going to the new state. */
export type WatchEffect =
  | 'none'
  /** The packet carries session-health-check, value 1. */
  | 'request'
  /** The same after a timeout, value 2. */
  | 'request-timeout'
  | 'count-timeout'
  /** The same, and metadata is turned on without being asked for. */
  | 'count-timeout-and-renew'
  | 'count-acknowledgement'
  | 'count-stale-acknowledgement'
  | 'renew';

export interface RecoveryPolicy {
  readonly inactivityTimeout: Duration;
  /** Checks in a row that may stay unanswered. */
  readonly attempts: number;
}

export interface WatchStep {
  readonly watch: Watch;
  readonly effect: WatchEffect;
}

const ACTIVE: Watch = { state: 'active' };
const RENEWING: Watch = { state: 'renewing' };

export function step(watch: Watch, event: WatchEvent, now: Instant, policy: RecoveryPolicy): WatchStep {
  switch (event.kind) {
    case 'sending':
      return sending(watch, event.lastHeard, now, policy);
    case 'timeout':
      return timeout(watch, event.sentAt, event.lastHeard, policy);
    case 'acknowledgement':
      return acknowledgement(watch);
    case 'enable-metadata':
      return { watch: RENEWING, effect: 'renew' };
    case 'confirmation':
      return { watch: ACTIVE, effect: 'none' };
    default:
      return event satisfies never;
  }
}

function sending(watch: Watch, lastHeard: Instant, now: Instant, policy: RecoveryPolicy): WatchStep {
  if (watch.state === 'overdue' && lastHeard <= watch.sentAt)
    return { watch: { state: 'checking', sentAt: now, attempt: watch.attempt + 1 }, effect: 'request-timeout' };
  if (watch.state === 'active' || watch.state === 'overdue') {
    if (now - lastHeard < policy.inactivityTimeout) return { watch: ACTIVE, effect: 'none' };
    return { watch: { state: 'checking', sentAt: now, attempt: 1 }, effect: 'request' };
  }
  // Only one check is outstanding, and metadata asks more than a check would.
  return { watch, effect: 'none' };
}

function timeout(watch: Watch, sentAt: Instant, lastHeard: Instant, policy: RecoveryPolicy): WatchStep {
  if (watch.state !== 'checking' || watch.sentAt !== sentAt) return { watch, effect: 'none' };
  // Any authentic packet says as much as an acknowledgement.
  if (lastHeard > sentAt) return { watch: ACTIVE, effect: 'none' };
  if (watch.attempt >= policy.attempts) return { watch: RENEWING, effect: 'count-timeout-and-renew' };
  return { watch: { state: 'overdue', sentAt, attempt: watch.attempt }, effect: 'count-timeout' };
}

function acknowledgement(watch: Watch): WatchStep {
  // The acknowledgement may cross our next packet on the wire: it is stale only when no check is outstanding at all.
  if (watch.state === 'checking') return { watch: ACTIVE, effect: 'count-acknowledgement' };
  return { watch: watch.state === 'overdue' ? ACTIVE : watch, effect: 'count-stale-acknowledgement' };
}
