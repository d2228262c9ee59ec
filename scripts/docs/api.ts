import { isMedia, type Route } from '../../daemon/api/route.ts';
import type { JsonSchema } from '../../daemon/api/schema.ts';
import { routes } from '../../daemon/api/table.ts';
import { code, markdownTable } from './markdown.ts';

const table = Object.values(routes) as unknown as readonly Route[];

/** Every route: how it is asked, what it answers. */
export const apiTable = (): string =>
  markdownTable(
    ['Ask', 'Answer', 'What it is'],
    table.map(({ method, path, summary, answer, body }) => [
      code(`${method} ${path}`) + (body ? ` with ${typeName(body)}` : ''),
      isMedia(answer) ? answer.media.map(code).join(' or ') : typeName(answer as JsonSchema),
      summary,
    ]),
  );

/** The objects of requests and answers, each with its fields. */
export function apiObjects(): string {
  const objects = new Map<string, JsonSchema>();
  const collect = (schema: JsonSchema): void => {
    if (schema.title !== undefined) objects.set(schema.title, schema);
    const { items, additionalProperties: values, properties = {}, oneOf = [] } = schema;
    for (const part of [items, values, ...Object.values(properties), ...oneOf])
      if (typeof part === 'object') collect(part);
  };
  for (const { answer, body } of table) {
    if (body) collect(body);
    if (!isMedia(answer)) collect(answer as JsonSchema);
    else if (answer.line) collect(answer.line);
  }
  return Array.from(objects, ([title, schema]) => objectSection(title, schema)).join('\n\n');
}

function objectSection(
  title: string,
  { description, properties = {}, required = [], oneOf, discriminator }: JsonSchema,
): string {
  if (oneOf) {
    const choices = oneOf.map((choice) => typeName(choice)).join(', ');
    return `### ${title}\n\nOne of ${choices}, told apart by ${code(discriminator?.propertyName ?? '')}.`;
  }
  const fields = Object.entries(properties).map(([name, field]) => [
    code(name) + (required.includes(name) ? '' : ', optional'),
    typeName(field),
    field.description ?? '',
  ]);
  const head = `### ${title}\n\n${description ?? ''}`;
  return fields.length === 0 ? head : `${head}\n\n${markdownTable(['Field', 'Type', 'What it is'], fields)}`;
}

function typeName(schema: JsonSchema): string {
  if (schema.title !== undefined) return `[${schema.title}](#${schema.title.toLowerCase()})`;
  if (schema.items) return `list of ${typeName(schema.items)}`;
  if (typeof schema.additionalProperties === 'object') return `map of ${typeName(schema.additionalProperties)}`;
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(', ');
  if (schema.oneOf) return schema.oneOf.map(typeName).join(' or ');
  return [schema.type ?? 'any'].flat().join(' or ');
}
