import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Duration } from '../../../lib/time.ts';
import { milliseconds, seconds } from '../../../lib/time.ts';
import { joined, text, udpPacket } from '../../support/packets.ts';
import { kindOf, twoRouters, WAN_DELAY, type Lab, type LabOptions } from '../../support/two-routers.ts';

const BACK = ['10.1.0.10', 40_000] as const;

/** A lab whose session is established and then silent, in both directions, for longer than the timeout of 5 s. */
function silentLab(options: LabOptions = {}): Lab {
  const lab = twoRouters(options);
  lab.server.isServer = true;
  lab.establish();
  lab.runFor(seconds(6));
  lab.mark();
  return lab;
}

/** Asks `count` times, `apart` from each other. */
function ask(lab: Lab, count: number, apart: Duration): void {
  for (let i = 0; i < count; i++) {
    lab.client.ask(`packet ${i}`);
    lab.runFor(apart);
  }
}

/** Seed 001; SVR sheet, section 3.1. */
describe('inactivity-based session recovery detection', () => {
  it('sends one health check after the silence, and no metadata when the peer still knows the session', () => {
    const lab = silentLab();
    lab.exchange('after the silence', 'and on');
    deepEqual(lab.wan.kinds('spoke'), ['check request', 'bare']);
    deepEqual(lab.wan.kinds('hub'), ['control sessionExists', 'bare', 'bare']);
    deepEqual(lab.client.answers, ['after the silence', 'and on']);
    lab.spoke.expectHealth({ added: 1, received: 1 });
    lab.hub.expectHealth({ generated: 1, sent: 1 });
    equal(lab.spoke.sessionCount, 1);
  });

  it('sends none before the silence has lasted for the timeout', () => {
    const lab = twoRouters({ inactivityTimeoutSeconds: 1 });
    lab.server.isServer = true;
    lab.establish();
    lab.runFor(milliseconds(960));
    lab.exchange('in time');
    lab.runFor(seconds(1));
    lab.exchange('too late');
    deepEqual(lab.wan.kinds('spoke'), ['bare', 'check request']);
    lab.spoke.expectHealth({ added: 1, received: 1 });
  });

  it('gets the session back with metadata when the peer has lost it: one packet is lost', () => {
    const lab = silentLab();
    const before = lab.spoke.sessionIds();
    equal(lab.hub.forgetSessions(), 1);
    lab.exchange('lost', 'found', 'bare again');
    deepEqual(lab.wan.packets.map(kindOf), [
      'check request',
      'control enableMetadata',
      'forward',
      'reverse',
      'bare',
      'bare',
    ]);
    deepEqual(lab.client.answers, ['found', 'bare again']);
    deepEqual(lab.hub.sessionIds(), before, 'it is the same session');
    lab.spoke.expectHealth({ added: 1 });
    lab.hub.expectHealth({});
    equal(lab.spoke.count('receivedEnableMetadata'), 1);
    equal(lab.spoke.count('invalidatedForEnableMetadata'), 1);
    equal(lab.hub.count('unknownWaypointAnswered'), 1);
    equal(lab.hub.count('sessionsRecreated'), 1);
    equal(lab.hub.count('midFlowModify'), 1);
    equal(lab.wan.attributes('modifyRequest')[0].sequence, 1);
  });

  it('gets the session back within one round trip of the next packet', () => {
    const lab = silentLab();
    lab.hub.forgetSessions();
    const asked = lab.now;
    lab.client.ask('lost');
    lab.runFor((2 * WAN_DELAY + milliseconds(1)) as Duration);
    lab.client.ask('found');
    lab.settle();
    deepEqual(lab.client.answers, ['found']);
    ok(lab.now - asked < 4 * WAN_DELAY + milliseconds(3));
  });

  it('keeps silent about a bare packet of a session that is lost', () => {
    const lab = twoRouters();
    lab.establish();
    lab.hub.forgetSessions();
    lab.exchange('within the timeout');
    deepEqual(lab.wan.packets.map(kindOf), ['bare']);
    equal(lab.hub.count('metadataNotPresent'), 1);
    equal(lab.hub.count('unknownWaypointSilent'), 1);
    equal(lab.hub.sessionCount, 0);
  });

  it('watches the forward direction too: the server pushes, and the spoke has forgotten', () => {
    const lab = silentLab();
    lab.server.isServer = false;
    lab.spoke.forgetSessions();
    for (const push of ['lost', 'found', 'on']) {
      lab.server.say(push, 7_000, BACK);
      lab.settle();
    }
    deepEqual(lab.wan.packets.map(kindOf), ['check request', 'control enableMetadata', 'reverse', 'reverse']);
    deepEqual(lab.client.answers, ['found', 'on']);
    lab.hub.expectHealth({ added: 1 });
    lab.spoke.expectHealth({});
    equal(lab.spoke.count('sessionsRecreated'), 1);
    deepEqual(lab.spoke.sessionIds(), lab.hub.sessionIds());

    lab.exchange('the client speaks again');
    lab.server.say('bare at last', 7_000, BACK);
    lab.settle();
    deepEqual(lab.wan.packets.map(kindOf).slice(4), ['bare', 'bare']);
    deepEqual(lab.server.answers, ['the client speaks again']);
  });

  it('lets the client speak again after the server has brought the session back, sealed too', () => {
    const lab = silentLab({ hmac: {} });
    for (let i = 0; i < 20; i++) lab.exchange(`history ${i}`);
    lab.server.isServer = false;
    lab.runFor(seconds(6));
    lab.spoke.forgetSessions();
    lab.mark();
    for (const push of ['lost', 'found', 'on']) {
      lab.server.say(push, 7_000, BACK);
      lab.settle();
    }
    lab.exchange('a', 'b', 'c');
    deepEqual(lab.server.answers, ['a', 'b', 'c']);
    equal(lab.hub.count('replayed'), 0);
  });

  it('has only one check outstanding, however many packets leave', () => {
    const lab = silentLab();
    lab.server.isServer = false;
    lab.wan.fate = ({ from }) => (from === 'hub' ? 'lost' : 'arrives');
    ask(lab, 9, milliseconds(100));
    deepEqual(lab.wan.kinds('spoke'), ['check request', ...Array.from({ length: 8 }, () => 'bare')]);
    lab.spoke.expectHealth({ added: 1 });
  });

  it('counts a lost acknowledgement as a timeout, and asks again with value 2', () => {
    const lab = silentLab();
    lab.server.isServer = false;
    lab.wan.lose(1, ({ from }) => from === 'hub');
    ask(lab, 2, milliseconds(1_100));
    deepEqual(lab.wan.kinds('spoke'), ['check request', 'check requestTimeout']);
    deepEqual(lab.wan.attributes('sessionHealthCheck'), ['request', 'requestTimeout']);
    lab.spoke.expectHealth({ added: 2, timeout: 1, received: 1 });
    lab.hub.expectHealth({ generated: 2, sent: 2 });
    deepEqual(lab.spoke.reasons('metadata-turned-on'), []);
  });

  it('turns metadata on by itself after three timeouts in a row', () => {
    const lab = silentLab();
    lab.server.isServer = false;
    lab.wan.fate = ({ from }) => (from === 'hub' ? 'lost' : 'arrives');
    ask(lab, 5, milliseconds(1_100));
    deepEqual(lab.wan.kinds('spoke'), [
      'check request',
      'check requestTimeout',
      'check requestTimeout',
      'forward',
      'forward',
    ]);
    lab.spoke.expectHealth({ added: 3, timeout: 3 });
    deepEqual(lab.spoke.reasons('metadata-turned-on'), ['session-health-check timeouts']);

    lab.wan.fate = () => 'arrives';
    lab.server.isServer = true;
    lab.exchange('the way back is open', 'bare again');
    deepEqual(lab.wan.kinds('spoke').slice(5), ['forward', 'bare']);
    deepEqual(lab.client.answers, ['the way back is open', 'bare again']);
    lab.spoke.expectHealth({ added: 3, timeout: 3 });
  });

  it('turns metadata on after as many timeouts as are configured', () => {
    const lab = silentLab({ emulator: { 'health-check-attempts': '1', 'acknowledgement-timeout': '200ms' } });
    lab.wan.fate = ({ from }) => (from === 'hub' ? 'lost' : 'arrives');
    ask(lab, 3, milliseconds(250));
    deepEqual(lab.wan.kinds('spoke'), ['check request', 'forward', 'forward']);
    lab.spoke.expectHealth({ added: 1, timeout: 1 });
  });

  it('begins to count anew after an acknowledgement', () => {
    const lab = silentLab();
    lab.server.isServer = false;
    lab.wan.fate = ({ from, at }) => (from === 'hub' && at < lab.now + 1 && lost ? 'lost' : 'arrives');
    let lost = true;
    ask(lab, 2, milliseconds(1_100));
    lost = false;
    ask(lab, 1, milliseconds(6_000));
    lost = true;
    ask(lab, 3, milliseconds(1_100));
    deepEqual(lab.wan.attributes('sessionHealthCheck'), [
      'request',
      'requestTimeout',
      'requestTimeout',
      'request',
      'requestTimeout',
      'requestTimeout',
    ]);
    lab.spoke.expectHealth({ added: 6, timeout: 5, received: 1 });
  });

  it('takes any authentic packet for activity, and counts no timeout then', () => {
    const lab = silentLab();
    lab.server.isServer = false;
    lab.wan.lose(1, ({ from }) => from === 'hub');
    lab.client.ask('the acknowledgement is lost');
    lab.settle();
    lab.server.say('but the server speaks', 7_000, BACK);
    lab.runFor(seconds(2));
    lab.exchange('no check');
    deepEqual(lab.wan.kinds('spoke'), ['check request', 'bare']);
    lab.spoke.expectHealth({ added: 1 });
  });

  it('counts an acknowledgement as stale that comes after its timeout', () => {
    const lab = silentLab({ emulator: { 'acknowledgement-timeout': '10ms' } });
    lab.server.isServer = false;
    lab.wan.fate = (packet) => {
      if (kindOf(packet) !== 'control sessionExists') return 'arrives';
      lab.carry(milliseconds(20), () => lab.wan.replay(packet));
      return 'lost';
    };
    lab.exchange('slow way back');
    lab.runFor(milliseconds(100));
    lab.spoke.expectHealth({ added: 1, timeout: 1, stale: 1 });
    lab.exchange('the late word is activity all the same');
    lab.spoke.expectHealth({ added: 1, timeout: 1, stale: 1 });
    deepEqual(lab.wan.kinds('spoke'), ['check request', 'bare']);
  });

  it('counts an acknowledgement as stale that nobody asked for', () => {
    const lab = silentLab();
    lab.exchange('checked');
    const acknowledgement = lab.wan.sentBy('hub')[0];
    equal(kindOf(acknowledgement), 'control sessionExists');
    lab.wan.replay(acknowledgement);
    lab.settle();
    lab.spoke.expectHealth({ added: 1, received: 1, stale: 1 });
  });

  it('checks one-way traffic at every timeout, and keeps it bare', () => {
    const lab = twoRouters({ inactivityTimeoutSeconds: 2 });
    ask(lab, 1, seconds(1));
    lab.mark();
    ask(lab, 10, milliseconds(500));
    // Heard last: the message that stopped the metadata, then each acknowledgement.
    deepEqual(lab.wan.kinds('spoke').join(), 'bare,bare,bare,check request,bare,bare,bare,bare,check request,bare');
    lab.spoke.expectHealth({ added: 2, received: 2 });
    lab.hub.expectHealth({ generated: 2, sent: 2 });
  });

  it('gets one-way traffic back after the hub has restarted', () => {
    const lab = twoRouters({ inactivityTimeoutSeconds: 1 });
    ask(lab, 1, seconds(2));
    lab.hub.restart();
    lab.mark();
    ask(lab, 3, milliseconds(300));
    deepEqual(lab.wan.packets.map(kindOf), [
      'check request',
      'control enableMetadata',
      'forward',
      'control disableMetadata',
      'bare',
    ]);
    deepEqual(lab.server.answers, ['packet 1', 'packet 2']);
  });

  it('needs no check while metadata is on', () => {
    const lab = twoRouters({ inactivityTimeoutSeconds: 1, emulator: { 'disable-metadata-delay': '60000ms' } });
    ask(lab, 4, seconds(2));
    deepEqual(lab.wan.kinds('spoke'), ['forward', 'forward', 'forward', 'forward']);
    lab.spoke.expectHealth({});
  });

  it('is what the rows of show flows tell', () => {
    const lab = silentLab();
    const watches = (): string[] => lab.spoke.device.flows(lab.now).map(({ watch }) => watch);
    deepEqual(watches(), ['active', '']);
    lab.client.ask('checked');
    lab.runFor(milliseconds(1));
    deepEqual(watches(), ['checking', '']);
    lab.settle();
    deepEqual(watches(), ['active', '']);
  });

  it('does the same over sealed paths and in the other encoding', () => {
    for (const encoding of ['protobuf', 'tlv'] as const) {
      const lab = silentLab({ encoding, hmac: {} });
      lab.hub.forgetSessions();
      lab.exchange('lost', 'found', 'on');
      deepEqual(lab.client.answers, ['found', 'on']);
      lab.spoke.expectHealth({ added: 1 });
      equal(lab.hub.count('hmacContextNotFound'), 0, 'a check is bound to no session');
    }
  });

  it('survives that both routers forget at once', () => {
    const lab = silentLab({ hmac: {} });
    lab.hub.forgetSessions();
    lab.spoke.forgetSessions();
    lab.exchange('a new session');
    deepEqual(lab.client.answers, ['a new session']);
    equal(lab.spoke.sessionCount, 1);
    equal(lab.hub.sessionCount, 1);
  });
});

