import type { Leaf, LeafList } from './leaf.ts';
import { camelCase, plural } from './names.ts';
import type { CamelCase, Plural } from './names.ts';

/** What may stand inside a block, by its name in the configuration. The order is the order of print. */
export type Children = Readonly<Record<string, Element>>;

/** A block of which there is exactly one, whether it is written or not. */
export interface Container<C extends Children = Children> {
  readonly element: 'container';
  readonly help: string;
  readonly atStart?: true;
  readonly children: C;
}

/** Blocks of one kind, told apart by the values of their key leaves, which stand behind the block's name. */
export interface List<C extends Children = Children> {
  readonly element: 'list';
  readonly help: string;
  readonly atStart?: true;
  /** Names of leaves in `children`; each of them is required. */
  readonly keys: readonly string[];
  readonly children: C;
}

// A leaf of any value: reading and writing are the business of its own type, never of whoever walks the table.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyLeaf = Leaf<any>;
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyLeafList = LeafList<any>;

export type Block = Container | List;
export type Element = AnyLeaf | AnyLeafList | Block;

export function container<C extends Children>(help: string, children: C): Container<C> {
  return { element: 'container', help, children };
}

export function list<C extends Children>(
  help: string,
  keys: readonly [keyof C & string, ...(keyof C & string)[]],
  children: C,
): List<C> {
  return { element: 'list', help, keys, children };
}

/**
 * An element that a router reads when it starts, and not again: to change it takes a restart. Of a leaf it is the value, of
 * a list which items there are, and not what stands in them.
 */
export const atStart = <E extends Element>(element: E): E => ({ ...element, atStart: true });

/** A block that is read when a router starts, with all that stands in it. */
export function whollyAtStart<B extends Block>(block: B): B {
  const children = Object.entries(block.children).map(([name, element]) => [
    name,
    'children' in element ? whollyAtStart(element) : atStart(element),
  ]);
  return { ...atStart(block), children: Object.fromEntries(children) as Children };
}

/** The TypeScript shape of a configuration element. Durations, addresses and hex strings are already values, not text. */
export type ValueOf<E> =
  E extends Leaf<infer T>
    ? T
    : E extends LeafList<infer T>
      ? readonly T[]
      : E extends List<infer C>
        ? readonly BlockOf<C>[]
        : E extends Container<infer C>
          ? BlockOf<C>
          : never;

/** One item of a list, or the content of a container. */
export type ItemOf<B> = B extends { readonly children: infer C } ? BlockOf<C> : never;

type BlockOf<C> = Flat<
  { readonly [K in keyof C as C[K] extends { always: false } ? never : PropertyOf<K, C[K]>]: ValueOf<C[K]> } & {
    readonly [K in keyof C as C[K] extends { always: false } ? PropertyOf<K, C[K]> : never]?: ValueOf<C[K]>;
  }
>;

type Flat<T> = { [K in keyof T]: T[K] };

/** Lists are called by their plural: `tenant corp ... exit` is an item of `tenants`. */
type PropertyOf<K, E> = K extends string
  ? E extends { readonly element: 'list' | 'leaf-list' }
    ? Plural<CamelCase<K>>
    : CamelCase<K>
  : never;

/** What an element is called in TypeScript; the counterpart of PropertyOf. */
export function propertyName(name: string, element: Element): string {
  const camel = camelCase(name);
  return element.element === 'list' || element.element === 'leaf-list' ? plural(camel) : camel;
}
