import { deepEqual, equal, ok } from 'node:assert/strict';
import type { ControlPacket } from '../../../lib/peering/bfd/control-packet.ts';
import type { BfdMetadata } from '../../../lib/peering/svr-bfd/metadata.ts';
import { readSvrBfd, writeSvrBfd } from '../../../lib/peering/svr-bfd/packet.ts';
import type { CounterName } from '../../../lib/stats/counters.ts';
import { microseconds, seconds, type Instant } from '../../../lib/time.ts';
import { readU16 } from '../../../lib/wire/bytes.ts';
import { ETHERNET_HEADER_LENGTH } from '../../../lib/wire/ethernet.ts';
import { withIpv4Header } from '../../support/ip-fragments.ts';
import { icmpPacket, ipFrame, joined, tcpPacket, udpPacket } from '../../support/packets.ts';
import {
  macs,
  twoRouters,
  type Lab,
  type LabOptions,
  type RouterNode,
  type WanPacket,
} from '../../support/two-routers.ts';

const BFD_PORT = 1280;

const discovery = (interval = 600): string => `path-mtu-discovery\nenabled true\ninterval ${interval}\nexit`;

interface MtuLab extends LabOptions {
  readonly carries: number;
  readonly interfaceMtu?: number;
}

/** Routers that look for the MTU of a WAN which loses longer packets than it `carries`. */
function lab({ carries, interfaceMtu = 1_500, ...options }: MtuLab): Lab {
  const made = twoRouters({
    failover: true,
    hmac: {},
    spoke: discovery(),
    hub: discovery(),
    ...options,
    edit: (text) => text.replaceAll('mtu 9000', `mtu ${interfaceMtu}`),
  });
  made.server.isServer = true;
  narrow(made, carries);
  return made;
}

const lengthOf = ({ frame }: WanPacket): number => frame.length - ETHERNET_HEADER_LENGTH;

function narrow({ wan }: Lab, carries: number): void {
  wan.fate = (packet) => (lengthOf(packet) > carries ? 'lost' : 'arrives');
}

/** The same after the first search. */
function searched(options: MtuLab): Lab {
  const made = lab(options);
  made.runFor(seconds(40));
  made.mark();
  return made;
}

/** What `show peers` shows. */
const shown = (made: Lab, router: RouterNode, place = 0): number => router.device.peers(made.now)[place].pathMtu;

const counts = (router: RouterNode, ...names: CounterName[]): number[] => names.map((name) => router.count(name));

const isProbe = (packet: WanPacket): boolean => packet.packet.destinationPort === BFD_PORT && lengthOf(packet) > 550;