describe('a session over an outbound-only path', () => {
  it('counts timeouts of its forward flow', () => {
    const lab = silentLab({ pinhole: true });
    lab.server.isServer = false;
    lab.wan.fate = ({ from }) => (from === 'hub' ? 'lost' : 'arrives');
    ask(lab, 4, milliseconds(1_100));
    lab.spoke.expectHealth({ added: 3, timeout: 3, forwardPinhole: 3 });
    lab.wan.fate = () => 'arrives';
    lab.server.say('through', 7_000, BACK);
    lab.settle();
    // On the session's own waypoints: its pinhole is open.
    lab.spoke.expectHealth({ added: 3, timeout: 3, forwardPinhole: 3 });
  });

  it('counts timeouts of its reverse flow at the hub', () => {
    const lab = silentLab({ pinhole: true });
    lab.server.isServer = false;
    lab.wan.fate = ({ from }) => (from === 'spoke' ? 'lost' : 'arrives');
    for (let i = 0; i < 4; i++) {
      lab.server.say(`push ${i}`, 7_000, BACK);
      lab.runFor(milliseconds(1_100));
    }
    lab.hub.expectHealth({ added: 3, timeout: 3, reversePinhole: 3 });
    deepEqual(lab.wan.kinds('hub'), ['check request', 'check requestTimeout', 'check requestTimeout', 'reverse']);
  });
});

