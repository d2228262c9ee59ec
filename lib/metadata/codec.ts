import protobuf from 'protobufjs/minimal.js';
import { svr } from '../../proto/svr/v1/metadata.ts';
import { readU16, writeU16 } from '../wire/bytes.ts';
import { attributes as attributeTable, findAttribute, headerAttributes, payloadAttributes } from './attributes.ts';
import type { Attribute, AttributeName, Attributes, Section } from './attributes.ts';
import type { KeyRing } from './key-ring.ts';
import {
  BASE_HEADER_LENGTH,
  METADATA_LENGTH_MAX,
  baseHeaderFault,
  headerLength,
  payloadLength,
  writeBaseHeader,
} from './header.ts';
import type { MetadataFault } from './header.ts';

/** Two ways to write the same attributes; the receiver tells them apart from the bytes alone. */
export type MetadataEncoding = 'protobuf' | 'tlv';

export interface Metadata {
  readonly attributes: Attributes;
  /** Of an empty block: 'tlv'. */
  readonly encoding: MetadataEncoding;
  /** Of the whole block, in bytes: where the packet's own payload starts. */
  readonly length: number;
  /** TLVs, or protobuf fields, that were skipped because their type is unknown. */
  readonly unknownTypes: number;
  readonly isFalsePositiveMarker: boolean;
}

/** Most TLVs in one section (emulator choice). */
export const TLV_COUNT_MAX = 64;

const TLV_HEADER_LENGTH = 4;

/** A section, and the private TLV type and message that hold it in the protobuf encoding. */
export const sections = {
  header: { attributes: headerAttributes, type: 0x8001, message: svr.v1.HeaderAttributes },
  payload: { attributes: payloadAttributes, type: 0x8002, message: svr.v1.PayloadAttributes },
} as const;

type Loose = Record<string, unknown>;

// ---- encoding

/**
 * Bytes that `encodeMetadata` will write. Whoever passes on attributes that a peer sent compares this with
 * METADATA_LENGTH_MAX first.
 */
export function metadataLength(attributes: Attributes, encoding: MetadataEncoding): number {
  const measure = encoding === 'tlv' ? tlvsLength : messageLength;
  return BASE_HEADER_LENGTH + measure(attributes, 'header') + measure(attributes, 'payload');
}

/**
 * Writes the block at `at` and returns its length in bytes. With `keys` the payload attributes are encrypted, and the
 * header names the key.
 * Throws RangeError for what a caller must not ask for: no room, a block that is too long, a value that does not fit its attribute.
 */
export function encodeMetadata(
  attributes: Attributes,
  encoding: MetadataEncoding,
  target: Uint8Array,
  at: number,
  keys?: KeyRing,
): number {
  const write = encoding === 'tlv' ? writeTlvs : writeMessage;
  const named: Attributes = keys ? { ...attributes, securityId: keys.current } : attributes;
  const headerEnd = write(named, 'header', target, at + BASE_HEADER_LENGTH);
  const plainEnd = write(named, 'payload', target, headerEnd);
  const end = keys && plainEnd > headerEnd ? keys.encryptInPlace(target, headerEnd, plainEnd) : plainEnd;
  if (end > target.length || end - at > METADATA_LENGTH_MAX) throw new RangeError('no room for the metadata');
  writeBaseHeader(target, at, headerEnd - at, end - headerEnd);
  return end - at;
}

function valueLength(attribute: Attribute, value: unknown): number {
  const { min, max } = attribute.layout;
  const length = attribute.layout.length(value);
  if (length < min || length > max) throw new RangeError(`metadata attribute ${attribute.name} has a wrong length`);
  return length;
}

function tlvsLength(attributes: Attributes, section: Section): number {
  let length = 0;
  for (const attribute of sections[section].attributes) {
    const value = attributes[attribute.name];
    if (value !== undefined) length += TLV_HEADER_LENGTH + valueLength(attribute, value);
  }
  return length;
}

function writeTlvHeader(target: Uint8Array, at: number, type: number, length: number): void {
  writeU16(target, at, type);
  writeU16(target, at + 2, length);
}

/** Returns where the section ends. */
function writeTlvs(attributes: Attributes, section: Section, target: Uint8Array, at: number): number {
  for (const attribute of sections[section].attributes) {
    const value = attributes[attribute.name];
    if (value === undefined) continue;
    const length = valueLength(attribute, value);
    writeTlvHeader(target, at, attribute.type, length);
    attribute.layout.write(value, target, at + TLV_HEADER_LENGTH);
    at += TLV_HEADER_LENGTH + length;
  }
  return at;
}

/** The section's message, written but not yet placed; undefined if the section has no attribute. */
function startMessage(attributes: Attributes, section: Section): protobuf.Writer | undefined {
  let message: Loose | undefined;
  // Protobuf writes the fields in an order of its own, so that only what is there has to be looked at.
  for (const name in attributes) {
    const attribute = attributeTable[name as AttributeName] as Attribute;
    const value = attributes[name as AttributeName];
    if (value === undefined || attribute.section !== section) continue;
    valueLength(attribute, value);
    message ??= {};
    message[name] = attribute.layout.toMessage(value);
  }
  return message && sections[section].message.encode(message);
}

function messageLength(attributes: Attributes, section: Section): number {
  const writer = startMessage(attributes, section);
  return writer ? TLV_HEADER_LENGTH + writer.len : 0;
}

