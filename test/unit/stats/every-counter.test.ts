import { deepEqual, equal } from 'node:assert/strict';
import type { Attributes } from '../../../lib/metadata/attributes.ts';
import { brokenIdentities } from '../../../lib/stats/identities.ts';
import { counterTable } from '../../../lib/stats/table.ts';
import { milliseconds, seconds } from '../../../lib/time.ts';
import { tcpFlags } from '../../../lib/wire/tcp.ts';
import { addressBytes, echoPacket, ethernetFrame, ipFrame, joined, text, udpPacket } from '../../support/packets.ts';
import {
  kindOf,
  macs,
  metadataBytes,
  twoRouters,
  type Lab,
  type LabOptions,
  type RouterNode,
  type WanPacket,
} from '../../support/two-routers.ts';
import { fragmentStories } from './fragment-stories.ts';
import { metricsStories } from './metrics-stories.ts';
import { middleboxStories } from './middlebox-stories.ts';
import { sessionCaptureStories } from './session-capture-stories.ts';

type Name = keyof typeof counterTable;

/** A story ends with the router that has counted, and how often if not once. */
type Story = () => readonly [router: RouterNode, times?: number];

const COOKIE = Uint8Array.of(0x4c, 0x48, 0xdb, 0xc6, 0xdd, 0xf6, 0x67, 0x0c);
const BACK = ['10.1.0.10', 40_000] as const;
const WEB = ['10.2.0.10', 80] as const;
const KEY = '000102030405060708090a0b0c0d0e0f';
const OTHER_KEY = '0f0e0d0c0b0a09080706050403020100';

/** One question and its answer, then another: a handshake, and a bare packet each way. */
function twoQuestions(options: LabOptions = {}): Lab {
  const lab = twoRouters(options);
  lab.server.isServer = true;
  lab.exchange('1', '2');
  return lab;
}

function oneQuestion(options: LabOptions = {}): Lab {
  const lab = twoRouters(options);
  lab.exchange('1');
  return lab;
}

/** An established session that has been silent for longer than the timeout, then a question. */
function afterSilence(options: LabOptions = {}, before: (lab: Lab) => void = () => undefined): Lab {
  const lab = twoRouters(options);
  lab.establish();
  lab.runFor(seconds(6));
  before(lab);
  lab.client.ask('after the silence');
  lab.runFor(milliseconds(1_100));
  return lab;
}

/** The hub gets metadata that no router made, on ports of its own unless it is for the session that is there. */
function forged(change: Attributes, where: 'session' | 'elsewhere' = 'elsewhere', options: LabOptions = {}): Lab {
  const lab = oneQuestion(options);
  lab.mark();
  const like = where === 'session' ? firstOf(lab) : elsewhere(firstOf(lab));
  lab.wan.forgeMetadata(like, where === 'session' ? change : { ...metadata(), ...change });
  lab.settle();
  return lab;
}

/** The packet that a lab began with, which `mark` has made the record forget. */
const firstPackets = new WeakMap<Lab, WanPacket>();
function firstOf(lab: Lab): WanPacket {
  const first = firstPackets.get(lab) ?? lab.wan.packets[0] ?? sample();
  firstPackets.set(lab, first);
  return first;
}

/** All labs of one seed begin alike. */
function sample(): WanPacket {
  return oneQuestion().wan.packets[0];
}

const elsewhere = ({ packet, ...rest }: WanPacket): WanPacket => ({
  ...rest,
  packet: { ...packet, sourcePort: packet.sourcePort ^ 0x100 },
});

const metadata = (): Attributes => ({
  forwardContextIpv4: {
    source: addressBytes('10.1.0.10'),
    destination: addressBytes('10.2.0.10'),
    sourcePort: 50_000,
    destinationPort: 7_000,
    protocol: 17,
  },
  sessionUuid: new Uint8Array(16),
  tenant: 'corp',
  service: 'questions',
  sourceRouter: 'spoke',
});

const without = (name: keyof Attributes): Attributes => ({ [name]: undefined });

