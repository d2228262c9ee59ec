import { deepEqual, equal, ok } from 'node:assert/strict';
import { milliseconds, seconds } from '../../../lib/time.ts';
import { tcpFlags } from '../../../lib/wire/tcp.ts';
import { text } from '../../support/packets.ts';
import { kindOf, twoRouters, type Lab, type LabOptions } from '../../support/two-routers.ts';

const { syn, ack, fin, rst } = tcpFlags;
const WEB = ['10.2.0.10', 80] as const;
const BROWSER = ['10.1.0.10', 41_000] as const;

/** Runs until both routers have lost their sessions, and says after how many seconds each did, from now. */
function secondsToTheEnd(lab: Lab, limitSeconds: number): { spoke: number; hub: number } {
  const ends = { spoke: NaN, hub: NaN };
  for (let quarter = 1; quarter <= limitSeconds * 4; quarter++) {
    lab.runFor(milliseconds(250));
    for (const router of ['spoke', 'hub'] as const)
      if (Number.isNaN(ends[router]) && lab[router].sessionCount === 0) ends[router] = quarter / 4;
  }
  return ends;
}

/** Timers are kept to a quarter of a second. */
function endsAfter(lab: Lab, expectedSeconds: number): void {
  const { spoke, hub } = secondsToTheEnd(lab, expectedSeconds + 2);
  for (const end of [spoke, hub])
    ok(end >= expectedSeconds && end <= expectedSeconds + 0.5, `after ${end} s instead of ${expectedSeconds} s`);
}

/** A TCP connection through the routers, open. */
function connected(options: LabOptions = {}): Lab {
  const lab = twoRouters(options);
  lab.client.segment(41_000, WEB, syn);
  lab.settle();
  lab.server.segment(80, BROWSER, syn | ack);
  lab.settle();
  lab.client.segment(41_000, WEB, ack);
  lab.settle();
  lab.mark();
  return lab;
}

/** SVR sheet, section 4.3. */
describe('a session ends by silence', () => {
  it('of 180 seconds for UDP', () => {
    const lab = twoRouters();
    lab.server.isServer = true;
    lab.exchange('1');
    endsAfter(lab, 180);
    equal(lab.spoke.count('sessionsTimedOut'), 1);
    equal(lab.hub.count('sessionsTimedOut'), 1);
    deepEqual(lab.spoke.reasons('session-removed'), ['timed-out']);
  });

  it('of 10 seconds for ping', () => {
    for (const family of [4, 6] as const) {
      const lab = twoRouters();
      lab.server.isServer = true;
      lab.client.ping(1, 'ping', { family });
      lab.settle();
      endsAfter(lab, 10);
    }
  });

  it('of 10 seconds for a TCP connection that is not open yet', () => {
    const lab = twoRouters();
    lab.client.segment(41_000, WEB, syn);
    lab.settle();
    endsAfter(lab, 10);
  });

  it('of 1900 seconds for an open TCP connection', () => {
    endsAfter(connected(), 1_900);
  });

  it('of what the session type of its service says', () => {
    const lab = twoRouters({
      authority: 'session-type short\ntimeout 3000\ninitial-timeout 2000\nexit',
      edit: (configuration) => configuration.replace('service questions\n', 'service questions\nsession-type short\n'),
    });
    lab.server.isServer = true;
    lab.exchange('1');
    endsAfter(lab, 3);
  });

  it('in both directions: a packet in either puts it off', () => {
    const lab = twoRouters();
    lab.exchange('1');
    for (let i = 0; i < 5; i++) {
      lab.runFor(seconds(100));
      if (i % 2 === 0) lab.server.say('on', 7_000, ['10.1.0.10', 40_000]);
      else lab.client.ask('on');
      lab.settle();
    }
    equal(lab.spoke.sessionCount, 1);
    equal(lab.hub.sessionCount, 1);
    endsAfter(lab, 180);
  });

  it('and another begins with the next packet', () => {
    const lab = twoRouters();
    lab.server.isServer = true;
    lab.exchange('1');
    const [before] = lab.spoke.sessionIds();
    lab.runFor(seconds(200));
    lab.exchange('2');
    const [after] = lab.spoke.sessionIds();
    ok(after !== before);
    deepEqual(lab.client.answers, ['1', '2']);
  });
});

