import type { AnyLeaf } from './element.ts';
import type { Leaf } from './leaf.ts';

export type WithoutDefaults<C> = { readonly [K in keyof C]: C[K] extends Leaf<infer T> ? Leaf<T, false> : never };

/** The leaves of a block that stands nearer to what it is about, and overrides another one of the same leaves. */
export function withoutDefaults<C extends Readonly<Record<string, AnyLeaf>>>(of: C): WithoutDefaults<C> {
  const entries = Object.entries(of).map(([name, leaf]) => [name, { ...leaf, default: undefined, always: false }]);
  return Object.fromEntries(entries) as WithoutDefaults<C>;
}
