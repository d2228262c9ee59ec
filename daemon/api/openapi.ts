import { PROBLEM_TYPE, problemSchema } from './problem.ts';
import { isMedia, type Route } from './route.ts';
import type { JsonSchema } from './schema.ts';

/** The OpenAPI 3.1 document of these routes. What has a title stands among its components, once. */
export function describeApi(routes: Readonly<Record<string, Route>>, version: string): object {
  const schemas: Record<string, unknown> = {};
  const refer = (schema: JsonSchema): unknown => {
    const shown = within(schema, refer);
    if (schema.title === undefined) return shown;
    schemas[schema.title] = shown;
    return { $ref: `#/components/schemas/${schema.title}` };
  };
  const problem = {
    description: 'what is wrong',
    content: { [PROBLEM_TYPE]: { schema: refer(problemSchema) } },
  };
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, route] of Object.entries(routes)) {
    const ofPath = (paths[route.path] ??= {});
    ofPath[route.method.toLowerCase()] = {
      operationId: name,
      summary: route.summary,
      ...(route.description !== undefined && { description: route.description }),
      parameters: [...parametersIn('path', route.parameters), ...parametersIn('query', route.query)],
      ...(route.body && {
        requestBody: { required: true, content: { 'application/json': { schema: refer(route.body) } } },
      }),
      responses: {
        200: { description: route.summary, content: contentOf(route, refer) },
        default: problem,
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'svrlab node',
      version,
      summary: 'What one node of a lab tells, and what can be done to it.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{}, { token: [] }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'needed on TCP; not on a unix socket' },
      },
    },
  };
}

function contentOf({ answer }: Route, refer: (schema: JsonSchema) => unknown): object {
  if (!isMedia(answer)) return { 'application/json': { schema: refer(answer as JsonSchema) } };
  const { media, line } = answer;
  return Object.fromEntries(
    media.map((type) => [type, line ? { 'x-line': refer(line), schema: { type: 'string' } } : {}]),
  );
}

const parametersIn = (place: 'path' | 'query', parameters: Readonly<Record<string, JsonSchema>>): object[] =>
  Object.entries(parameters).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: place === 'path',
    description,
    schema,
  }));

/** The schema with those that it is made of referred to. */
function within(schema: JsonSchema, refer: (schema: JsonSchema) => unknown): object {
  const { properties, items, additionalProperties, oneOf } = schema;
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, refer(field)])),
    }),
    ...(items && { items: refer(items) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: refer(additionalProperties) }),
    ...(oneOf && { oneOf: oneOf.map(refer) }),
  };
}
