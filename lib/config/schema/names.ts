/** `inactivity-timeout` is `inactivityTimeout` in TypeScript. */
export type CamelCase<S extends string> = S extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

/** `tenant` is `tenants`, `key` is `keys`, `service-policy` is `service-policies`, `address` is `addresses`. */
export type Plural<S extends string> = S extends `${string}ey`
  ? `${S}s`
  : S extends `${infer Stem}y`
    ? `${Stem}ies`
    : S extends `${string}s`
      ? `${S}es`
      : `${S}s`;

export function camelCase<S extends string>(name: S): CamelCase<S> {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()) as CamelCase<S>;
}

export function plural<S extends string>(name: S): Plural<S> {
  if (name.endsWith('y') && !name.endsWith('ey')) return `${name.slice(0, -1)}ies` as Plural<S>;
  return (name.endsWith('s') ? `${name}es` : `${name}s`) as Plural<S>;
}
