import { deepEqual, equal, ok } from 'node:assert/strict';
import type { BfdState, ControlPacket } from '../../../../lib/peering/bfd/control-packet.ts';
import { bfdStates } from '../../../../lib/peering/bfd/control-packet.ts';
import { BfdSession, type BfdSessionOptions } from '../../../../lib/peering/bfd/session.ts';
import { transitionOn } from '../../../../lib/peering/bfd/transitions.ts';
import { SeededRandom } from '../../../../lib/random.ts';
import {
  NEVER,
  after,
  earliest,
  milliseconds as ms,
  seconds,
  type Duration,
  type Instant,
} from '../../../../lib/time.ts';
import { START, Station, middling } from './station.ts';

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
