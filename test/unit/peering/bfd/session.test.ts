import { deepEqual, equal, ok } from 'node:assert/strict';
import type { BfdState, ControlPacket } from '../../../../lib/peering/bfd/control-packet.ts';
import { bfdStates } from '../../../../lib/peering/bfd/control-packet.ts';
import { BfdSession, type BfdSessionOptions } from '../../../../lib/peering/bfd/session.ts';
import { transitionOn } from '../../../../lib/peering/bfd/transitions.ts';
import { SeededRandom, type Random } from '../../../../lib/random.ts';
import {
  NEVER,
  after,
  earliest,
  microseconds,
  milliseconds,
  seconds,
  type Duration,
  type Instant,
} from '../../../../lib/time.ts';

const START = seconds(1_000) as number as Instant;
const ms = milliseconds;

/** A session with a person at the other end. */
class Station {
  now = START;
  readonly sent: (ControlPacket & { readonly at: Duration })[] = [];
  readonly changes: string[] = [];
  readonly session: BfdSession;

  constructor(options: Partial<BfdSessionOptions> = {}) {
    this.session = new BfdSession(
      {
        localDiscriminator: 11,
        desiredMinTx: ms(100),
        requiredMinRx: ms(100),
        detectMultiplier: 3,
        random: new SeededRandom(1),
        transmit: (packet, now) => this.sent.push({ ...packet, at: (now - START) as Duration }),
        changed: (state, before, diagnostic) => this.changes.push(`${before} -> ${state}: ${diagnostic}`),
        ...options,
      },
      START,
    );
  }

  /** What the remote system says. */
  hear(packet: Partial<ControlPacket> = {}): void {
    this.session.receive(
      {
        diagnostic: 'none',
        state: 'up',
        poll: false,
        final: false,
        controlPlaneIndependent: false,
        demand: false,
        detectMultiplier: 3,
        myDiscriminator: 22,
        yourDiscriminator: 11,
        desiredMinTx: ms(100),
        requiredMinRx: ms(100),
        requiredMinEchoRx: microseconds(0),
        ...packet,
      },
      this.now,
    );
  }

  runFor(duration: Duration): void {
    const end = after(this.now, duration);
    while (this.session.nextDeadline() <= end) {
      this.now = Math.max(this.now, this.session.nextDeadline()) as Instant;
      this.session.poll(this.now);
    }
    this.now = end;
  }

  /** Goes through the handshake, with the timers of `packet`, and forgets what was sent. */
  comeUp(packet: Partial<ControlPacket> = {}): this {
    this.hear({ ...packet, state: 'down', yourDiscriminator: 0 });
    this.hear({ ...packet, state: 'init' });
    this.hear({ ...packet, final: true });
    equal(this.session.state, 'up');
    this.sent.length = this.changes.length = 0;
    return this;
  }

  /** Keeps the session up for a while by a packet every 50 ms. */
  stayUp(duration: Duration, packet: Partial<ControlPacket> = {}): void {
    for (let at = 0; at < duration; at += ms(50)) {
      this.hear(packet);
      this.runFor(ms(50));
    }
  }

  get last(): ControlPacket {
    const last = this.sent.at(-1);
    if (!last) throw new Error('nothing was sent');
    return last;
  }

  /** Time between packets that were sent. */
  get gaps(): number[] {
    return this.sent.slice(1).map(({ at }, i) => at - this.sent[i].at);
  }
}

/** Draws the middle of everything. */
const middling: Random = { unit: () => 0.5, below: (bound) => Math.floor(bound / 2), fill: (target) => target.fill(0) };

describe('the BFD state machine (RFC 5880, section 6.2)', () => {
  // Own state in rows, the state that comes in columns; '.' where nothing changes.
  const table = `
             admin-down  down   init  up
  admin-down .           .      .     .
  down       .           init   up    .
  init       down        .      up    up
  up         down        down   .     .`;
  const [columns, ...rows] = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));

  for (const [own, ...cells] of rows)
    cells.forEach((cell, i) =>
      it(`in ${own}, ${columns[i]} ${cell === '.' ? 'changes nothing' : `leads to ${cell}`}`, () => {
        const transition = transitionOn(own as BfdState, columns[i] as BfdState);
        equal(transition?.state, cell === '.' ? undefined : cell);
        if (cell === 'down') equal(transition?.diagnostic, 'neighbor-signaled-session-down');
      }),
    );

  it('is in that table for every pair of states', () => {
    deepEqual(
      rows.map(([own]) => own),
      [...bfdStates],
    );
    deepEqual(columns, [...bfdStates]);
  });
});

