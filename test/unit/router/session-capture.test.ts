import { deepEqual, equal, ok } from 'node:assert/strict';
import type { CapturePoint, TakenPacket } from '../../../lib/highway/capture-points.ts';
import { decodeMetadata, type Metadata } from '../../../lib/metadata/codec.ts';
import type { SessionCaptureRequest } from '../../../lib/service-area/session-captures.ts';
import { seconds } from '../../../lib/time.ts';
import { ETHERNET_HEADER_LENGTH } from '../../../lib/wire/ethernet.ts';
import { tcpFlags } from '../../../lib/wire/tcp.ts';
import { readFrame, type ReadPacket } from '../../support/packets.ts';
import { twoRouters, type Lab, type LabOptions, type RouterNode } from '../../support/two-routers.ts';

const SERVICE = 'questions';
const POINTS: readonly CapturePoint[] = ['forward-ingress', 'forward-egress', 'reverse-egress', 'reverse-ingress'];

/** A lab whose server answers, with a capture at the spoke. */
function capturing(request: Partial<SessionCaptureRequest> = {}, options: LabOptions = {}): Lab {
  const lab = twoRouters(options);
  lab.server.isServer = true;
  equal(lab.spoke.device.sessionCaptures.create({ service: SERVICE, ...request }), 1);
  return lab;
}

const taken = ({ device }: RouterNode): readonly TakenPacket[] => device.sessionCaptures.packets();
const pointsOf = (router: RouterNode): CapturePoint[] => taken(router).map(({ point }) => point);
const countAt = (router: RouterNode, point: CapturePoint): number =>
  taken(router).filter((packet) => packet.point === point).length;

function read({ bytes }: TakenPacket): ReadPacket {
  const packet = readFrame(bytes);
  ok(packet?.isIntact, 'a packet that was taken has right lengths and checksums');
  return packet;
}

function metadataOf(packet: TakenPacket): Metadata {
  const { payload } = read(packet);
  const metadata = decodeMetadata(payload, 0, payload.length);
  ok(typeof metadata !== 'string', `metadata can be read, but: ${metadata as string}`);
  return metadata;
}

const rowsOf = (router: RouterNode): object[] =>
  router.device.sessionCaptures.rows().map(({ remainingSessions, activeSessions, remainingPackets, askedBy }) => ({
    remainingSessions,
    activeSessions,
    remainingPackets,
    askedBy,
  }));

