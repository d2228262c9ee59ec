import { deepEqual, equal, ok } from 'node:assert/strict';
import { readU16, writeU16 } from '../../../lib/wire/bytes.ts';
import type { PeerRow } from '../../../lib/peering/rows.ts';
import { milliseconds, seconds } from '../../../lib/time.ts';
import { icmpTypes } from '../../../lib/wire/icmp.ts';
import { isArpFrame } from '../../support/packets.ts';
import { NodePair } from '../../support/node-pair.ts';
import { twoRouters, type Lab, type LabOptions, type RouterNode, type WanPacket } from '../../support/two-routers.ts';

const BFD_PORT = 1280;
/** Of the UDP header in a frame between the routers, which is IPv4. */
const UDP_AT = 34;

/** Two routers that watch their paths. */
function watching(options: LabOptions = {}): Lab {
  const lab = twoRouters({ failover: true, hmac: {}, ...options });
  lab.server.isServer = true;
  return lab;
}

/** The same after a while in which all came up. */
function settled(options: LabOptions = {}): Lab {
  const lab = watching(options);
  lab.runFor(seconds(3));
  for (const router of [lab.spoke, lab.hub]) router.mark();
  return lab;
}

function peer(lab: Lab, router: RouterNode, place = 0): PeerRow {
  return router.device.peers(lab.now)[place];
}

const condition = (lab: Lab, router: RouterNode, place = 0): string => {
  const { status, reason } = peer(lab, router, place);
  return `${status}: ${reason}`;
};

const alarms = (router: RouterNode): string[] =>
  router.device.alarms().map(({ severity, message }) => `${severity}: ${message}`);

const isBfd = ({ packet }: WanPacket): boolean => packet.destinationPort === BFD_PORT || packet.sourcePort === BFD_PORT;

/** Loses every packet of one side, or of both. */
function cut(lab: Lab, from?: 'spoke' | 'hub'): void {
  lab.wan.fate = (packet) => (from === undefined || packet.from === from ? 'lost' : 'arrives');
}

function heal(lab: Lab): void {
  lab.wan.fate = () => 'arrives';
}

