import { deepEqual, equal } from 'node:assert/strict';
import { judge } from '../../../lib/lab/measure.ts';
import type { Observed } from '../../../lib/lab/measure.ts';
import type { Expectation, TrafficReport } from '../../../lib/lab/scenario.ts';
import { recoveryOf, roundTripOf } from '../../../lib/lab/traffic-measures.ts';
import { milliseconds, seconds } from '../../../lib/time.ts';

const ms = milliseconds;

/** Three exchanges of 40 ms; then one that is lost, and one that is answered. */
const questions: TrafficReport = {
  name: 'questions',
  sent: 5,
  received: 4,
  unexpected: 0,
  exchanges: [
    { sentAt: ms(0), receivedAt: ms(40) },
    { sentAt: ms(100), receivedAt: ms(138) },
    { sentAt: ms(200), receivedAt: ms(242) },
    { sentAt: ms(1_000) },
    { sentAt: ms(1_050), receivedAt: ms(1_090) },
  ],
};

const path = 'service-area sent success';
const counters = (spoke: number, hub: number): Observed['counters'] =>
  new Map([
    ['spoke', new Map([[path, spoke]])],
    ['hub', new Map([[path, hub]])],
  ]);

const observed: Observed = {
  traffic: new Map([['questions', questions]]),
  counters: counters(5, 1),
  countersAt: new Map([[seconds(1), counters(3, 4)]]),
  attacks: { reports: new Map(), strangers: new Map() },
  levelOf: () => 2,
  seriesOf: () => undefined,
  resolution: ms(0),
  end: seconds(2),
};

const expectation = (rest: Partial<Expectation> & Pick<Expectation, 'measure'>): Expectation => ({
  text: 'as written',
  unit: 'count',
  ...rest,
});

const ofTraffic = (what: 'sent' | 'received' | 'lost' | 'recovery'): Expectation['measure'] => ({
  of: 'traffic',
  traffic: 'questions',
  what,
});

describe('an expectation', () => {
  it('holds between its bounds, both included', () => {
    const measure = ofTraffic('lost');
    const held = (bounds: Partial<Expectation>): boolean => judge(expectation({ measure, ...bounds }), observed).held;
    equal(held({ atMost: 1 }), true);
    equal(held({ atMost: 0 }), false);
    equal(held({ atLeast: 1, atMost: 1 }), true);
    equal(held({ atLeast: 2 }), false);
  });

  it('says what was measured, what was wanted, and what decided', () => {
    deepEqual(judge(expectation({ measure: ofTraffic('lost'), atMost: 0 }), observed), {
      text: 'as written',
      held: false,
      measured: '1',
      wanted: 'at most 0',
      unit: 'count',
      value: 1,
      atMost: 0,
      decidedBy: 'the first at 1s',
    });
  });

  it('looks only at what was sent from its time on', () => {
    const value = (what: 'sent' | 'received' | 'lost'): number | null =>
      judge(expectation({ measure: ofTraffic(what), since: ms(200), atLeast: 0 }), observed).value;
    deepEqual([value('sent'), value('received'), value('lost')], [3, 2, 1]);
  });

  it('adds up counters, and counts from its time on, anew after a restart', () => {
    const terms = [
      { node: 'spoke', path },
      { node: 'hub', path },
    ];
    const verdict = (since?: ReturnType<typeof seconds>): ReturnType<typeof judge> =>
      judge(expectation({ measure: { of: 'counter', terms }, atLeast: 0, ...(since && { since }) }), observed);
    equal(verdict().value, 6);
    const later = verdict(seconds(1));
    equal(later.value, 3);
    equal(later.decidedBy, '2 at spoke, 1 at hub');
  });

  it('measures recovery in time, or in round trips as they were before', () => {
    const measure = ofTraffic('recovery');
    const inTime = judge(expectation({ measure, unit: 'microseconds', since: seconds(1), atMost: ms(90) }), observed);
    deepEqual([inTime.held, inTime.measured], [true, '90ms']);
    const inTrips = judge(expectation({ measure, unit: 'round-trips', since: seconds(1), atMost: 2 }), observed);
    deepEqual([inTrips.held, inTrips.measured], [false, '2.25 round trips']);
  });

  it('does not hold when what it measures never came', () => {
    const measure = ofTraffic('recovery');
    const verdict = judge(expectation({ measure, unit: 'microseconds', since: seconds(2), atMost: ms(90) }), observed);
    deepEqual([verdict.held, verdict.value, verdict.measured], [false, null, 'never']);
  });

  it('counts sessions', () => {
    equal(judge(expectation({ measure: { of: 'sessions', node: 'hub' }, atMost: 2 }), observed).value, 2);
  });
});

describe('recovery', () => {
  it('is from the first question after the fault to the first answer to it or to a later one', () => {
    deepEqual(recoveryOf(questions, ms(300)), { askedAt: ms(1_000), answeredAt: ms(1_090) });
    equal(recoveryOf(questions, seconds(2)), undefined);
  });

  it('compares with the median round trip', () => {
    equal(roundTripOf(questions, undefined), ms(40));
    equal(roundTripOf(questions, ms(0)), undefined);
  });
});
