import type { Field, FieldValue } from '../fields/field.ts';

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** A network: addresses whose first `length` bits are those of `address`. */
export interface Network {
  readonly address: Uint8Array;
  readonly length: number;
}

/** One value, or all from one to another, both included. */
export interface Range {
  readonly from: FieldValue | Network;
  readonly to?: FieldValue;
}

/** What a filter says, checked: values are of the type of their field. */
export type FilterTree =
  | { readonly kind: 'and' | 'or'; readonly of: readonly FilterTree[] }
  | { readonly kind: 'not'; readonly of: FilterTree }
  | { readonly kind: 'present'; readonly field: Field }
  | {
      readonly kind: 'compare';
      readonly field: Field;
      readonly operator: Operator;
      readonly value: FieldValue | Network;
    }
  | { readonly kind: 'in'; readonly field: Field; readonly ranges: readonly Range[] }
  | { readonly kind: 'contains'; readonly field: Field; readonly part: string | Uint8Array }
  | { readonly kind: 'matches'; readonly field: Field; readonly pattern: RegExp };

export const isNetwork = (value: FieldValue | Network): value is Network =>
  typeof value === 'object' && !(value instanceof Uint8Array);