describe('the paths between two routers', () => {
  it('are up within a second', () => {
    const lab = watching();
    lab.runFor(seconds(1));
    deepEqual([condition(lab, lab.spoke), condition(lab, lab.hub)], ['up: bfd-up', 'up: bfd-up']);
    deepEqual([lab.spoke.count('bfdLinkUp'), lab.hub.count('bfdLinkUp')], [1, 1]);
    deepEqual(lab.spoke.reasons('peer-path-up'), ['bfd-up']);
  });

  it('carry traffic before they are up', () => {
    const lab = watching();
    lab.client.ask('at once');
    lab.settle();
    equal(condition(lab, lab.spoke), 'initializing: bfd-starting');
    deepEqual(lab.client.answers, ['at once']);
  });

  it('are what show peers shows', () => {
    const lab = watching();
    lab.runFor(seconds(4));
    deepEqual(peer(lab, lab.spoke), {
      peer: 'hub',
      node: 'spoke',
      networkInterface: 'wan',
      destination: '172.16.0.2',
      status: 'up',
      reason: 'bfd-up',
      hostname: 'hub',
      pathMtu: 0,
      latencyMs: 5,
      jitterMs: 0,
      loss: 0,
      mos: peer(lab, lab.spoke).mos,
      live: null,
      uptime: 3,
      bfdState: 'up',
      transmitIntervalMs: 1000,
      detectionTimeMs: 3000,
    });
    ok((peer(lab, lab.spoke).mos ?? 0) > 4.4);
  });

  it('send from and to port 1280, sealed where the interface is, once in a second', () => {
    const lab = settled();
    lab.mark();
    lab.runFor(seconds(30));
    const sent = lab.wan.packets.filter((packet) => packet.from === 'spoke');
    ok(sent.every(({ packet }) => packet.sourcePort === BFD_PORT && packet.destinationPort === BFD_PORT));
    ok(sent.every(({ packet }) => packet.isIntact && packet.hasUdpChecksum));
    const control = lab.spoke.count('bfdSent');
    ok(control >= 30 && control <= 40, `${control}`);
    deepEqual([lab.hub.count('bfdReceived'), lab.hub.count('bfdUnauthentic')], [control, 0]);
  });

  it('come up over IPv6, without a seal, and by simple authentication on a sealed interface', () => {
    const simple = 'bfd\nauthentication-type simple\nexit';
    for (const options of [{ wan: 6 }, { hmac: undefined }, { spoke: simple, hub: simple }] as const) {
      const lab = settled(options);
      deepEqual([condition(lab, lab.spoke), condition(lab, lab.hub)], ['up: bfd-up', 'up: bfd-up']);
    }
  });

  it('stay silent and are taken for good where nobody watches', () => {
    const lab = settled({ failover: false });
    lab.runFor(seconds(10));
    equal(condition(lab, lab.spoke), 'up: bfd-disabled');
    equal(peer(lab, lab.spoke).uptime, 13);
    equal(lab.wan.packets.filter(isBfd).length, 0);
  });

  it('keep the pace that the slower side asks for', () => {
    const timers = (tx: number, rx: number): string =>
      `bfd\ndesired-tx-interval ${tx}\nrequired-min-rx-interval ${rx}\nexit`;
    const lab = settled({ spoke: timers(100, 400), hub: timers(200, 300) });
    deepEqual(
      [lab.spoke, lab.hub].map((router) => peer(lab, router).transmitIntervalMs),
      [300, 400],
    );
    deepEqual(
      [lab.spoke, lab.hub].map((router) => peer(lab, router).detectionTimeMs),
      [1200, 900],
    );
  });

  it('mark what they send with the DSCP that is configured', () => {
    const lab = settled({ spoke: 'bfd\ndscp 46\nexit' });
    lab.mark();
    lab.runFor(seconds(2));
    const classes = lab.wan.packets.filter(({ from }) => from === 'spoke').map(({ frame }) => frame[15]);
    ok(classes.length > 0 && classes.every((trafficClass) => trafficClass === 46 << 2));
  });
});

