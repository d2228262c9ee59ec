import fc from 'fast-check';
import { parsePrefix } from '../../../lib/address.ts';
import type { IpAddress } from '../../../lib/address.ts';
import { milliseconds, seconds } from '../../../lib/time.ts';
import { propertyName } from '../../../lib/config/schema/element.ts';
import type { AnyLeaf, AnyLeafList, Block, Element } from '../../../lib/config/schema/element.ts';

type Tree = Record<string, unknown>;

// Few names, so that references find what they name often enough.
const names = fc.constantFrom('a', 'b', 'web-1', '_x.Y');

const address: fc.Arbitrary<IpAddress> = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => ({ family: 4, bytes }) as const),
  fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => ({ family: 6, bytes }) as const),
);

const prefix = fc.tuple(address, fc.nat(128)).map(([{ family, bytes }, length]) => {
  const bits = Math.min(length, family === 4 ? 32 : 128);
  const host = bytes.length === 4 ? bytes.join('.') : Array.from(bytes, hexByte).join('').match(/.{4}/g)?.join(':');
  return parsePrefix(`${host}/${bits}`);
});

const hexByte = (byte: number): string => byte.toString(16).padStart(2, '0');

/** Any value that a leaf may have. */
function leafValue({ type }: AnyLeaf | AnyLeafList): fc.Arbitrary<unknown> {
  const { min, max } = type.range ?? { min: 0, max: 0 };
  switch (type.kind) {
    case 'text':
      return fc.oneof(fc.string({ maxLength: 20 }), fc.string({ unit: 'binary', maxLength: 20 }));
    case 'identifier':
      return names;
    case 'enumeration':
      return fc.constantFrom(...(type.words ?? []));
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min, max });
    case 'decimal':
      return fc.integer({ min: min * 10, max: max * 10 }).map((tenths) => tenths / 10);
    case 'duration':
      return fc.integer({ min, max }).map(type.units === 'seconds' ? seconds : milliseconds);
    case 'priority':
      return fc.oneof(fc.integer({ min, max }), fc.constantFrom('ordered', 'never'));
    case 'mss':
      return fc.oneof(fc.integer({ min, max }), fc.constantFrom('automatic', 'disabled'));
    case 'ip-address':
      return address;
    case 'ip-prefix':
      return prefix;
    case 'mac-address':
      return fc.uint8Array({ minLength: 6, maxLength: 6 });
    case 'hex':
      return fc.uint8Array({ minLength: 16, maxLength: 16 });
  }
}

/** Any value of a block that keeps what the table says, but for references. */
export function blockValue(schema: Block): fc.Arbitrary<Tree> {
  const entries = Object.entries(schema.children);
  const arbitraries = entries.map(([name, element]) => [propertyName(name, element), elementValue(element)] as const);
  return fc.record(Object.fromEntries(arbitraries)).map((tree) => {
    return Object.fromEntries(Object.entries(tree).filter(([, value]) => value !== undefined));
  });
}

function elementValue(element: Element): fc.Arbitrary<unknown> {
  switch (element.element) {
    case 'leaf': {
      const value = leafValue(element);
      if (element.required) return value;
      return fc.oneof(value, fc.constant(element.default));
    }
    case 'leaf-list':
      return fc.uniqueArray(leafValue(element), { maxLength: 3, selector: (value) => element.type.write(value) });
    case 'container':
      return blockValue(element);
    case 'list': {
      const keyOf = (item: Tree): string =>
        JSON.stringify(
          element.keys.map((key) => {
            const leaf = element.children[key] as AnyLeaf;
            return leaf.type.write(item[propertyName(key, leaf)]);
          }),
        );
      return fc.uniqueArray(blockValue(element), { maxLength: 2, selector: keyOf });
    }
  }
}

/** Without what refers to nothing: optional leaves are taken out, and items whose required leaves are left alone go whole. */
export function withoutLooseEnds(schema: Block, tree: Tree): Tree {
  let before: string;
  let after = print(tree);
  let pruned = tree;
  do {
    before = after;
    pruned = prune(schema, pruned, [pruned]) ?? {};
    after = print(pruned);
  } while (after !== before);
  return pruned;
}

const print = (tree: Tree): string => JSON.stringify(tree);

function prune(schema: Block, tree: Tree, around: readonly Tree[]): Tree | undefined {
  const kept: Tree = {};
  for (const [name, element] of Object.entries(schema.children)) {
    const property = propertyName(name, element);
    const value = tree[property];
    if (value === undefined) continue;
    if (element.element === 'container') {
      kept[property] = prune(element, value as Tree, [value as Tree, ...around]);
    } else if (element.element === 'list') {
      const items = (value as readonly Tree[]).map((item) => prune(element, item, [item, ...around]));
      kept[property] = items.filter((item) => item !== undefined);
    } else if (element.element === 'leaf' && element.refersTo && !exists(element.refersTo, value, around)) {
      if (element.required) return undefined;
    } else {
      kept[property] = value;
    }
  }
  return kept;
}

/** Every list that is referred to has its name as its key. */
function exists(list: string, name: unknown, around: readonly Tree[]): boolean {
  const property = propertyName(list, { element: 'list', help: '', keys: [], children: {} });
  const owner = around.find((tree) => property in tree);
  return (owner?.[property] as readonly Tree[] | undefined)?.some((item) => item.name === name) ?? false;
}
