import fc from 'fast-check';
import type { Attribute, Attributes } from '../../../lib/metadata/attributes.ts';
import { attributeList } from '../../../lib/metadata/attributes.ts';

/** A plain object, as the decoder makes them. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true });

const bytes = (length: number, longest = length): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: longest });
const bits = (count: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 2 ** count - 1 });
const name = fc.string({ unit: 'grapheme', maxLength: 5 });

const context = (addressLength: number): fc.Arbitrary<unknown> =>
  record({
    source: bytes(addressLength),
    destination: bytes(addressLength),
    sourcePort: bits(16),
    destinationPort: bits(16),
    protocol: bits(8),
  });

const multicastGroup = (addressLength: number): fc.Arbitrary<unknown> =>
  record({ flags: bits(8), source: bytes(addressLength), group: bytes(addressLength), protocol: bits(8) });

const byKind: Record<string, fc.Arbitrary<unknown>> = {
  u32: bits(32),
  u64: fc.maxSafeNat(),
  flag: fc.constant(true),
  text: name,
  bytes: bytes(2, 40),
  uuid: bytes(16),
  ipv4: bytes(4),
  ipv6: bytes(16),
  context4: context(4),
  context6: context(16),
  fragment: record({
    extendedId: bits(32),
    originalId: bits(16),
    dontFragment: fc.boolean(),
    moreFragments: fc.boolean(),
    offset: bits(13),
    largestSeen: bits(16),
  }),
  pathMetrics: record({
    txColour: bits(4),
    txTimeMs: bits(28),
    rxColour: bits(4),
    rxTimeMs: bits(28),
    drop: fc.boolean(),
    previousRxCount: bits(15),
  }),
  modify: record({ flagF: fc.boolean(), flagD: fc.boolean(), sequence: bits(12) }),
  multicastGroup: fc.oneof(multicastGroup(4), multicastGroup(16)),
  multicastEgressList: fc.array(name, { maxLength: 3 }),
};

/** A name, or a number that has none. */
function enumeration(codes: Readonly<Record<string, number>>): fc.Arbitrary<unknown> {
  const named = Object.values(codes);
  return fc.oneof(
    fc.constantFrom(...Object.keys(codes)),
    bits(8).filter((code) => !named.includes(code)),
  );
}

/** Values of one attribute. */
export const valueOf = ({ layout }: Attribute): fc.Arbitrary<unknown> =>
  layout.codes ? enumeration(layout.codes) : byKind[layout.kind];

/** Any set of attributes, with values that together fit a block. */
export const anyAttributes: fc.Arbitrary<Attributes> = fc.record(
  Object.fromEntries(attributeList.map((attribute) => [attribute.name, valueOf(attribute)])),
  { requiredKeys: [], noNullPrototype: true },
);
