import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { digestLengths, type HmacCipher } from '../../../lib/crypto.ts';
import { milliseconds, seconds } from '../../../lib/time.ts';
import { text } from '../../support/packets.ts';
import { kindOf, twoRouters, type Lab, type LabOptions, type WanPacket } from '../../support/two-routers.ts';

const modes = ['time-based', 'regular'] as const;

/** A lab in which everything happens once: handshakes, bare packets, one-way traffic, a check, and a lost session. */
function eventfulLab(options: LabOptions): Lab {
  const lab = twoRouters(options);
  lab.server.isServer = true;
  lab.exchange('1', '2', '3');
  lab.server.isServer = false;
  lab.client.ask('one way', { from: 40_001 });
  lab.runFor(milliseconds(400));
  lab.server.isServer = true;
  lab.runFor(seconds(6));
  lab.exchange('checked', 'bare');
  lab.runFor(seconds(6));
  lab.hub.forgetSessions();
  lab.exchange('lost', 'found', 'bare');
  const kinds = new Set(lab.wan.packets.map(kindOf));
  deepEqual(
    [...kinds].sort(),
    [
      'bare',
      'check request',
      'control disableMetadata',
      'control enableMetadata',
      'control sessionExists',
      'forward',
      'reverse',
    ],
    'the story has every kind of packet',
  );
  return lab;
}

/** What replays must not change. */
function stateOf(lab: Lab): unknown {
  const rows = (router: 'spoke' | 'hub'): unknown =>
    lab[router].device.flows(lab.now).map(({ idle, ...row }) => ({ ...row, lastPacketAt: lab.now - idle * 1_000_000 }));
  return { spoke: rows('spoke'), hub: rows('hub') };
}

function expectNothingFromReplaying(lab: Lab, packets: readonly WanPacket[]): void {
  const before = stateOf(lab);
  lab.mark();
  for (const packet of packets) {
    lab.wan.replay(packet);
    lab.settle();
  }
  deepEqual(lab.wan.packets.map(kindOf), [], 'no answer');
  deepEqual([lab.client.answers, lab.server.answers], [[], []], 'no packet gets through');
  deepEqual(stateOf(lab), before, 'no flow notices');
  for (const router of [lab.spoke, lab.hub])
    equal(router.count('sessionsCreated') + router.count('sessionsRecreated'), 0);
}

