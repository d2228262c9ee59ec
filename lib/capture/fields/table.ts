import { attributeFields, contextFields } from './attributes.ts';
import { bfdFields, svrBfdFields } from './bfd.ts';
import type { Field } from './field.ts';
import { frameFields, labFields } from './frame.ts';
import { headerFields } from './headers.ts';
import { malformedFields, sessionFields, svrFields, trailerFields } from './svr.ts';

/**
 * Every field that packets have. Filters, columns and JSON, the documentation and the dissector for Wireshark are derived
 * from this table.
 */
export const fieldTable: readonly Field[] = [
  ...frameFields,
  ...labFields,
  ...headerFields,
  ...svrFields,
  ...attributeFields,
  ...contextFields,
  ...svrBfdFields,
  ...trailerFields,
  ...sessionFields,
  ...bfdFields,
  ...malformedFields,
];

const byName = new Map(fieldTable.map((field) => [field.name, field]));

export const findField = (name: string): Field | undefined => byName.get(name);
