import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import type { ControlPacket } from '../../../lib/peering/bfd/control-packet.ts';
import { decodeControlPacket } from '../../../lib/peering/bfd/control-packet.ts';
import type { BfdMetadata } from '../../../lib/peering/svr-bfd/metadata.ts';
import { writeSvrBfd } from '../../../lib/peering/svr-bfd/packet.ts';
import type { CounterName } from '../../../lib/stats/counters.ts';
import { microseconds, milliseconds, seconds } from '../../../lib/time.ts';
import { ipFrame, udpPacket } from '../../support/packets.ts';
import { macs, twoRouters, type Lab, type LabOptions } from '../../support/two-routers.ts';

const down: ControlPacket = {
  diagnostic: 'none',
  state: 'down',
  poll: false,
  final: false,
  controlPlaneIndependent: false,
  demand: false,
  detectMultiplier: 3,
  myDiscriminator: 0x1234,
  yourDiscriminator: 0,
  desiredMinTx: seconds(1),
  requiredMinRx: seconds(1),
  requiredMinEchoRx: microseconds(0),
};

const fromSpoke: BfdMetadata = {
  router: 'spoke',
  node: 'spoke',
  pathId: 'wan',
  source: { address: Uint8Array.of(172, 16, 0, 1), port: 1280 },
  bootCounter: 1,
  failoverCounter: 0,
  serviceLoads: [],
};

function payload(control: Partial<ControlPacket> = {}, metadata: Partial<BfdMetadata> = {}): Uint8Array {
  const bytes = new Uint8Array(1_000);
  return bytes.slice(0, writeSvrBfd({ ...down, ...control }, { ...fromSpoke, ...metadata }, bytes, 0));
}

/** A lab that is up; the hub is what strangers speak to. */
function settled(options: LabOptions = {}): Lab {
  const lab = twoRouters({ failover: true, ...options });
  lab.runFor(seconds(3));
  for (const router of [lab.spoke, lab.hub]) router.mark();
  return lab;
}

function say(lab: Lab, bytes: Uint8Array): void {
  lab.wan.deliver(
    'hub',
    ipFrame(macs.hubWan, macs.spokeWan, udpPacket(['172.16.0.1', 1280], ['172.16.0.2', 1280], bytes)),
  );
  lab.runFor(milliseconds(6));
}

/** What the hub makes of one packet: the one counter, and whether its path is still up. */
function refusal(lab: Lab, bytes: Uint8Array): [Partial<Record<CounterName, number>>, string] {
  lab.hub.mark();
  const spoken: readonly CounterName[] = ['bfdSent', 'bfdReceived', 'bfdEchoSent', 'bfdEchoReplies'];
  say(lab, bytes);
  const counted = Object.entries(lab.hub.counted()).filter(([name]) => !spoken.includes(name as CounterName));
  return [Object.fromEntries(counted), lab.hub.device.peers(lab.now)[0].status];
}

describe('BFD that is refused, counted, and changes nothing', () => {
  const changed = (at: number, ...values: number[]): Uint8Array => {
    const bytes = payload();
    bytes.set(values, at);
    return bytes;
  };

  it('has a control packet that does not add up', () => {
    const lab = settled();
    for (const wrong of [changed(0, 0x40), changed(2, 0), changed(3, 200), changed(4, 0, 0, 0, 0), new Uint8Array(3)])
      deepEqual(refusal(lab, wrong), [{ bfdMalformed: 1 }, 'up']);
  });

  it('has metadata that does not parse, or none', () => {
    const lab = settled();
    for (const wrong of [changed(24, 0), changed(36, 0x80, 1), payload().slice(0, 24), payload().slice(0, -1)])
      deepEqual(refusal(lab, wrong), [{ bfdBadMetadata: 1 }, 'up']);
  });

  it('comes from a router that is no peer, or names a session that is not there', () => {
    const lab = settled();
    deepEqual(refusal(lab, payload({}, { router: 'stranger' })), [{ bfdMiss: 1 }, 'up']);
    deepEqual(refusal(lab, payload({ state: 'up', yourDiscriminator: 77 })), [{ bfdMiss: 1 }, 'up']);
    const elsewhere = { source: { address: Uint8Array.of(10, 9, 9, 9), port: 1280 } };
    const frame = udpPacket(['172.16.0.77', 1280], ['172.16.0.2', 1280], payload({}, elsewhere));
    lab.hub.mark();
    lab.wan.deliver('hub', ipFrame(macs.hubWan, macs.spokeWan, frame));
    lab.runFor(milliseconds(6));
    equal(lab.hub.count('bfdMiss'), 1);
  });

  it('names the session of another router than the one that sends', () => {
    const lab = settled();
    const sent = lab.wan.packets.filter(({ from }) => from === 'spoke').at(-1);
    ok(sent);
    const real = decodeControlPacket(sent.packet.payload, 0, sent.packet.payload.length);
    if (typeof real === 'string') throw new Error(real);
    const forged = payload({ state: 'down', yourDiscriminator: real.yourDiscriminator }, { router: 'stranger' });
    deepEqual(refusal(lab, forged), [{ bfdMiss: 1 }, 'up']);
  });

  it('is not sealed, or sealed with another key', () => {
    const lab = settled({ hmac: {} });
    deepEqual(refusal(lab, payload()), [{ bfdUnauthentic: 1 }, 'up']);
    const other = settled({ hmac: {}, hubDiffers: { hmac: { key: '00112233445566778899aabbccddeeff' } } });
    other.runFor(seconds(1));
    ok(other.hub.count('bfdUnauthentic') > 0);
    equal(other.hub.device.peers(other.now)[0].status, 'down');
  });

  it('is sealed by one side and bare from the other', () => {
    const lab = settled({ hmac: {}, hub: 'bfd\nauthentication-type simple\nexit' });
    lab.runFor(seconds(1));
    ok(lab.spoke.count('bfdUnauthentic') > 0);
    equal(lab.spoke.device.peers(lab.now)[0].status, 'down');
  });

  it('is a copy of what came before', () => {
    const lab = settled({ hmac: { mode: 'regular' } });
    const [copied] = lab.wan.packets.filter(({ from, packet }) => from === 'spoke' && packet.destinationPort === 1280);
    lab.hub.mark();
    lab.wan.replay(copied);
    lab.runFor(milliseconds(6));
    deepEqual([lab.hub.count('bfdReplayed'), lab.hub.device.peers(lab.now)[0].status], [1, 'up']);
  });

  it('comes to an interface that has no path that is watched', () => {
    const lab = settled({ failover: false });
    deepEqual(refusal(lab, payload()), [{ bfdMiss: 1 }, 'up']);
  });

  it('never throws, and never takes a sealed path down, whatever the bytes', () => {
    const lab = settled({ hmac: {} });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (noise, isPrefixed) => {
        say(lab, isPrefixed ? new Uint8Array([...payload().slice(0, 40), ...noise]) : noise);
        equal(lab.hub.device.peers(lab.now)[0].status, 'up');
      }),
      { numRuns: 200 },
    );
  });
});