describe('a path that fails', () => {
  it('is down after the detection time, with alarms and events, and takes no new session', () => {
    const lab = settled();
    cut(lab);
    lab.runFor(seconds(3));
    equal(condition(lab, lab.spoke), 'down: timer-expiry');
    deepEqual(alarms(lab.spoke), [
      'major: Peer hub path is down: wan to 172.16.0.2 (timer-expiry)',
      'critical: Peer hub is not reachable',
    ]);
    equal(lab.spoke.count('bfdLinkDownTimer'), 1);
    deepEqual(lab.spoke.reasons('peer-path-down'), ['timer-expiry']);
    const told = lab.spoke.device.events().map(({ message }) => message);
    ok(told.includes('Peer hub path wan to 172.16.0.2: down (timer-expiry)'));

    lab.client.ask('nobody there');
    lab.settle();
    equal(lab.spoke.count('servicePathsUnavailable'), 1);
    equal(lab.client.last.icmp?.[0], icmpTypes.unreachable);
  });

  it('is not down a microsecond before the detection time', () => {
    const lab = settled();
    const last = lab.wan.packets.filter(({ from }) => from === 'hub').at(-1);
    ok(last);
    const heardAt = last.at + milliseconds(5);
    cut(lab);
    lab.runFor((heardAt + seconds(3) - 1 - lab.now) as ReturnType<typeof seconds>);
    equal(condition(lab, lab.spoke), 'up: bfd-up');
    lab.runFor(1 as ReturnType<typeof seconds>);
    equal(condition(lab, lab.spoke), 'down: timer-expiry');
  });

  it('stays down for the hold-down time after its session has come up, and then is up, and the alarms are gone', () => {
    const lab = settled();
    cut(lab);
    lab.runFor(seconds(4));
    heal(lab);
    lab.runFor(seconds(2));
    deepEqual([condition(lab, lab.spoke), peer(lab, lab.spoke).bfdState], ['down: hold-down', 'up']);
    lab.runFor(seconds(5));
    equal(condition(lab, lab.spoke), 'up: bfd-up');
    deepEqual(alarms(lab.spoke), []);
    lab.client.ask('again');
    lab.settle();
    deepEqual(lab.client.answers, ['again']);
  });

  it('in one direction is told to the other side', () => {
    const lab = settled();
    cut(lab, 'hub');
    lab.runFor(seconds(4));
    deepEqual([lab.spoke.count('bfdLinkDownTimer'), lab.hub.count('bfdLinkDownRemote')], [1, 1]);
    equal(condition(lab, lab.hub), 'down: remote-down');
  });

  it('because the peer took it out of service says so', () => {
    const lab = settled({ hmac: undefined });
    // The state is in the two highest bits of the second byte; AdminDown is 0.
    lab.wan.fate = (packet) => {
      if (!isBfd(packet) || packet.from !== 'hub') return 'arrives';
      const frame = packet.frame.slice();
      frame[UDP_AT + 8 + 1] &= 0x3f;
      writeU16(frame, UDP_AT + 6, 0);
      return frame;
    };
    lab.runFor(seconds(2));
    equal(lab.spoke.count('bfdLinkDownRemoteAdmin'), 1);
    equal(condition(lab, lab.spoke), 'down: remote-admin-down');
  });

  it('leaves the peer reachable over another path, which new sessions take', () => {
    const lab = settled({ wan: 'both' });
    deepEqual(
      lab.spoke.device.peers(lab.now).map(({ destination, status }) => [destination, status]),
      [
        ['172.16.0.2', 'up'],
        ['fd00:a::2', 'up'],
      ],
    );
    lab.wan.fate = ({ packet }) => (packet.family === 4 ? 'lost' : 'arrives');
    lab.runFor(seconds(4));
    deepEqual(alarms(lab.spoke), ['major: Peer hub path is down: wan to 172.16.0.2 (timer-expiry)']);
    lab.client.ask('by the other way');
    lab.settle();
    deepEqual(lab.client.answers, ['by the other way']);
  });

  it('that never was up is down when the first detection time is over', () => {
    const lab = watching();
    cut(lab);
    lab.runFor((seconds(3) - 1) as ReturnType<typeof seconds>);
    equal(condition(lab, lab.spoke), 'initializing: bfd-starting');
    lab.runFor(1 as ReturnType<typeof seconds>);
    equal(condition(lab, lab.spoke), 'down: timer-expiry');
    equal(lab.spoke.count('bfdLinkDownTimer'), 0);
  });

  it('goes with its interface at once, and comes back with it', () => {
    const lab = settled();
    lab.spoke.device.setCarrier(1, false, lab.now);
    equal(condition(lab, lab.spoke), 'down: interface-down');
    deepEqual(alarms(lab.spoke), [
      'critical: Interface wan on wan is operationally down',
      'major: Peer hub path is down: wan to 172.16.0.2 (interface-down)',
      'critical: Peer hub is not reachable',
    ]);
    equal(lab.spoke.count('bfdLinkDownLocal'), 1);
    const sent = lab.spoke.count('bfdSent');
    lab.runFor(seconds(5));
    equal(lab.spoke.count('bfdSent'), sent);

    lab.spoke.device.setCarrier(1, true, lab.now);
    lab.runFor(seconds(9));
    equal(condition(lab, lab.spoke), 'up: bfd-up');
    deepEqual(alarms(lab.spoke), []);
  });

  it('that nobody watches goes with its interface all the same', () => {
    const lab = settled({ failover: false });
    lab.spoke.device.setCarrier(1, false, lab.now);
    equal(condition(lab, lab.spoke), 'down: interface-down');
    lab.spoke.device.setCarrier(1, true, lab.now);
    equal(condition(lab, lab.spoke), 'up: bfd-disabled');
  });

  it('goes when the gateway does not tell its link address any more, and comes back when it does', () => {
    const lab = settled({ emulator: { 'arp-timeout': '10' } });
    const carry = lab.wan.carry.bind(lab.wan);
    lab.wan.carry = (from, frame) => (isArpFrame(frame) ? undefined : carry(from, frame));
    lab.runFor(seconds(20));
    equal(condition(lab, lab.spoke), 'down: gateway-arp-unresolved');
    equal(lab.spoke.count('bfdLinkDownLocal'), 1);
    lab.wan.carry = carry;
    lab.runFor(seconds(12));
    equal(condition(lab, lab.spoke), 'up: bfd-up');
  });
});

