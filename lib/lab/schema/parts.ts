import type { JsonSchema } from '../../json-schema.ts';
import type { Form } from '../read/forms.ts';

export function told(form: Form<unknown>, description: string): JsonSchema {
  return { ...schemaOf(form), description };
}

/** Several, of which one may stand by itself. */
export const someOf = (items: JsonSchema): JsonSchema => ({ anyOf: [{ type: 'array', items }, items] });

/** The same, or nothing. */
export const listed = (items: JsonSchema, description: string): JsonSchema => ({
  anyOf: [{ type: 'array', items }, items, { type: 'null' }],
  description,
});

export const named = (additionalProperties: JsonSchema): JsonSchema => ({
  type: ['object', 'null'],
  additionalProperties,
});

/** Numbers and words without quotes are what YAML makes of them. */
export const scalar: JsonSchema = { type: ['string', 'number', 'boolean'] };

export function schemaOf({ words, schema }: Form<unknown>): JsonSchema {
  return schema ?? (words ? { enum: words } : scalar);
}

/** A map with these keys and no others. */
export const mapOf = (properties: Readonly<Record<string, JsonSchema>>, required: readonly string[]): JsonSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

/** A schema for each form of a table. */
export const schemasOf = (table: Readonly<Record<string, Form<unknown>>>): Record<string, JsonSchema> =>
  Object.fromEntries(Object.entries(table).map(([name, form]) => [name, schemaOf(form)]));
