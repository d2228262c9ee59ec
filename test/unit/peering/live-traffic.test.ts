import { deepEqual, equal, ok } from 'node:assert/strict';
import { nodeCrypto } from '../../../daemon/crypto.ts';
import { captureInterface, linkTypes, type CapturedFrame } from '../../../lib/capture/captured-frame.ts';
import { Dissection } from '../../../lib/capture/dissection.ts';
import { Secrets } from '../../../lib/capture/secrets.ts';
import { Sessions } from '../../../lib/capture/sessions.ts';
import type { LiveRow } from '../../../lib/peering/rows.ts';
import { SeededRandom } from '../../../lib/random.ts';
import { milliseconds, seconds } from '../../../lib/time.ts';
import { tcpFlags } from '../../../lib/wire/tcp.ts';
import { withIpv4Header } from '../../support/ip-fragments.ts';
import { labConfiguration } from '../../support/lab-configuration.ts';
import { joined, tcpPacket } from '../../support/packets.ts';
import {
  kindOf,
  twoRouters,
  type Lab,
  type LabOptions,
  type RouterNode,
  type WanPacket,
} from '../../support/two-routers.ts';

/** Two routers that measure their path on live traffic, by colours of one second and 20 packets. */
function measuring(options: LabOptions = {}): Lab {
  const lab = twoRouters({ live: { count: 20 }, ...options });
  lab.server.isServer = true;
  lab.exchange('1', '2');
  return lab;
}

/** Questions and their answers, one every 50 ms. */
function talk(lab: Lab, forSeconds: number): void {
  for (let i = 0; i < forSeconds * 20; i++) {
    lab.client.ask(`question ${i}`);
    lab.runFor(milliseconds(50));
  }
}

const live = (lab: Lab, router: RouterNode, place = 0): LiveRow | null => router.device.peers(lab.now)[place].live;
const isMarked = (packet: WanPacket): boolean => kindOf(packet) === 'marked';

const capturedFrame = ({ from, at, frame }: WanPacket): CapturedFrame => ({
  seconds: Math.floor(at / seconds(1)),
  nanoseconds: 0,
  at: captureInterface(`${from}:wan`, linkTypes.ethernet),
  direction: 'out',
  id: 0,
  bytes: frame,
  start: 0,
  end: frame.length,
  originalLength: frame.length,
  comments: () => [],
});

/** Loses every fifth marked packet of one side. */
function loseEveryFifth(lab: Lab, from: 'spoke' | 'hub'): void {
  let count = 0;
  lab.wan.fate = (packet) => (packet.from === from && isMarked(packet) && count++ % 5 === 0 ? 'lost' : 'arrives');
}