describe('a session capture', () => {
  it('takes each packet where it comes in and where it leaves, in both directions', () => {
    const lab = capturing();
    lab.exchange('1', '2');
    deepEqual(pointsOf(lab.spoke), [...POINTS, ...POINTS]);
    deepEqual(
      taken(lab.spoke).map(({ direction }) => direction),
      ['in', 'out', 'in', 'out', 'in', 'out', 'in', 'out'],
    );
    equal(lab.spoke.count('sessionCaptureSessions'), 1);
    equal(lab.spoke.count('sessionCapturePackets'), 8);
  });

  it('shows what a host sent and gets as it was on the wire, and says which session and packet it is', () => {
    const lab = capturing();
    lab.exchange('what?');
    const [came, , , left] = taken(lab.spoke);
    deepEqual([read(came).source, read(came).destination], ['10.1.0.10', '10.2.0.10']);
    deepEqual([read(left).source, read(left).destination], ['10.2.0.10', '10.1.0.10']);
    equal(Buffer.from(read(left).payload).toString(), 'what?');
    equal(read(left).ttl, lab.client.last.ttl);
    const [id] = lab.spoke.sessionIds();
    deepEqual(came.comments, [`service ${SERVICE}, session ${id}, packet 1 of 100`]);
  });

  for (const [way, options] of Object.entries<LabOptions>({
    bare: {},
    sealed: { hmac: {} },
    'over IPv6': { wan: 6, hmac: { mode: 'regular' } },
    'of TLVs': { encoding: 'tlv' },
  }))
    it(`shows what goes between routers byte for byte where nothing is encrypted, ${way}`, () => {
      const lab = capturing({}, options);
      lab.exchange('1', '2');
      const left = taken(lab.spoke).filter(({ point }) => point === 'forward-egress');
      const came = taken(lab.spoke).filter(({ point }) => point === 'reverse-egress');
      // The first one was taken before the hub had told its link address.
      deepEqual(
        left.map(({ bytes }) => bytes.slice(ETHERNET_HEADER_LENGTH)),
        lab.wan.sentBy('spoke').map(({ frame }) => frame.slice(ETHERNET_HEADER_LENGTH)),
      );
      deepEqual(left[1].bytes, lab.wan.sentBy('spoke')[1].frame);
      deepEqual(
        came.map(({ bytes }) => bytes),
        lab.wan.sentBy('hub').map(({ frame }) => frame),
      );
    });

  for (const encoding of ['protobuf', 'tlv'] as const)
    it(`shows encrypted metadata in the clear where it leaves, and as it came where it comes in, ${encoding}`, () => {
      const lab = capturing({}, { encoding, hmac: {}, encryption: { key: 'a'.repeat(32), payload: true } });
      lab.exchange('a secret');
      const [, left, came] = taken(lab.spoke);
      const { attributes } = metadataOf(left);
      equal(attributes.service, SERVICE);
      equal(attributes.tenant, 'corp');
      equal(attributes.securityId, undefined);
      const [onWire] = lab.wan.sentBy('spoke');
      ok(onWire.frame.length > left.bytes.length);
      equal(
        left.comments[1],
        `metadata in the clear: ${onWire.frame.length - left.bytes.length} bytes longer on the wire, with another checksum`,
      );
      ok(!Buffer.from(left.bytes).includes('a secret'), 'payload stays encrypted');
      deepEqual(came.bytes, lab.wan.sentBy('hub')[0].frame);
      const [forwardAtHub] = taken(lab.hub);
      deepEqual(forwardAtHub.bytes, onWire.frame);
      deepEqual(lab.client.answers, ['a secret']);
    });

  it('takes so many packets of each direction and no more', () => {
    const lab = capturing({ packetCount: 2 });
    lab.exchange('1', '2', '3', '4');
    for (const point of POINTS) equal(countAt(lab.spoke, point), 2, point);
    for (const point of POINTS) equal(countAt(lab.hub, point), 2, point);
    deepEqual(rowsOf(lab.hub), []);
  });

  it('takes 100 packets of each direction unless told otherwise', () => {
    const lab = capturing();
    lab.exchange(...Array.from({ length: 105 }, String));
    for (const point of POINTS) equal(countAt(lab.spoke, point), 100, point);
    deepEqual(rowsOf(lab.spoke), [
      { remainingSessions: null, activeSessions: 0, remainingPackets: 0, askedBy: 'operator' },
    ]);
  });

  it('is over when so many sessions have begun and had their packets', () => {
    const lab = capturing({ sessionCount: 2, packetCount: 1 });
    deepEqual(rowsOf(lab.spoke), [
      { remainingSessions: 2, activeSessions: 0, remainingPackets: 0, askedBy: 'operator' },
    ]);
    for (const from of [41_001, 41_002, 41_003]) lab.client.ask('?', { from });
    lab.settle();
    equal(countAt(lab.spoke, 'forward-ingress'), 2);
    equal(lab.spoke.count('sessionCaptureSessions'), 2);
    deepEqual(rowsOf(lab.spoke), []);
  });

  it('tells how many sessions and packets remain', () => {
    const lab = capturing({ sessionCount: 5, packetCount: 10 });
    lab.exchange('1', '2', '3');
    deepEqual(rowsOf(lab.spoke), [
      { remainingSessions: 4, activeSessions: 1, remainingPackets: 14, askedBy: 'operator' },
    ]);
    deepEqual(rowsOf(lab.hub), [{ remainingSessions: 0, activeSessions: 1, remainingPackets: 14, askedBy: 'peer' }]);
  });

  it('leaves alone sessions that were there before', () => {
    const lab = twoRouters();
    lab.establish();
    lab.spoke.device.sessionCaptures.create({ service: SERVICE });
    lab.exchange('1');
    deepEqual(taken(lab.spoke), []);
  });

  it('chooses by source, destination, ports and protocol', () => {
    const matching: Partial<SessionCaptureRequest>[] = [
      { sourceIp: '10.1.0.0/16' },
      { sourceIp: '10.1.0.10' },
      { destinationIp: '10.2.0.10/32', sourcePort: 41_001 },
      { protocol: 'udp' },
    ];
    const others: Partial<SessionCaptureRequest>[] = [
      { sourceIp: '10.9.0.0/16' },
      { sourceIp: 'fd00:1::/64' },
      { destinationIp: '10.2.0.11' },
      { sourcePort: 41_002 },
      { destinationPort: 9 },
      { protocol: 'tcp' },
    ];
    for (const [requests, packets] of [[matching, 4] as const, [others, 0] as const]) {
      for (const request of requests) {
        const lab = capturing(request);
        lab.client.ask('?', { from: 41_001 });
        lab.settle();
        equal(taken(lab.spoke).length, packets, JSON.stringify(request));
      }
    }
  });

  it('takes the messages that routers send for the session, where they leave and where they come in', () => {
    const lab = capturing();
    lab.server.isServer = false;
    lab.exchange('?');
    lab.runFor(seconds(1));
    deepEqual(pointsOf(lab.hub), ['forward-ingress', 'forward-egress', 'reverse-ingress']);
    deepEqual(pointsOf(lab.spoke), ['forward-ingress', 'forward-egress', 'reverse-egress']);
    for (const router of [lab.hub, lab.spoke])
      equal(metadataOf(taken(router)[2]).attributes.controlMessage, 'disableMetadata');
  });

  it('shows TCP inside UDP between routers, and as itself where hosts are', () => {
    const lab = capturing({ service: 'web' });
    lab.client.segment(41_000, ['10.2.0.10', 80], tcpFlags.syn);
    lab.settle();
    deepEqual(pointsOf(lab.spoke), POINTS);
    deepEqual(
      taken(lab.spoke).map((packet) => read(packet).protocol),
      [6, 17, 17, 6],
    );
  });

  it('refuses a service that is not there, and what is no address', () => {
    const { sessionCaptures } = twoRouters().spoke.device;
    equal(sessionCaptures.create({ service: 'nothing' }), "there is no service 'nothing'");
    equal(sessionCaptures.create({ service: SERVICE, sourceIp: 'here' }), "'here' is neither an address nor a prefix");
    deepEqual(sessionCaptures.rows(), []);
  });

  it('refuses to be the 65th', () => {
    const { sessionCaptures } = twoRouters().spoke.device;
    for (let id = 1; id <= 64; id++) equal(sessionCaptures.create({ service: SERVICE }), id);
    equal(sessionCaptures.create({ service: SERVICE }), 'there are 64 session captures already');
  });

  it('gives up its oldest packets when it has 16 MiB of them', () => {
    const lab = capturing({ packetCount: 1_000_000, localOnly: true });
    lab.spoke.isTraced = false;
    const payload = 'x'.repeat(1_400);
    for (let i = 0; i < 3_000; i++) {
      lab.exchange(payload);
      lab.wan.clear();
    }
    const packets = taken(lab.spoke);
    const bytes = packets.reduce((sum, { bytes }) => sum + bytes.length, 0);
    ok(bytes <= 16 << 20 && bytes > (16 << 20) - 2_000);
    equal(packets.length + lab.spoke.count('sessionCapturePacketsGivenUp'), lab.spoke.count('sessionCapturePackets'));
    equal(packets.at(-1)?.comments[0].endsWith('packet 3000 of 1000000'), true);
  });
});