describe('a BFD session that comes up', () => {
  it('begins Down, and says so with its discriminator and without the other', () => {
    const station = new Station();
    station.runFor(ms(250));
    deepEqual([station.last.state, station.last.myDiscriminator, station.last.yourDiscriminator], ['down', 11, 0]);
  });

  it('sends no faster than once a second, and says so, whatever it would like (section 6.8.3)', () => {
    const station = new Station();
    station.runFor(seconds(30));
    ok(station.sent.every(({ desiredMinTx }) => desiredMinTx === seconds(1)));
    ok(station.gaps.every((gap) => gap >= 750_000 && gap <= 1_000_000));
  });

  it('sends more slowly than that if it wants to', () => {
    const station = new Station({ desiredMinTx: seconds(10), random: middling });
    station.runFor(seconds(60));
    equal(station.last.desiredMinTx, seconds(10));
    ok(station.gaps.every((gap) => gap === 8_750_000));
  });

  it('goes Down, Init, Up, and tells each step at once', () => {
    const station = new Station();
    station.hear({ state: 'down', yourDiscriminator: 0 });
    station.hear({ state: 'up' });
    deepEqual(
      station.sent.map(({ state, yourDiscriminator, at }) => [state, yourDiscriminator, at]),
      [
        ['init', 22, 0],
        ['up', 22, 0],
      ],
    );
    deepEqual(station.changes, ['down -> init: none', 'init -> up: none']);
  });

  it('comes up at once when the other has heard of it already', () => {
    const station = new Station();
    station.hear({ state: 'init' });
    deepEqual(station.changes, ['down -> up: none']);
  });

  it('announces its true interval by a Poll Sequence, which a Final ends (section 6.5)', () => {
    const station = new Station();
    station.hear({ state: 'init' });
    deepEqual([station.last.poll, station.last.desiredMinTx], [true, ms(100)]);
    station.stayUp(ms(300));
    ok(station.sent.length >= 3 && station.sent.every(({ poll }) => poll));
    station.hear({ final: true });
    station.sent.length = 0;
    station.stayUp(ms(300));
    ok(station.sent.length >= 3 && station.sent.every(({ poll }) => !poll));
  });

  it('polls nobody when its interval stays the same', () => {
    const station = new Station({ desiredMinTx: seconds(1) });
    station.hear({ state: 'init' });
    equal(station.last.poll, false);
  });

  it('keeps silent when passive until the other speaks (section 6.1)', () => {
    const station = new Station({ isPassive: true });
    equal(station.session.nextDeadline(), NEVER);
    station.hear({ state: 'down', yourDiscriminator: 0 });
    equal(station.last.state, 'init');
  });

  it('sets the C bit as it is told', () => {
    const bits = [true, false].map((isControlPlaneIndependent) => {
      const station = new Station({ isControlPlaneIndependent });
      station.runFor(ms(250));
      return station.last.controlPlaneIndependent;
    });
    deepEqual(bits, [true, false]);
  });
});

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

describe('a BFD session that goes down', () => {
  it('because the other says Down has diagnostic 3', () => {
    const station = new Station().comeUp();
    station.hear({ state: 'down', diagnostic: 'control-detection-time-expired' });
    deepEqual(station.changes, ['up -> down: neighbor-signaled-session-down']);
    equal(station.session.remoteDiagnostic, 'control-detection-time-expired');
  });

  it('because the other says AdminDown stays Down until it says something else', () => {
    const station = new Station().comeUp();
    station.hear({ state: 'admin-down' });
    deepEqual(station.changes, ['up -> down: neighbor-signaled-session-down']);
    station.hear({ state: 'admin-down' });
    equal(station.session.state, 'down');
    station.hear({ state: 'down' });
    equal(station.session.state, 'init');
  });

  it('because the path is known to have failed tells the other why', () => {
    const station = new Station().comeUp();
    station.session.signalDown('path-down', station.now);
    deepEqual([station.last.state, station.last.diagnostic], ['down', 'path-down']);
    station.session.signalDown('path-down', station.now);
    equal(station.sent.length, 1);
  });

  it('sends slowly again', () => {
    const station = new Station().comeUp();
    station.hear({ state: 'down' });
    station.runFor(seconds(10));
    ok(station.gaps.every((gap) => gap >= 750_000 && gap <= 1_000_000));
  });

  it('by hand is AdminDown with diagnostic 7, goes on saying so, and hears nothing (section 6.8.16)', () => {
    const station = new Station().comeUp();
    station.session.setAdminDown(true, station.now);
    deepEqual([station.last.state, station.last.diagnostic], ['admin-down', 'administratively-down']);
    station.hear({ state: 'down' });
    station.hear({ state: 'init' });
    equal(station.session.state, 'admin-down');
    station.sent.length = 0;
    station.runFor(ms(2_500));
    ok(station.sent.length >= 2 && station.sent.every(({ state }) => state === 'admin-down'));
  });

  it('by hand comes back from Down', () => {
    const station = new Station().comeUp();
    station.session.setAdminDown(true, station.now);
    station.session.setAdminDown(false, station.now);
    equal(station.last.state, 'down');
    station.hear({ state: 'down' });
    equal(station.session.state, 'init');
  });
});

