import { deepEqual, equal, ok } from 'node:assert/strict';
import { encodeControlPacket, type ControlPacket } from '../../../lib/peering/bfd/control-packet.ts';
import type { BfdRow } from '../../../lib/peering/rows.ts';
import { microseconds, milliseconds, seconds } from '../../../lib/time.ts';
import { ipFrame, udpPacket, type End, type UdpOptions } from '../../support/packets.ts';
import { macs, twoRouters, type Lab, type RouterNode } from '../../support/two-routers.ts';

const addresses = { spoke: '172.16.0.1', hub: '172.16.0.2' } as const;

/** Two routers that speak plain BFD with each other: leaves of the neighbor block on each side, or none there. */
function speaking(spoke: string | undefined, hub: string | undefined = spoke): Lab {
  const block = (peer: string, leaves: string | undefined): string =>
    leaves === undefined ? '' : `emulator\nbfd-neighbor ${peer}\n${leaves}\nexit\nexit\n`;
  return twoRouters({
    edit: (text) =>
      text
        .replace(`address ${addresses.spoke}`, `${block(addresses.hub, spoke)}address ${addresses.spoke}`)
        .replace(`address ${addresses.hub}`, `${block(addresses.spoke, hub)}address ${addresses.hub}`),
  });
}

function row(lab: Lab, router: RouterNode = lab.spoke): BfdRow {
  return router.device.bfd(lab.now)[0];
}

const states = (lab: Lab): string[] => [row(lab).state, row(lab, lab.hub).state];

const quick = 'desired-tx-interval 100\nrequired-min-rx-interval 100';
const keyed = (type: string, secret = 'opensesame'): string =>
  `authentication-type ${type}\nauthentication-key 7\nsecret ${secret}\nexit`;

describe('plain BFD between two routers', () => {
  it('comes up, as show bfd shows', () => {
    const lab = speaking(quick);
    lab.runFor(seconds(5));
    deepEqual(row(lab), {
      peer: '172.16.0.2',
      local: '172.16.0.1',
      networkInterface: 'wan',
      hops: 'single-hop',
      authentication: 'none',
      state: 'up',
      diagnostic: 'none',
      remoteState: 'up',
      remoteDiagnostic: 'none',
      transmitIntervalMs: 100,
      detectionTimeMs: 300,
      uptime: 4,
    });
  });

  it('goes to port 3784 with TTL 255, from one port of the range for all packets (RFC 5881)', () => {
    const lab = speaking(quick);
    lab.runFor(seconds(5));
    const sent = lab.wan.sentBy('spoke').map(({ packet }) => packet);
    ok(sent.length > 40);
    ok(sent.every(({ destinationPort, ttl, isIntact }) => destinationPort === 3784 && ttl === 255 && isIntact));
    const ports = new Set(sent.map(({ sourcePort }) => sourcePort));
    equal(ports.size, 1);
    ok([...ports].every((port) => port > 49_152));
  });

  it('over several hops goes to port 4784 (RFC 5883)', () => {
    const lab = speaking(`${quick}\nmultihop true`);
    lab.runFor(seconds(3));
    deepEqual(states(lab), ['up', 'up']);
    ok(lab.wan.packets.every(({ packet }) => packet.destinationPort === 4784));
  });

  for (const type of ['simple', 'keyed-md5', 'meticulous-keyed-md5', 'keyed-sha1', 'meticulous-keyed-sha1'])
    it(`comes up with ${type}, and only with the same key on both sides`, () => {
      const lab = speaking(`${quick}\n${keyed(type)}`);
      lab.runFor(seconds(3));
      deepEqual(states(lab), ['up', 'up']);
      const other = speaking(`${quick}\n${keyed(type)}`, `${quick}\n${keyed(type, 'opensesamf')}`);
      other.runFor(seconds(3));
      deepEqual(states(other), ['down', 'down']);
      ok(other.hub.count('bfdUnauthentic') > 0);
    });

  it('does not come up when one side authenticates and the other does not', () => {
    const lab = speaking(`${quick}\n${keyed('keyed-sha1')}`, quick);
    lab.runFor(seconds(3));
    deepEqual(states(lab), ['down', 'down']);
    deepEqual([lab.spoke.count('bfdUnauthentic') > 0, lab.hub.count('bfdUnauthentic') > 0], [true, true]);
  });

  it('waits for the other when passive, and comes up when one side is active', () => {
    const lab = speaking(`${quick}\npassive true`);
    lab.runFor(seconds(3));
    equal(lab.wan.packets.length, 0);
    const one = speaking(`${quick}\npassive true`, quick);
    one.runFor(seconds(3));
    deepEqual(states(one), ['up', 'up']);
  });

  it('goes down when nothing comes, with events, and comes back', () => {
    const lab = speaking(quick);
    lab.runFor(seconds(3));
    lab.wan.fate = () => 'lost';
    lab.runFor(milliseconds(400));
    deepEqual([row(lab).state, row(lab).diagnostic], ['down', 'control-detection-time-expired']);
    lab.wan.fate = () => 'arrives';
    lab.runFor(seconds(3));
    equal(row(lab).state, 'up');
    deepEqual(
      lab.spoke.device.events().map(({ category, message }) => `${category}: ${message}`),
      [
        'bfd: BFD session with 172.16.0.2 is up',
        'bfd: BFD session with 172.16.0.2 is down (control-detection-time-expired)',
        'bfd: BFD session with 172.16.0.2 is up',
      ],
    );
  });

  it('goes down at once when its interface loses the carrier', () => {
    const lab = speaking(quick);
    lab.runFor(seconds(3));
    lab.wan.fate = () => 'lost';
    lab.spoke.device.setCarrier(1, false, lab.now);
    deepEqual([row(lab).state, row(lab).diagnostic], ['down', 'path-down']);
  });

  it('has as little to do with the paths of SVR as they with it', () => {
    const lab = speaking(quick);
    lab.runFor(seconds(3));
    lab.wan.fate = () => 'lost';
    lab.runFor(seconds(3));
    equal(lab.spoke.device.peers(lab.now)[0].status, 'up');
    deepEqual(lab.spoke.device.alarms(), []);
  });

  it('is not spoken with whoever is not configured', () => {
    const lab = speaking(undefined, quick);
    lab.runFor(seconds(3));
    equal(row(lab, lab.hub).state, 'down');
    deepEqual(lab.spoke.device.bfd(lab.now), []);
    equal(lab.wan.sentBy('spoke').filter(({ packet }) => packet.destinationPort === 3784).length, 0);
  });
});

