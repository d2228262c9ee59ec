import { attributeList, controlReasons, healthChecks, type Attribute } from '../../lib/metadata/attributes.ts';
import { metadataFaults } from '../../lib/metadata/header.ts';
import { code, markdownTable } from './markdown.ts';

/** How the value of each kind of layout stands in a TLV, big-endian. */
const layouts: Readonly<Record<string, string>> = {
  bytes: 'bytes without a meaning here',
  context4: 'source address 4, destination address 4, source port 2, destination port 2, protocol 1',
  context6: 'source address 16, destination address 16, source port 2, destination port 2, protocol 1',
  enum: 'one byte that stands for a word',
  flag: 'nothing: its presence says it',
  fragment: 'extended identification 4, original identification 2, flags and offset 2, largest fragment seen 2',
  ipv4: 'an address',
  ipv6: 'an address',
  modify: 'F 1 bit, D 1 bit, reserved 2 bits, sequence number 12 bits',
  multicastEgressList: 'how many 2, then for each a length 1 and a router name',
  multicastGroup: 'family 1 (4 or 6), flags 1, source, group, protocol 1',
  pathMetrics:
    'sent colour 4 bits, sent time 28 bits, received colour 4 bits, received time 28 bits, drop 1 bit, count 15 bits',
  text: 'UTF-8',
  u32: 'a number',
  u64: 'a number',
  uuid: 'the UUID as it is',
};

function describeValue({ layout }: Attribute): string {
  const words = Object.entries(layout.codes ?? {}).map(([word, number]) => `${number} ${word}`);
  const described = layouts[layout.kind];
  if (described === undefined) throw new Error(`the layout '${layout.kind}' has no description`);
  return words.length > 0 ? `${described}: ${words.join(', ')}` : described;
}

const describeLength = ({ layout: { min, max } }: Attribute): string => (min === max ? String(min) : `${min}-${max}`);

/** Every attribute, in the order of types. */
export function attributesTable(): string {
  return markdownTable(
    ['Type', 'Name and .proto field', 'Section', 'Bytes', 'Value', 'Says'],
    attributeList.map((attribute) => [
      String(attribute.type),
      `${attribute.name}, ${code(attribute.proto)}`,
      attribute.sectionIsChoice ? `${attribute.section} *` : attribute.section,
      describeLength(attribute),
      describeValue(attribute),
      attribute.help,
    ]),
  );
}

/** Attributes whose section the public material does not tell. */
export function sectionChoices(): string {
  return attributeList
    .filter(({ sectionIsChoice }) => sectionIsChoice)
    .map(({ type, name, section }) => `- ${name} (${type}) stands in the ${section} section`)
    .join('\n');
}

export function controlMessagesTable(): string {
  return markdownTable(
    ['Code', 'Control message'],
    Object.entries(controlReasons).map(([name, number]) => [String(number), name]),
  );
}

export function healthChecksTable(): string {
  return markdownTable(
    ['Code', 'Health check'],
    Object.entries(healthChecks).map(([name, number]) => [String(number), name]),
  );
}

export function metadataFaultsTable(): string {
  return markdownTable(
    ['Fault', 'Meaning'],
    Object.entries(metadataFaults).map(([name, help]) => [code(name), help]),
  );
}