describe('a TCP session', () => {
  it('ends soon after both sides have sent FIN', () => {
    const lab = connected();
    lab.client.segment(41_000, WEB, fin | ack);
    lab.settle();
    lab.runFor(seconds(5));
    equal(lab.spoke.sessionCount, 1, 'half closed');
    lab.server.segment(80, BROWSER, fin | ack);
    lab.settle();
    lab.client.segment(41_000, WEB, ack);
    lab.settle();
    deepEqual(lab.client.received.length + lab.server.received.length, 3, 'all of them get through');
    endsAfter(lab, 2);
    equal(lab.spoke.count('sessionsClosed'), 1);
    equal(lab.hub.count('sessionsClosed'), 1);
  });

  it('ends soon after a reset from either side', () => {
    for (const from of ['client', 'server'] as const) {
      const lab = connected();
      if (from === 'client') lab.client.segment(41_000, WEB, rst);
      else lab.server.segment(80, BROWSER, rst);
      lab.settle();
      endsAfter(lab, 2);
    }
  });

  it('lives on when its ports are used for a new connection at once', () => {
    const lab = connected();
    lab.client.segment(41_000, WEB, rst);
    lab.settle();
    lab.client.segment(41_000, WEB, syn, { sequence: 77 });
    lab.settle();
    lab.server.segment(80, BROWSER, syn | ack);
    lab.settle();
    lab.client.segment(41_000, WEB, ack);
    lab.settle();
    lab.runFor(seconds(100));
    lab.client.segment(41_000, WEB, ack, { payload: text('still open') });
    lab.settle();
    equal(lab.server.received.at(-1)?.payload.length, 10);
    endsAfter(lab, 1_900);
  });

  it('is not begun by a segment from the middle of a connection: the client is reset', () => {
    const lab = twoRouters();
    lab.client.segment(41_000, WEB, ack, { sequence: 5_000, acknowledgement: 9_000, payload: text('mid') });
    lab.client.segment(41_001, WEB, fin, { sequence: 5_000 });
    lab.client.segment(41_002, WEB, rst);
    lab.settle();
    equal(lab.spoke.sessionCount, 0);
    deepEqual(lab.wan.packets, []);
    equal(lab.spoke.count('tcpResetSent'), 2, 'a reset is never answered by a reset');
    equal(lab.spoke.count('invalidPacket'), 3);
    const [first, other] = lab.client.received;
    ok(first.isIntact && other.isIntact);
    deepEqual([first.source, first.sourcePort, first.destinationPort, first.flags], ['10.2.0.10', 80, 41_000, rst]);
    deepEqual(Array.from(first.l4.slice(4, 8)), [0, 0, 0x23, 0x28], 'its sequence is what was acknowledged: 9000');
    deepEqual(
      [other.flags, Array.from(other.l4.slice(8, 12))],
      [rst | ack, [0, 0, 0x13, 0x89]],
      '5000, and 1 for the FIN',
    );
  });

  it('is not begun by one, and nobody is told, when the policy is to block', () => {
    const lab = twoRouters({ transportStateEnforcement: 'block' });
    lab.client.segment(41_000, WEB, ack);
    lab.settle();
    deepEqual([lab.spoke.sessionCount, lab.client.received.length, lab.wan.packets.length], [0, 0, 0]);
    equal(lab.spoke.count('invalidPacket'), 1);
  });

  it('is begun by one, and is open at once, when the policy allows it', () => {
    const lab = twoRouters({ transportStateEnforcement: 'allow' });
    lab.client.segment(41_000, WEB, ack, { payload: text('mid') });
    lab.settle();
    equal(lab.server.received.length, 1);
    endsAfter(lab, 1_900);
  });

  it('survives that the hub forgets it, without a reset', () => {
    const lab = connected({ inactivityTimeoutSeconds: 1 });
    lab.runFor(seconds(2));
    lab.hub.forgetSessions();
    for (const content of ['lost', 'again', 'more']) {
      lab.client.segment(41_000, WEB, ack, { payload: text(content) });
      lab.settle();
    }
    deepEqual(
      lab.server.received.map(({ payload }) => payload.length),
      [5, 4],
    );
    deepEqual(lab.client.received, []);
    endsAfter(lab, 1_900);
  });
});