describe('packet-based session recovery detection', () => {
  it('answers any packet for a lost session, and has it back with the next', () => {
    const lab = twoRouters({ mode: 'packet-based' });
    lab.server.isServer = true;
    lab.establish();
    lab.hub.forgetSessions();
    lab.exchange('lost', 'found', 'on');
    deepEqual(lab.wan.packets.map(kindOf), ['bare', 'control enableMetadata', 'forward', 'reverse', 'bare', 'bare']);
    deepEqual(lab.client.answers, ['found', 'on']);
    equal(lab.hub.count('metadataNotPresent'), 1);
    equal(lab.hub.count('unknownWaypointAnswered'), 1);
  });

  it('answers in the other direction too', () => {
    const lab = twoRouters({ mode: 'packet-based', hmac: {} });
    lab.establish();
    lab.spoke.forgetSessions();
    for (const push of ['lost', 'found']) {
      lab.server.say(push, 7_000, BACK);
      lab.settle();
    }
    deepEqual(lab.wan.packets.map(kindOf), ['bare', 'control enableMetadata', 'reverse']);
    deepEqual(lab.client.answers, ['found']);
  });

  it('never sends a health check', () => {
    const lab = silentLab({ mode: 'packet-based' });
    lab.exchange('after the silence');
    deepEqual(lab.wan.packets.map(kindOf), ['bare', 'bare']);
    lab.spoke.expectHealth({});
    deepEqual(
      lab.spoke.device.flows(lab.now).map(({ watch }) => watch),
      ['', ''],
    );
  });

  it('answers a scanner, which inactivity-based detection does not', () => {
    for (const [mode, answers] of [
      ['packet-based', 50],
      ['inactivity-based', 0],
    ] as const) {
      const lab = twoRouters({ mode });
      lab.exchange('first');
      const [first] = lab.wan.packets;
      lab.mark();
      for (let port = 20_000; port < 20_050; port++) {
        const scan = udpPacket(['172.16.0.66', 50_000], ['172.16.0.2', port], text('knock'));
        lab.wan.deliver('hub', joined(first.frame.slice(0, 14), scan));
      }
      lab.settle();
      equal(lab.wan.controls('hub').length, answers);
      equal(lab.hub.count('metadataNotPresent'), 50);
      equal(lab.hub.sessionCount, 1);
    }
  });
});
