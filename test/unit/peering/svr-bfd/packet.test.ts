import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { nodeCrypto } from '../../../../daemon/crypto.ts';
import { Seal } from '../../../../lib/metadata/trailer.ts';
import { controlPacketFaults, type ControlPacket } from '../../../../lib/peering/bfd/control-packet.ts';
import { fittingLoads, type BfdMetadata } from '../../../../lib/peering/svr-bfd/metadata.ts';
import { SVR_BFD_PORT } from '../../../../lib/highway/peer-path.ts';
import { readSvrBfd, sealSvrBfd, writeSvrBfd } from '../../../../lib/peering/svr-bfd/packet.ts';
import { microseconds, seconds, type Instant } from '../../../../lib/time.ts';
import { hex, within } from '../../wire/hex.ts';

const NOW = seconds(1_000) as number as Instant;

const control: ControlPacket = {
  diagnostic: 'none',
  state: 'up',
  poll: false,
  final: false,
  controlPlaneIndependent: false,
  demand: false,
  detectMultiplier: 3,
  myDiscriminator: 0x11223344,
  yourDiscriminator: 0x55667788,
  desiredMinTx: seconds(1),
  requiredMinRx: seconds(1),
  requiredMinEchoRx: microseconds(0),
};

const metadata: BfdMetadata = {
  router: 'spoke',
  node: 'n1',
  pathId: 'wan',
  source: { address: Uint8Array.of(172, 16, 0, 1), port: 1280 },
  observed: { address: Uint8Array.of(192, 0, 2, 9), port: 40_000 },
  keyIndex: 2,
  bootCounter: 1_767_225_600_000_000,
  failoverCounter: 1,
  serviceLoads: [{ service: 'web', sessions: 7 }],
  echo: { kind: 'request', burst: 3, index: 4 },
};

const message = hex(
  '0a 05 73706f6b65', // 1 router: "spoke"
  '12 02 6e31', // 2 node: "n1"
  '1a 03 77616e', // 3 path_id: "wan"
  '22 04 ac100001', // 4 source_address: 172.16.0.1
  '28 800a', // 5 source_port: 1280
  '32 04 c0000209', // 6 observed_address: 192.0.2.9
  '38 c0b802', // 7 observed_port: 40000
  '40 02', // 8 key_index: 2
  '48 8080 81b184e99103', // 9 boot_counter
  '50 01', // 10 failover_counter
  '5a 07 0a03776562 1007', // 11 service_loads: "web", 7 sessions
  '62 06 0801 1003 1804', // 12 echo: request, burst 3, index 4
);

const bytes = hex(
  '20 c0 03 18 11223344 55667788 000f4240 000f4240 00000000', // BFD control packet
  '4c48dbc6ddf6670c', // cookie
  `10${(16 + message.length).toString(16)}`, // version 1, length of the header section
  '0000', // no payload section
  '8003', // TLV: BfdMetadata
  `00${message.length.toString(16)}`,
  Buffer.from(message).toString('hex'),
);

const seal = (sender = 1): Seal =>
  new Seal(nodeCrypto.hmac('sha256', new Uint8Array(16).fill(5)), 'time-based', 2, sender);

function written(what: BfdMetadata = metadata, sealedWith?: Seal): Uint8Array {
  const target = new Uint8Array(1_500);
  const end = writeSvrBfd(control, what, target, 10);
  return target.slice(10, sealedWith ? sealSvrBfd(target, 10, end, sealedWith, 77, NOW) : end);
}

describe('an SVR BFD packet', () => {
  it('goes from and to port 1280 (SVR sheet, section 2.9)', () => equal(SVR_BFD_PORT, 1280));

  it('is a control packet, a base header, and a TLV with a message', () => {
    deepEqual(written(), bytes);
    const read = readSvrBfd(within(bytes, 7, 9), 7, 7 + bytes.length, undefined, NOW);
    if (typeof read === 'string') throw new Error(read);
    const { length, hasAuthentication, ...plain } = read.control as ControlPacket & Record<string, unknown>;
    deepEqual([plain, length, hasAuthentication], [control, 24, false]);
    deepEqual(read.metadata, metadata);
    equal(read.sequence, undefined);
  });

  it('comes back without what was left out', () => {
    const { router, node, pathId, source, bootCounter, failoverCounter } = metadata;
    const least: BfdMetadata = { router, node, pathId, source, bootCounter, failoverCounter, serviceLoads: [] };
    const read = readSvrBfd(written(least), 0, written(least).length, undefined, NOW);
    deepEqual(typeof read === 'string' ? read : read.metadata, least);
  });

  it('is padded with zeros behind its metadata when it probes the MTU of the path', () => {
    const { router, node, pathId, source, bootCounter, failoverCounter } = metadata;
    const mtuProbe = { kind: 'request', number: 7, size: 1_400 } as const;
    const probe: BfdMetadata = {
      router,
      node,
      pathId,
      source,
      bootCounter,
      failoverCounter,
      serviceLoads: [],
      mtuProbe,
    };
    const target = new Uint8Array(1_500).fill(0xff);
    equal(writeSvrBfd(control, probe, target, 10, 1_344), 10 + 1_344);
    const lengths = [12 + 4 + target[10 + 39], 24 + 12 + 4 + target[10 + 39]];
    equal(target[10 + 33], lengths[0]);
    deepEqual(
      target.slice(10 + lengths[1] - 9, 10 + lengths[1]),
      hex('72 07 0801 1007 18f80a'), // 14 mtu_probe: request, number 7, size 1400
    );
    ok(target.slice(10 + lengths[1], 10 + 1_344).every((byte) => byte === 0));
    const read = readSvrBfd(target, 10, 10 + 1_344, undefined, NOW);
    deepEqual(typeof read === 'string' ? read : read.metadata, probe);
  });

  it('tells key index 0 from none', () => {
    const read = readSvrBfd(written({ ...metadata, keyIndex: 0 }), 0, bytes.length, undefined, NOW);
    equal(typeof read === 'string' ? read : read.metadata.keyIndex, 0);
  });

  it('is sealed whole, and numbered', () => {
    const sealed = written(metadata, seal(2));
    const read = readSvrBfd(sealed, 0, sealed.length, seal(), NOW);
    equal(typeof read === 'string' ? read : read.sequence, 77);
    for (let at = 0; at < sealed.length; at++) {
      const forged = sealed.slice();
      forged[at] ^= 1;
      equal(readSvrBfd(forged, 0, forged.length, seal(), NOW), 'unauthentic', `byte ${at}`);
    }
  });

  it('is refused without a seal, with another key, and when it is old', () => {
    const sealed = written(metadata, seal(2));
    const other = new Seal(nodeCrypto.hmac('sha256', new Uint8Array(16)), 'time-based', 2, 2);
    equal(readSvrBfd(bytes, 0, bytes.length, seal(), NOW), 'unauthentic');
    equal(readSvrBfd(sealed, 0, sealed.length, other, NOW), 'unauthentic');
    equal(readSvrBfd(sealed, 0, sealed.length, seal(), (NOW + seconds(3)) as Instant), 'unauthentic');
  });
});

