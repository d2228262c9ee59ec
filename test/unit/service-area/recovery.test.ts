import { deepEqual, equal } from 'node:assert/strict';
import fc from 'fast-check';
import { step, type Watch, type WatchEffect, type WatchEvent } from '../../../lib/service-area/recovery.ts';
import { Watches } from '../../../lib/service-area/watches.ts';
import { milliseconds, seconds, type Instant } from '../../../lib/time.ts';

const POLICY = { inactivityTimeout: seconds(5), attempts: 3 };
const ACTIVE: Watch = { state: 'active' };
const at = (seconds: number): Instant => milliseconds(seconds * 1_000) as number as Instant;

const sending = (lastHeard: number): WatchEvent => ({ kind: 'sending', lastHeard: at(lastHeard) });
const timeout = (sentAt: number, lastHeard: number): WatchEvent => ({
  kind: 'timeout',
  sentAt: at(sentAt),
  lastHeard: at(lastHeard),
});

/**
 * The rules of session recovery detection, inactivity-based, told once more in other words: whoever sends keeps a note
 * of the check that is outstanding, of how many have failed in a row, and of whether metadata is on.
 */
class Model {
  outstanding: { sentAt: number } | undefined;
  failed = 0;
  lastFailedAt = -Infinity;
  isMetadataOn = false;

  apply(event: WatchEvent, now: number): WatchEffect {
    switch (event.kind) {
      case 'sending':
        return this.#send(event.lastHeard, now);
      case 'timeout':
        return this.#timeout(event.sentAt, event.lastHeard);
      case 'acknowledgement': {
        const isExpected = this.outstanding !== undefined;
        if (!this.isMetadataOn) this.#rest();
        return isExpected ? 'count-acknowledgement' : 'count-stale-acknowledgement';
      }
      case 'enable-metadata':
        this.#rest();
        this.isMetadataOn = true;
        return 'renew';
      case 'confirmation':
        this.#rest();
        this.isMetadataOn = false;
        return 'none';
    }
  }

  #send(lastHeard: number, now: number): WatchEffect {
    if (this.isMetadataOn || this.outstanding) return 'none';
    const isOverdue = this.failed > 0 && lastHeard <= this.lastFailedAt;
    const isSilent = now - lastHeard >= POLICY.inactivityTimeout;
    if (!isOverdue) this.failed = 0;
    if (!isOverdue && !isSilent) return 'none';
    this.outstanding = { sentAt: now };
    return isOverdue ? 'request-timeout' : 'request';
  }

  #timeout(sentAt: number, lastHeard: number): WatchEffect {
    if (this.outstanding?.sentAt !== sentAt) return 'none';
    this.outstanding = undefined;
    if (lastHeard > sentAt) {
      this.failed = 0;
      return 'none';
    }
    this.failed++;
    this.lastFailedAt = sentAt;
    if (this.failed < POLICY.attempts) return 'count-timeout';
    this.#rest();
    this.isMetadataOn = true;
    return 'count-timeout-and-renew';
  }

  #rest(): void {
    this.outstanding = undefined;
    this.failed = 0;
    this.lastFailedAt = -Infinity;
  }

  get state(): Watch['state'] {
    if (this.isMetadataOn) return 'renewing';
    if (this.outstanding) return 'checking';
    return this.failed > 0 ? 'overdue' : 'active';
  }
}

/** What happens next, and how long after what happened before. A timeout is that of the last check, or of an older one. */
const happenings = fc.array(
  fc.record({
    waits: fc.constantFrom(1, 100_000, 999_999, 1_000_000, 4_999_999, 5_000_000, 7_000_000),
    kind: fc.constantFrom(
      'sending',
      'sending',
      'sending',
      'hears',
      'timeout',
      'timeout',
      'old timeout',
      'acknowledgement',
      'enable-metadata',
      'confirmation',
    ),
  }),
  { maxLength: 80, size: 'max' },
);

