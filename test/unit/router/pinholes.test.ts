import { deepEqual, equal, ok } from 'node:assert/strict';
import { milliseconds, seconds } from '../../../lib/time.ts';
import { SVR_BFD_PORT } from '../../../lib/highway/peer-path.ts';
import { firewalledRouters, type FirewalledLab } from '../../support/firewalled-routers.ts';
import { kindOf, type WanPacket } from '../../support/two-routers.ts';

const PUSH = ['10.1.0.10', 9_000] as const;
const BACK = ['10.1.0.10', 40_000] as const;

/** The packets of sessions that one side sent: what it carries, and whether it went by the pinhole of BFD. */
const sessionPackets = ({ lab }: FirewalledLab, from: 'spoke' | 'hub'): string[] =>
  lab.wan.sentBy(from).flatMap((packet) => (isBfd(packet) ? [] : [described(packet)]));

const isByPinhole = ({ packet: { sourcePort, destinationPort } }: WanPacket): boolean =>
  sourcePort === SVR_BFD_PORT || destinationPort === SVR_BFD_PORT;

const isBfd = (packet: WanPacket): boolean => isByPinhole(packet) && packet.metadata === undefined;

const described = (packet: WanPacket): string => `${kindOf(packet)}${isByPinhole(packet) ? ' by BFD' : ''}`;

/** The hub pushes every 100 ms, to where the client has asked from unless something else is said. */
function pushes(firewalled: FirewalledLab, count: number, from = 7_000, to: readonly [string, number] = BACK): void {
  for (let i = 0; i < count; i++) {
    firewalled.lab.server.say(`push ${i}`, from, to);
    firewalled.lab.runFor(milliseconds(100));
  }
}