describe('deleting a session capture', () => {
  it('keeps sessions from being captured that begin then, and stops none that is being captured', () => {
    const lab = capturing({ packetCount: 3 });
    lab.exchange('1');
    ok(lab.spoke.device.sessionCaptures.delete(1));
    deepEqual(rowsOf(lab.spoke), [
      { remainingSessions: 0, activeSessions: 1, remainingPackets: 4, askedBy: 'operator' },
    ]);
    lab.client.ask('other', { from: 41_005 });
    lab.settle();
    lab.exchange('2', '3', '4');
    equal(countAt(lab.spoke, 'forward-ingress'), 3);
    deepEqual(rowsOf(lab.spoke), []);
    equal(lab.spoke.device.sessionCaptures.delete(1), false);
  });
});

describe('the request for a session capture', () => {
  it('goes from router to router in metadata, with the number of packets', () => {
    const lab = capturing({ packetCount: 2 }, { transit: true, hmac: {} });
    lab.exchange('1', '2', '3');
    deepEqual(lab.wan.attributes('sessionCapture'), [2, 2]);
    deepEqual(lab.far.attributes('sessionCapture', 'mid'), [2]);
    for (const router of [lab.spoke, lab.mid, lab.hub]) deepEqual(pointsOf(router), [...POINTS, ...POINTS]);
    equal(lab.mid.count('sessionCaptureSessionsAsked'), 1);
    equal(lab.hub.count('sessionCaptureSessionsAsked'), 1);
  });

  it('is not made if the capture is for one router only', () => {
    const lab = capturing({ localOnly: true }, { transit: true });
    lab.exchange('1', '2');
    equal(taken(lab.spoke).length, 8);
    deepEqual([taken(lab.mid), taken(lab.hub)], [[], []]);
    deepEqual(lab.wan.attributes('sessionCapture'), []);
  });

  it('is passed on by a router that captures for itself only', () => {
    const lab = capturing({ packetCount: 2 }, { transit: true });
    lab.mid.device.sessionCaptures.create({ service: SERVICE, localOnly: true, packetCount: 1 });
    lab.exchange('1', '2', '3');
    equal(countAt(lab.mid, 'forward-ingress'), 1);
    equal(countAt(lab.hub, 'forward-ingress'), 2);
  });

  it('is no concern of a router upstream: the capture begins where it was asked for', () => {
    const lab = twoRouters({ transit: true });
    lab.server.isServer = true;
    lab.mid.device.sessionCaptures.create({ service: SERVICE });
    lab.exchange('1');
    deepEqual([taken(lab.spoke).length, taken(lab.mid).length, taken(lab.hub).length], [0, 4, 4]);
  });
});