describe('packets between two routers that share a key', () => {
  for (const mode of modes) {
    for (const cipher of Object.keys(digestLengths) as HmacCipher[]) {
      it(`carry a trailer, and get through: ${cipher}, ${mode}`, () => {
        const lab = twoRouters({ hmac: { mode, cipher } });
        lab.server.isServer = true;
        lab.exchange('1', '2', '3');
        deepEqual(lab.client.answers, ['1', '2', '3']);
        deepEqual(lab.wan.packets.map(kindOf), ['forward', 'reverse', 'bare', 'bare', 'bare', 'bare']);
        const lengths = lab.wan.packets.map(({ packet, metadata }) => packet.payload.length - (metadata?.length ?? 0));
        deepEqual(
          lengths,
          Array.from({ length: 6 }, () => 1 + 12 + digestLengths[cipher]),
        );
        for (const router of [lab.spoke, lab.hub]) {
          equal(router.count('digestAdded'), 3);
          equal(router.count('digestRemoved'), 3);
          equal(router.count('hmacNotRequired'), 0);
        }
      });
    }

    it(`are dropped if any byte was changed on the way, ${mode}`, () => {
      const lab = eventfulLab({ hmac: { mode } });
      const samples = [...new Set(lab.wan.packets.map(kindOf))].map((kind) =>
        lab.wan.packets.find((packet) => kindOf(packet) === kind),
      );
      lab.mark();
      let sent = 0;
      for (const sample of samples) {
        if (!sample) continue;
        for (let at = 0; at < sample.packet.payload.length; at++) {
          const payload = sample.packet.payload.slice();
          payload[at] ^= 1 << (at % 8);
          lab.wan.forge(sample, payload);
          lab.settle();
          sent++;
        }
      }
      ok(sent > 400);
      deepEqual([lab.wan.packets.length, lab.client.received.length, lab.server.received.length], [0, 0, 0]);
      const refused = [lab.spoke, lab.hub].reduce(
        (total, router) => total + router.count('digestCompare') + router.count('unknownWaypointSilent'),
        0,
      );
      equal(refused, sent);
      ok(lab.hub.count('digestCompare') > 0 && lab.spoke.count('digestCompare') > 0);
    });

    it(`draw nothing and change nothing when they come again, in any order, at once and later, ${mode}`, () => {
      const lab = eventfulLab({ hmac: { mode } });
      const recorded = lab.wan.packets.slice();
      expectNothingFromReplaying(lab, recorded);
      expectNothingFromReplaying(lab, recorded.slice().reverse());
      lab.runFor(seconds(4));
      expectNothingFromReplaying(lab, recorded);
      lab.exchange('still there');
      deepEqual(lab.client.answers, ['still there']);
    });

    it(`give no session back when they come again after all is lost, ${mode}`, () => {
      const lab = eventfulLab({ hmac: { mode } });
      const recorded = lab.wan.packets.slice();
      lab.hub.forgetSessions();
      lab.spoke.forgetSessions();
      expectNothingFromReplaying(lab, recorded);
      deepEqual([lab.hub.sessionCount, lab.spoke.sessionCount], [0, 0]);
    });
  }

  it('are dropped if the key is another', () => {
    const lab = twoRouters({ hmac: {}, hubDiffers: { hmac: { key: '0123456789abcdef0123456789abcdef' } } });
    lab.exchange('1', '2');
    deepEqual(lab.server.received, []);
    deepEqual(lab.wan.kinds('hub'), []);
    equal(lab.hub.count('digestCompare'), 2);
    equal(lab.hub.sessionCount, 0);
  });

  it('are dropped if they are not sealed at all', () => {
    const lab = twoRouters({ hmac: {}, hubDiffers: { hmac: undefined } });
    lab.server.say('no seal', 7_000, ['10.1.0.10', 9_000]);
    lab.exchange('sealed, which the hub takes for payload');
    equal(lab.spoke.count('digestCompare'), 1);
    equal(lab.spoke.sessionCount, 1, 'only that of the client');
  });

  it('are dropped if they are too short for a trailer', () => {
    const lab = twoRouters({ hmac: {} });
    lab.establish();
    lab.exchange('sample');
    lab.wan.forge(lab.wan.packets[0], text('short'));
    lab.settle();
    equal(lab.hub.count('digestNotFound'), 1);
  });

  it('come twice at most once when the way is short and long', () => {
    const lab = twoRouters({ hmac: {} });
    lab.establish();
    lab.wan.fate = (packet) => {
      lab.carry(milliseconds(300), () => lab.wan.replay(packet));
      return 'arrives';
    };
    lab.exchange('a', 'b');
    lab.wan.fate = () => 'arrives';
    lab.runFor(seconds(1));
    deepEqual(lab.server.answers, ['a', 'b']);
    equal(lab.hub.count('replayed'), 2);
  });

  it('are refused by a router that has just come up, if they were sealed before', () => {
    const lab = twoRouters({ hmac: {} });
    lab.client.ask('first');
    lab.settle();
    const [first] = lab.wan.sentBy('spoke');
    lab.hub.restart();
    lab.wan.replay(first);
    lab.settle();
    deepEqual([lab.hub.sessionCount, lab.hub.count('outsideTimeWindow')], [0, 1]);
    // What is sealed from then on is taken, and so is everything once that time is over.
    lab.client.ask('another session', { from: 40_001 });
    lab.settle();
    equal(lab.hub.sessionCount, 1);
    lab.runFor(seconds(6));
    lab.client.ask('one more', { from: 40_002 });
    lab.settle();
    equal(lab.hub.sessionCount, 2);
  });

  it('are taken by a router that has just come up if no time limits them: it cannot know', () => {
    const lab = twoRouters({ hmac: { mode: 'regular' } });
    lab.client.ask('first');
    lab.settle();
    const [first] = lab.wan.sentBy('spoke');
    lab.hub.restart();
    lab.wan.replay(first);
    lab.settle();
    equal(lab.hub.sessionCount, 1);
  });

  it('are told apart though they say the same of two sessions at the same time', () => {
    const lab = twoRouters({ hmac: {} });
    lab.server.isServer = true;
    for (let i = 0; i < 4; i++) {
      for (const from of [40_000, 40_001, 40_002]) lab.client.ask(`${i}`, { from });
      lab.settle();
      if (i === 2) lab.runFor(seconds(6));
    }
    lab.spoke.expectHealth({ added: 3, received: 3 });
    equal(lab.spoke.count('replayed'), 0);
    equal(lab.hub.count('replayed'), 0);
  });

  it('may overtake each other', () => {
    const lab = twoRouters({ hmac: {} });
    lab.establish();
    let wait = 40;
    lab.wan.fate = (packet) => {
      lab.carry(milliseconds(wait--), () => lab.wan.replay(packet));
      return 'lost';
    };
    const payloads = Array.from({ length: 30 }, (_, i) => `packet ${i}`);
    for (const payload of payloads) lab.client.ask(payload);
    lab.settle();
    deepEqual(lab.server.answers, payloads.slice().reverse());
  });
});