describe('live traffic over a path', () => {
  it('tells latency, and that nothing is lost', () => {
    const lab = measuring();
    talk(lab, 5);
    for (const router of [lab.spoke, lab.hub]) {
      const measured = live(lab, router);
      ok(measured);
      ok(Math.abs(measured.latencyMs - 5) <= 1, `${measured.latencyMs}`);
      equal(measured.lossPercent, 0);
      ok(measured.mos > 4.3);
    }
    equal(lab.spoke.count('liveLoss'), 0);
    ok(lab.spoke.count('liveUpdated') >= 3);
  });

  it('is not changed on its way: hosts get what hosts have sent', () => {
    const lab = measuring();
    lab.client.received.length = 0;
    talk(lab, 3);
    deepEqual(
      lab.client.answers,
      Array.from({ length: 60 }, (_, i) => `question ${i}`),
    );
    ok(lab.wan.packets.filter(isMarked).length >= 40);
    ok(lab.wan.packets.every(({ packet }) => packet.hasUdpChecksum && packet.isIntact));
  });

  it('tells each side the loss of what it sends', () => {
    const lab = measuring();
    loseEveryFifth(lab, 'spoke');
    talk(lab, 6);
    const [spoke, hub] = [live(lab, lab.spoke), live(lab, lab.hub)];
    ok(spoke && Math.abs(spoke.lossPercent - 20) < 2, `${spoke?.lossPercent}`);
    equal(hub?.lossPercent, 0);
  });

  it('tells each side by BFD the loss of what comes', () => {
    const lab = measuring({ failover: true });
    loseEveryFifth(lab, 'hub');
    talk(lab, 8);
    const spoke = live(lab, lab.spoke);
    equal(spoke?.lossPercent, 0);
    ok(Math.abs((spoke?.lossFromPeerPercent ?? 0) - 20) < 3, `${spoke?.lossFromPeerPercent}`);
    ok(lab.spoke.count('livePeerLoss') > 15);
  });

  it('is measured alike whatever protects it, in both encodings, over both families', () => {
    const encryption = { key: '000102030405060708090a0b0c0d0e0f', payload: true };
    const options: readonly LabOptions[] = [
      { hmac: {} },
      { hmac: { mode: 'regular' }, encryption },
      { encoding: 'tlv' },
      { encoding: { spoke: 'tlv', hub: 'protobuf' }, hmac: {}, encryption },
      { wan: 6, hmac: {} },
      { transit: true, hmac: {} },
    ];
    for (const option of options) {
      const lab = measuring(option);
      loseEveryFifth(lab, 'spoke');
      talk(lab, 5);
      const loss = live(lab, lab.spoke)?.lossPercent ?? -1;
      ok(Math.abs(loss - 20) < 3, `${JSON.stringify(option)}: ${loss}`);
      deepEqual([lab.hub.count('digestCompare'), lab.hub.count('replayed')], [0, 0]);
    }
  });

  it('is marked anew for each path that it takes', () => {
    const lab = measuring({ transit: true });
    talk(lab, 3);
    ok(lab.wan.packets.some(isMarked) && lab.far.packets.some(isMarked));
    ok(lab.mid.count('metricsReceived') > 0 && lab.hub.count('metricsReceived') > 0);
  });

  it('is measured when nobody answers: reports are made for that', () => {
    const lab = measuring();
    lab.server.isServer = false;
    loseEveryFifth(lab, 'spoke');
    lab.mark();
    talk(lab, 6);
    ok(lab.hub.count('metricsReportSent') >= 4);
    equal(lab.spoke.count('metricsReportReceived'), lab.hub.count('metricsReportSent'));
    const loss = live(lab, lab.spoke)?.lossPercent ?? -1;
    ok(Math.abs(loss - 20) < 3, `${loss}`);
    // A report is no packet of the session: no host gets it.
    deepEqual(lab.client.received.length, 0);
  });

  it('reads as a loss of 100 % if the peer has no profile (SVR sheet, section 4.7)', () => {
    const lab = measuring({ hubDiffers: { live: undefined } });
    talk(lab, 6);
    equal(live(lab, lab.spoke)?.lossPercent, 100);
    deepEqual([lab.hub.count('metadataGetLength'), lab.hub.count('metricsAdded')], [0, 0]);
    equal(lab.client.answers.length, 122);
  });

  it('says nothing any more when it has stopped for the averaging time', () => {
    const lab = measuring({ spoke: 'path-metrics-rolling-avg-interval 5' });
    talk(lab, 4);
    ok(live(lab, lab.spoke));
    lab.runFor(seconds(6));
    equal(live(lab, lab.spoke), null);
  });

  it('says nothing of a path that went down meanwhile', () => {
    const lab = measuring({ failover: true });
    talk(lab, 5);
    ok(live(lab, lab.spoke));
    lab.wan.fate = () => 'lost';
    lab.runFor(seconds(4));
    equal(live(lab, lab.spoke), null);
  });
});

describe('a packet that carries nothing but a mark', () => {
  it('ends the handshake as a bare one does', () => {
    const lab = measuring();
    deepEqual(lab.wan.kinds('spoke'), ['forward', 'marked']);
    deepEqual(lab.wan.kinds('hub'), ['reverse', 'marked']);
  });

  it('asks for metadata where its session is not known, in packet-based mode', () => {
    const lab = measuring({ mode: 'packet-based', hmac: {} });
    lab.runFor(seconds(1));
    lab.mark();
    lab.hub.forgetSessions();
    lab.exchange('after', 'and on');
    deepEqual(lab.wan.kinds('spoke'), ['marked', 'forward']);
    deepEqual(lab.wan.kinds('hub'), ['control enableMetadata', 'reverse']);
  });

  it('gets no answer where its session is not known, in inactivity-based mode', () => {
    const lab = measuring({ hmac: {} });
    lab.runFor(seconds(1));
    lab.mark();
    lab.hub.forgetSessions();
    lab.exchange('after');
    deepEqual(lab.wan.kinds('spoke'), ['marked']);
    deepEqual(lab.wan.kinds('hub'), []);
    equal(lab.hub.count('unknownWaypointSilent'), 1);
  });

  it('is refused as a copy, and when its mark was changed', () => {
    const lab = measuring({ hmac: {} });
    const packet = lab.wan.sentBy('spoke').findLast(isMarked);
    ok(packet);
    lab.mark();
    lab.wan.replay(packet);
    lab.settle();
    equal(lab.hub.count('replayed'), 1);
    const { frame } = packet;
    const changed = frame.slice();
    // Ethernet 14, IPv4 20, UDP 8, then the block of 29 bytes, whose last two are the count.
    changed[14 + 20 + 8 + 28] ^= 1;
    lab.wan.deliver('hub', changed);
    lab.settle();
    equal(lab.hub.count('badChecksum'), 1);
    equal(lab.hub.count('metricsReceived'), 0);
  });

  it('has a seal that a capture shows to be right', () => {
    const options: LabOptions = { hmac: {}, live: { count: 20 } };
    const lab = measuring(options);
    talk(lab, 1);
    const sessions = new Sessions();
    const packet = new Dissection({
      secrets: new Secrets(labConfiguration(options), nodeCrypto, new SeededRandom(1)),
    });
    const seen = lab.wan.packets.map((sent) => {
      packet.load(capturedFrame(sent));
      sessions.see(packet);
      return `${kindOf(sent)}: ${packet.trailer?.status}`;
    });
    deepEqual(new Set(seen), new Set(['forward: right', 'reverse: right', 'marked: right', 'bare: right']));
  });

  it('holds a payload that looks like metadata, with no marker besides', () => {
    const cookie = Uint8Array.of(0x4c, 0x48, 0xdb, 0xc6, 0xdd, 0xf6, 0x67, 0x0c);
    const lab = measuring();
    lab.runFor(seconds(1));
    lab.mark();
    lab.client.ask(cookie);
    lab.settle();
    deepEqual(lab.wan.kinds('spoke'), ['marked']);
    deepEqual(lab.server.received.length, 1);
    equal(lab.spoke.count('falsePositiveAdded'), 0);
  });

  it('crosses a path in fragments, if it has to be cut anyway', () => {
    const lab = measuring({ edit: (text) => text.replaceAll('mtu 9000', 'mtu 600') });
    lab.runFor(seconds(1));
    lab.mark();
    lab.client.ask('x'.repeat(1_400));
    lab.settle();
    ok(lab.wan.sentBy('spoke').length > 1);
    deepEqual([lab.spoke.count('metricsAdded'), lab.hub.count('metricsReceived')], [1, 1]);
    equal(lab.server.received.length, 1);
  });

  it('is never one that would be cut for its mark alone', () => {
    const lab = measuring({ edit: (text) => text.replaceAll('mtu 9000', 'mtu 600') });
    lab.runFor(seconds(1));
    lab.mark();
    lab.client.ask('x'.repeat(600 - 28));
    lab.settle();
    deepEqual(lab.wan.kinds('spoke'), ['bare']);
  });
});

