import { rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { nearest } from '../../lib/diagnostic.ts';
import { systemError } from '../system-error.ts';
import { version } from '../version.ts';
import { describeApi } from './openapi.ts';
import { PROBLEM_TYPE, problem, problemOf, type Problem } from './problem.ts';
import { isMedia, type MediaAnswer, type NodeApi, type Parameters, type Route } from './route.ts';
import { routes } from './table.ts';
import { tokenCheck, type TcpPlace } from './token.ts';

/** A unix socket. Who may speak to it is a matter of who may enter its folder. */
export interface SocketPlace {
  readonly path: string;
}

const table = Object.values(routes) as unknown as readonly Route[];
const document = describeApi(routes as unknown as Readonly<Record<string, Route>>, version);

/** Answers for a node in HTTP until `close` is called. */
export async function serve(api: NodeApi, place: SocketPlace | TcpPlace): Promise<{ close(): Promise<void> }> {
  if ('token' in place) {
    const server = createServer(api, place.token);
    const { host, port } = place;
    await server.listen({ host, port }).catch((error: Error) => {
      throw systemError(`listen at ${host}:${port}`, error);
    });
    return { close: () => server.close() };
  }
  const server = createServer(api);
  // A socket of a process that was killed would be in the way.
  rmSync(place.path, { force: true });
  await server.listen({ path: place.path, readableAll: true, writableAll: true });
  return {
    close: async () => {
      await server.close();
      rmSync(place.path, { force: true });
    },
  };
}

/** The server without a place to listen at. */
export function createServer(api: NodeApi, token?: string): FastifyInstance {
  const server = Fastify({
    logger: false,
    forceCloseConnections: true,
    // What does not fit is refused, never bent until it does; `verbose` has the validator tell what it was.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, discriminator: true, verbose: true } },
  });
  server.setErrorHandler((error, _request, reply) => {
    const found = problemOf(error);
    if (found.status >= 500 && error instanceof Error) process.stderr.write(`svrlab: ${error.stack}\n`);
    return tell(reply, found);
  });
  server.setNotFoundHandler((request, reply) => tell(reply, notFound(request, reply)));
  if (token !== undefined) {
    const isAllowed = tokenCheck(token);
    server.addHook('onRequest', async (request, reply) => {
      if (isAllowed(request.headers.authorization)) return;
      reply.header('www-authenticate', 'Bearer');
      return tell(reply, problem(401, 'this needs the token of the API', 'authorization: Bearer TOKEN'));
    });
  }
  for (const route of table) addRoute(server, api, route);
  return server;
}

function addRoute(server: FastifyInstance, api: NodeApi, route: Route): void {
  const { parameters, query, body, answer } = route;
  server.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    schema: {
      params: parametersSchema(parameters, true),
      querystring: parametersSchema(query, false),
      ...(body && { body }),
    },
    preValidation: async (request) => {
      request.params = typed(request.params as Record<string, unknown>, parameters);
      request.query = typed(request.query as Record<string, unknown>, query);
    },
    onResponse: async () => route.afterwards?.(api),
    handler: async (request, reply) => {
      const input = {
        path: request.params as Record<string, never>,
        query: request.query as Record<string, never>,
        body: request.body,
        accept: request.headers.accept ?? '',
        document,
      };
      const result = await route.run(api, input);
      if (!isMedia(answer)) return result;
      const { type, content, headers = {} } = result as MediaAnswer;
      reply.type(type).headers(headers).send(content);
      // Whoever opens a stream is told at once that it is open, not when there is first something to say.
      if (content instanceof Readable) reply.raw.flushHeaders();
      return reply;
    },
  });
}

const parametersSchema = (parameters: Parameters, areRequired: boolean): object => ({
  type: 'object',
  properties: parameters,
  required: areRequired ? Object.keys(parameters) : [],
  additionalProperties: false,
});

/** Everything in an address is text: what should be a number or a list becomes one, if it looks like it. */
function typed(given: Record<string, unknown>, parameters: Parameters): Record<string, unknown> {
  const valueOf = (name: string, value: unknown): unknown => {
    const type = parameters[name]?.type;
    if (type === 'array') return Array.isArray(value) ? value : [value];
    const isNumber =
      (type === 'integer' || type === 'number') && typeof value === 'string' && /^\d+(\.\d+)?$/.test(value);
    return isNumber ? Number(value) : value;
  };
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, valueOf(name, value)]));
}

function notFound({ method, url }: FastifyRequest, reply: FastifyReply): Problem {
  const asked = url.split('?', 1)[0];
  const here = table.filter(({ path }) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(asked));
  if (here.length > 0) {
    const methods = here.map((route) => route.method).join(', ');
    reply.header('allow', methods);
    return problem(405, `${asked} does not take ${method}`, methods);
  }
  const near = nearest(asked, new Set(table.map(({ path }) => path)));
  return problem(
    404,
    `there is nothing at ${asked}`,
    near === undefined ? 'see /openapi.json' : `did you mean ${near}?`,
  );
}

const tell = (reply: FastifyReply, found: Problem): FastifyReply =>
  reply.code(found.status).type(PROBLEM_TYPE).send(JSON.stringify(found));
