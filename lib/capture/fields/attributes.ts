import {
  attributeList,
  attributes,
  type Attribute,
  type AttributeName,
  type Attributes,
} from '../../metadata/attributes.ts';
import { formatUuid } from '../../address.ts';
import type { Context } from '../../metadata/layout.ts';
import type { Dissection } from '../dissection.ts';
import type { Field, FieldType, FieldValues, Part } from './field.ts';

/** Names that are shorter, or better known, than those of the protobuf fields; all others are `svr.` and that name. */
const shortNames: Readonly<Partial<Record<AttributeName, string>>> = {
  controlMessage: 'control',
  sessionHealthCheck: 'health_check',
  sessionUuid: 'uuid',
};

/** What the parts of a value are called that is made of several: `svr.` attribute `.` part. */
const partsOfKind: Readonly<Record<string, Readonly<Record<string, readonly [name: string, type: FieldType]>>>> = {
  context4: contextParts(),
  context6: contextParts(),
  fragment: {
    extendedId: ['extended_id', 'number'],
    originalId: ['original_id', 'number'],
    dontFragment: ['dont_fragment', 'flag'],
    moreFragments: ['more_fragments', 'flag'],
    offset: ['offset', 'number'],
    largestSeen: ['largest_seen', 'number'],
  },
  pathMetrics: {
    txColour: ['tx_colour', 'number'],
    txTimeMs: ['tx_time', 'number'],
    rxColour: ['rx_colour', 'number'],
    rxTimeMs: ['rx_time', 'number'],
    drop: ['drop', 'flag'],
    previousRxCount: ['previous_rx_count', 'number'],
  },
  modify: { flagF: ['flag_f', 'flag'], flagD: ['flag_d', 'flag'], sequence: ['sequence', 'number'] },
  multicastGroup: {
    flags: ['flags', 'number'],
    source: ['source', 'address'],
    group: ['group', 'address'],
    protocol: ['protocol', 'number'],
  },
};

function contextParts(): Readonly<Record<keyof Context, readonly [name: string, type: FieldType]>> {
  return {
    source: ['src', 'address'],
    destination: ['dst', 'address'],
    sourcePort: ['srcport', 'number'],
    destinationPort: ['dstport', 'number'],
    protocol: ['proto', 'number'],
  };
}

/** The type of a field that is an attribute's whole value; a value of several parts is shown by them, and is a flag itself. */
const typeOfKind: Readonly<Record<string, FieldType>> = {
  enum: 'enum',
  u32: 'number',
  u64: 'number',
  text: 'text',
  uuid: 'text',
  bytes: 'bytes',
  ipv4: 'address',
  ipv6: 'address',
  multicastEgressList: 'text',
};

/** A field that stands for an attribute, or for one part of its value. */
export interface AttributeField extends Field {
  readonly attribute: AttributeName;
  /** Property of the decoded value; absent if the field is the whole. */
  readonly part?: string;
}

const inMetadata: Part = ({ block }) => block?.metadata !== undefined;

const valueOf = (packet: Dissection, name: AttributeName): unknown => packet.block?.metadata?.attributes[name];

/** Every attribute of metadata as fields, made from its table. */
export const attributeFields: readonly AttributeField[] = attributeList.flatMap(fieldsOfAttribute);

function fieldsOfAttribute(attribute: Attribute): AttributeField[] {
  const { name, help, layout } = attribute;
  const fieldName = `svr.${shortNames[name] ?? attribute.proto}`;
  const parts = partsOfKind[layout.kind] ?? {};
  const whole: AttributeField = {
    name: fieldName,
    of: 'svr',
    type: typeOfKind[layout.kind] ?? 'flag',
    help,
    attribute: name,
    ...(layout.codes && { codes: layout.codes }),
    within: inMetadata,
    read: wholeReader(attribute),
  };
  const ofParts = Object.entries(parts).map(([part, [partName, type]]): AttributeField => ({
    name: `${fieldName}.${partName}`,
    of: 'svr',
    type,
    help: `${partName.replaceAll('_', ' ')} of ${fieldName}`,
    attribute: name,
    part,
    within: inMetadata,
    read: (packet) => {
      const value = valueOf(packet, name) as Record<string, FieldValues> | undefined;
      return value?.[part];
    },
  }));
  return [whole, ...ofParts];
}

function wholeReader({ name, layout }: Attribute): Field['read'] {
  if (layout.kind === 'uuid')
    return (packet) => {
      const value = valueOf(packet, name) as Uint8Array | undefined;
      return value && formatUuid(value);
    };
  if (layout.kind in typeOfKind) return (packet) => valueOf(packet, name) as FieldValues;
  return (packet) => valueOf(packet, name) !== undefined || undefined;
}

const contexts = [
  attributes.forwardContextIpv4.name,
  attributes.forwardContextIpv6.name,
  attributes.reverseContextIpv4.name,
  attributes.reverseContextIpv6.name,
] as const;

/** The context of a packet's metadata, whichever of the four it is. */
const contextOf = ({ block }: Dissection): ToldContext | undefined => contextIn(block?.metadata?.attributes ?? {});

export interface ToldContext {
  readonly direction: 'forward' | 'reverse';
  readonly context: Context;
}

/** The context among some attributes. */
export function contextIn(found: Attributes): ToldContext | undefined {
  for (const name of contexts) {
    const context = found[name];
    if (context) return { direction: name.startsWith('forward') ? 'forward' : 'reverse', context };
  }
  return undefined;
}

/** The same as fields of one name, for filters that do not care which of the four it is. */
export const contextFields: readonly Field[] = [
  {
    name: 'svr.context',
    of: 'svr',
    type: 'enum',
    codes: { forward: 1, reverse: 2 },
    help: 'the metadata has the addresses and ports of the session, as its originator or as its responder sees them',
    within: inMetadata,
    read: (packet) => contextOf(packet)?.direction,
  },
  ...Object.entries(contextParts()).map(([part, [name, type]]): Field => ({
    name: `svr.context.${name}`,
    of: 'svr',
    type,
    help: `${name} of svr.context`,
    within: inMetadata,
    read: (packet) => contextOf(packet)?.context[part as keyof Context],
  })),
];