describe('plain BFD that is refused', () => {
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

  function say(
    lab: Lab,
    packet: Partial<ControlPacket>,
    options: UdpOptions = {},
    from: End = [addresses.spoke, 50_000],
    port = 3784,
  ): void {
    const bytes = new Uint8Array(24);
    encodeControlPacket({ ...down, ...packet }, bytes, 0);
    const frame = udpPacket(from, [addresses.hub, port], bytes, { ttl: 255, ...options });
    lab.wan.deliver('hub', ipFrame(macs.hubWan, macs.spokeWan, frame));
    lab.runFor(milliseconds(6));
  }

  /** A hub that waits for a spoke which never speaks by itself. */
  const waiting = (leaves = quick): Lab => {
    const lab = speaking(undefined, leaves);
    lab.hub.mark();
    return lab;
  };

  it('came over a router, where it may not have: TTL 254', () => {
    const lab = waiting();
    say(lab, {}, { ttl: 254 });
    deepEqual([lab.hub.count('bfdWrongTtl'), row(lab, lab.hub).state], [1, 'down']);
    say(lab, {});
    equal(row(lab, lab.hub).state, 'init');
  });

  it('came from further away than several hops may be', () => {
    const lab = waiting(`${quick}\nmultihop true\nminimum-ttl 60`);
    say(lab, {}, { ttl: 59 }, undefined, 4784);
    deepEqual([lab.hub.count('bfdWrongTtl'), row(lab, lab.hub).state], [1, 'down']);
    say(lab, {}, { ttl: 60 }, undefined, 4784);
    equal(row(lab, lab.hub).state, 'init');
  });

  it('comes from somebody else, or to the port of the other kind', () => {
    const lab = waiting();
    say(lab, {}, {}, ['172.16.0.77', 50_000]);
    say(lab, {}, {}, undefined, 4784);
    deepEqual([lab.hub.count('bfdMiss'), row(lab, lab.hub).state], [2, 'down']);
  });

  it('names a session that is not there', () => {
    const lab = waiting();
    say(lab, { state: 'up', yourDiscriminator: 99 });
    equal(lab.hub.count('bfdMiss'), 1);
  });

  it('is no control packet, or has a wrong checksum', () => {
    const lab = waiting();
    say(lab, { detectMultiplier: 0 });
    say(lab, { myDiscriminator: 0 });
    const bytes = new Uint8Array(24);
    encodeControlPacket(down, bytes, 0);
    const packet = udpPacket([addresses.spoke, 50_000], [addresses.hub, 3784], bytes, { ttl: 255 });
    packet[27] ^= 1;
    lab.wan.deliver('hub', ipFrame(macs.hubWan, macs.spokeWan, packet));
    lab.runFor(milliseconds(6));
    deepEqual([lab.hub.count('bfdMalformed'), row(lab, lab.hub).state], [3, 'down']);
  });

  it('is a copy, where numbers are meticulous', () => {
    const lab = speaking(`${quick}\n${keyed('meticulous-keyed-sha1')}`);
    lab.runFor(seconds(3));
    const [copied] = lab.wan.sentBy('spoke');
    lab.hub.mark();
    lab.wan.replay(copied);
    lab.runFor(milliseconds(6));
    deepEqual([lab.hub.count('bfdUnauthentic'), row(lab, lab.hub).state], [1, 'up']);
  });
});