/** SVR sheet, sections 2.7 and 4.2; how a pinhole is opened is an emulator choice. */
describe('a session towards an outbound-only peer', () => {
  const ways = { plain: {}, sealed: { hmac: {} }, 'through a NAT': { nat: true }, both: { nat: true, hmac: {} } };
  for (const [way, options] of Object.entries(ways))
    it(`begins by the pinhole of BFD, loses nothing, and goes on by one of its own (${way})`, () => {
      const firewalled = firewalledRouters(options);
      const { lab } = firewalled;
      for (const [i, text] of ['one', 'two', 'three', 'four'].entries()) {
        lab.server.say(text, 50_000, PUSH);
        if (i !== 0) lab.runFor(milliseconds(100));
      }
      deepEqual(lab.client.answers, ['one', 'two', 'three', 'four']);
      deepEqual(sessionPackets(firewalled, 'hub'), ['forward by BFD', 'forward by BFD', 'forward', 'forward']);
      deepEqual(sessionPackets(firewalled, 'spoke').slice(0, 2), ['control keepAlive', 'control keepAlive']);
      lab.client.say('and back', 9_000, ['10.2.0.10', 50_000]);
      lab.settle();
      deepEqual(lab.server.answers, ['and back']);
      deepEqual([lab.spoke.sessionCount, lab.hub.sessionCount], [1, 1]);
      deepEqual([lab.hub.count('pinholeDetours'), lab.spoke.count('pinholesOpened')], [2, 2]);
      equal(firewalled.refused, 0);
      equal(lab.spoke.count('stuckPinholeReversePackets'), 0);
    });

  it('waits until the peer has reached out', () => {
    const { lab } = firewalledRouters({ isQuiet: true });
    lab.server.say('too early', 50_000, PUSH);
    lab.settle();
    equal(lab.hub.count('servicePathsUnavailable'), 1);
    deepEqual(
      lab.wan.sentBy('hub').map(described),
      [],
      'BFD is passive: nothing that is sent first would come through',
    );
    deepEqual(
      lab.hub.device.peers(lab.now).map(({ status, reason }) => `${status}: ${reason}`),
      ['initializing: awaits-pinhole'],
    );
    lab.wan.fate = () => 'arrives';
    lab.runFor(seconds(5));
    deepEqual(
      lab.hub.device.peers(lab.now).map(({ status }) => status),
      ['up'],
    );
  });

  it('sends to where BFD sees the peer, and not to what the configuration says', () => {
    const firewalled = firewalledRouters({ nat: true });
    firewalled.lab.server.say('one', 50_000, PUSH);
    firewalled.lab.settle();
    const [first] = firewalled.lab.wan.sentBy('hub').filter(({ metadata }) => metadata !== undefined);
    equal(first.packet.destinationPort, firewalled.outsideOf(SVR_BFD_PORT));
  });

  it('goes in fragments by the pinhole too', () => {
    const { lab } = firewalledRouters({ edit: (text) => text.replaceAll('mtu 9000', 'mtu 600') });
    lab.server.say('x'.repeat(1_400), 50_000, PUSH);
    lab.runFor(milliseconds(100));
    deepEqual(
      lab.client.answers.map(({ length }) => length),
      [1_400],
    );
    ok(lab.hub.count('fabricFragmentsSent') >= 3);
  });

  it('is found again by the pinhole of BFD when the peer was restarted', () => {
    const firewalled = firewalledRouters();
    const { lab } = firewalled;
    pushes(firewalled, 3, 50_000, PUSH);
    lab.spoke.restart();
    firewalled.forget();
    lab.runFor(seconds(12));
    lab.client.received.length = 0;
    pushes(firewalled, 3, 50_000, PUSH);
    equal(lab.client.received.length, 3);
  });

  it('moves to another path by the pinhole of BFD there', () => {
    const firewalled = firewalledRouters({ wan: 'both' });
    const { lab } = firewalled;
    pushes(firewalled, 3, 50_000, PUSH);
    const firewall = lab.wan.fate;
    const isOnWaypoints = (packet: WanPacket): boolean => packet.from === 'hub' && !isByPinhole(packet);
    const before = lab.wan.packets.find(isOnWaypoints)?.packet.family;
    lab.wan.fate = (packet) => (packet.packet.family === before ? 'lost' : firewall(packet));
    lab.runFor(seconds(5));
    lab.client.received.length = 0;
    pushes(firewalled, 3, 50_000, PUSH);
    equal(lab.client.received.length, 3);
    const last = lab.wan.packets.findLast(isOnWaypoints);
    deepEqual([last && kindOf(last), last?.packet.family === before], ['bare', false]);
    deepEqual([lab.spoke.count('flowMoved'), lab.spoke.sessionCount, lab.hub.sessionCount], [1, 1, 1]);
  });

  it('does not look for the pinhole on a path that it has moved to and that needs none', () => {
    const { lab } = firewalledRouters();
    const isAnswer = ({ from, metadata }: WanPacket): boolean => from === 'spoke' && metadata !== undefined;
    lab.wan.fate = (packet) => (isAnswer(packet) ? 'lost' : 'arrives');
    lab.server.say('by the pinhole', 50_000, PUSH);
    lab.runFor(milliseconds(50));
    lab.wan.fate = () => 'arrives';
    lab.reconfigure({ failover: true });
    lab.server.say('by the open path', 50_000, PUSH);
    lab.runFor(milliseconds(50));
    deepEqual(lab.client.answers, ['by the pinhole', 'by the open path']);
  });

  it('is refused if the side that it reaches is not outbound-only', () => {
    const { lab } = firewalledRouters({ pinhole: false });
    lab.exchange('one');
    const forward = lab.wan.sentBy('spoke').find((packet) => kindOf(packet) === 'forward');
    ok(forward);
    lab.mark();
    const elsewhere = { ...forward, packet: { ...forward.packet, sourcePort: 1280, destinationPort: 1280 } };
    lab.wan.forgeMetadata(elsewhere, forward.metadata?.attributes ?? {});
    lab.settle();
    deepEqual([lab.hub.count('unknownWaypointSilent'), lab.hub.sessionCount], [1, 1]);
  });
});