describe('sessions that get in each other’s way', () => {
  it('are told apart by metadata when ports are used again: the old one is over', () => {
    const lab = twoRouters({ hubPorts: '20001', spokePorts: '20000' });
    lab.server.isServer = true;
    lab.exchange('old');
    lab.spoke.forgetSessions();
    lab.mark();
    lab.client.ask('new', { from: 40_001 });
    lab.settle();
    deepEqual(lab.client.answers, ['new']);
    equal(lab.hub.count('staleFlowHit'), 1);
    equal(lab.hub.count('sessionsReplaced'), 1);
    deepEqual(lab.hub.sessionIds(), lab.spoke.sessionIds());
  });

  it('give way to a new session of the same endpoints, in the same direction', () => {
    const lab = twoRouters();
    lab.server.isServer = true;
    lab.exchange('old');
    lab.spoke.forgetSessions();
    lab.mark();
    lab.exchange('new');
    deepEqual(lab.client.answers, ['new']);
    equal(lab.hub.count('collisionSameDirection'), 1);
    equal(lab.hub.count('sessionsReplaced'), 1);
    equal(lab.hub.sessionCount, 1);
    deepEqual(lab.hub.sessionIds(), lab.spoke.sessionIds());
  });

  it('give way to a new session of the same endpoints, from the other side', () => {
    const lab = twoRouters();
    lab.client.ask('from the client', { from: 9_000 });
    lab.settle();
    lab.hub.forgetSessions();
    lab.mark();
    lab.server.say('from the server', 7_000, ['10.1.0.10', 9_000]);
    lab.settle();
    deepEqual(lab.client.answers, ['from the server']);
    equal(lab.spoke.count('collisionChangeDirection'), 1);
    equal(lab.spoke.count('sessionsReplaced'), 1);
    deepEqual(lab.hub.sessionIds(), lab.spoke.sessionIds());
    lab.client.ask('answer', { from: 9_000 });
    lab.settle();
    deepEqual(lab.server.answers, ['answer']);
  });

  it('of two clients that begin at once, from both sides, live side by side', () => {
    const lab = twoRouters();
    for (let i = 0; i < 50; i++) {
      lab.client.ask(`up ${i}`, { from: 30_000 + i });
      lab.server.say(`down ${i}`, 50_000 + i, ['10.1.0.10', 9_000 + i]);
      lab.runFor(milliseconds(1));
    }
    lab.settle();
    equal(lab.server.received.length, 50);
    equal(lab.client.received.length, 50);
    deepEqual([lab.spoke.sessionCount, lab.hub.sessionCount], [100, 100]);
  });
});

describe('a router that is full', () => {
  it('refuses one more session, counts it, and takes it when there is room', () => {
    const lab = twoRouters({ emulator: { 'session-table-size': '2' } });
    for (const from of [1_000, 2_000, 3_000]) lab.client.ask(`from ${from}`, { from });
    lab.settle();
    equal(lab.spoke.sessionCount, 2);
    equal(lab.spoke.count('sessionTableFull'), 1);
    deepEqual(lab.server.answers, ['from 1000', 'from 2000']);
    lab.runFor(seconds(181));
    lab.client.ask('room', { from: 3_000 });
    lab.settle();
    deepEqual(lab.server.answers.at(-1), 'room');
  });

  it('refuses one more session when waypoint ports have run out', () => {
    const lab = twoRouters({ hubPorts: '20000-20001', spokePorts: '30000' });
    for (const from of [1_000, 2_000, 3_000]) lab.client.ask(`from ${from}`, { from });
    lab.settle();
    equal(lab.spoke.count('waypointAllocation'), 1);
    equal(lab.spoke.sessionCount, 2);
    deepEqual(lab.wan.packets.map(({ packet }) => packet.destinationPort).sort(), [20_000, 20_001]);
    deepEqual(
      lab.wan.packets.map(({ packet }) => packet.sourcePort),
      [30_000, 30_000],
    );
  });
});

