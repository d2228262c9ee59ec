import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import { attributeList } from '../../../lib/metadata/attributes.ts';
import type { Attributes } from '../../../lib/metadata/attributes.ts';
import { TLV_COUNT_MAX, decodeMetadata, encodeMetadata, metadataLength } from '../../../lib/metadata/codec.ts';
import type { Metadata, MetadataEncoding } from '../../../lib/metadata/codec.ts';
import { METADATA_LENGTH_MAX, metadataFaults, writeBaseHeader } from '../../../lib/metadata/header.ts';
import type { MetadataFault } from '../../../lib/metadata/header.ts';
import { hex } from '../../conformance/metadata/hex.ts';
import { anyAttributes, valueOf } from './arbitrary.ts';

const encodings: readonly MetadataEncoding[] = ['protobuf', 'tlv'];

function encode(attributes: Attributes, encoding: MetadataEncoding): Uint8Array {
  const target = new Uint8Array(METADATA_LENGTH_MAX);
  return target.slice(0, encodeMetadata(attributes, encoding, target, 0));
}

const decode = (bytes: Uint8Array): Metadata | MetadataFault => decodeMetadata(bytes, 0, bytes.length);

/** A block with these sections, as they are. */
function block(header: Uint8Array, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + header.length + payload.length);
  writeBaseHeader(bytes, 0, 12 + header.length, payload.length);
  bytes.set(header, 12);
  bytes.set(payload, 12 + header.length);
  return bytes;
}

const NOTHING = new Uint8Array(0);
const header = (text: string): Uint8Array => block(hex(text), NOTHING);
const payload = (text: string): Uint8Array => block(NOTHING, hex(text));

/** The payload section in protobuf, around a message of any content. */
function protobufPayload(message: Uint8Array): Uint8Array {
  const section = new Uint8Array(4 + message.length);
  section.set([0x80, 0x02, message.length >>> 8, message.length & 0xff]);
  section.set(message, 4);
  return block(NOTHING, section);
}

function protobufHeader(message: Uint8Array): Uint8Array {
  return block(Uint8Array.of(0x80, 0x01, 0, message.length, ...message), NOTHING);
}

function decoded(bytes: Uint8Array): Metadata {
  const metadata = decode(bytes);
  if (typeof metadata === 'string') throw new Error(metadata);
  return metadata;
}

