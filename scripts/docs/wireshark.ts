import { join } from 'node:path';
import protobuf from 'protobufjs';
import { SVR_BFD_PORT } from '../../lib/highway/peer-path.ts';
import { digestLengths } from '../../lib/crypto.ts';
import { attributeFields } from '../../lib/capture/fields/attributes.ts';
import type { Field } from '../../lib/capture/fields/field.ts';
import { fieldTable } from '../../lib/capture/fields/table.ts';
import { attributeList, attributes, controlReasons, type Attribute } from '../../lib/metadata/attributes.ts';
import { TLV_COUNT_MAX, sections } from '../../lib/metadata/codec.ts';
import { COOKIE, METADATA_LENGTH_MAX, METADATA_VERSION, metadataFaults } from '../../lib/metadata/header.ts';
import { STAMP_LENGTH } from '../../lib/metadata/trailer.ts';
import { CONTROL_PACKET_LENGTH, bfdStates, controlPacketFaults } from '../../lib/peering/bfd/control-packet.ts';
import { bfdPorts } from '../../lib/peering/bfd/udp.ts';
import { NAME_LENGTH_MAX } from '../../lib/peering/svr-bfd/metadata.ts';
import { BFD_METADATA_TYPE } from '../../lib/peering/svr-bfd/packet.ts';

/*
 * The tables of the dissector for Wireshark, as Lua: what it knows of fields, attributes, messages and faults is what the
 * code knows.
 */

/** A piece of Lua: a text, a number, a list, or a table with names. */
type Lua = string | number | boolean | undefined | readonly Lua[] | { readonly [name: string]: Lua };

function lua(value: Lua): string {
  if (value === undefined) return 'nil';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return String(value);
  if (isList(value)) return `{ ${value.map(lua).join(', ')} }`;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return `{ ${entries.map(([name, part]) => `${key(name)} = ${lua(part)}`).join(', ')} }`;
}

const isList = (value: Lua): value is readonly Lua[] => Array.isArray(value);

const key = (name: string): string =>
  /^\d+$/.test(name) ? `[${name}]` : /^[A-Za-z_]\w*$/.test(name) ? name : `[${JSON.stringify(name)}]`;

/** A table with each of its parts on a line of its own. */
const luaTable = (name: string, parts: readonly string[]): string =>
  [`local ${name} = {`, ...parts.map((part) => `  ${part},`), '}'].join('\n');

/** Whether a dissector can give the field: it knows no keys, and the packets themselves are Wireshark's. */
const isInKit = ({ name, of }: Field): boolean =>
  of !== 'wireshark' && name.startsWith('svr.') && name !== 'svr.hmac.policy';

/** Fields whose values Wireshark has under that name. */
export const kitFields: readonly Field[] = fieldTable.filter(isInKit);

const kinds: Readonly<Record<Field['type'], string>> = {
  flag: 'bool',
  number: 'uint32',
  time: 'double',
  enum: 'enum',
  text: 'string',
  address: 'string',
  mac: 'bytes',
  bytes: 'bytes',
};

/** Fields that hold more than 32 bits, or parts of a whole. */
const wideFields: Readonly<Record<string, string>> = {
  'svr.sessions_in_service': 'uint64',
  'svr.bfd.boot_counter': 'uint64',
  'svr.bfd.live_loss': 'double',
};

/** The type of a field in Wireshark. An address that may be of either family is text. */
function kindOf(field: Field): string {
  const attribute = attributeFields.find(({ name }) => name === field.name)?.attribute;
  const layout = attribute && attributes[attribute].layout.kind;
  const isAddress = field.type === 'address' && layout !== undefined;
  if (isAddress && (layout === 'ipv4' || layout === 'context4')) return 'ipv4';
  if (isAddress && (layout === 'ipv6' || layout === 'context6')) return 'ipv6';
  return wideFields[field.name] ?? kinds[field.type];
}

export function luaFields(): string {
  return luaTable(
    'FIELDS',
    kitFields.map((field) => lua([field.name, kindOf(field), field.help, ...(field.codes ? [field.codes] : [])])),
  );
}

export function luaAttributes(): string {
  const describe = (attribute: Attribute): Lua => {
    const { name, type, section, sectionIsChoice, layout, proto } = attribute;
    const own = attributeFields.filter((field) => field.attribute === name);
    return {
      type,
      name: proto,
      section,
      anySection: sectionIsChoice,
      kind: layout.kind,
      min: layout.min,
      max: layout.max,
      proto: layout.proto,
      field: own[0].name,
      hasParts: own.length > 1 || undefined,
    };
  };
  return luaTable(
    'ATTRIBUTES',
    attributeList.map((attribute) => lua(describe(attribute))),
  );
}

const wires: Readonly<Record<string, number>> = { string: 2, bytes: 2 };

/** Messages by what they are for here, with their fields by number. */
export function luaMessages(home: string): string {
  const root = protobuf.loadSync(['metadata', 'bfd'].map((name) => join(home, 'proto', 'svr', 'v1', `${name}.proto`)));
  const names = {
    header: 'HeaderAttributes',
    payload: 'PayloadAttributes',
    bfd: 'BfdMetadata',
    load: 'ServiceLoad',
    echo: 'Echo',
    probe: 'MtuProbe',
  };
  const describe = (message: string): Lua =>
    Object.fromEntries(
      root.lookupType(`svr.v1.${message}`).fieldsArray.map((field): [string, Lua] => {
        field.resolve();
        const wire = field.resolvedType instanceof protobuf.Type ? 2 : (wires[field.type] ?? 0);
        return [
          String(field.id),
          {
            name: snakeCase(field.name),
            wire,
            repeated: field.repeated || undefined,
            isText: field.type === 'string' || undefined,
          },
        ];
      }),
    );
  return luaTable(
    'MESSAGES',
    Object.entries(names).map(([name, message]) => `${name} = ${lua(describe(message))}`),
  );
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export function luaFaults(): string {
  const faults = {
    ...controlPacketFaults,
    ...metadataFaults,
    'bad-bfd-metadata': 'what SVR adds to BFD makes no sense',
  };
  return luaTable(
    'FAULTS',
    Object.entries(faults).map(([name, help]) => `${key(name)} = ${lua(help)}`),
  );
}

export function luaConstants(): string {
  const contexts = (['forward', 'reverse'] as const).flatMap((direction) =>
    ([4, 6] as const).map((family): Lua => [attributes[`${direction}ContextIpv${family}`].proto, direction]),
  );
  const trailers = Object.entries(digestLengths).map(([name, length]): Lua => [name, STAMP_LENGTH + length]);
  const cookie = Array.from(COOKIE, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  return [
    `local COOKIE = "${cookie}"`,
    ...Object.entries({
      METADATA_VERSION,
      METADATA_LENGTH_MAX,
      TLV_COUNT_MAX,
      MESSAGE_TYPES: { header: sections.header.type, payload: sections.payload.type, bfd: BFD_METADATA_TYPE },
      CONTEXTS: contexts,
      CONTROL_ENABLE_METADATA: controlReasons.enableMetadata,
      TRAILERS: trailers,
      BFD_PORT: SVR_BFD_PORT,
      PLAIN_BFD_PORT: bfdPorts['single-hop'],
      BFD_LENGTH: CONTROL_PACKET_LENGTH,
      BFD_NAME_MAX: NAME_LENGTH_MAX,
      BFD_STATES: bfdStates,
    }).map(([name, value]) => `local ${name} = ${lua(value)}`),
  ].join('\n');
}