describe('BFD that cannot be sent', () => {
  const busy = 'bfd\nlink-test-interval 1\nexit';

  it('is counted where no buffer is free', () => {
    const lab = settled({ hub: busy, emulator: { 'arp-queue-length': '256' } });
    // Packets for a server that does not tell its link address wait at the hub, and hold its buffers.
    lab.server.isDeaf = true;
    for (let i = 0; i < 300; i++) lab.client.ask('anybody?');
    lab.runFor(milliseconds(1_500));
    ok(lab.hub.count('bfdSentBufferFailure') > 0);
    ok(lab.hub.count('bfdEchoSentBufferFailure') > 0);
  });

  it('is counted where the next hop has fallen silent', () => {
    const lab = settled({ spoke: busy, emulator: { 'arp-timeout': '10' } });
    const carry = lab.wan.carry.bind(lab.wan);
    lab.wan.carry = (from, frame) => (isArpFrame(frame) ? undefined : carry(from, frame));
    lab.runFor(seconds(20));
    ok(lab.spoke.count('bfdSentArpFailure') > 0);
    ok(lab.spoke.count('bfdEchoSentArpFailure') > 0);
  });
});

describe('a path that flaps', () => {
  /** Cuts and heals; the hold-down time after each, in seconds, as the counters show it. */
  function holdDownTimes(lab: Lab, times: number): (number | undefined)[] {
    return Array.from({ length: times }, () => {
      cut(lab);
      lab.runFor(seconds(4));
      heal(lab);
      lab.runFor(seconds(2));
      return lab.spoke.device.counters.read('bfd by-peer-path dynamic-damping current-hold-down-time');
    });
  }

  it('is held down for longer each time with dynamic damping', () => {
    const lab = settled({ spoke: 'bfd\ndynamic-damping enabled\nmaximum-hold-down-time 30\nexit' });
    deepEqual(holdDownTimes(lab, 5), [5, 10, 20, 30, 30]);
    equal(lab.spoke.count('bfdHoldDownFlaps'), 4);
  });

  it('is held down for the same time without it', () => {
    deepEqual(holdDownTimes(settled(), 3), [5, 5, 5]);
  });
});

describe('the link tests of a path', () => {
  it('count what they send and what comes back, and show the last one', () => {
    const lab = settled({
      spoke: 'bfd\nlink-test-interval 2\nlink-test-length 5\nexit',
      hub: 'bfd\nlink-test-length 0\nexit',
    });
    lab.runFor(seconds(10));
    deepEqual([lab.spoke.count('bfdEchoSent'), lab.spoke.count('bfdEchoReplies')], [25, 25]);
    equal(lab.hub.count('bfdEchoSent'), 25);
    const read = (name: string): number | undefined => lab.spoke.device.counters.read(`bfd by-peer-path ${name}`);
    deepEqual([read('latency'), read('average-latency'), read('jitter'), read('loss')], [5, 5, 0, 0]);
    ok((read('mos') ?? 0) > 440);
  });

  it('measure loss', () => {
    const lab = settled();
    let echoes = 0;
    // Control packets of a session that is up come once a second; what comes between them are echoes.
    lab.wan.fate = (packet) =>
      packet.from === 'spoke' && packet.packet.payload.length > 96 && echoes++ % 4 === 0 ? 'lost' : 'arrives';
    lab.runFor(seconds(20));
    const loss = lab.spoke.device.counters.read('bfd by-peer-path loss') ?? 0;
    ok(loss >= 20 && loss <= 50, `${loss}`);
    ok((peer(lab, lab.spoke).mos ?? 5) < 4);
  });

  it('are forgotten when the path fails', () => {
    const lab = settled();
    cut(lab);
    lab.runFor(seconds(4));
    deepEqual([peer(lab, lab.spoke).latencyMs, peer(lab, lab.spoke).mos], [null, null]);
  });
});

