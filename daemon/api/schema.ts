import type { JsonSchema } from '../../lib/json-schema.ts';

export type { JsonSchema } from '../../lib/json-schema.ts';

declare const values: unique symbol;

/** The schema of values of one type, no more and no less: what does not fit the type does not compile. */
export interface Schema<Value> extends JsonSchema {
  readonly [values]?: (value: Value) => Value;
}

/** The type of the values that a schema describes. */
export type ValueOf<Described> = Described extends Schema<infer Value> ? Value : never;

/** A field that may be missing. */
export interface Optional<Value> {
  readonly optional: Schema<Value>;
}

/** A schema for every field of an object, by the rules of its type. */
export type Fields<Row> = {
  readonly [Name in keyof Row]-?: object extends Pick<Row, Name>
    ? Optional<Exclude<Row[Name], undefined>>
    : Schema<Row[Name]>;
};

export const text = (description: string): Schema<string> => ({ type: 'string', description });

export const flag = (description: string): Schema<boolean> => ({ type: 'boolean', description });

export const number = <Value extends number = number>(
  description: string,
  limits: { readonly minimum?: number; readonly maximum?: number } = {},
): Schema<Value> => ({ type: 'number', description, ...limits });

/** A whole number, not below 0 unless `limits` say so. */
export const whole = <Value extends number = number>(
  description: string,
  limits: { readonly minimum?: number; readonly maximum?: number } = {},
): Schema<Value> => ({ type: 'integer', minimum: 0, ...limits, description });

export const oneOf = <const Value extends string>(
  description: string,
  ...choices: readonly Value[]
): Schema<Value> => ({
  type: 'string',
  description,
  enum: choices,
});

/** The word that tells which of several objects this is. */
export const constant = <const Value extends string>(value: Value, description: string): Schema<Value> => ({
  type: 'string',
  const: value,
  description,
});

export const orNull = <Value>(schema: Schema<Value>): Schema<Value | null> => ({
  ...(schema as JsonSchema),
  type: [String(schema.type), 'null'],
});

export const list = <Value>(items: Schema<Value>, description?: string): Schema<readonly Value[]> => ({
  type: 'array',
  items,
  ...(description !== undefined && { description }),
});

/** An object whose keys are data. */
export const mapOf = <Value>(value: Schema<Value>, description: string): Schema<Readonly<Record<string, Value>>> => ({
  type: 'object',
  additionalProperties: value,
  description,
});

export const optional = <Value>(schema: Schema<Value>): Optional<Value> => ({ optional: schema });

/** An object with a name of its own in the document, and these fields alone. */
export function object<Row>(title: string, description: string, fields: Fields<Row>): Schema<Row> {
  type Field = Schema<unknown> | Optional<unknown>;
  const all = Object.entries(fields as unknown as Record<string, Field>);
  const isOptional = (field: Field): field is Optional<unknown> => 'optional' in field;
  return {
    title,
    description,
    type: 'object',
    properties: Object.fromEntries(all.map(([name, field]) => [name, isOptional(field) ? field.optional : field])),
    required: all.flatMap(([name, field]) => (isOptional(field) ? [] : [name])),
    additionalProperties: false,
  };
}

/** One of several objects, told apart by the constant that each has in the field `tag`. */
export const union = <Value>(title: string, tag: string, ...choices: readonly JsonSchema[]): Schema<Value> => ({
  title,
  type: 'object',
  required: [tag],
  discriminator: { propertyName: tag },
  oneOf: choices,
});

/** Nothing to say but that it is done. */
export const nothing: Schema<Record<never, never>> = object<Record<never, never>>('Done', 'It is done.', {});
