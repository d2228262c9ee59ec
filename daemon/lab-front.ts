import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { suggest } from '../lib/diagnostic.ts';
import { mergeMetrics } from '../lib/stats/metrics.ts';
import { PROBLEM_TYPE, problem, type Problem } from './api/problem.ts';
import { systemError } from './system-error.ts';
import { tokenCheck, type TcpPlace } from './api/token.ts';

/** A node behind the front. */
export interface FrontNode {
  readonly name: string;
  readonly socketPath: string;
}

/**
 * One door to all nodes of a lab, on TCP: `/nodes` lists them, `/nodes/NAME/...` is the API of one, and `/metrics` has the
 * metrics of all that answer. Namespaces and containers need not be reachable for it.
 */
export async function serveFront(nodes: readonly FrontNode[], place: TcpPlace): Promise<{ close(): Promise<void> }> {
  const isAllowed = tokenCheck(place.token);
  const server = createServer((asked, response) => {
    if (!isAllowed(asked.headers.authorization)) {
      response.setHeader('www-authenticate', 'Bearer');
      return refuse(response, problem(401, 'this needs the token of the API', 'authorization: Bearer TOKEN'));
    }
    const path = asked.url ?? '/';
    if (path === '/nodes')
      return answer(response, 200, 'application/json', JSON.stringify(nodes.map(({ name }) => name)));
    if (path === '/metrics') return void tellMetrics(nodes, asked, response);
    const [, name, rest] = /^\/nodes\/([^/?]+)(\/.*)$/.exec(path) ?? [];
    if (name === undefined)
      return refuse(response, problem(404, `there is nothing at ${path}`, 'try /nodes or /metrics'));
    const node = nodes.find((node) => node.name === decodeURIComponent(name));
    if (node) return passOn(node, rest, asked, response);
    refuse(
      response,
      problem(
        404,
        `there is no node '${name}'`,
        suggest(
          name,
          nodes.map(({ name }) => name),
        ),
      ),
    );
  });
  const { host, port } = place;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(systemError(`listen at ${host}:${port}`, error)));
    server.listen(port, host, resolve);
  });
  return {
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function passOn({ name, socketPath }: FrontNode, path: string, asked: IncomingMessage, response: ServerResponse): void {
  // The token is for this door, and no business of the node's.
  const headers = { ...asked.headers };
  delete headers.authorization;
  const onward = request({ socketPath, method: asked.method, path, headers }, (told) => {
    response.writeHead(told.statusCode ?? 500, told.headers);
    told.pipe(response);
  });
  onward.on('error', () => {
    if (response.headersSent) response.destroy();
    else refuse(response, problem(502, `node '${name}' does not answer`));
  });
  response.on('close', () => onward.destroy());
  asked.pipe(onward);
}

/** A node that is down has no metrics; that it is missing is what Prometheus should see. */
async function tellMetrics(
  nodes: readonly FrontNode[],
  asked: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const accept = asked.headers.accept ?? '';
  const told = await Promise.all(nodes.map((node) => metricsOf(node, accept)));
  const up = told.filter((one) => one !== undefined);
  if (up.length === 0) return refuse(response, problem(502, 'no node answers'));
  answer(response, 200, up[0].type, mergeMetrics(up.map(({ text }) => text)));
}

function metricsOf({ socketPath }: FrontNode, accept: string): Promise<{ type: string; text: string } | undefined> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/metrics', headers: { accept }, timeout: 5_000 }, (told) => {
      let text = '';
      told.setEncoding('utf8');
      told.on('data', (chunk: string) => (text += chunk));
      told.on('end', () =>
        resolve(told.statusCode === 200 ? { type: String(told.headers['content-type']), text } : undefined),
      );
      told.on('error', () => resolve(undefined));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined));
    asked.end();
  });
}

const refuse = (response: ServerResponse, found: Problem): void =>
  answer(response, found.status, PROBLEM_TYPE, JSON.stringify(found));

function answer(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type });
  response.end(text);
}