describe('a peer that changes', () => {
  it('by a restart is noticed, and flows to it check once what it knows', () => {
    const lab = settled();
    lab.exchange('one', 'two', 'three');
    lab.hub.restart();
    lab.runFor(milliseconds(400));
    deepEqual(lab.spoke.reasons('peer-changed'), ['peer-restart']);
    equal(lab.spoke.count('bfdLinkDownRemote'), 1);
    deepEqual(lab.spoke.reasons('metadata-turned-on'), ['peer-restart']);
  });

  it('by a takeover of its other node is noticed without losing the path', () => {
    const pair = new NodePair();
    pair.runFor(seconds(5));
    pair.kill(0);
    pair.runFor(seconds(5));
    const read = (name: string): number | undefined => pair.hub.counters.read(`bfd by-peer-path ${name}`);
    equal(read('neighbor failover'), 1);
    deepEqual(
      ['remote-down', 'timer-expiry', 'local-oper-down', 'remote-admin-down'].map((name) => read(`link-down ${name}`)),
      [0, 0, 0, 0],
    );
    const [row] = pair.hub.peers(pair.now);
    deepEqual([row.status, row.hostname], ['up', 'node1']);
    deepEqual(pair.hub.alarms(), []);
  });

  it('leaves the watch to the node that has the interface', () => {
    const pair = new NodePair();
    pair.runFor(seconds(5));
    deepEqual(
      [0, 1].map((end) => pair.node(end as 0 | 1).peers(pair.now)[0].status),
      ['up', 'standby'],
    );
    equal(pair.count(1, 'bfdSent'), 0);
    deepEqual(pair.node(1).alarms(), []);
  });
});

describe('a NAT on the way', () => {
  /** Lets the spoke come from another port, and what is sent there come to the spoke. */
  function translate(lab: Lab, port: number): void {
    lab.wan.fate = ({ from, frame }) => {
      const at = UDP_AT + (from === 'spoke' ? 0 : 2);
      const translated = frame.slice();
      if (from === 'hub' && readU16(frame, at) !== port) return 'lost';
      if (from === 'spoke' && readU16(frame, at) !== BFD_PORT) return 'arrives';
      writeU16(translated, at, from === 'spoke' ? port : BFD_PORT);
      writeU16(translated, UDP_AT + 6, 0);
      return translated;
    };
  }

  it('is found out: the hub answers to where the spoke comes from, and the spoke is told', () => {
    const lab = watching();
    translate(lab, 40_000);
    lab.runFor(seconds(3));
    deepEqual([condition(lab, lab.spoke), condition(lab, lab.hub)], ['up: bfd-up', 'up: bfd-up']);
    equal(lab.spoke.count('bfdLocalNatChange'), 1);
    equal(lab.hub.count('bfdNeighborNatChange'), 0);
  });

  it('that changes its mapping is noticed on both sides, and flows check once', () => {
    const lab = watching();
    translate(lab, 40_000);
    lab.runFor(seconds(3));
    heal(lab);
    lab.exchange('one', 'two', 'three');
    for (const router of [lab.spoke, lab.hub]) router.mark();
    translate(lab, 40_001);
    lab.runFor(seconds(2));
    equal(lab.hub.count('bfdNeighborNatChange'), 1);
    equal(lab.spoke.count('bfdLocalNatChange'), 1);
    deepEqual(lab.hub.reasons('peer-changed'), ['peer-nat-change']);
    deepEqual(lab.spoke.reasons('metadata-turned-on'), ['local-nat-change']);
    deepEqual([lab.spoke.count('bfdLinkDownTimer'), lab.hub.count('bfdLinkDownTimer')], [0, 0]);
  });

  it('that goes away is noticed', () => {
    const lab = watching();
    translate(lab, 40_000);
    lab.runFor(seconds(3));
    heal(lab);
    lab.runFor(seconds(2));
    equal(lab.spoke.count('bfdLocalNatReset'), 1);
  });
});