describe('a pinhole that is closed under a session', () => {
  const stuck = (lab: FirewalledLab['lab']): readonly number[] => [
    lab.hub.count('healthCheckTimeoutForwardPinhole'),
    lab.hub.count('healthCheckTimeoutReversePinhole'),
    lab.spoke.count('stuckPinholeReversePackets'),
    lab.spoke.count('pinholesOpened'),
  ];

  it("is noticed by unanswered checks, and opened again by way of BFD's", () => {
    const firewalled = firewalledRouters({ hmac: {}, inactivityTimeoutSeconds: 1 });
    const { lab } = firewalled;
    lab.exchange('one', 'two', 'three');
    pushes(firewalled, 5);
    lab.mark();
    firewalled.forget();
    pushes(firewalled, 60);
    deepEqual(stuck(lab), [0, 3, 1, 1]);
    ok(lab.client.received.length > 10, `${lab.client.received.length} of 60`);
    lab.mark();
    pushes(firewalled, 10);
    deepEqual([lab.client.received.length, stuck(lab)], [10, [0, 0, 0, 0]]);
    deepEqual(
      sessionPackets(firewalled, 'hub').filter((kind) => kind.includes('BFD')),
      [],
    );
    deepEqual([lab.spoke.sessionCount, lab.hub.sessionCount], [1, 1]);
  });

  it('is opened before that by the side behind a NAT, which BFD tells that its ports have changed', () => {
    const firewalled = firewalledRouters({ nat: true, hmac: {}, inactivityTimeoutSeconds: 1 });
    const { lab } = firewalled;
    lab.exchange('one', 'two', 'three');
    pushes(firewalled, 5);
    lab.mark();
    firewalled.forget();
    pushes(firewalled, 60);
    deepEqual(stuck(lab), [0, 0, 0, 0]);
    equal(lab.hub.count('flowMoved'), 1);
    ok(lab.client.received.length > 45, `${lab.client.received.length} of 60`);
  });

  it('is noticed and opened in the same way where the hub had begun', () => {
    const firewalled = firewalledRouters({ inactivityTimeoutSeconds: 1 });
    const { lab } = firewalled;
    pushes(firewalled, 5, 50_000, PUSH);
    lab.mark();
    firewalled.forget();
    pushes(firewalled, 60, 50_000, PUSH);
    // What came by BFD's pinhole was no reverse packet.
    deepEqual(stuck(lab), [3, 0, 0, 1]);
    ok(lab.client.received.length > 10);
  });

  it('stays closed in packet-based mode until the side behind it speaks: nobody checks', () => {
    const firewalled = firewalledRouters({ mode: 'packet-based' });
    const { lab } = firewalled;
    lab.exchange('one', 'two', 'three');
    lab.mark();
    firewalled.forget();
    pushes(firewalled, 60);
    deepEqual([lab.client.received.length, stuck(lab)], [0, [0, 0, 0, 0]]);
    lab.client.ask('I am here');
    lab.settle();
    pushes(firewalled, 10);
    equal(lab.client.received.length, 10);
  });

  it('is opened by a keep-alive of the side behind it, in either mode', () => {
    const firewalled = firewalledRouters({ mode: 'packet-based', keepAlive: { udp: 1 } });
    const { lab } = firewalled;
    lab.exchange('one', 'two', 'three');
    lab.mark();
    firewalled.forget();
    pushes(firewalled, 30);
    ok(lab.client.received.length >= 18);
  });

  it('is not what reverse metadata tells that comes on the waypoints', () => {
    const { lab } = firewalledRouters();
    lab.exchange('one', 'two', 'three');
    lab.runFor(seconds(6));
    lab.hub.forgetSessions();
    lab.exchange('lost', 'found', 'on');
    equal(lab.spoke.count('receivedEnableMetadata'), 1);
    equal(lab.spoke.count('stuckPinholeReversePackets'), 0);
  });
});
