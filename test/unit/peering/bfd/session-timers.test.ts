import { deepEqual, equal, ok } from 'node:assert/strict';
import type { ControlPacket } from '../../../../lib/peering/bfd/control-packet.ts';
import type { BfdSessionOptions } from '../../../../lib/peering/bfd/session.ts';
import { microseconds, milliseconds as ms, seconds, type Duration } from '../../../../lib/time.ts';
import { Station, middling } from './station.ts';

describe('the pace of a BFD session that is up', () => {
  it('is the slower of what it desires and what the other can take (section 6.8.2)', () => {
    const pace = (desired: Duration, taken: Duration): number => {
      const station = new Station({ desiredMinTx: desired, random: middling }).comeUp({ requiredMinRx: taken });
      station.stayUp(seconds(3), { requiredMinRx: taken });
      return station.gaps[1];
    };
    equal(pace(ms(100), ms(40)), 87_500);
    equal(pace(ms(100), ms(400)), 350_000);
  });

  it('varies between 75 and 100 % of that, evenly (section 6.8.7)', () => {
    const station = new Station().comeUp();
    station.stayUp(seconds(100));
    const { gaps } = station;
    ok(gaps.length > 1_000);
    ok(gaps.every((gap) => gap >= 75_000 && gap <= 100_000));
    ok(Math.min(...gaps) < 75_500 && Math.max(...gaps) > 99_500);
    const mean = gaps.reduce((sum, gap) => sum + gap) / gaps.length;
    ok(Math.abs(mean - 87_500) < 500, `${mean}`);
  });

  it('varies between 75 and 90 % when the multiplier is 1', () => {
    const station = new Station({ detectMultiplier: 1 }).comeUp();
    station.stayUp(seconds(100));
    ok(station.gaps.every((gap) => gap >= 75_000 && gap <= 90_000));
    ok(Math.max(...station.gaps) > 89_700);
  });

  it('is nothing at all when the other wants nothing (section 6.8.7)', () => {
    const station = new Station().comeUp();
    station.stayUp(seconds(1), { requiredMinRx: microseconds(0) });
    equal(station.sent.length, 0);
  });

  it('is nothing at all when the other is in demand mode and both are up (section 6.8.7)', () => {
    const station = new Station().comeUp();
    station.stayUp(seconds(1), { demand: true });
    equal(station.sent.length, 0);
    station.hear({ demand: false });
    station.stayUp(ms(200), { demand: false });
    ok(station.sent.length > 0);
  });

  it('goes on in demand mode of the other while a Poll Sequence is on', () => {
    const station = new Station().comeUp();
    station.session.setTimers({ desiredMinTx: ms(50), requiredMinRx: ms(100), detectMultiplier: 3 });
    station.stayUp(ms(500), { demand: true });
    ok(station.sent.length >= 3 && station.sent.every(({ poll }) => poll));
  });

  it('is honored at once when the other can take more (section 6.8.3)', () => {
    const station = new Station({ random: middling }).comeUp({ requiredMinRx: seconds(2), desiredMinTx: seconds(2) });
    station.runFor(ms(500));
    station.hear({ requiredMinRx: ms(100) });
    equal(station.session.nextDeadline() <= station.now, true);
  });
});

describe('a Poll of the other', () => {
  it('is answered with Final at once, in every state but AdminDown (section 6.8.7)', () => {
    const station = new Station();
    station.hear({ state: 'down', poll: true, yourDiscriminator: 0 });
    deepEqual([station.last.final, station.last.poll, station.last.state], [true, false, 'init']);
    equal(station.sent.length, 1);
    station.comeUp();
    station.hear({ poll: true });
    deepEqual([station.last.final, station.last.poll, station.last.state], [true, false, 'up']);
    station.session.setAdminDown(true, station.now);
    station.sent.length = 0;
    station.hear({ poll: true });
    equal(station.sent.length, 0);
  });

  it('is answered while our own Poll is on, and never with both bits (section 4.1)', () => {
    const station = new Station();
    station.hear({ state: 'init' });
    station.hear({ poll: true });
    ok(station.sent.every(({ poll, final }) => !(poll && final)));
    deepEqual(
      station.sent.map(({ poll, final }) => [poll, final]),
      [
        [true, false],
        [false, true],
      ],
    );
  });

  it('is answered though the other wants no periodic packets', () => {
    const station = new Station().comeUp();
    station.hear({ poll: true, requiredMinRx: microseconds(0) });
    equal(station.last.final, true);
  });

  it('does not put the periodic packets off', () => {
    const station = new Station({ random: middling }).comeUp();
    station.stayUp(ms(200));
    const due = station.session.nextDeadline();
    station.hear({ poll: true });
    equal(station.session.nextDeadline(), due);
  });
});