for (const encoding of encodings) {
  describe(`metadata in ${encoding}`, () => {
    for (const attribute of attributeList) {
      it(`carries ${attribute.name} unchanged`, () => {
        fc.assert(
          fc.property(valueOf(attribute), (value) => {
            const attributes = { [attribute.name]: value };
            const metadata = decoded(encode(attributes, encoding));
            deepEqual(metadata.attributes, attributes);
            equal(metadata.encoding, encoding);
          }),
        );
      });
    }

    it('carries any set of attributes unchanged, at any place in a packet', () => {
      const place = fc.nat({ max: 40 });
      fc.assert(
        fc.property(anyAttributes, place, place, (attributes, before, behind) => {
          const length = metadataLength(attributes, encoding);
          const packet = new Uint8Array(before + length + behind).fill(0xee);
          equal(encodeMetadata(attributes, encoding, packet, before), length);
          const metadata = decodeMetadata(packet, before, packet.length);
          deepEqual(metadata, {
            attributes,
            encoding: length === 12 ? 'tlv' : encoding,
            length,
            unknownTypes: 0,
            isFalsePositiveMarker: length === 12,
          });
          deepEqual(packet.subarray(0, before), new Uint8Array(before).fill(0xee));
          deepEqual(packet.subarray(before + length), new Uint8Array(behind).fill(0xee));
        }),
        { numRuns: 1000 },
      );
    });

    it('is written the same whatever the order of the properties', () => {
      const forwards: Attributes = { securityId: 1, controlMessage: 'keepAlive', tenant: 'a', service: 'b' };
      const backwards = Object.fromEntries(Object.entries(forwards).reverse());
      deepEqual(encode(forwards, encoding), encode(backwards, encoding));
    });

    it('keeps nothing of the packet that it was read from', () => {
      const attributes: Attributes = {
        sessionUuid: new Uint8Array(16).fill(1),
        securityEncryptionKey: new Uint8Array(16).fill(2),
        sourceNatAddress: new Uint8Array(4).fill(3),
      };
      const packet = Buffer.from(encode(attributes, encoding));
      const metadata = decoded(packet);
      packet.fill(0xff);
      deepEqual(metadata.attributes, attributes);
    });

    it('fills a block up to 900 bytes, and is refused beyond', () => {
      const names = ['tenant', 'service', 'sourceRouter'];
      const long = Object.fromEntries(names.map((name) => [name, 'x'.repeat(255)]));
      const space = METADATA_LENGTH_MAX - metadataLength({ ...long, peerPathwayId: '' }, encoding);
      const full = { ...long, peerPathwayId: 'x'.repeat(space) };
      equal(encode(full, encoding).length, METADATA_LENGTH_MAX);
      deepEqual(decoded(encode(full, encoding)).attributes, full);
      throws(() => encodeMetadata({ ...full, tcpSyn: true }, encoding, new Uint8Array(2000), 0), RangeError);
    });

    it('is not written where there is no room, nor with a value that does not fit', () => {
      throws(() => encodeMetadata({ tenant: 'corp' }, encoding, new Uint8Array(19), 0), RangeError);
      throws(() => encodeMetadata({ tenant: 'x'.repeat(256) }, encoding, new Uint8Array(900), 0), RangeError);
      throws(() => encodeMetadata({ sessionUuid: new Uint8Array(15) }, encoding, new Uint8Array(900), 0), RangeError);
      const ipv6 = new Uint8Array(16);
      const ends = { source: ipv6, destination: ipv6, sourcePort: 1, destinationPort: 2, protocol: 17 };
      throws(() => metadataLength({ forwardContextIpv4: ends }, encoding), RangeError);
      throws(() => metadataLength({ securityEncryptionKey: new Uint8Array(1) }, encoding), RangeError);
    });

    it('is never more than a fault when any of its bytes is changed', () => {
      fc.assert(
        fc.property(anyAttributes, fc.infiniteStream(fc.nat()), (attributes, chance) => {
          const bytes = encode(attributes, encoding);
          for (let edits = 0; edits < 3; edits++) {
            const [at, value] = chance.take(2);
            bytes[8 + (at % (bytes.length - 8))] = value & 0xff;
          }
          assertHarmless(bytes);
        }),
        { numRuns: 5000 },
      );
    });
  });
}

/** The bytes are refused with a known fault, or taken for attributes that can be written and read again. */
function assertHarmless(bytes: Uint8Array): void {
  const result = decode(bytes);
  if (typeof result === 'string') {
    ok(result in metadataFaults, result);
    return;
  }
  for (const encoding of encodings) {
    if (metadataLength(result.attributes, encoding) > METADATA_LENGTH_MAX) continue;
    deepEqual(decoded(encode(result.attributes, encoding)).attributes, result.attributes);
  }
}

