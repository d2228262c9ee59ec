import { deepEqual, equal } from 'node:assert/strict';
import type { Attributes } from '../../../lib/metadata/attributes.ts';
import { decodeMetadata, encodeMetadata, metadataLength } from '../../../lib/metadata/codec.ts';
import type { Metadata, MetadataEncoding } from '../../../lib/metadata/codec.ts';
import { METADATA_LENGTH_MAX, hasCookie, stripFalsePositiveMarker } from '../../../lib/metadata/header.ts';
import { hex, toHex } from './hex.ts';

interface Vector {
  readonly title: string;
  readonly bytes: Uint8Array;
  readonly encoding: MetadataEncoding;
  readonly attributes: Attributes;
}

const uuid = hex('000102030405060708090a0b0c0d0e0f');
const client = hex('c000020a');
const server = hex('c6336414');

const firstPacket: Attributes = {
  securityId: 1,
  forwardContextIpv4: {
    source: client,
    destination: server,
    sourcePort: 49152,
    destinationPort: 443,
    protocol: 6,
  },
  sessionUuid: uuid,
  tenant: 'corp',
  service: 'web',
};

/** SVR sheet, section 1.4; the two in protobuf are the emulator's own. */
const vectors: readonly Vector[] = [
  {
    title: 'false-positive marker',
    encoding: 'tlv',
    attributes: {},
    bytes: hex(`
      4c48dbc6ddf6670c  // cookie
      1 00c 0000        // version 1, header length 12, payload length 0
    `),
  },
  {
    title: 'number of sessions in service',
    encoding: 'tlv',
    attributes: { sessionsInService: 258 },
    bytes: hex(`
      4c48dbc6ddf6670c  // cookie
      1 00c 000c        // version 1, header length 12, payload length 12
      000d 0008         // type 13, 8 bytes
      0000000000000102  // 258 sessions
    `),
  },
  {
    title: 'forward first packet',
    encoding: 'tlv',
    attributes: firstPacket,
    bytes: hex(`
      4c48dbc6ddf6670c  // cookie
      1 014 0034        // version 1, header length 20, payload length 52
      0010 0004         // security ID, 4 bytes
        00000001
      0002 000d         // forward context IPv4, 13 bytes
        c000020a        // 192.0.2.10
        c6336414        // 198.51.100.20
        c000 01bb       // port 49152 to port 443
        06              // TCP
      0006 0010         // session UUID, 16 bytes
        000102030405060708090a0b0c0d0e0f
      0007 0004         // tenant, 4 bytes
        636f7270        // corp
      000a 0003         // service, 3 bytes
        776562          // web
    `),
  },
  {
    title: 'reverse metadata that stops forward metadata',
    encoding: 'tlv',
    attributes: {
      securityId: 1,
      reverseContextIpv4: {
        source: server,
        destination: client,
        sourcePort: 443,
        destinationPort: 49152,
        protocol: 6,
      },
      disableForwardMetadata: true,
    },
    bytes: hex(`
      4c48dbc6ddf6670c  // cookie
      1 014 0015        // version 1, header length 20, payload length 21
      0010 0004         // security ID, 4 bytes
        00000001
      0004 000d         // reverse context IPv4, 13 bytes
        c6336414        // 198.51.100.20
        c000020a        // 192.0.2.10
        01bb c000       // port 443 to port 49152
        06              // TCP
      0012 0000         // disable forward metadata, a flag
    `),
  },
  {
    title: 'keep alive',
    encoding: 'tlv',
    attributes: { controlMessage: 'keepAlive' },
    bytes: hex(`
      4c48dbc6ddf6670c  // cookie
      1 011 0000        // version 1, header length 17, payload length 0
      0018 0001 01      // control message, 1 byte: keep alive
    `),
  },
  {
    title: 'enable metadata',
    encoding: 'tlv',
    attributes: { controlMessage: 'enableMetadata' },
    bytes: hex(`
      4c48dbc6ddf6670c  // cookie
      1 011 0000        // version 1, header length 17, payload length 0
      0018 0001 02      // control message, 1 byte: enable metadata
    `),
  },
  {
    title: 'state exists',
    encoding: 'tlv',
    attributes: { controlMessage: 'sessionExists' },
    bytes: hex(`
      4c48dbc6ddf6670c  // cookie
      1 011 0000        // version 1, header length 17, payload length 0
      0018 0001 08      // control message, 1 byte: session health check, state exists
    `),
  },
  {
    title: 'health check request',
    encoding: 'tlv',
    attributes: { sessionHealthCheck: 'request' },
    bytes: hex(`
      4c48dbc6ddf6670c  // cookie
      1 011 0000        // version 1, header length 17, payload length 0
      002e 0001 01      // session health check, 1 byte: request
    `),
  },
  {
    title: 'path metrics',
    encoding: 'tlv',
    attributes: {
      pathMetrics: { txColour: 1, txTimeMs: 100, rxColour: 2, rxTimeMs: 200, drop: true, previousRxCount: 10 },
    },
    bytes: hex(`
      4c48dbc6ddf6670c  // cookie
      1 01a 0000        // version 1, header length 26, payload length 0
      001a 000a         // path metrics, 10 bytes
        1 0000064       // sent: colour 1, 100 ms
        2 00000c8       // received: colour 2, 200 ms
        800a            // drop, previous count 10
    `),
  },
  {
    title: 'forward first packet, in protobuf',
    encoding: 'protobuf',
    attributes: firstPacket,
    bytes: hex(`
      4c48dbc6ddf6670c  // cookie
      1 013 0030        // version 1, header length 19, payload length 48
      8001 0003         // HeaderAttributes, 3 bytes
        8001 01         // field 16, varint: security ID 1
      8002 002c         // PayloadAttributes, 44 bytes
        12 0d           // field 2, 13 bytes: forward context IPv4
          c000020a c6336414 c000 01bb 06
        32 10           // field 6, 16 bytes: session UUID
          000102030405060708090a0b0c0d0e0f
        3a 04 636f7270  // field 7, 4 bytes: tenant corp
        52 03 776562    // field 10, 3 bytes: service web
    `),
  },
  {
    title: 'health check request, in protobuf',
    encoding: 'protobuf',
    attributes: { sessionHealthCheck: 'request' },
    bytes: hex(`
      4c48dbc6ddf6670c  // cookie
      1 013 0000        // version 1, header length 19, payload length 0
      8001 0003         // HeaderAttributes, 3 bytes
        f002 01         // field 46, varint: request
    `),
  },
];