function writeMessage(attributes: Attributes, section: Section, target: Uint8Array, at: number): number {
  const writer = startMessage(attributes, section);
  if (!writer) return at;
  const message = writer.finish();
  writeTlvHeader(target, at, sections[section].type, message.length);
  target.set(message, at + TLV_HEADER_LENGTH);
  return at + TLV_HEADER_LENGTH + message.length;
}

// ---- decoding

type Draft = { -readonly [K in keyof Metadata]: Metadata[K] };

/**
 * Decodes the block at `at` of a packet that ends at `end`. Copies what it keeps; never throws. With `keys` the payload
 * attributes are decrypted first: whether they are encrypted is a matter of the security policy, not of the bytes.
 */
export function decodeMetadata(bytes: Uint8Array, at: number, end: number, keys?: KeyRing): Metadata | MetadataFault {
  const fault = baseHeaderFault(bytes, at, end);
  if (fault) return fault;
  const headerAt = at + BASE_HEADER_LENGTH;
  const headerEnd = at + headerLength(bytes, at);
  const payloadEnd = headerEnd + payloadLength(bytes, at);
  const isProtobuf =
    startsWith(bytes, headerAt, headerEnd, sections.header.type) ||
    startsWith(bytes, headerEnd, payloadEnd, sections.payload.type);
  const metadata: Draft = {
    attributes: {},
    encoding: isProtobuf ? 'protobuf' : 'tlv',
    length: payloadEnd - at,
    unknownTypes: 0,
    isFalsePositiveMarker: payloadEnd === headerAt,
  };
  const read = isProtobuf ? readMessage : readTlvs;
  const headerFault = read(bytes, headerAt, headerEnd, 'header', metadata);
  if (headerFault) return headerFault;
  if (!keys || payloadEnd === headerEnd) return read(bytes, headerEnd, payloadEnd, 'payload', metadata) ?? metadata;
  const plain = keys.decrypt(metadata.attributes.securityId, bytes, headerEnd, payloadEnd);
  if (typeof plain === 'string') return plain;
  return read(plain, 0, plain.length, 'payload', metadata) ?? metadata;
}

function startsWith(bytes: Uint8Array, at: number, end: number, type: number): boolean {
  return end - at >= TLV_HEADER_LENGTH && tlvType(bytes, at) === type;
}

const tlvType = (bytes: Uint8Array, at: number): number => readU16(bytes, at);
const tlvLength = (bytes: Uint8Array, at: number): number => readU16(bytes, at + 2);

function readTlvs(
  bytes: Uint8Array,
  at: number,
  end: number,
  section: Section,
  metadata: Draft,
): MetadataFault | undefined {
  for (let count = 0; at < end; count++) {
    if (count === TLV_COUNT_MAX) return 'too-many-tlvs';
    if (end - at < TLV_HEADER_LENGTH) return 'truncated-tlv';
    const valueAt = at + TLV_HEADER_LENGTH;
    const valueEnd = valueAt + tlvLength(bytes, at);
    if (valueEnd > end) return 'truncated-tlv';
    const fault = readTlv(bytes, tlvType(bytes, at), valueAt, valueEnd, section, metadata);
    if (fault) return fault;
    at = valueEnd;
  }
  return undefined;
}

function readTlv(
  bytes: Uint8Array,
  type: number,
  at: number,
  end: number,
  section: Section,
  metadata: Draft,
): MetadataFault | undefined {
  const attribute = findAttribute(type, end - at);
  if (attribute === undefined) {
    if (type === sections.header.type || type === sections.payload.type) return 'mixed-encodings';
    metadata.unknownTypes++;
    return undefined;
  }
  if (attribute === 'attribute-length') return attribute;
  if (attribute.section !== section && !attribute.sectionIsChoice) return 'wrong-section';
  if (metadata.attributes[attribute.name] !== undefined) return 'duplicate-attribute';
  return keep(metadata, attribute.name, attribute.layout.read(bytes, at, end));
}

function keep(metadata: Draft, name: AttributeName, value: unknown): MetadataFault | undefined {
  if (value === undefined) return 'attribute-value';
  (metadata.attributes as Loose)[name] = value;
  return undefined;
}

function readMessage(
  bytes: Uint8Array,
  at: number,
  end: number,
  section: Section,
  metadata: Draft,
): MetadataFault | undefined {
  if (at === end) return undefined;
  if (!startsWith(bytes, at, end, sections[section].type)) return 'mixed-encodings';
  const length = tlvLength(bytes, at);
  if (at + TLV_HEADER_LENGTH + length > end) return 'truncated-tlv';
  if (at + TLV_HEADER_LENGTH + length < end) return 'mixed-encodings';
  const message = decodeMessage(bytes, at + TLV_HEADER_LENGTH, end, section);
  if (message === undefined) return 'invalid-protobuf';
  for (const attribute of sections[section].attributes) {
    const field = message[attribute.name];
    if (field === null) continue;
    const fault = keep(metadata, attribute.name, attribute.layout.fromMessage(field));
    if (fault) return fault;
  }
  if (message.$unknowns) metadata.unknownTypes += (message.$unknowns as unknown[]).length;
  return undefined;
}

function decodeMessage(bytes: Uint8Array, at: number, end: number, section: Section): Loose | undefined {
  const reader = new protobuf.Reader(bytes);
  reader.pos = at;
  reader.len = end;
  reader.discardUnknown = false;
  try {
    return sections[section].message.decode(reader) as Loose;
  } catch {
    return undefined;
  }
}