describe('room for a mark', () => {
  it('is left by TCP connections', () => {
    const edit = (text: string): string => text.replaceAll('mtu 9000', 'mtu 1400');
    const bare = twoRouters({ edit });
    const marking = twoRouters({ live: {}, edit });
    const mss = [bare, marking].map((lab) => {
      const syn = tcpPacket(['10.1.0.10', 41_000], ['10.2.0.10', 80], tcpFlags.syn);
      // Four bytes of options: the maximum segment size, 65,535 bytes.
      const packet = joined(syn, Uint8Array.of(2, 4, 0xff, 0xff));
      packet[32] = 0x60;
      lab.client.sendIp(withIpv4Header(packet.slice(0, 20), packet.slice(20), 0));
      lab.settle();
      const { l4 } = lab.server.received[0];
      return (l4[22] << 8) | l4[23];
    });
    equal(mss[0] - mss[1], 29);
  });
});

describe('sessions', () => {
  const policy = (text: string): string =>
    text.replace('session-resiliency failover', 'session-resiliency failover\nmax-loss 5\npath-quality-filter true');
  const lossy = (monitorOnly: boolean): Lab => {
    const bfd = 'bfd\nlink-test-length 0\nexit';
    const lab = measuring({
      wan: 'both',
      failover: true,
      live: { count: 20, monitorOnly },
      spoke: bfd,
      hub: bfd,
      edit: policy,
    });
    const family = lab.wan.sentBy('spoke').find(isMarked)?.packet.family;
    let count = 0;
    lab.wan.fate = (packet) =>
      packet.packet.family === family && isMarked(packet) && count++ % 5 === 0 ? 'lost' : 'arrives';
    talk(lab, 8);
    return lab;
  };

  it('leave a path on which live traffic misses their objectives, and it is told', () => {
    const lab = lossy(false);
    equal(lab.spoke.count('modifyDetected'), 1);
    equal(lab.hub.count('flowMoved'), 1);
    ok(lab.spoke.reasons('objectives-missed').includes('questions'));
    ok(
      lab.spoke.device
        .events()
        .some(({ message }) => /misses the objectives of service questions \(live traffic: loss/.test(message)),
    );
  });

  it('stay where they are if it is only monitored', () => {
    const lab = lossy(true);
    equal(lab.spoke.count('modifyDetected'), 0);
    deepEqual(lab.spoke.reasons('objectives-missed'), []);
    ok((live(lab, lab.spoke)?.lossPercent ?? 0) > 5);
  });

  it('are not measured on a path without a profile', () => {
    const lab = twoRouters();
    lab.server.isServer = true;
    lab.exchange('1', '2', '3');
    talk(lab, 3);
    deepEqual(lab.wan.packets.filter(isMarked), []);
    equal(live(lab, lab.spoke), null);
  });
});