describe('the watch over a peer', () => {
  it('does what the rules say, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(happenings, (list) => {
        const watches = new Watches(3, POLICY);
        const model = new Model();
        let now = 1_000;
        let lastHeard = 1_000;
        let sentAt = 0;
        let olderSentAt = 0;
        for (const { waits, kind } of list) {
          now += waits;
          if (kind === 'hears') {
            lastHeard = now;
            continue;
          }
          const event = eventOf(kind, lastHeard, sentAt, olderSentAt);
          const effect = watches.step(1, event, now as Instant);
          equal(effect, model.apply(event, now));
          equal(watches.state(1), model.state);
          if (effect === 'request' || effect === 'request-timeout') [sentAt, olderSentAt] = [now, sentAt];
        }
        equal(watches.state(0), 'active', 'others are not touched');
        equal(watches.state(2), 'active');
      }),
      { numRuns: 1_000 },
    );
  });

  function eventOf(kind: string, lastHeard: number, sentAt: number, olderSentAt: number): WatchEvent {
    if (kind === 'sending') return { kind, lastHeard: lastHeard as Instant };
    if (kind === 'timeout' || kind === 'old timeout')
      return {
        kind: 'timeout',
        sentAt: (kind === 'timeout' ? sentAt : olderSentAt) as Instant,
        lastHeard: lastHeard as Instant,
      };
    return { kind } as WatchEvent;
  }

  it('asks when the silence has lasted for the timeout, and not a microsecond before', () => {
    const now = (seconds(5) - 1) as Instant;
    deepEqual(step(ACTIVE, sending(0), now, POLICY), { watch: ACTIVE, effect: 'none' });
    deepEqual(step(ACTIVE, sending(0), at(5), POLICY), {
      watch: { state: 'checking', sentAt: at(5), attempt: 1 },
      effect: 'request',
    });
  });

  it('has one check outstanding at a time', () => {
    const checking: Watch = { state: 'checking', sentAt: at(5), attempt: 1 };
    deepEqual(step(checking, sending(0), at(20), POLICY), { watch: checking, effect: 'none' });
  });

  it('counts three timeouts in a row, with value 2 from the second check on, and then turns metadata on', () => {
    const watches = new Watches(1, POLICY);
    const effects: WatchEffect[] = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      effects.push(watches.step(0, sending(0), at(10 + 2 * attempt)));
      effects.push(watches.step(0, timeout(10 + 2 * attempt, 0), at(11 + 2 * attempt)));
    }
    effects.push(watches.step(0, sending(0), at(20)));
    deepEqual(effects, [
      'request',
      'count-timeout',
      'request-timeout',
      'count-timeout',
      'request-timeout',
      'count-timeout-and-renew',
      'none',
    ]);
    equal(watches.state(0), 'renewing');
  });

  it('forgets its failures when anything authentic is heard', () => {
    const overdue: Watch = { state: 'overdue', sentAt: at(10), attempt: 2 };
    deepEqual(step(overdue, sending(10.5), at(12), POLICY), { watch: ACTIVE, effect: 'none' });
    deepEqual(step(overdue, sending(10.5), at(16), POLICY), {
      watch: { state: 'checking', sentAt: at(16), attempt: 1 },
      effect: 'request',
    });
    const checking: Watch = { state: 'checking', sentAt: at(10), attempt: 3 };
    deepEqual(step(checking, timeout(10, 10.2), at(11), POLICY), { watch: ACTIVE, effect: 'none' });
  });

  it('counts an acknowledgement only while a check is outstanding, and else as stale', () => {
    const event: WatchEvent = { kind: 'acknowledgement' };
    const cases: [Watch, WatchEffect, Watch['state']][] = [
      [{ state: 'checking', sentAt: at(1), attempt: 1 }, 'count-acknowledgement', 'active'],
      [ACTIVE, 'count-stale-acknowledgement', 'active'],
      [{ state: 'overdue', sentAt: at(1), attempt: 1 }, 'count-stale-acknowledgement', 'active'],
      [{ state: 'renewing' }, 'count-stale-acknowledgement', 'renewing'],
    ];
    for (const [watch, effect, state] of cases) {
      const result = step(watch, event, at(2), POLICY);
      deepEqual([result.effect, result.watch.state], [effect, state]);
    }
  });

  it('ignores the timeout of a check that is not outstanding any more', () => {
    const checking: Watch = { state: 'checking', sentAt: at(20), attempt: 1 };
    deepEqual(step(checking, timeout(10, 0), at(21), POLICY), { watch: checking, effect: 'none' });
    deepEqual(step(ACTIVE, timeout(10, 0), at(21), POLICY), { watch: ACTIVE, effect: 'none' });
  });

  it('puts metadata on when the peer asks, from every state, until the peer has taken it in', () => {
    const states: Watch[] = [
      ACTIVE,
      { state: 'checking', sentAt: at(1), attempt: 1 },
      { state: 'overdue', sentAt: at(1), attempt: 2 },
      { state: 'renewing' },
    ];
    for (const watch of states) {
      deepEqual(step(watch, { kind: 'enable-metadata' }, at(2), POLICY), {
        watch: { state: 'renewing' },
        effect: 'renew',
      });
      deepEqual(step(watch, { kind: 'confirmation' }, at(2), POLICY), { watch: ACTIVE, effect: 'none' });
    }
    deepEqual(step({ state: 'renewing' }, sending(0), at(60), POLICY), {
      watch: { state: 'renewing' },
      effect: 'none',
    });
  });
});
