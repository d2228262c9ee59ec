import {
  bytes,
  context4,
  context6,
  flag,
  fragment,
  ipv4,
  ipv6,
  modify,
  multicastEgressList,
  multicastGroup,
  pathMetrics,
  text,
  u32,
  u64,
  u8,
  uuid,
} from './layout.ts';
import type { Layout } from './layout.ts';

/** Header attributes are never encrypted; payload attributes may be. */
export type Section = 'header' | 'payload';

interface AttributeSpec {
  /** TLV type, and field number in protobuf. */
  readonly type: number;
  readonly section: Section;
  /** Public material does not tell the section: it is our choice, and what comes in the other one is accepted too. */
  readonly sectionIsChoice?: true;
  readonly layout: Layout<unknown>;
  readonly help: string;
}

type Defined<Specs> = {
  readonly [N in keyof Specs]: Specs[N] & {
    readonly name: N;
    /** Field name in proto/svr/v1/metadata.proto. */
    readonly proto: string;
  };
};

function defineAttributes<const Specs extends Record<string, AttributeSpec>>(specs: Specs): Defined<Specs> {
  const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const named = Object.entries(specs).map(([name, spec]) => [name, { ...spec, name, proto: snakeCase(name) }]);
  return Object.fromEntries(named) as Defined<Specs>;
}

/** Reasons of control messages (SVR sheet, section 1.3); 4, 5 and 7 have no public meaning. */
export const controlReasons = {
  unknown: 0,
  keepAlive: 1,
  enableMetadata: 2,
  disableMetadata: 3,
  deleteSession: 6,
  sessionExists: 8,
} as const;

export const healthChecks = { request: 1, requestTimeout: 2 } as const;

/**
 * Every attribute of SVR metadata, in the order of its types (SVR sheet, section 1.2). The codecs, the decoder and the
 * documentation are derived from this table: a new attribute is one entry here and one field in the .proto file.
 */