describe('the time window of a time-based HMAC', () => {
  const delayed = (lab: Lab, delaySeconds: number): void => {
    lab.wan.fate = (packet) => {
      lab.carry(seconds(delaySeconds), () => lab.wan.replay(packet));
      return 'lost';
    };
    lab.exchange('late');
  };

  it('lets packets through that are on their way for less than it', () => {
    const lab = twoRouters({ hmac: {}, emulator: { 'hmac-time-window': '3s' } });
    lab.establish();
    delayed(lab, 2.9);
    deepEqual(lab.server.answers, ['late']);
  });

  it('refuses packets that are older', () => {
    for (const establishFirst of [true, false]) {
      const lab = twoRouters({ hmac: {}, emulator: { 'hmac-time-window': '3s' } });
      if (establishFirst) lab.establish();
      delayed(lab, 5);
      deepEqual(lab.server.answers, []);
      equal(lab.hub.count('outsideTimeWindow'), 1);
    }
  });

  it('is not there in mode regular', () => {
    const lab = twoRouters({ hmac: { mode: 'regular' } });
    lab.establish();
    delayed(lab, 100);
    deepEqual(lab.server.answers, ['late']);
  });
});

describe('a packet that is sealed for one session', () => {
  it('does not pass for one of another', () => {
    const lab = twoRouters({ hmac: {} });
    lab.server.isServer = true;
    for (const payload of ['1', '2', '3']) {
      for (const from of [40_000, 40_001]) {
        lab.client.ask(payload, { from });
        lab.settle();
      }
    }
    const [mine, other] = lab.wan.sentBy('spoke').slice(-2);
    notEqual(mine.packet.sourcePort, other.packet.sourcePort);
    lab.mark();
    lab.wan.forge(mine, other.packet.payload);
    lab.settle();
    equal(lab.hub.count('digestCompare'), 1);
    deepEqual(lab.server.received, []);
  });

  it('does not pass for one of the other side', () => {
    const lab = twoRouters({ hmac: {} });
    lab.server.isServer = true;
    lab.exchange('1', '2');
    const [forward] = lab.wan.sentBy('spoke').slice(-1);
    const [reverse] = lab.wan.sentBy('hub').slice(-1);
    lab.mark();
    lab.wan.forge(forward, reverse.packet.payload);
    lab.wan.forge(reverse, forward.packet.payload);
    lab.settle();
    equal(lab.hub.count('digestCompare'), 1);
    equal(lab.spoke.count('digestCompare'), 1);
    deepEqual([lab.server.received, lab.client.received], [[], []]);
  });
});