/** The server does not tell its address, and so many packets wait for it that the hub has no buffer left. */
function withoutBuffers(): Lab {
  const lab = twoRouters({ emulator: { 'arp-queue-length': '256' } });
  lab.server.isDeaf = true;
  for (let i = 0; i < 256; i++) lab.client.ask(`${i}`);
  lab.settle();
  return lab;
}

/** A service of the authority and a route of the spoke to it. */
function serviceTo(network: string, route: string): LabOptions {
  return {
    authority: `service other\naddress ${network}\naccess-policy corp\nexit\nexit`,
    spoke: route && `service-route other\nservice-name other\n${route}\nexit`,
  };
}

function fromClient(send: (lab: Lab) => void, options: LabOptions = {}): Lab {
  const lab = twoRouters(options);
  send(lab);
  lab.settle();
  return lab;
}

/** A session over the first of two paths, which then loses everything; BFD notices. */
function afterPathFailure(): Lab {
  const lab = twoRouters({ wan: 'both', failover: true });
  lab.runFor(seconds(20));
  lab.exchange('1');
  lab.runFor(seconds(1));
  const family = lab.wan.packets.findLast((packet) => kindOf(packet) === 'forward')?.packet.family;
  lab.wan.fate = ({ packet }) => (packet.family === family ? 'lost' : 'arrives');
  lab.runFor(seconds(10));
  return lab;
}

const garbage = (type: number, content: string): Uint8Array =>
  ethernetFrame(macs.spokeLan, macs.client, type, text(content));

