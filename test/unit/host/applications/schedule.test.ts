import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { Schedule } from '../../../../lib/host/applications/schedule.ts';
import type { Pace } from '../../../../lib/host/applications/traffic.ts';
import { NEVER, seconds, type Duration, type Instant } from '../../../../lib/time.ts';

const RUN_START = 1_000_000_000 as Instant;

/** The times at which everything is sent if one polls exactly when asked to, in seconds from the start of the run. */
function timesOf(pace: Pace, notBefore?: Instant): number[] {
  const schedule = new Schedule(pace, RUN_START, notBefore);
  const times: number[] = [];
  while (schedule.next !== NEVER) {
    const now = schedule.next;
    schedule.sendDue(now, () => times.push((now - RUN_START) / 1e6));
  }
  return times;
}

const pace: Pace = { start: seconds(1), every: seconds(2), count: 5, silences: [] };

describe('a schedule', () => {
  it('begins at the start and goes on at its spacing, as often as it says', () => {
    deepEqual(timesOf(pace), [1, 3, 5, 7, 9]);
  });

  it('waits for the end of a silence, and goes on at its spacing from there', () => {
    const silences = [{ start: seconds(4), end: seconds(20) }];
    deepEqual(timesOf({ ...pace, silences }), [1, 3, 20, 22, 24]);
  });

  it('passes through several silences, also when one begins where the other ends', () => {
    const silences = [
      { start: seconds(0), end: seconds(2) },
      { start: seconds(2), end: seconds(3) },
      { start: seconds(6), end: seconds(10) },
    ];
    deepEqual(timesOf({ ...pace, silences }), [3, 5, 10, 12, 14]);
  });

  it('sends nothing before it may', () => {
    deepEqual(timesOf({ ...pace, count: 2 }, (RUN_START + 1_500_000) as Instant), [1.5, 3.5]);
  });

  it('sends in one go what it was too late for, each thing once', () => {
    const schedule = new Schedule(pace, RUN_START);
    const sent: number[] = [];
    schedule.sendDue((RUN_START + 6_000_000) as Instant, (sequence) => sent.push(sequence));
    deepEqual(sent, [0, 1, 2]);
    equal(schedule.next, RUN_START + 7_000_000);
  });

  it('always sends everything, and never during a silence', () => {
    const moment = fc.nat(100_000_000).map((time) => time as Duration);
    const silence = fc.tuple(moment, moment).map(([a, b]) => ({ start: a < b ? a : b, end: a < b ? b : a }));
    fc.assert(
      fc.property(moment, fc.array(silence, { maxLength: 5 }), fc.nat(50), (start, unordered, count) => {
        const silences = unordered.toSorted((a, b) => a.start - b.start);
        const times = timesOf({ start, every: seconds(1), count, silences });
        equal(times.length, count);
        for (const time of times)
          ok(!silences.some(({ start, end }) => Math.round(time * 1e6) >= start && Math.round(time * 1e6) < end));
      }),
    );
  });
});