describe('metadata from anywhere', () => {
  it('never throws for random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => assertHarmless(bytes)),
      { numRuns: 5000 },
    );
  });

  it('never throws for random sections behind a base header that is right', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.uint8Array({ maxLength: 60 }), (header, payload) =>
        assertHarmless(block(header, payload)),
      ),
      { numRuns: 20_000 },
    );
  });

  it('never throws for TLVs of random type and content', () => {
    const type = fc.oneof(fc.nat({ max: 52 }), fc.constantFrom(0x8001, 0x8002));
    const tlv = fc
      .tuple(type, fc.uint8Array({ maxLength: 40 }))
      .map(([type, value]) => [type >>> 8, type & 0xff, 0, value.length, ...value]);
    const section = fc.array(tlv, { maxLength: 4 }).map((tlvs) => Uint8Array.from(tlvs.flat()));
    fc.assert(
      fc.property(section, section, (header, payload) => assertHarmless(block(header, payload))),
      { numRuns: 20_000 },
    );
  });

  it('never throws for random messages in protobuf', () => {
    const message = fc.uint8Array({ maxLength: 60 });
    fc.assert(
      fc.property(message, (bytes) => {
        assertHarmless(protobufHeader(bytes));
        assertHarmless(protobufPayload(bytes));
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('metadata that is wrong', () => {
  const refused: [string, Uint8Array, MetadataFault][] = [
    ['a TLV header that is cut off', header('0010 00'), 'truncated-tlv'],
    ['a TLV that runs past the header section', block(hex('0010 0004 0000'), hex('0000')), 'truncated-tlv'],
    ['a TLV that runs past the payload section', payload('0007 0005 636f7270'), 'truncated-tlv'],
    ['a TLV that claims 65535 bytes', payload('0007 ffff 636f7270'), 'truncated-tlv'],
    ['a number that is too short', header('0010 0003 000000'), 'attribute-length'],
    ['a number that is too long', header('0010 0005 0000000001'), 'attribute-length'],
    ['a flag with a value', payload('000c 0001 00'), 'attribute-length'],
    ['a context that is too short', payload('0002 000c c000020ac6336414c00001bb'), 'attribute-length'],
    ['a UUID that is too long', payload('0006 0011 000102030405060708090a0b0c0d0e0f10'), 'attribute-length'],
    ['a health check without a value', header('002e 0000'), 'attribute-length'],
    ['a fragment that is too short', header('0001 0009 000000000000000000'), 'attribute-length'],
    ['a modify request that is too short', payload('001c 0001 00'), 'attribute-length'],
    ['a text of 256 bytes', payload(`0007 0100 ${'61'.repeat(256)}`), 'attribute-length'],
    ['a text that is not UTF-8', payload('0007 0004 636fff70'), 'attribute-value'],
    ['a text that ends within a character', payload('0007 0003 f09f98'), 'attribute-value'],
    ['a count beyond 2^53', payload('000d 0008 0020000000000000'), 'attribute-value'],
    ['an IPv6 multicast group of IPv4 length', payload('0032 000b 06 00 c000020a ef010101 11'), 'attribute-value'],
    ['a multicast group of no family', payload('0032 000b 05 00 c000020a ef010101 11'), 'attribute-value'],
    ['an egress list whose name runs out', payload('0033 0006 0001 09 687562'), 'attribute-value'],
    ['an egress list with fewer names than counted', payload('0033 0006 0002 03 687562'), 'attribute-value'],
    ['an egress list that counts 65535', payload('0033 0006 ffff 03 687562'), 'attribute-value'],
    ['an egress list with bytes left over', payload('0033 0007 0001 03 687562 00'), 'attribute-value'],
    ['a header attribute in the payload section', payload('0010 0004 00000001'), 'wrong-section'],
    ['a payload attribute in the header section', header('0007 0004 636f7270'), 'wrong-section'],
    ['a health check in the payload section', payload('002e 0001 01'), 'wrong-section'],
    ['an encryption key in the header section', header('002e 0010 000102030405060708090a0b0c0d0e0f'), 'wrong-section'],
    ['an attribute that comes twice', payload('0007 0001 61 0007 0001 62'), 'duplicate-attribute'],
    ['more than 64 TLVs', payload('0063 0000'.repeat(TLV_COUNT_MAX + 1)), 'too-many-tlvs'],
    ['a TLV beside the message', header('8001 0002 8001 01 0010 0004 00000001'), 'mixed-encodings'],
    ['a message behind a TLV', header('0010 0004 00000001 8001 0000'), 'mixed-encodings'],
    ['two messages', payload('8002 0000 8002 0000'), 'mixed-encodings'],
    ['a header in TLV, a payload in protobuf', block(hex('0010 0004 00000001'), hex('8002 0000')), 'mixed-encodings'],
    ['a header in protobuf, a payload in TLV', block(hex('8001 0000'), hex('0007 0001 61')), 'mixed-encodings'],
    ['the message of the other section', header('8002 0000'), 'mixed-encodings'],
    ['a message that runs past its section', payload('8002 0007 3a04636f7270'), 'truncated-tlv'],
    ['a message that ends within a field', payload('8002 0005 3a04636f72'), 'invalid-protobuf'],
    ['a message with a field number of zero', payload('8002 0002 0000'), 'invalid-protobuf'],
    ['a message with text that is not UTF-8', payload('8002 0003 3a01ff'), 'invalid-protobuf'],
    ['a message with a UUID that is too short', payload('8002 0003 3201ff'), 'attribute-value'],
    ['a message with a flag that is false', payload('8002 0002 6000'), 'attribute-value'],
    ['a message with a control code beyond a byte', header('8001 0004 c001 8002'), 'attribute-value'],
    ['a message with a negative control code', header('8001 000c c001 ffffffffffffffffff01'), 'attribute-value'],
    ['a message with a count beyond 2^53', payload('8002 0009 68 8080808080808010'), 'attribute-value'],
    ['a message with text of 256 bytes', payload(`8002 0103 3a8002 ${'61'.repeat(256)}`), 'attribute-value'],
  ];
  for (const [title, bytes, fault] of refused) {
    it(`refuses ${title}`, () => equal(decode(bytes), fault));
  }

  it('may be any of the faults that are listed', () => {
    const inBaseHeader = [
      'no-cookie',
      'truncated-header',
      'wrong-version',
      'header-length',
      'exceeds-packet',
      'too-long',
    ];
    const byKeys = ['unknown-key', 'undecipherable'];
    const met = new Set([...refused.map(([, , fault]) => fault as string), ...inBaseHeader, ...byKeys]);
    deepEqual(
      Object.keys(metadataFaults).filter((fault) => !met.has(fault)),
      [],
    );
  });
});

describe('metadata from a newer router', () => {
  it('has its unknown TLVs skipped and counted', () => {
    const metadata = decoded(block(hex('0009 0002 ffff 0010 0004 00000001'), hex('0063 0000 7fff 0001 00')));
    deepEqual(metadata.attributes, { securityId: 1 });
    equal(metadata.unknownTypes, 3);
  });

  it('may have as many as 64 TLVs in a section', () => {
    equal(decoded(payload('0063 0000'.repeat(TLV_COUNT_MAX))).unknownTypes, TLV_COUNT_MAX);
  });

  it('has its unknown fields skipped and counted', () => {
    const message = protobuf.Writer.create();
    message.uint32((7 << 3) | 2).string('corp');
    message.uint32((99 << 3) | 0).uint32(5);
    message.uint32((100 << 3) | 2).bytes(new Uint8Array(3));
    const metadata = decoded(protobufPayload(message.finish()));
    deepEqual(metadata.attributes, { tenant: 'corp' });
    equal(metadata.unknownTypes, 2);
  });

  it('keeps the number of a control message or health check that has no name here', () => {
    for (const encoding of encodings) {
      const attributes: Attributes = { controlMessage: 5, sessionHealthCheck: 77 };
      deepEqual(decoded(encode(attributes, encoding)).attributes, attributes);
    }
  });

  it('may have a longer fragment attribute or modify request than is known here', () => {
    const metadata = decoded(block(hex('0001 000c 00000007 1234 6003 05dc eeee'), hex('001c 0003 c005 ee')));
    deepEqual(metadata.attributes, {
      fragment: {
        extendedId: 7,
        originalId: 0x1234,
        dontFragment: true,
        moreFragments: true,
        offset: 3,
        largestSeen: 1500,
      },
      modifyRequest: { flagF: true, flagD: true, sequence: 5 },
    });
  });

  it('may have an attribute in the other section where the public table leaves the section open', () => {
    const metadata = decoded(header('0008 0004 00000003'));
    deepEqual(metadata.attributes, { globalInterfaceId: 3 });
  });
});