/** For each counter the shortest story in which it counts. */
const stories: Partial<Record<Name, Story>> = {
  ...fragmentStories,
  ...middleboxStories,
  ...metricsStories,
  ...sessionCaptureStories,
  metadataAdded: () => [twoQuestions().spoke],
  metadataAddNotRequired: () => [twoQuestions().spoke],
  metadataRemoved: () => [twoQuestions().spoke],
  metadataRemoveNotRequired: () => [twoQuestions().spoke],
  falsePositiveAdded: () => {
    const lab = twoQuestions();
    lab.client.ask(COOKIE);
    lab.settle();
    return [lab.spoke];
  },
  falsePositiveRemoved: () => {
    const lab = twoQuestions();
    lab.client.ask(COOKIE);
    lab.settle();
    return [lab.hub];
  },
  invalidatedForEnableMetadata: () => [afterSilence({}, (lab) => lab.hub.forgetSessions()).spoke],
  receivedEnableMetadata: () => [afterSilence({}, (lab) => lab.hub.forgetSessions()).spoke],
  receivedDisableMetadata: () => {
    const lab = oneQuestion();
    lab.runFor(seconds(1));
    return [lab.spoke];
  },
  receivedKeepAlive: () => [forged({ controlMessage: 'keepAlive' }, 'session').hub],
  sentDisableMetadata: () => {
    const lab = oneQuestion();
    lab.runFor(seconds(1));
    return [lab.hub];
  },
  addedHealthCheck: () => [afterSilence().spoke],
  generatedHealthCheckAcknowledgement: () => [afterSilence().hub],
  receivedHealthCheckAcknowledgement: () => [afterSilence().spoke],
  receivedStaleHealthCheckAcknowledgement: () => {
    const lab = afterSilence();
    const acknowledgement = lab.wan.packets.find((packet) => kindOf(packet) === 'control sessionExists');
    if (acknowledgement) lab.wan.replay(acknowledgement);
    lab.settle();
    return [lab.spoke];
  },
  sentHealthCheckAcknowledgement: () => [afterSilence().hub],

  metadataAddFailure: () => [
    fromClient((lab) => lab.client.ask('?'), { wan: 6, edit: (text) => text.replaceAll('mtu 9000', 'mtu 68') }).spoke,
  ],
  enableMetadataFlowMiss: () => [forged({ controlMessage: 'enableMetadata' }).hub],
  metadataInvalidType: () => {
    const lab = oneQuestion();
    const unknown = Uint8Array.of(0x10, 17, 0, 0, 0, 99, 0, 1, 7);
    lab.wan.forge(firstOf(lab), joined(COOKIE, unknown));
    lab.settle();
    return [lab.hub];
  },
  metadataGetLength: () => {
    const lab = oneQuestion();
    lab.wan.forge(firstOf(lab), joined(COOKIE, Uint8Array.of(0x10, 3, 0, 0)));
    lab.settle();
    return [lab.hub];
  },
  metadataNotPresent: () => {
    const lab = twoQuestions();
    lab.hub.forgetSessions();
    lab.exchange('lost');
    return [lab.hub];
  },
  unknownForcedDropReason: () => [forged({ controlMessage: 4 }, 'session').hub],
  reverseBufferAllocation: () => {
    const lab = withoutBuffers();
    lab.wan.forgeMetadata(elsewhere(firstOf(lab)), { sessionHealthCheck: 'request' });
    lab.settle();
    return [lab.hub];
  },
  turnOffBufferAllocation: () => {
    const lab = withoutBuffers();
    lab.runFor(seconds(1));
    return [lab.hub];
  },
  healthCheckBufferAllocation: () => {
    const lab = withoutBuffers();
    lab.wan.forgeMetadata(firstOf(lab), { sessionHealthCheck: 'request' });
    lab.settle();
    return [lab.hub];
  },
  healthCheckTimeout: () => [afterSilence({}, (lab) => lab.wan.lose(1)).spoke],
  healthCheckTimeoutForwardPinhole: () => [afterSilence({ pinhole: true }, (lab) => lab.wan.lose(1)).spoke],
  healthCheckTimeoutReversePinhole: () => {
    const lab = twoRouters({ pinhole: true });
    lab.establish();
    lab.runFor(seconds(6));
    lab.wan.lose(1);
    lab.server.say('push', 7_000, BACK);
    lab.runFor(seconds(2));
    return [lab.hub];
  },

  digestAdded: () => [twoQuestions({ hmac: {} }).spoke, 2],
  digestRemoved: () => [twoQuestions({ hmac: {} }).spoke, 2],
  hmacNotRequired: () => [twoQuestions().spoke, 2],
  digestNotFound: () => {
    const lab = oneQuestion({ hmac: {} });
    lab.wan.forge(lab.wan.packets[0], text('short'));
    lab.settle();
    return [lab.hub];
  },
  digestCompare: () => [oneQuestion({ hmac: {}, hubDiffers: { hmac: { key: OTHER_KEY } } }).hub],
  hmacContextNotFound: () => {
    const lab = twoQuestions({ hmac: {} });
    lab.hub.forgetSessions();
    lab.exchange('lost');
    return [lab.hub];
  },
  outsideTimeWindow: () => {
    const lab = oneQuestion({ hmac: {} });
    lab.runFor(seconds(4));
    lab.wan.replay(lab.wan.packets[0]);
    lab.settle();
    return [lab.hub];
  },
  replayed: () => {
    const lab = oneQuestion({ hmac: {} });
    lab.wan.replay(lab.wan.packets[0]);
    lab.settle();
    return [lab.hub];
  },

  keyRotations: () => {
    const lab = twoRouters({ encryption: { key: KEY, keys: { 2: OTHER_KEY } } });
    lab.spoke.device.rotateKey('between-routers', 2);
    lab.spoke.device.rotateKey('between-routers', 3);
    return [lab.spoke];
  },
  unknownKey: () => [
    oneQuestion({ encryption: { key: KEY, securityId: 2 }, hubDiffers: { encryption: { key: KEY } } }).hub,
  ],
  undecipherable: () => [oneQuestion({ encryption: { key: KEY }, hubDiffers: { encryption: { key: OTHER_KEY } } }).hub],
  payloadEncrypted: () => [oneQuestion({ encryption: { key: KEY, payload: true } }).spoke],
  payloadDecrypted: () => [oneQuestion({ encryption: { key: KEY, payload: true } }).hub],

  existingFlows: () => [twoQuestions().spoke],
  existingSession: () => {
    const lab = twoRouters();
    lab.exchange('1', '2');
    return [lab.hub];
  },
  validReverseMetadata: () => [twoQuestions().spoke],
  duplicateReverseMetadata: () => {
    const lab = oneQuestion();
    for (const push of ['a', 'b']) lab.server.say(push, 7_000, BACK);
    lab.settle();
    return [lab.spoke];
  },
  invalidReverseMetadata: () => {
    const lab = twoQuestions();
    const [reverse] = lab.wan.sentBy('hub');
    const context = metadata().forwardContextIpv4;
    lab.spoke.forgetSessions();
    if (context)
      lab.wan.forgeMetadata(reverse, {
        ...reverse.metadata?.attributes,
        reverseContextIpv4: {
          ...context,
          source: addressBytes('10.2.0.10'),
          destination: addressBytes('10.99.0.1'),
          sourcePort: 7_000,
        },
      });
    lab.settle();
    return [lab.spoke];
  },
  staleReverseMetadata: () => {
    const lab = twoQuestions();
    const [reverse] = lab.wan.sentBy('hub');
    lab.wan.forgeMetadata(reverse, { ...reverse.metadata?.attributes, sessionUuid: new Uint8Array(16) });
    lab.settle();
    return [lab.spoke];
  },
  staleFlowHit: () => {
    const lab = oneQuestion({ spokePorts: '20000', hubPorts: '20001' });
    lab.spoke.forgetSessions();
    lab.client.ask('new', { from: 40_001 });
    lab.settle();
    return [lab.hub];
  },
  collisionSameDirection: () => {
    const lab = oneQuestion();
    lab.spoke.forgetSessions();
    lab.exchange('new');
    return [lab.hub];
  },
  collisionChangeDirection: () => {
    const lab = fromClient((begun) => begun.client.ask('from the client', { from: 9_000 }));
    lab.hub.forgetSessions();
    lab.server.say('from the server', 7_000, ['10.1.0.10', 9_000]);
    lab.settle();
    return [lab.spoke];
  },
  midFlowModify: () => {
    const lab = afterSilence({}, (silent) => silent.hub.forgetSessions());
    lab.exchange('found');
    return [lab.hub];
  },
  flowMoved: () => {
    const lab = oneQuestion();
    const first = firstOf(lab);
    lab.wan.forgeMetadata(elsewhere(first), first.metadata?.attributes ?? {});
    lab.settle();
    return [lab.hub];
  },
  modifyDetected: () => [afterPathFailure().spoke],
  modifyRequestSent: () => [afterPathFailure().spoke],
  noFibEntry: () => [fromClient((lab) => lab.client.say('?', 40_000, ['10.9.9.9', 7_000])).spoke],
  serviceAreaDropped: () => [fromClient((lab) => lab.client.say('?', 40_000, ['10.9.9.9', 7_000])).spoke],
  accessDenied: () => [fromClient((lab) => lab.client.say('?', 40_000, ['10.1.0.20', 9_000])).spoke],
  missingSourceTenant: () => [forged(without('tenant')).hub],
  missingForwardSessionKey: () => [forged(without('service')).hub],
  serviceNotFound: () => [forged({ service: 'gopher' }).hub],
  serviceValidated: () => [oneQuestion().hub],

  arpResolveSuccess: () => {
    const lab = oneQuestion();
    lab.client.ask('from another port', { from: 1 });
    lab.settle();
    return [lab.spoke];
  },
  arpResolvePending: () => [oneQuestion().spoke],
  arpResolveFailure: () => {
    const lab = twoRouters();
    lab.server.isDeaf = true;
    lab.client.ask('?');
    lab.runFor(seconds(4));
    return [lab.hub];
  },
  sessionsInstalled: () => [oneQuestion().spoke],

  duplicateReverseFlow: () => {
    const lab = twoRouters({
      authority:
        'service other\naddress 10.2.0.0/24\ntransport udp\nport-range 6000\nexit\nexit\naccess-policy servers\nexit\nexit',
    });
    lab.server.sendIp(udpPacket(['10.2.0.20', 6_000], ['10.2.0.20', 6_000], text('to itself')));
    lab.settle();
    return [lab.hub];
  },
  fibLookup: () => [
    fromClient((lab) => lab.client.say('?', 40_000, ['10.77.0.1', 1]), serviceTo('10.77.0.0/16', '')).spoke,
  ],
  gatewayLookupFailure: () => [
    fromClient(
      (lab) => lab.client.say('?', 40_000, ['10.77.0.1', 1]),
      serviceTo('10.77.0.0/16', 'next-hop spoke lan\nexit'),
    ).spoke,
  ],
  invalidPacket: () => [fromClient((lab) => lab.client.segment(41_000, WEB, tcpFlags.ack)).spoke],
  servicePathsUnavailable: () => [
    fromClient((lab) => lab.client.ask('?'), {
      edit: (configuration) => configuration.replace('device-interface wan', 'device-interface wan\nenabled false'),
    }).spoke,
  ],
  waypointAllocation: () => [
    fromClient((lab) => [1, 2].forEach((from) => lab.client.ask('?', { from })), {
      spokePorts: '20000',
      hubPorts: '20001',
    }).spoke,
  ],
  sessionTableFull: () => [
    fromClient((lab) => [1, 2].forEach((from) => lab.client.ask('?', { from })), {
      emulator: { 'session-table-size': '1' },
    }).spoke,
  ],

  frameMalformed: () => [fromClient((lab) => lab.client.sendFrame(garbage(0x0800, 'no IP packet'))).spoke],
  frameNotForUs: () => [
    fromClient((lab) => lab.client.sendFrame(ethernetFrame(macs.server, macs.client, 0x0800, text('?')))).spoke,
  ],
  frameUnsupported: () => [fromClient((lab) => lab.client.sendFrame(garbage(0x88cc, 'LLDP'))).spoke],
  badChecksum: () => {
    const lab = oneQuestion();
    const { source, sourcePort, destination, destinationPort } = firstOf(lab).packet;
    const packet = udpPacket([source, sourcePort], [destination, destinationPort], metadataBytes(metadata()));
    packet[packet.length - 1] ^= 1;
    lab.wan.deliver('hub', ipFrame(macs.hubWan, macs.spokeWan, packet));
    lab.settle();
    return [lab.hub];
  },
  ttlExceeded: () => [fromClient((lab) => lab.client.ask('?', { ttl: 1 })).spoke],
  unknownWaypointAnswered: () => {
    const lab = twoQuestions({ mode: 'packet-based' });
    lab.hub.forgetSessions();
    lab.exchange('lost');
    return [lab.hub];
  },
  unknownWaypointSilent: () => {
    const lab = twoQuestions();
    lab.hub.forgetSessions();
    lab.exchange('lost');
    return [lab.hub];
  },
  tcpResetSent: () => [fromClient((lab) => lab.client.segment(41_000, WEB, tcpFlags.ack)).spoke],
  icmpErrorSent: () => [fromClient((lab) => lab.client.ask('?', { ttl: 1 })).spoke],
  icmpErrorSuppressed: () => [
    fromClient((lab) => Array.from({ length: 11 }, () => lab.client.ask('?', { ttl: 1 }))).spoke,
  ],
  icmpEchoAnswered: () => [
    fromClient((lab) => lab.client.sendIp(echoPacket('request', '10.1.0.10', '10.1.0.1', 1, text('?')))).spoke,
  ],
  tooBig: () => [
    fromClient((lab) => lab.client.ask(new Uint8Array(8_990)), { emulator: { 'dont-fragment': 'obey' } }).spoke,
  ],
  neighborQueueFull: () => [
    fromClient((lab) => ['1', '2', '3'].forEach((question) => lab.client.ask(question)), {
      emulator: { 'arp-queue-length': '2' },
    }).spoke,
  ],
  neighborTableFull: () => {
    const lab = twoRouters({ emulator: { 'session-table-size': '20000' } });
    lab.wan.fate = () => 'lost';
    // Every client is a next hop of its own, and so is the hub.
    for (let i = 0; i < 16_384; i++) {
      const source = `10.1.${64 + (i >> 8)}.${i & 0xff}`;
      lab.spoke.receive(
        0,
        ipFrame(macs.spokeLan, macs.client, udpPacket([source, 1], ['10.2.0.10', 7_000], text('?'))),
      );
    }
    return [lab.spoke];
  },
  replayCacheEvictions: () => {
    const lab = twoRouters({ hmac: {}, emulator: { 'replay-cache-size': '1' } });
    lab.exchange('1', '2');
    return [lab.hub];
  },
  // The first question is of no flow; all that follows has one.
  serviceAreaDequeued: () => [twoQuestions().spoke],
  serviceAreaScheduledPackets: () => [twoQuestions().spoke],
  serviceAreaScheduled: () => [twoQuestions().spoke],
  serviceAreaSent: () => [twoQuestions().spoke],
  // Two questions and two answers are forwarded; addresses are asked for and told.
  framesReceived: () => [twoQuestions().spoke, 6],
  framesConsumed: () => [twoQuestions().spoke, 2],
  framesDropped: () => [
    fromClient((lab) => lab.client.sendFrame(ethernetFrame(macs.server, macs.client, 0x0800, text('?')))).spoke,
  ],
  packetsForwarded: () => [twoQuestions().spoke, 4],
  // An IPv4 and a UDP header and one byte, four times; and each metadata block once.
  bytesForwarded: () => {
    const lab = twoQuestions();
    const [forward] = lab.wan.packets;
    return [lab.spoke, 4 * 29 + (forward.metadata?.length ?? 0)];
  },
  sessionsEntries: () => [oneQuestion().spoke],
  waypointsEntries: () => [oneQuestion().spoke],
  sessionsCreated: () => [oneQuestion().hub],
  sessionsRecreated: () => {
    const lab = afterSilence({}, (silent) => silent.hub.forgetSessions());
    lab.exchange('found');
    return [lab.hub];
  },
  sessionsTimedOut: () => {
    const lab = oneQuestion();
    lab.runFor(seconds(181));
    return [lab.hub];
  },
  sessionsClosed: () => [forged({ controlMessage: 'deleteSession' }, 'session').hub],
  sessionsReplaced: () => {
    const lab = oneQuestion();
    lab.spoke.forgetSessions();
    lab.exchange('new');
    return [lab.hub];
  },
  sessionsDeletedByOperator: () => {
    const lab = oneQuestion();
    lab.spoke.device.deleteSession(lab.spoke.sessionIds()[0], lab.now);
    return [lab.spoke];
  },
  sessionsReconfigured: () => {
    const lab = oneQuestion();
    lab.reconfigure({ edit: (text) => text.replace('service questions', 'service questions\nenabled false') });
    return [lab.spoke];
  },
  sessionsForgotten: () => {
    const lab = oneQuestion();
    lab.hub.forgetSessions();
    return [lab.hub];
  },
};

describe('the counters of a router', () => {
  const names = Object.keys(counterTable) as Name[];

  it('all have a story here that makes them count', () => {
    deepEqual(
      names.filter((name) => !stories[name]),
      [],
    );
  });

  it('each have a path of their own', () => {
    equal(new Set(names.map((name) => counterTable[name].path)).size, names.length);
  });

  for (const name of names) {
    const story = stories[name];
    if (!story) continue;
    const { path, help } = counterTable[name];
    it(`${path}: ${help}`, () => {
      const [router, times = 1] = story();
      equal(router.count(name), times);
      equal(router.device.counters.read(path), times);
      deepEqual(brokenIdentities('router', router.device.counters.all()), []);
    });
  }
});