describe('metadata vectors', () => {
  for (const { title, bytes, encoding, attributes } of vectors) {
    it(`reads: ${title}`, () => {
      deepEqual(decodeMetadata(bytes, 0, bytes.length), {
        attributes,
        encoding,
        length: bytes.length,
        unknownTypes: 0,
        isFalsePositiveMarker: bytes.length === 12,
      });
    });

    it(`writes: ${title}`, () => {
      const target = new Uint8Array(METADATA_LENGTH_MAX);
      const length = encodeMetadata(attributes, encoding, target, 0);
      equal(toHex(target.subarray(0, length)), toHex(bytes));
      equal(metadataLength(attributes, encoding), length);
    });
  }
});

const dnsQuery = hex(`
  1234 0100 0001 0000 0000 0000              // id, recursion desired, one question
  07 6578616d706c65 03 636f6d 00 0001 0001   // example.com, A, IN
`);

/** What a block is followed by, when it decodes. */
function read(packet: Uint8Array): Metadata & { rest: string } {
  const metadata = decodeMetadata(packet, 0, packet.length);
  if (typeof metadata === 'string') throw new Error(metadata);
  return { ...metadata, rest: toHex(packet.subarray(metadata.length)) };
}

/** The nine frames of the public sample capture, made again from their description (SVR sheet, section 1.4). */
describe('a capture with each kind of metadata', () => {
  it('1: begins a DNS session, its attributes in no particular order', () => {
    const packet = hex(`
      4c48dbc6ddf6670c 1 014 0057
      0010 0004 00000001                            // security ID 1
      0002 000d c000020a c6336435 c350 0035 11      // 192.0.2.10:50000 to 198.51.100.53:53, UDP
      0007 0004 636f7270                            // tenant corp
      000a 0003 646e73                              // service dns
      0006 0010 000102030405060708090a0b0c0d0e0f    // session UUID
      0023 0003 444e53                              // application DNS
      000e 000a 6272616e63682d303031                // source router branch-001
      0013 000a 70617468776179233031                // peer pathway pathway#01
      ${toHex(dnsQuery)}
    `);
    const { attributes, rest } = read(packet);
    deepEqual(attributes, {
      securityId: 1,
      forwardContextIpv4: {
        source: client,
        destination: hex('c6336435'),
        sourcePort: 50000,
        destinationPort: 53,
        protocol: 17,
      },
      tenant: 'corp',
      service: 'dns',
      sessionUuid: uuid,
      applicationName: 'DNS',
      sourceRouter: 'branch-001',
      peerPathwayId: 'pathway#01',
    });
    equal(rest, toHex(dnsQuery));
  });

  it('2: goes on without metadata', () => {
    equal(hasCookie(dnsQuery, 0, dnsQuery.length), false);
    equal(decodeMetadata(dnsQuery, 0, dnsQuery.length), 'no-cookie');
  });

  it('3: answers with reverse metadata', () => {
    const packet = hex(`
      4c48dbc6ddf6670c 1 014 001d
      0010 0004 00000001                            // security ID 1
      0004 000d c6336435 c000020a 0035 c350 11      // 198.51.100.53:53 to 192.0.2.10:50000, UDP
      0007 0004 636f7270                            // tenant corp
      0012 0000                                     // disable forward metadata
    `);
    deepEqual(read(packet).attributes, {
      securityId: 1,
      reverseContextIpv4: {
        source: hex('c6336435'),
        destination: client,
        sourcePort: 53,
        destinationPort: 50000,
        protocol: 17,
      },
      tenant: 'corp',
      disableForwardMetadata: true,
    });
  });

  it('4: begins an IPv6 session', () => {
    const packet = hex(`
      4c48dbc6ddf6670c 1 00c 0040
      0003 0025                                     // forward context IPv6
        20010db8000000000000000000000001            // 2001:db8::1
        20010db8000000000000000000000002            // 2001:db8::2
        c351 01bb 06                                // port 50001 to port 443, TCP
      000a 0003 776562                              // service web
      000b 0000                                     // session payload encrypted
      000c 0000                                     // TCP SYN
      0019 0004 cb007101                            // source NAT address 203.0.113.1
    `);
    deepEqual(read(packet).attributes, {
      forwardContextIpv6: {
        source: hex('20010db8000000000000000000000001'),
        destination: hex('20010db8000000000000000000000002'),
        sourcePort: 50001,
        destinationPort: 443,
        protocol: 6,
      },
      service: 'web',
      sessionPayloadEncrypted: true,
      tcpSyn: true,
      sourceNatAddress: hex('cb007101'),
    });
  });

  it('5: marks user payload that starts with the cookie', () => {
    const packet = hex(`
      4c48dbc6ddf6670c 1 00c 0000                   // the marker
      4c48dbc6ddf6670c 6869                         // user payload
    `);
    equal(read(packet).isFalsePositiveMarker, true);
    equal(stripFalsePositiveMarker(packet, 0, packet.length), 12);
  });

  it('6: claims 500 bytes of payload attributes that are not there', () => {
    const packet = hex(`
      4c48dbc6ddf6670c 1 00c 01f4                   // header length 12, payload length 500
      0007 0004 636f7270
    `);
    equal(decodeMetadata(packet, 0, packet.length), 'exceeds-packet');
  });

  it('7: has an encrypted payload section, which does not walk as TLVs', () => {
    const packet = hex(`
      4c48dbc6ddf6670c 1 014 0018
      0010 0004 00000002                            // security ID 2
      9f3ac1775be0248d61f2a90c43d85e17b6042c9dfa7138e5
    `);
    equal(decodeMetadata(packet, 0, packet.length), 'truncated-tlv');
  });

  it('8: carries a control message, a health check, metrics and an ICMP error location at once', () => {
    const packet = hex(`
      4c48dbc6ddf6670c 1 02c 0008
      0014 0004 c0000201                            // IPv4 ICMP error location 192.0.2.1
      0018 0001 01                                  // keep alive
      001a 000a 10000064 200000c8 800a              // path metrics
      002e 0001 01                                  // health check request
      002a 0004 0000001e                            // remaining session time 30 s
    `);
    deepEqual(read(packet).attributes, {
      icmpErrorLocationIpv4: hex('c0000201'),
      controlMessage: 'keepAlive',
      pathMetrics: { txColour: 1, txTimeMs: 100, rxColour: 2, rxTimeMs: 200, drop: true, previousRxCount: 10 },
      sessionHealthCheck: 'request',
      remainingSessionTime: 30,
    });
  });

  it('9: carries multicast attributes and one of an unknown type', () => {
    const packet = hex(`
      4c48dbc6ddf6670c 1 00c 0026
      0032 000b                                     // multicast group context
        04 00 c000020a ef010101 11                  // IPv4, no flags, 192.0.2.10, 239.1.1.1, UDP
      0033 000b                                     // multicast egress list
        0002                                        // two names
        03 687562                                   // hub
        04 73706f6b                                 // spok
      0063 0004 3f3f3f3f                            // type 99
    `);
    const { attributes, unknownTypes } = read(packet);
    deepEqual(attributes, {
      multicastGroup: { flags: 0, source: client, group: hex('ef010101'), protocol: 17 },
      multicastEgressList: ['hub', 'spok'],
    });
    equal(unknownTypes, 1);
  });
});