export const attributes = defineAttributes({
  fragment: {
    type: 1,
    section: 'header',
    layout: fragment(),
    help: 'the packet is one fragment of a larger one, cut for the fabric',
  },
  forwardContextIpv4: {
    type: 2,
    section: 'payload',
    layout: context4(),
    help: 'original IPv4 addresses, ports and protocol of the session, as its originator sees them',
  },
  forwardContextIpv6: {
    type: 3,
    section: 'payload',
    layout: context6(),
    help: 'original IPv6 addresses, ports and protocol of the session, as its originator sees them',
  },
  reverseContextIpv4: {
    type: 4,
    section: 'payload',
    layout: context4(),
    help: 'IPv4 addresses, ports and protocol of the session, as its responder sees them',
  },
  reverseContextIpv6: {
    type: 5,
    section: 'payload',
    layout: context6(),
    help: 'IPv6 addresses, ports and protocol of the session, as its responder sees them',
  },
  sessionUuid: { type: 6, section: 'payload', layout: uuid(), help: 'identity of the session, end to end' },
  tenant: { type: 7, section: 'payload', layout: text(), help: 'tenant that the session comes from' },
  globalInterfaceId: {
    type: 8,
    section: 'payload',
    sectionIsChoice: true,
    layout: u32(),
    help: 'number of the ingress interface, unique in the authority',
  },
  service: { type: 10, section: 'payload', layout: text(), help: 'service that the session goes to' },
  sessionPayloadEncrypted: {
    type: 11,
    section: 'payload',
    layout: flag(),
    help: 'the payload of the session is encrypted',
  },
  tcpSyn: { type: 12, section: 'payload', layout: flag(), help: 'the packet was a TCP SYN, carried as UDP' },
  sessionsInService: {
    type: 13,
    section: 'payload',
    sectionIsChoice: true,
    layout: u64(),
    help: 'sessions that the responder has for the service, for load balancing',
  },
  sourceRouter: { type: 14, section: 'payload', layout: text(), help: 'router where the session came in' },
  securityPolicy: {
    type: 15,
    section: 'payload',
    sectionIsChoice: true,
    layout: text(),
    help: 'security policy of the session',
  },
  securityId: { type: 16, section: 'header', layout: u32(), help: 'version of the key that protects the packet' },
  destinationRouter: {
    type: 17,
    section: 'payload',
    sectionIsChoice: true,
    layout: text(),
    help: 'router where the session goes out',
  },
  disableForwardMetadata: {
    type: 18,
    section: 'payload',
    layout: flag(),
    help: 'metadata has arrived: the originator need not send it any longer',
  },
  peerPathwayId: { type: 19, section: 'payload', layout: text(), help: 'path between the peers that the packet took' },
  icmpErrorLocationIpv4: {
    type: 20,
    section: 'header',
    layout: ipv4(),
    help: 'IPv4 address of the node that made the ICMP error',
  },
  icmpErrorLocationIpv6: {
    type: 21,
    section: 'header',
    sectionIsChoice: true,
    layout: ipv6(),
    help: 'IPv6 address of the node that made the ICMP error',
  },
  controlMessage: {
    type: 24,
    section: 'header',
    layout: u8(controlReasons),
    help: 'the packet is from router to router: it is obeyed, then dropped',
  },
  sourceNatAddress: {
    type: 25,
    section: 'payload',
    layout: ipv4(),
    help: 'address that the source is translated to where the session goes out',
  },
  pathMetrics: {
    type: 26,
    section: 'header',
    layout: pathMetrics(),
    help: 'coloured times and counts that measure latency and loss of the path',
  },
  modifyRequest: {
    type: 28,
    section: 'payload',
    sectionIsChoice: true,
    layout: modify(),
    help: 'the session changes while it runs; numbered',
  },
  applicationName: { type: 35, section: 'payload', layout: text(), help: 'application that was recognised' },
  remainingSessionTime: {
    type: 42,
    section: 'payload',
    layout: u32(),
    help: 'seconds until the session times out',
  },
  // Number 46 is used twice: the health check is exactly one byte in the header section, the key is longer.
  sessionHealthCheck: {
    type: 46,
    section: 'header',
    layout: u8(healthChecks),
    help: 'asks the peer whether it still knows the session',
  },
  securityEncryptionKey: {
    type: 46,
    section: 'payload',
    layout: bytes(2),
    help: 'key that the payload of the session is encrypted with',
  },
  multicastGroup: {
    type: 50,
    section: 'payload',
    layout: multicastGroup(),
    help: 'source, group and protocol of a multicast session',
  },
  multicastEgressList: {
    type: 51,
    section: 'payload',
    layout: multicastEgressList(),
    help: 'routers where a multicast session goes out',
  },
  // Types from 0x8000 on are the emulator's own (emulator choice).
  sessionCapture: {
    type: 0x8010,
    section: 'payload',
    layout: u32(),
    help: 'asks the next routers to capture the session too: packets of each direction',
  },
});

export type AttributeName = keyof typeof attributes;

export interface Attribute extends AttributeSpec {
  readonly name: AttributeName;
  readonly proto: string;
}

/** Decoded metadata: a property for each attribute that is present. */
export type Attributes = {
  [N in AttributeName]?: (typeof attributes)[N]['layout'] extends Layout<infer T> ? T : never;
};

/** A code without a name is its number. */
export type ControlMessage = NonNullable<Attributes['controlMessage']>;
export type SessionHealthCheck = NonNullable<Attributes['sessionHealthCheck']>;

/** The table as lists, in the order of types. */
export const attributeList: readonly Attribute[] = Object.values(attributes);
export const headerAttributes: readonly Attribute[] = attributeList.filter(
  (attribute) => attribute.section === 'header',
);
export const payloadAttributes: readonly Attribute[] = attributeList.filter(
  (attribute) => attribute.section === 'payload',
);

/**
 * Attributes by TLV type; a number that is used twice has two, told apart by their lengths. Its length is given at once:
 * an array that grows by leaps becomes a slow one.
 */
const byType = new Array<Attribute[] | undefined>(1 + Math.max(...attributeList.map(({ type }) => type)));
for (const attribute of attributeList) (byType[attribute.type] ??= []).push(attribute);

/** The attribute that a TLV is; undefined if the type is unknown, 'attribute-length' if the length does not fit it. */
export function findAttribute(type: number, length: number): Attribute | 'attribute-length' | undefined {
  const candidates = byType[type];
  if (candidates === undefined) return undefined;
  for (let i = 0; i < candidates.length; i++) {
    const { min, max } = candidates[i].layout;
    if (length >= min && length <= max) return candidates[i];
  }
  return 'attribute-length';
}
