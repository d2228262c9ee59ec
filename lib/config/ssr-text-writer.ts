import { writeWord } from './lexer.ts';
import type { AnyLeaf, AnyLeafList, Block, Element, List } from './schema/element.ts';
import { propertyName } from './schema/element.ts';

type Value = Readonly<Record<string, unknown>>;

/** A line of a block: what stands before the value, and the value; or a block of its own. */
type Entry =
  | { readonly name: string; readonly value: string }
  | { readonly head: readonly [string, string]; readonly body: string[] };

const INDENT = '    ';

/** The lines of a block's content: what differs from the defaults, in the order of the schema, values in one column. */
export function writeBlock(schema: Block, value: Value): string[] {
  const entries = Object.entries(schema.children).flatMap(([name, element]) =>
    entriesOf(name, element, value[propertyName(name, element)]),
  );
  const width = Math.max(0, ...entries.map((entry) => ('name' in entry ? entry.name : entry.head[0]).length));
  return entries.flatMap((entry, i) => {
    const gap = i > 0 && ('head' in entry || 'head' in entries[i - 1]) ? [''] : [];
    if ('name' in entry) return [...gap, column(width, entry.name, entry.value)];
    const body = entry.body.map((line) => (line === '' ? '' : INDENT + line));
    return [...gap, column(width, ...entry.head), ...body, 'exit'];
  });
}

function column(width: number, name: string, value: string): string {
  return value === '' ? name : `${name.padEnd(width)}  ${value}`;
}

function entriesOf(name: string, element: Element, value: unknown): Entry[] {
  switch (element.element) {
    case 'leaf':
      return isDefault(element, value) ? [] : [{ name, value: leafText(element, value) }];
    case 'leaf-list':
      return (value as readonly unknown[]).map((one) => ({ name, value: leafText(element, one) }));
    case 'container': {
      const body = writeBlock(element, value as Value);
      return body.length > 0 ? [{ head: [name, ''], body }] : [];
    }
    case 'list':
      return (value as readonly Value[]).map((item) => ({
        head: [name, keysOf(element, item)],
        body: writeBlock(element, item),
      }));
  }
}

export function keysOf(list: List, item: Value): string {
  return list.keys
    .map((key) => leafText(list.children[key] as AnyLeaf, item[propertyName(key, list.children[key])]))
    .join(' ');
}

export function leafText(leaf: AnyLeaf | AnyLeafList, value: unknown): string {
  return writeWord(leaf.type.write(value));
}

export function isDefault(leaf: AnyLeaf, value: unknown): boolean {
  if (value === undefined) return true;
  return leaf.default !== undefined && leaf.type.write(leaf.default) === leaf.type.write(value);
}