describe('the MTU of a path to a peer', () => {
  for (const [wan, hmac] of [
    [4, true],
    [6, true],
    [4, false],
  ] as const)
    it(`is found over IPv${wan}, ${hmac ? 'sealed' : 'bare'}, and shown on both sides`, () => {
      const made = searched({ carries: 1_400, wan, hmac: hmac ? {} : undefined });
      deepEqual([shown(made, made.spoke), shown(made, made.hub)], [1_400, 1_400]);
      equal(made.spoke.device.counters.read('emulator path-mtu bytes'), 1_400);
    });

  it('is 0 in show peers while nobody looks, and until the first search is over', () => {
    const idle = searched({ carries: 1_400, spoke: '', hub: '' });
    equal(shown(idle, idle.spoke), 0);
    equal(idle.wan.packets.filter(isProbe).length, 0);
    const busy = lab({ carries: 1_400 });
    busy.runFor(seconds(3));
    equal(shown(busy, busy.spoke), 0);
  });

  it('is looked for where only one side wants to know: the other answers', () => {
    const made = searched({ carries: 1_400, hub: '' });
    deepEqual([shown(made, made.spoke), shown(made, made.hub)], [1_400, 0]);
  });

  it('may be set for a neighborhood other than for the router', () => {
    const made = lab({ carries: 1_400 });
    const text = 'neighborhood wan\npath-mtu-discovery\nenabled false\nexit';
    const quiet = twoRouters({
      failover: true,
      spoke: discovery(),
      edit: (all) => all.replaceAll('neighborhood wan', text),
    });
    for (const one of [made, quiet]) one.runFor(seconds(40));
    deepEqual([shown(made, made.spoke), shown(quiet, quiet.spoke)], [1_400, 0]);
  });

  it('is looked for as a new configuration says, and forgotten when that wants nobody to look', () => {
    const edit = (text: string): string => text.replaceAll('mtu 9000', 'mtu 1500');
    const idle: LabOptions = { failover: true, hmac: {}, edit };
    const made = searched({ carries: 1_400, spoke: '', hub: '' });
    made.reconfigure({ ...idle, spoke: discovery(), hub: discovery() });
    made.runFor(seconds(40));
    deepEqual([shown(made, made.spoke), shown(made, made.hub)], [1_400, 1_400]);
    made.reconfigure(idle);
    made.runFor(seconds(1));
    deepEqual([shown(made, made.spoke), shown(made, made.hub)], [0, 0]);
    equal(made.spoke.count('bfdLinkDownTimer') + made.spoke.count('bfdLinkDownRemote'), 0);
  });

  it('is at most that of the interface, which a new configuration may make shorter or longer', () => {
    const mtu = (bytes: number): LabOptions => ({
      failover: true,
      edit: (text) => text.replaceAll('mtu 9000', `mtu ${bytes}`),
    });
    const made = twoRouters(mtu(9_000));
    made.server.isServer = true;
    made.establish();
    const longest = (): number => {
      made.mark();
      made.exchange('x'.repeat(1_400));
      equal(made.client.answers.length, 1);
      return Math.max(...made.wan.packets.map(lengthOf));
    };
    ok(longest() > 1_400);
    made.reconfigure(mtu(1_000));
    ok(longest() <= 1_000);
    made.reconfigure(mtu(9_000));
    ok(longest() > 1_400);
  });

  it('is asked for by padded packets of exactly the length, with DF, and answered by short ones', () => {
    const made = lab({ carries: 9_000, interfaceMtu: 1_500 });
    made.runFor(seconds(3));
    const probes = made.wan.packets.filter((packet) => packet.from === 'spoke' && isProbe(packet));
    deepEqual(probes.map(lengthOf), [1_500]);
    equal(probes[0].frame[20] & 0x40, 0x40);
    ok(probes[0].packet.isIntact && probes[0].packet.hasUdpChecksum);
    deepEqual(
      counts(made.spoke, 'pathMtuProbesSent', 'pathMtuProbesAnswered', 'pathMtuAnswersSent', 'pathMtuChanges'),
      [1, 1, 1, 0],
    );
    ok(
      made.wan.packets
        .filter((packet) => packet.at >= probes[0].at && packet.from === 'hub')
        .every((packet) => lengthOf(packet) < 300 || isProbe(packet)),
    );
  });

  it('is an event, a trace and a count when it changes', () => {
    const made = lab({ carries: 1_400 });
    made.runFor(seconds(40));
    deepEqual(made.spoke.reasons('path-mtu-changed'), ['1200', '1400']);
    const told = made.spoke.device.events().map(({ message }) => message);
    ok(told.includes('Peer hub path wan to 172.16.0.2: MTU 1400'), told.join('\n'));
    deepEqual(counts(made.spoke, 'pathMtuChanges', 'pathMtuBlackHoles'), [2, 0]);
  });

  it('is what packets are cut for', () => {
    const made = searched({ carries: 1_400 });
    made.client.ask('x'.repeat(1_400));
    made.settle();
    equal(made.client.answers.length, 1);
    equal(made.spoke.count('fabricFragmented'), 1);
    const sessionPackets = made.wan.packets.filter(({ packet }) => packet.destinationPort !== BFD_PORT);
    ok(sessionPackets.every((packet) => lengthOf(packet) <= 1_400));
    ok(sessionPackets.some((packet) => lengthOf(packet) > 1_380));
  });

  it('is what the client of a packet with DF is told where the routers obey that', () => {
    const made = searched({ carries: 1_400, emulator: { 'dont-fragment': 'obey' } });
    made.client.ask('x'.repeat(1_400));
    made.settle();
    deepEqual(made.client.last.icmp?.slice(0, 2), [3, 4]);
    // What is left of 1,400 bytes beside the UDP header that the hosts have: IP, UDP, and a trailer of 28 bytes.
    const { l4 } = made.client.last;
    equal(readU16(l4, 6), 1_400 - 28);
  });

  it('is what a SYN is told of', () => {
    const announced = (made: Lab): number => {
      const syn = tcpPacket(['10.1.0.10', 41_000], ['10.2.0.10', 80], 0x02);
      // Four bytes of options: the maximum segment size, 65,535 bytes.
      const packet = joined(syn, Uint8Array.of(2, 4, 0xff, 0xff));
      packet[32] = 0x60;
      made.client.sendIp(withIpv4Header(packet.slice(0, 20), packet.slice(20), 0));
      made.settle();
      const { l4 } = made.server.last;
      return readU16(l4, 22);
    };
    equal(announced(searched({ carries: 1_500 })) - announced(searched({ carries: 1_400 })), 100);
  });

  it('is that of each path, and leaves the others alone', () => {
    const made = lab({ carries: 1_500, wan: 'both' });
    made.wan.fate = (packet) => (packet.packet.family === 6 && lengthOf(packet) > 1_300 ? 'lost' : 'arrives');
    made.runFor(seconds(40));
    deepEqual([shown(made, made.spoke, 0), shown(made, made.spoke, 1)], [1_500, 1_300]);
  });

  it('is found again when it shrinks, and packets are short enough from the first probes on that fail', () => {
    const made = searched({ carries: 1_500, spoke: discovery(10), hub: discovery(10) });
    narrow(made, 1_300);
    made.runFor(seconds(60));
    deepEqual([shown(made, made.spoke), shown(made, made.hub)], [1_300, 1_300]);
    deepEqual(made.spoke.reasons('path-mtu-changed'), ['1200', '1300']);
    equal(made.spoke.count('pathMtuBlackHoles'), 1);
    ok(made.spoke.count('pathMtuProbesUnanswered') >= 3);
  });

  it('is an alarm where no probe is answered, until one is', () => {
    const made = searched({ carries: 500, spoke: discovery(10) });
    const alarms = (): string[] => made.spoke.device.alarms().map(({ severity, message }) => `${severity}: ${message}`);
    deepEqual(alarms(), ['major: Peer hub path MTU is unresolvable: wan to 172.16.0.2']);
    equal(shown(made, made.spoke), 0);
    ok(made.spoke.device.counters.read('emulator path-mtu unresolvable'));
    narrow(made, 1_500);
    made.runFor(seconds(30));
    deepEqual(alarms(), []);
    equal(shown(made, made.spoke), 1_500);
  });
});

