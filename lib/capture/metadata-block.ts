import { findAttribute } from '../metadata/attributes.ts';
import { TLV_COUNT_MAX, decodeMetadata, type Metadata } from '../metadata/codec.ts';
import { BASE_HEADER_LENGTH, baseHeaderFault, headerLength, payloadLength } from '../metadata/header.ts';
import type { MetadataFault } from '../metadata/header.ts';
import type { KeyRing } from '../metadata/key-ring.ts';
import { readU16, writeU16 } from '../wire/bytes.ts';

/** Whether the payload attributes were encrypted: as far as anybody can tell who may lack the key. */
export type Encryption = 'none' | 'decrypted' | 'unread';

/** A block of metadata as far as it can be understood. */
export interface MetadataBlock {
  /** Absent if the block is malformed; only the header attributes, if the others cannot be decrypted. */
  readonly metadata?: Metadata;
  readonly encryption: Encryption;
  /** Bytes of the block: where the packet's own payload starts. */
  readonly length: number;
  readonly fault?: MetadataFault;
  /** Offset of the bytes that are at fault. */
  readonly faultAt: number;
}

const TLV_HEADER_LENGTH = 4;

/** Where version and lengths stand, behind the cookie. */
const VERSION_AT = 8;

/** Decodes the block at `at` of a packet that ends at `end`, with any of `rings` if it is encrypted. Never throws. */
export function readBlock(bytes: Uint8Array, at: number, end: number, rings: readonly KeyRing[]): MetadataBlock {
  const headerFault = baseHeaderFault(bytes, at, end);
  if (headerFault)
    return {
      encryption: 'none',
      length: end - at,
      fault: headerFault,
      faultAt: at + (headerFault === 'no-cookie' ? 0 : VERSION_AT),
    };
  const length = headerLength(bytes, at) + payloadLength(bytes, at);
  for (const ring of rings) {
    const metadata = decodeMetadata(bytes, at, end, ring);
    if (typeof metadata !== 'string' && payloadLength(bytes, at) > 0)
      return { metadata, encryption: 'decrypted', length, faultAt: -1 };
  }
  const plain = decodeMetadata(bytes, at, end);
  if (typeof plain !== 'string') return { metadata: plain, encryption: 'none', length, faultAt: -1 };
  const header = decodeHeader(bytes, at);
  // A key is named, and the payload attributes make no sense as they are: that is what encrypted ones look like.
  if (typeof header !== 'string' && header.attributes.securityId !== undefined)
    return { metadata: { ...header, length }, encryption: 'unread', length, faultAt: -1 };
  return { encryption: 'none', length, fault: plain, faultAt: tlvFaultAt(bytes, at) };
}

/** The header attributes alone, as if there were no others. */
function decodeHeader(bytes: Uint8Array, at: number): Metadata | MetadataFault {
  const header = bytes.slice(at, at + headerLength(bytes, at));
  writeU16(header, 10, 0);
  return decodeMetadata(header, 0, header.length);
}

/** Where the first TLV stands that is at fault; for a fault inside a message of protobuf, where that begins. */
function tlvFaultAt(bytes: Uint8Array, at: number): number {
  const headerEnd = at + headerLength(bytes, at);
  const sections = [
    [at + BASE_HEADER_LENGTH, headerEnd],
    [headerEnd, headerEnd + payloadLength(bytes, at)],
  ] as const;
  for (const [from, to] of sections) {
    const seen = new Set<number>();
    for (let tlv = from, count = 0; tlv < to; count++) {
      if (count === TLV_COUNT_MAX || tlv + TLV_HEADER_LENGTH > to) return tlv;
      const [type, length] = [readU16(bytes, tlv), readU16(bytes, tlv + 2)];
      const next = tlv + TLV_HEADER_LENGTH + length;
      if (next > to || seen.has(type)) return tlv;
      seen.add(type);
      const attribute = findAttribute(type, length);
      const value = tlv + TLV_HEADER_LENGTH;
      // Attributes that are not known by their type are those of protobuf, or are stepped over.
      if (attribute === 'attribute-length') return tlv;
      if (attribute && attribute.layout.read(bytes, value, next) === undefined) return tlv;
      if (attribute && !attribute.sectionIsChoice && (attribute.section === 'header') !== (from === sections[0][0]))
        return tlv;
      tlv = next;
    }
  }
  return sections[0][0] < headerEnd ? sections[0][0] : headerEnd;
}
