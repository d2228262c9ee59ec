import { findAttribute, type AttributeName, type Section } from '../metadata/attributes.ts';
import { TLV_COUNT_MAX, decodeMetadata, sections, type Metadata } from '../metadata/codec.ts';
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
  return { encryption: 'none', length, fault: plain, faultAt: faultPlace(bytes, at) };
}

/** The header attributes alone, as if there were no others. */
function decodeHeader(bytes: Uint8Array, at: number): Metadata | MetadataFault {
  const header = bytes.slice(at, at + headerLength(bytes, at));
  writeU16(header, 10, 0);
  return decodeMetadata(header, 0, header.length);
}

/** Where the fault of a block stands whose base header is right. */
function faultPlace(bytes: Uint8Array, at: number): number {
  const headerAt = at + BASE_HEADER_LENGTH;
  const headerEnd = at + headerLength(bytes, at);
  const payloadEnd = headerEnd + payloadLength(bytes, at);
  const isHeaderMessage = startsMessage(bytes, headerAt, headerEnd, 'header');
  if (!isHeaderMessage && !startsMessage(bytes, headerEnd, payloadEnd, 'payload'))
    return tlvFaultAt(bytes, headerAt, headerEnd, payloadEnd);
  // Of a message there is no telling where inside it the fault is.
  const isHeaderFine = headerAt === headerEnd || (isHeaderMessage && typeof decodeHeader(bytes, at) !== 'string');
  return isHeaderFine ? headerEnd : headerAt;
}

const startsMessage = (bytes: Uint8Array, at: number, end: number, section: Section): boolean =>
  end - at >= TLV_HEADER_LENGTH && readU16(bytes, at) === sections[section].type;

const messageTypes: readonly number[] = Object.values(sections).map(({ type }) => type);

/** Where the first TLV stands that is at fault. */
function tlvFaultAt(bytes: Uint8Array, headerAt: number, headerEnd: number, payloadEnd: number): number {
  const seen = new Set<AttributeName>();
  const places = [
    ['header', headerAt, headerEnd],
    ['payload', headerEnd, payloadEnd],
  ] as const;
  for (const [section, from, to] of places) {
    for (let tlv = from, count = 0; tlv < to; count++) {
      if (count === TLV_COUNT_MAX || tlv + TLV_HEADER_LENGTH > to) return tlv;
      const [type, length] = [readU16(bytes, tlv), readU16(bytes, tlv + 2)];
      const value = tlv + TLV_HEADER_LENGTH;
      const next = value + length;
      if (next > to || messageTypes.includes(type)) return tlv;
      const attribute = findAttribute(type, length);
      if (attribute === 'attribute-length') return tlv;
      if (attribute) {
        const isMisplaced = !attribute.sectionIsChoice && attribute.section !== section;
        if (isMisplaced || seen.has(attribute.name)) return tlv;
        if (attribute.layout.read(bytes, value, next) === undefined) return tlv;
        seen.add(attribute.name);
      }
      tlv = next;
    }
  }
  return headerAt;
}