/** A node between the routers says that a packet is too long for it. */
function tellTooBig(
  made: Lab,
  { frame }: WanPacket,
  mtu: number,
  change: (quote: Uint8Array) => void = () => undefined,
): void {
  const isIpv6 = frame[12] === 0x86;
  const quote = frame.slice(ETHERNET_HEADER_LENGTH, ETHERNET_HEADER_LENGTH + (isIpv6 ? 48 : 28));
  change(quote);
  const error = isIpv6
    ? icmpPacket('fd00:a::99', 'fd00:a::1', [2, 0], mtu, quote)
    : icmpPacket('172.16.0.99', '172.16.0.1', [3, 4], mtu, quote);
  made.wan.deliver('spoke', ipFrame(macs.spokeWan, macs.hubWan, error));
}

describe('an ICMP error about a packet too long', () => {
  for (const wan of [4, 6] as const)
    it(`about a probe is believed, and spares two thirds of the probes, over IPv${wan}`, () => {
      const made = lab({ carries: 1_400, wan, hub: '' });
      made.wan.fate = (packet) => {
        if (lengthOf(packet) <= 1_400) return 'arrives';
        if (packet.from === 'spoke') tellTooBig(made, packet, 1_400);
        return 'lost';
      };
      made.runFor(seconds(3));
      equal(shown(made, made.spoke), 1_400);
      deepEqual(counts(made.spoke, 'pathMtuTooBig', 'pathMtuProbesSent', 'pathMtuTooBigRefused'), [1, 2, 0]);
    });

  it('that quotes another checksum, length, peer or port, or tells what cannot be, changes nothing and is counted', () => {
    const wrongs: readonly (readonly [number, (quote: Uint8Array) => void])[] = [
      [1_300, (quote) => (quote[27] ^= 1)],
      [1_300, (quote) => (quote[25] ^= 1)],
      [1_300, (quote) => (quote[19] ^= 8)],
      [1_300, (quote) => (quote[23] ^= 1)],
      [1_500, () => undefined],
      [100, () => undefined],
    ];
    for (const [mtu, change] of wrongs) {
      const made = lab({ carries: 9_000, hub: '' });
      made.wan.fate = (packet) => {
        if (packet.from === 'spoke' && isProbe(packet)) tellTooBig(made, packet, mtu, change);
        return 'arrives';
      };
      made.runFor(seconds(3));
      deepEqual(
        [shown(made, made.spoke), ...counts(made.spoke, 'pathMtuTooBigRefused', 'pathMtuTooBig')],
        [1_500, 1, 0],
      );
    }
  });

  it('about a packet of a session makes the router look at once', () => {
    const made = searched({ carries: 1_500 });
    made.client.ask('x'.repeat(1_400));
    made.settle();
    narrow(made, 1_300);
    made.client.ask('x'.repeat(1_401));
    made.settle();
    const lost = made.wan.packets.findLast((packet) => packet.from === 'spoke' && lengthOf(packet) > 1_300);
    ok(lost);
    tellTooBig(made, lost, 1_300);
    made.runFor(seconds(40));
    equal(shown(made, made.spoke), 1_300);
    equal(shown(made, made.hub), 1_500);
  });
});

