import { deepEqual, equal, ok } from 'node:assert/strict';
import { MESSAGES_PER_TICK } from '../../../lib/service-area/keep-alives.ts';
import { milliseconds, seconds } from '../../../lib/time.ts';
import { ipProtocols } from '../../../lib/wire/ipv4.ts';
import { tcpFlags } from '../../../lib/wire/tcp.ts';
import { hex } from '../wire/hex.ts';
import { kindOf, LAB_START, twoRouters, type Lab, type LabOptions } from '../../support/two-routers.ts';

const BACK = ['10.1.0.10', 40_000] as const;
const WEB = ['10.2.0.10', 80] as const;

/** A session that is idle from now on. */
function idleLab(options: LabOptions): Lab {
  const lab = twoRouters(options);
  lab.establish();
  return lab;
}

/** When packets of the spoke left, in whole seconds since `from`. */
const secondsOf = (lab: Lab, from: number): number[] =>
  lab.wan.sentBy('spoke').map(({ at }) => Math.floor((at - from) / 1_000_000));

/** SVR sheet, sections 1.3, 2.7 and 4.2. */
describe('keep-alives', () => {
  it('are the bytes that the sheet shows, on the waypoints of the session, and nothing else', () => {
    const lab = idleLab({ keepAlive: { udp: 2 }, encoding: 'tlv' });
    const [session] = lab.spoke.device.sessions(lab.now);
    lab.runFor(seconds(3));
    const [packet, ...others] = lab.wan.sentBy('spoke');
    deepEqual(others, []);
    deepEqual(
      packet.packet.payload,
      hex(
        '4c48dbc6ddf6670c', // cookie
        '1011 0000', // version 1, header length 17, payload length 0
        '0018 0001 01', // control message, 1 byte: keep alive
      ),
    );
    equal(packet.packet.protocol, ipProtocols.udp);
    equal(packet.packet.sourcePort, session.natPort);
  });

  it('leave once in each idle time, from both ends, as long as the session lives, and reach no host', () => {
    const lab = idleLab({ keepAlive: { udp: 70 } });
    const from = lab.now;
    lab.runFor(seconds(400));
    deepEqual(secondsOf(lab, from), [70, 140]);
    deepEqual(lab.wan.packets.map(kindOf), Array(4).fill('control keepAlive'));
    deepEqual([lab.spoke.count('keepAliveSentUdp'), lab.hub.count('keepAliveSentUdp')], [2, 2]);
    deepEqual([lab.spoke.count('receivedKeepAlive'), lab.hub.count('receivedKeepAlive')], [2, 2]);
    deepEqual([lab.client.received, lab.server.received], [[], []]);
    // A session ends by its own timeout: what keeps a NAT awake is no traffic of its hosts.
    deepEqual([lab.spoke.sessionCount, lab.hub.sessionCount], [0, 0]);
    deepEqual([lab.spoke.count('keepAliveSessionsClosed'), lab.hub.count('keepAliveSessionsClosed')], [1, 1]);
  });

  it('wait for as long as the hosts speak, each direction for itself', () => {
    const lab = idleLab({ keepAlive: { udp: 2 } });
    for (let i = 0; i < 10; i++) {
      lab.server.say(`push ${i}`, 7_000, BACK);
      lab.runFor(seconds(1));
    }
    equal(lab.hub.count('keepAliveSentUdp'), 0);
    ok(lab.spoke.count('keepAliveSentUdp') >= 4);
  });

  it('have their own time for TCP', () => {
    const lab = twoRouters({ keepAlive: { tcp: 3, udp: 1 } });
    lab.client.segment(41_000, WEB, tcpFlags.syn);
    lab.runFor(seconds(2));
    equal(lab.spoke.count('keepAliveSentTcp'), 0);
    lab.runFor(seconds(2));
    deepEqual([lab.spoke.count('keepAliveSentTcp'), lab.spoke.count('keepAliveSentUdp')], [1, 0]);
  });

  it('are sealed, and do not disturb what is bare', () => {
    const lab = idleLab({ keepAlive: { udp: 1 }, hmac: {} });
    lab.server.isServer = true;
    for (let i = 0; i < 5; i++) {
      lab.runFor(milliseconds(2_500));
      lab.exchange(`question ${i}`);
    }
    equal(lab.client.answers.length, 5);
    equal(lab.hub.count('replayed') + lab.spoke.count('replayed'), 0);
    deepEqual(new Set(lab.wan.packets.map(kindOf)), new Set(['control keepAlive', 'bare']));
    ok(lab.hub.count('receivedKeepAlive') >= 10);
  });

  it('do not hide from recovery detection that a peer is silent, and are answered by nobody', () => {
    const lab = idleLab({ keepAlive: { udp: 1 } });
    lab.runFor(seconds(6));
    lab.hub.forgetSessions();
    lab.runFor(seconds(2));
    deepEqual(
      lab.wan.controls('hub').filter((message) => message !== 'keepAlive'),
      [],
    );
    ok(lab.hub.count('unknownWaypointSilent') >= 1);
    lab.exchange('after the silence');
    equal(lab.spoke.count('addedHealthCheck'), 1);
    equal(lab.spoke.count('receivedEnableMetadata'), 1);
  });

  it('are sent for nobody unless the session-type wants it, and never where the neighborhood says no', () => {
    const never = (text: string): string => text.replaceAll('nat-keep-alive\n', 'nat-keep-alive\nmode disabled\n');
    const unwanted = (text: string): string => text.replaceAll('nat-keep-alive true', 'nat-keep-alive false');
    for (const edit of [never, unwanted]) {
      const lab = idleLab({ keepAlive: { udp: 1 }, edit });
      lab.runFor(seconds(20));
      deepEqual(lab.wan.packets, []);
    }
  });

  it('are sent by an outbound-only side for every session, and by its peer for none', () => {
    const lab = idleLab({ pinhole: true });
    lab.runFor(seconds(100));
    deepEqual([lab.spoke.count('keepAliveSentUdp'), lab.hub.count('keepAliveSentUdp')], [3, 0]);
  });

  it('go with the session to another path', () => {
    const lab = twoRouters({ wan: 'both', failover: true, keepAlive: { udp: 1 } });
    lab.runFor(seconds(20));
    lab.exchange('1');
    const family = lab.wan.packets.findLast((packet) => kindOf(packet) === 'forward')?.packet.family;
    lab.wan.fate = ({ packet }) => (packet.family === family ? 'lost' : 'arrives');
    lab.runFor(seconds(10));
    lab.wan.clear();
    lab.runFor(seconds(5));
    const keptOn = lab.wan.packets.filter((packet) => kindOf(packet) === 'control keepAlive');
    ok(keptOn.length >= 8);
    ok(keptOn.every(({ packet }) => packet.family !== family));
    equal(lab.spoke.count('keepAliveSessionsOpened'), 1);
  });

  it('of many sessions that are due at once are spread over ticks', () => {
    const lab = twoRouters({ keepAlive: { udp: 1 } });
    const sessions = MESSAGES_PER_TICK * 2 + 10;
    for (let i = 0; i < sessions; i++) lab.client.ask('?', { from: 1_000 + i });
    lab.runFor(milliseconds(1_990));
    const moments = lab.wan
      .sentBy('spoke')
      .filter((packet) => kindOf(packet) === 'control keepAlive')
      .map(({ at }) => at - LAB_START);
    equal(moments.length, sessions, 'one for each');
    const perMoment = moments.map((moment) => moments.filter((other) => other === moment).length);
    equal(Math.max(...perMoment), MESSAGES_PER_TICK);
  });
});
