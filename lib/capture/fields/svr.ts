import { headerLength, metadataVersion, payloadLength } from '../../metadata/header.ts';
import type { Dissection } from '../dissection.ts';
import { everyPacket, fieldsOf, type Field, type FieldSpec, type FieldValues } from './field.ts';

const inBlock =
  (read: (bytes: Uint8Array, at: number) => number) =>
  (packet: Dissection): FieldValues => {
    const at = packet.blockAt;
    const isWhole = at >= 0 && at + 12 <= packet.layers.payloadEnd;
    return isWhole ? read(packet.layers.bytes, at) : undefined;
  };

/** What SVR does to packets: the block of metadata in general, the trailer. Its attributes have fields of their own. */
export const svrFields: Field[] = fieldsOf('svr', ({ kind }) => kind !== undefined, {
  svr: {
    type: 'flag',
    needsSession: true,
    help: "a packet of SVR's",
    read: ({ kind }) => kind !== undefined || undefined,
  },
  'svr.kind': {
    type: 'enum',
    codes: { metadata: 1, fragment: 2, marker: 3, bare: 4, bfd: 5, malformed: 6 },
    needsSession: true,
    help: 'with metadata; a fragment; with a false-positive marker; bare; of BFD; with a cookie before nonsense',
    read: ({ kind }) => kind,
  },
  'svr.version': { type: 'number', help: 'version of the block', read: inBlock(metadataVersion) },
  'svr.header_length': {
    type: 'number',
    help: 'bytes of the base header and the header attributes',
    read: inBlock(headerLength),
  },
  'svr.payload_length': { type: 'number', help: 'bytes of the payload attributes', read: inBlock(payloadLength) },
  'svr.encoding': {
    type: 'enum',
    codes: { tlv: 1, protobuf: 2 },
    help: 'how the attributes are written',
    read: ({ block }) => block?.metadata?.encoding,
  },
  'svr.encryption': {
    type: 'enum',
    codes: { none: 0, decrypted: 1, unread: 2 },
    help: 'whether the payload attributes were encrypted, and could be read',
    read: ({ block }) => block?.encryption,
  },
  'svr.unknown_attributes': {
    type: 'number',
    help: 'attributes of unknown type, which were stepped over',
    read: ({ block }) => block?.metadata?.unknownTypes || undefined,
  },
});

const ofTrailer = (
  help: string,
  read: (trailer: NonNullable<Dissection['trailer']>) => FieldValues,
  more: Partial<FieldSpec> = {},
): FieldSpec => ({
  type: 'number',
  help,
  ...more,
  read: ({ trailer }) => trailer && read(trailer),
});

/** The HMAC trailer. Whether it is right can be told with the lab's configuration, and for bare packets by session. */
export const trailerFields: Field[] = fieldsOf('svrlab', ({ trailer }) => trailer !== undefined, {
  'svr.hmac': ofTrailer('what is known of the HMAC trailer', ({ status }) => status, {
    type: 'enum',
    codes: { right: 1, 'outside-window': 2, wrong: 3, unchecked: 4 },
    needsSession: true,
  }),
  'svr.hmac.policy': ofTrailer('security policy under which it is right', ({ policy }) => policy, {
    type: 'text',
    needsSession: true,
  }),
  'svr.hmac.length': ofTrailer('bytes of the trailer', ({ length }) => length, { needsSession: true }),
  'svr.hmac.sequence': ofTrailer('sequence number', ({ sequence }) => sequence, { needsSession: true }),
  'svr.hmac.time': ofTrailer('when it was sealed, in seconds; 0 if the time does not matter', (t) => t.timeSeconds, {
    needsSession: true,
  }),
  'svr.hmac.sender': ofTrailer('number of the router that sealed it', ({ sender }) => sender, { needsSession: true }),
});

/** Whose packet it is, whether it carries metadata or not. */
export const sessionFields: Field[] = fieldsOf('svrlab', everyPacket, {
  'svr.session': {
    type: 'text',
    needsSession: true,
    help: 'UUID of the session that the packet belongs to, on all its way',
    read: ({ session }) => session?.uuid,
  },
  'svr.session.service': {
    type: 'text',
    needsSession: true,
    help: 'service of that session',
    read: ({ session }) => session?.service,
  },
  'svr.session.tenant': {
    type: 'text',
    needsSession: true,
    help: 'tenant of that session',
    read: ({ session }) => session?.tenant,
  },
  'svr.session.router': {
    type: 'text',
    needsSession: true,
    help: 'router where that session came in',
    read: ({ session }) => session?.sourceRouter,
  },
  'svr.session.direction': {
    type: 'enum',
    codes: { forward: 1, reverse: 2 },
    needsSession: true,
    help: 'which way the packet goes: forward is from who began the session',
    read: ({ direction }) => direction,
  },
  'svr.content_length': {
    type: 'number',
    needsSession: true,
    help: 'bytes that a packet between routers carries for its session, behind metadata and before the trailer',
    read: ({ content }) => content && content.end - content.at,
  },
});

export const malformedFields: Field[] = fieldsOf('svrlab', ({ malformed }) => malformed !== undefined, {
  malformed: { type: 'text', help: 'what is malformed in the packet', read: ({ malformed }) => malformed?.reason },
  'malformed.offset': {
    type: 'number',
    help: 'where, in bytes from the start of the frame',
    read: ({ malformed }) => malformed?.offset,
  },
});