describe('probes and answers that are refused', () => {
  const control: ControlPacket = {
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
    source: { address: Uint8Array.of(172, 16, 0, 1), port: BFD_PORT },
    bootCounter: 1,
    failoverCounter: 0,
    serviceLoads: [],
  };

  /** What somebody who knows the spoke's name, but no key, says to the hub. */
  function say(made: Lab, metadata: Partial<BfdMetadata>, length = 0): void {
    const bytes = new Uint8Array(2_000);
    const end = writeSvrBfd(control, { ...fromSpoke, ...metadata }, bytes, 0, length);
    const packet = udpPacket(['172.16.0.1', BFD_PORT], ['172.16.0.2', BFD_PORT], bytes.slice(0, end));
    made.wan.deliver('hub', ipFrame(macs.hubWan, macs.spokeWan, packet));
    made.settle();
  }

  const request = (size: number): Partial<BfdMetadata> => ({ mtuProbe: { kind: 'request', number: 1, size } });

  it('are not sealed', () => {
    const made = searched({ carries: 1_500 });
    say(made, request(1_000), 1_000 - 28);
    deepEqual(counts(made.hub, 'bfdUnauthentic', 'pathMtuAnswersSent'), [1, 0]);
  });

  it('come from a router that is no peer', () => {
    const made = searched({ carries: 1_500, hmac: undefined });
    say(made, { ...request(1_000), router: 'stranger' }, 1_000 - 28);
    deepEqual(counts(made.hub, 'bfdMiss', 'pathMtuAnswersSent'), [1, 0]);
  });

  it('are not as long as they say', () => {
    const made = searched({ carries: 1_500, hmac: undefined });
    say(made, request(1_000), 1_000 - 28);
    deepEqual(counts(made.hub, 'bfdWrongSize', 'pathMtuAnswersSent'), [0, 1]);
    say(made, request(1_001), 1_000 - 28);
    deepEqual(counts(made.hub, 'bfdWrongSize', 'pathMtuAnswersSent'), [1, 1]);
  });

  it('answer nothing that was asked', () => {
    const made = searched({ carries: 1_500, hmac: undefined });
    say(made, { mtuProbe: { kind: 'reply', number: 1, size: 9_000 } });
    deepEqual(counts(made.hub, 'pathMtuStaleAnswers', 'pathMtuProbesAnswered'), [1, 0]);
    equal(shown(made, made.hub), 1_500);
  });

  it('have padding without being a probe', () => {
    const made = searched({ carries: 1_500, hmac: undefined });
    say(made, {}, 1_000);
    say(made, { mtuProbe: { kind: 'reply', number: 1, size: 1_000 } }, 1_000);
    equal(made.hub.count('bfdBadMetadata'), 2);
  });

  it('are echo and probe at once', () => {
    const bytes = new Uint8Array(1_000);
    const both = { ...fromSpoke, ...request(500), echo: { kind: 'request', burst: 1, index: 1 } } as const;
    const end = writeSvrBfd(control, both, bytes, 0);
    equal(readSvrBfd(bytes, 0, end, undefined, 0 as Instant), 'bad-metadata');
  });
});