describe('an SVR BFD packet that makes no sense', () => {
  const refused = (wrong: Uint8Array): unknown => readSvrBfd(wrong, 0, wrong.length, undefined, NOW);
  const changed = (at: number, ...values: number[]): Uint8Array => {
    const copy = bytes.slice();
    copy.set(values, at);
    return copy;
  };

  it('has no metadata, none with the cookie, or another TLV', () => {
    equal(refused(bytes.slice(0, 24)), 'bad-metadata');
    equal(refused(changed(24, 0)), 'bad-metadata');
    equal(refused(changed(36, 0x80, 0x01)), 'bad-metadata');
  });

  it('has lengths that do not add up', () => {
    for (const [at, value] of [
      [33, 12],
      [33, bytes[33] - 1],
      [35, 1],
      [39, bytes[39] - 1],
      [39, bytes[39] + 1],
    ])
      equal(refused(changed(at, value)), 'bad-metadata', `byte ${at}`);
    equal(refused(within(bytes, 0, 1)), 'bad-metadata');
    equal(refused(bytes.slice(0, -1)), 'bad-metadata');
  });

  it('has an authentication section of plain BFD', () => {
    const signed = hex('20 c4 03 1b 11223344 55667788 000f4240 000f4240 00000000', '01 03 07');
    equal(refused(signed), 'unauthentic');
  });

  it('has a source that is no address, or no port', () => {
    const with_ = (source: BfdMetadata['source']): Uint8Array => written({ ...metadata, source });
    equal(refused(with_({ address: new Uint8Array(5), port: 1280 })), 'bad-metadata');
    equal(refused(with_({ address: new Uint8Array(4), port: 0 })), 'bad-metadata');
    equal(refused(with_({ address: new Uint8Array(4), port: 65_536 })), 'bad-metadata');
  });

  it('has names that are too long, or more services than are told', () => {
    equal(refused(written({ ...metadata, router: 'r'.repeat(128) })), 'bad-metadata');
    const serviceLoads = Array.from({ length: 17 }, (_, i) => ({ service: `s${i}`, sessions: i }));
    equal(refused(written({ ...metadata, serviceLoads })), 'bad-metadata');
  });

  it('is not made by whoever tells of the busiest services, as many as fit', () => {
    const loads = Array.from({ length: 40 }, (_, i) => ({ service: 's'.repeat(i * 2), sessions: i }));
    const fitting = fittingLoads(loads);
    deepEqual(
      fitting.map(({ sessions }) => sessions),
      [39, 38, 37],
    );
    equal(typeof refused(written({ ...metadata, serviceLoads: fitting })), 'object');
  });

  it('never makes the reader throw', () => {
    const faults = [...Object.keys(controlPacketFaults), 'unauthentic', 'bad-metadata'];
    const mutated = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length));
    fc.assert(
      fc.property(fc.array(mutated, { maxLength: 6 }), fc.uint8Array({ maxLength: 40 }), (changes, noise) => {
        let wrong = bytes.slice();
        for (const [at, value, length] of changes) {
          wrong[Math.min(at, wrong.length - 1)] = value;
          wrong = wrong.slice(0, Math.max(1, length));
        }
        const read = readSvrBfd(wrong, 0, wrong.length, undefined, NOW);
        ok(typeof read !== 'string' || faults.includes(read));
        const readNoise = readSvrBfd(
          new Uint8Array([...bytes.slice(0, 40), ...noise]),
          0,
          40 + noise.length,
          undefined,
          NOW,
        );
        ok(typeof readNoise !== 'string' || faults.includes(readNoise));
      }),
    );
  });

  it('cannot be written longer than a block of metadata', () => {
    let message = '';
    try {
      written({ ...metadata, router: 'r'.repeat(900) });
    } catch (error) {
      message = (error as Error).message;
    }
    equal(message, 'no room for the metadata of BFD');
  });
});