describe('a router that forgets', () => {
  it('all its sessions says how many there were, and says nothing to its peer', () => {
    const lab = twoRouters();
    for (const from of [1_000, 2_000]) lab.client.ask('x', { from });
    lab.settle();
    lab.mark();
    equal(lab.hub.forgetSessions(), 2);
    equal(lab.hub.sessionCount, 0);
    equal(lab.hub.count('sessionsForgotten'), 2);
    lab.settle();
    deepEqual(lab.wan.packets, []);
  });

  it('one session keeps the others', () => {
    const lab = twoRouters({ mode: 'packet-based' });
    lab.server.isServer = true;
    for (const from of [1_000, 2_000]) {
      lab.client.ask('1', { from });
      lab.settle();
      lab.client.ask('2', { from });
      lab.settle();
    }
    const [first, second] = lab.hub.sessionIds();
    lab.mark();
    equal(lab.hub.device.forgetSession(first), true);
    equal(lab.hub.device.forgetSession(first), false);
    equal(lab.hub.device.forgetSession('no such session'), false);
    deepEqual(lab.hub.sessionIds(), [second]);
    for (const from of [1_000, 2_000]) {
      lab.client.ask('3', { from });
      lab.settle();
    }
    deepEqual(lab.wan.packets.map(kindOf), ['bare', 'control enableMetadata', 'bare', 'bare']);
  });

  it('and is the spoke, restarted: the server brings the session back', () => {
    const lab = twoRouters({ inactivityTimeoutSeconds: 1, hmac: {} });
    lab.server.isServer = true;
    lab.exchange('1', '2');
    const ids = lab.hub.sessionIds();
    lab.server.isServer = false;
    lab.runFor(seconds(2));
    lab.spoke.restart();
    lab.mark();
    for (const push of ['lost', 'found']) {
      lab.server.say(push, 7_000, ['10.1.0.10', 40_000]);
      lab.settle();
    }
    deepEqual(lab.client.answers, ['found']);
    deepEqual(lab.spoke.sessionIds(), ids);
    equal(lab.spoke.count('sessionsRecreated'), 1);
  });

  it('and is the spoke, restarted: a client that speaks first gets a session of its own', () => {
    const lab = twoRouters({ hmac: {} });
    lab.server.isServer = true;
    lab.exchange('1', '2');
    lab.spoke.restart();
    lab.mark();
    lab.exchange('3');
    deepEqual(lab.client.answers, ['3']);
    deepEqual(lab.hub.sessionIds(), lab.spoke.sessionIds());
  });
});

describe('the rows of show sessions', () => {
  it('tell both directions of a session', () => {
    const lab = twoRouters();
    lab.server.isServer = true;
    lab.exchange('1');
    lab.runFor(seconds(30));
    const [sessionId] = lab.spoke.sessionIds();
    const [first] = lab.wan.packets;
    const common = {
      sessionId,
      service: 'questions',
      tenant: 'corp',
      vlan: 0,
      protocol: 'udp',
      payloadEncrypted: false,
      timeout: 150,
      uptime: 30,
    };
    deepEqual(lab.spoke.device.sessions(lab.now), [
      {
        ...common,
        direction: 'fwd',
        deviceName: 'lan',
        interfaceName: 'lan',
        sourceAddress: '10.1.0.10',
        sourcePort: 40_000,
        destinationAddress: '10.2.0.10',
        destinationPort: 7_000,
        natAddress: '172.16.0.1',
        natPort: first.packet.sourcePort,
      },
      {
        ...common,
        direction: 'rev',
        deviceName: 'wan',
        interfaceName: 'wan',
        sourceAddress: '172.16.0.2',
        sourcePort: first.packet.destinationPort,
        destinationAddress: '172.16.0.1',
        destinationPort: first.packet.sourcePort,
        natAddress: '',
        natPort: 0,
      },
    ]);
  });

  it('of show flows tell what is done to packets', () => {
    const lab = connected({ hmac: {} });
    deepEqual(
      lab.spoke.device.flows(lab.now).map(({ actions }) => actions),
      [
        ['rewrite', 'wrap', 'seal', 'forward'],
        ['open', 'strip-metadata', 'unwrap', 'rewrite', 'forward'],
      ],
    );
    deepEqual(
      lab.hub.device.flows(lab.now).map(({ packets, egressDeviceName }) => [packets, egressDeviceName]),
      [
        [2, 'lan'],
        [1, 'wan'],
      ],
    );
  });
});

describe('a session that its peer moves', () => {
  it('goes on though its service has no room for a new one', () => {
    const limited = (text: string): string =>
      text.replace(/(service-name questions\n)(next-hop hub)/, '$1service-route-policy one\n$2');
    const authority = 'service-route-policy one\nmax-sessions 1\nexit';
    const lab = twoRouters({ wan: 'both', failover: true, authority, edit: limited });
    lab.runFor(seconds(3));
    lab.establish();
    lab.server.isServer = true;
    lab.wan.fate = ({ packet }) => (packet.family === 4 ? 'lost' : 'arrives');
    lab.runFor(seconds(6));
    lab.exchange('over the other path');
    deepEqual(lab.client.answers, ['over the other path']);
    deepEqual([lab.hub.count('flowMoved'), lab.hub.sessionCount], [1, 1]);
  });
});