describe('a session that is captured', () => {
  it('and forgotten by the next router is captured there anew, as metadata asks again', () => {
    const lab = capturing({}, { hmac: {}, mode: 'packet-based' });
    lab.exchange('1', '2');
    lab.hub.forgetSessions();
    deepEqual(rowsOf(lab.hub), []);
    lab.exchange('lost', '3');
    equal(lab.hub.count('sessionCaptureSessionsAsked'), 2);
    equal(taken(lab.hub).at(-1)?.comments[0].endsWith('packet 1 of 100'), true);
    equal(lab.client.answers.at(-1), '3');
  });

  it('and forgotten where it began counts as one that begins again', () => {
    const lab = capturing({ sessionCount: 2 }, { hmac: {} });
    lab.exchange('1', '2');
    lab.spoke.forgetSessions();
    deepEqual(rowsOf(lab.spoke), [
      { remainingSessions: 1, activeSessions: 0, remainingPackets: 0, askedBy: 'operator' },
    ]);
    lab.exchange('3');
    equal(lab.spoke.count('sessionCaptureSessions'), 2);
    deepEqual(rowsOf(lab.spoke).length, 1);
  });

  it('leaves nothing to another session that has its ports and its place in the table', () => {
    const lab = capturing({ sessionCount: 1 });
    lab.exchange('1', '2');
    const before = taken(lab.spoke).length;
    lab.spoke.forgetSessions();
    lab.hub.forgetSessions();
    lab.exchange('3', '4');
    equal(taken(lab.spoke).length, before);
    deepEqual(rowsOf(lab.spoke), []);
    deepEqual(rowsOf(lab.hub), []);
  });

  it('is not asked about again when all its packets have been taken', () => {
    const lab = capturing({ packetCount: 1 }, { mode: 'packet-based' });
    lab.exchange('1', '2');
    lab.mark();
    lab.hub.forgetSessions();
    lab.exchange('3', '4');
    deepEqual(lab.wan.attributes('sessionCapture'), []);
  });
});