describe('the detection time (section 6.8.4)', () => {
  const detectionTime = (own: Partial<BfdSessionOptions>, theirs: Partial<ControlPacket>): Duration =>
    new Station(own).comeUp(theirs).session.detectionTime;

  it("is the other's multiplier times the slower of what it sends and what we take", () => {
    equal(detectionTime({ requiredMinRx: ms(100) }, { detectMultiplier: 5, desiredMinTx: ms(40) }), ms(500));
    equal(detectionTime({ requiredMinRx: ms(100) }, { detectMultiplier: 5, desiredMinTx: ms(400) }), ms(2_000));
    equal(detectionTime({ detectMultiplier: 9 }, { detectMultiplier: 2 }), ms(200));
  });

  it('over, the session is down, with diagnostic 1, and the other is told', () => {
    const station = new Station().comeUp();
    station.hear();
    station.runFor(microseconds(299_999));
    equal(station.session.state, 'up');
    station.runFor(microseconds(1));
    deepEqual(station.changes, ['up -> down: control-detection-time-expired']);
    deepEqual([station.last.state, station.last.diagnostic], ['down', 'control-detection-time-expired']);
    equal(station.last.desiredMinTx, seconds(1));
  });

  it('over, the discriminator of the other is forgotten, up or not (section 6.8.1)', () => {
    const station = new Station().comeUp();
    station.runFor(ms(300));
    equal(station.last.yourDiscriminator, 0);
    const down = new Station();
    down.hear({ state: 'up', detectMultiplier: 2 });
    equal(down.session.remoteDiscriminator, 22);
    down.runFor(ms(200));
    deepEqual([down.session.remoteDiscriminator, down.session.state], [0, 'down']);
  });

  it('ends Init as well', () => {
    const station = new Station();
    station.hear({ state: 'down', yourDiscriminator: 0, desiredMinTx: seconds(1) });
    station.runFor(seconds(3));
    deepEqual(station.changes, ['down -> init: none', 'init -> down: control-detection-time-expired']);
  });

  it('is without end when we want nothing to be sent', () => {
    const station = new Station({ requiredMinRx: microseconds(0) }).comeUp();
    station.runFor(seconds(60));
    equal(station.session.state, 'up');
  });
});

describe('a change of timers (section 6.8.3)', () => {
  const timers = (
    desired: number,
    required: number,
  ): { desiredMinTx: Duration; requiredMinRx: Duration; detectMultiplier: number } => ({
    desiredMinTx: ms(desired),
    requiredMinRx: ms(required),
    detectMultiplier: 3,
  });

  it('polls with the new values on the packets that are due anyway', () => {
    const station = new Station({ random: middling }).comeUp();
    station.stayUp(ms(200));
    const due = station.session.nextDeadline();
    station.session.setTimers(timers(100, 300));
    equal(station.session.nextDeadline(), due);
    station.runFor(ms(100));
    deepEqual([station.last.poll, station.last.requiredMinRx], [true, ms(300)]);
  });

  it('to a longer transmit interval is held back until the other confirms it', () => {
    const station = new Station().comeUp();
    station.session.setTimers(timers(400, 100));
    equal(station.session.transmitInterval, ms(100));
    station.stayUp(ms(100));
    equal(station.last.desiredMinTx, ms(400));
    station.hear({ final: true });
    equal(station.session.transmitInterval, ms(400));
  });

  it('to a shorter transmit interval takes effect at once', () => {
    const station = new Station().comeUp({ requiredMinRx: ms(10) });
    station.session.setTimers(timers(20, 100));
    equal(station.session.transmitInterval, ms(20));
  });

  it('to a shorter receive interval keeps the old detection time until the other confirms it', () => {
    const station = new Station().comeUp({ desiredMinTx: ms(10) });
    station.session.setTimers(timers(100, 50));
    equal(station.session.detectionTime, ms(300));
    station.stayUp(ms(100), { desiredMinTx: ms(10) });
    station.hear({ final: true, desiredMinTx: ms(10) });
    equal(station.session.detectionTime, ms(150));
  });

  it('to a longer receive interval takes effect at once', () => {
    const station = new Station().comeUp();
    station.session.setTimers(timers(100, 500));
    equal(station.session.detectionTime, ms(1_500));
  });

  it('during a Poll Sequence begins another one, with a packet without Poll between them', () => {
    const station = new Station().comeUp();
    station.session.setTimers(timers(100, 300));
    station.stayUp(ms(100));
    station.session.setTimers(timers(300, 300));
    station.hear({ final: true });
    equal(station.session.transmitInterval, ms(100));
    station.sent.length = 0;
    station.stayUp(ms(250));
    deepEqual(
      station.sent.slice(0, 2).map(({ poll }) => poll),
      [false, true],
    );
    station.hear({ final: true });
    equal(station.session.transmitInterval, ms(300));
  });

  it('while the session is not up is told by its ordinary packets', () => {
    const station = new Station();
    station.session.setTimers(timers(2_000, 700));
    station.runFor(ms(250));
    deepEqual([station.last.poll, station.last.desiredMinTx, station.last.requiredMinRx], [false, seconds(2), ms(700)]);
  });
});