describe('two BFD sessions with each other', () => {
  /** Two sessions and a wire that takes 5 ms, and loses what it is told to. */
  function pair(
    left: Partial<BfdSessionOptions> = {},
    right: Partial<BfdSessionOptions> = {},
  ): {
    readonly sessions: readonly [BfdSession, BfdSession];
    readonly changes: readonly [string[], string[]];
    readonly runFor: (duration: Duration) => void;
    cut: boolean;
  } {
    let now = START;
    const flying: { readonly at: Instant; readonly to: 0 | 1; readonly packet: ControlPacket }[] = [];
    const changes: [string[], string[]] = [[], []];
    const make = (side: 0 | 1, options: Partial<BfdSessionOptions>): BfdSession =>
      new BfdSession(
        {
          localDiscriminator: side + 1,
          desiredMinTx: ms(100),
          requiredMinRx: ms(100),
          detectMultiplier: 3,
          random: new SeededRandom(side + 5),
          transmit: (packet, at) => {
            if (!lab.cut) flying.push({ at: after(at, ms(5)), to: side === 0 ? 1 : 0, packet });
          },
          changed: (state) => changes[side].push(state),
          ...options,
        },
        START,
      );
    const sessions = [make(0, left), make(1, right)] as const;
    const lab = {
      sessions,
      changes,
      cut: false,
      runFor: (duration: Duration): void => {
        const end = after(now, duration);
        for (;;) {
          const next = earliest(
            flying[0]?.at ?? NEVER,
            earliest(sessions[0].nextDeadline(), sessions[1].nextDeadline()),
          );
          if (next > end) break;
          now = Math.max(now, next) as Instant;
          while (flying.length > 0 && flying[0].at <= now) {
            const { to, packet } = flying.shift() as (typeof flying)[number];
            sessions[to].receive(packet, now);
          }
          for (const session of sessions) if (session.nextDeadline() <= now) session.poll(now);
        }
        now = end;
      },
    };
    return lab;
  }

  it('are up within a second', () => {
    const lab = pair();
    lab.runFor(seconds(1));
    deepEqual(
      lab.sessions.map(({ state }) => state),
      ['up', 'up'],
    );
  });

  it('stay up for ten minutes without a false alarm', () => {
    const lab = pair({ desiredMinTx: ms(50) }, { requiredMinRx: ms(60), detectMultiplier: 4 });
    lab.runFor(seconds(600));
    deepEqual(
      lab.changes.map(({ length }) => length <= 2),
      [true, true],
    );
    deepEqual(
      lab.sessions.map(({ transmitInterval }) => transmitInterval),
      [ms(60), ms(100)],
    );
    deepEqual(
      lab.sessions.map(({ detectionTime }) => detectionTime),
      [ms(400), ms(180)],
    );
  });

  it('both notice a cut within the detection time, and come back', () => {
    const lab = pair();
    lab.runFor(seconds(2));
    lab.cut = true;
    lab.runFor(ms(305));
    deepEqual(
      lab.sessions.map(({ state }) => state),
      ['down', 'down'],
    );
    lab.cut = false;
    lab.runFor(seconds(2));
    deepEqual(
      lab.sessions.map(({ state }) => state),
      ['up', 'up'],
    );
  });

  it('see each other restart: the other discriminator is taken on', () => {
    const lab = pair();
    lab.runFor(seconds(2));
    lab.sessions[0].receive(
      {
        ...({} as ControlPacket),
        diagnostic: 'none',
        state: 'down',
        detectMultiplier: 3,
        myDiscriminator: 99,
        yourDiscriminator: 0,
        desiredMinTx: seconds(1),
        requiredMinRx: ms(100),
      },
      after(START, seconds(2)),
    );
    deepEqual([lab.sessions[0].state, lab.sessions[0].remoteDiscriminator], ['down', 99]);
  });
});
