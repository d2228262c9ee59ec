import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import Fastify, { type FastifyInstance } from 'fastify';
import { LabError } from '../../lib/lab/fabric.ts';
import type { LiveAnswer } from '../../lib/report/live.ts';
import { systemError } from '../../daemon/system-error.ts';
import { InputError } from '../exit.ts';
import { htmlOf } from '../html.ts';
import type { LiveLab } from '../live-labs.ts';
import type { PageCode } from '../page.ts';
import { act, readAction } from './actions.ts';
import { LabWatch } from './watch.ts';

const HOST = '127.0.0.1';

/** How often a page is told of packets and numbers; of what has happened, it is told within a tick. */
const TELL_EVERY_MS = 500;
const TICK_MS = 100;

/** Bytes that wait for a page that does not read; a page that has more waiting is closed, and comes again by itself. */
const WAITING_MAX = 32 << 20;

export interface UiServer {
  /** Where the page is; whoever does not know it is answered nothing. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the page about a lab that is up, on this machine alone. */
export async function serveUi(lab: LiveLab, port: number, code: PageCode): Promise<UiServer> {
  const token = randomBytes(16).toString('hex');
  const watch = new LabWatch(lab);
  await watch.ask();
  const server = Fastify();
  const pages = new Set<Reader>();
  guard(server);
  route(server, { lab, watch, code, token, pages });
  await server.listen({ host: HOST, port }).catch((error: Error) => {
    throw systemError(`listen at ${HOST}:${port}`, error);
  });
  const ending = new AbortController();
  const watching = Promise.all([watch.run(ending.signal).catch(() => undefined), watch.follow(ending.signal)]);
  let isAsking = false;
  let toldAt = 0;
  const timer = setInterval(() => {
    const isTime = watch.hasNews || performance.now() - toldAt >= TELL_EVERY_MS;
    if (isAsking || pages.size === 0 || !isTime) return;
    isAsking = true;
    void watch.ask().finally(() => {
      isAsking = false;
      toldAt = performance.now();
      for (const page of pages) page.tell(watch);
    });
  }, TICK_MS);
  const address = server.server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${HOST}:${bound}/${token}/`,
    close: async () => {
      clearInterval(timer);
      ending.abort();
      for (const page of pages) page.end();
      await server.close();
      await watching;
    },
  };
}

/** A page of somebody else whose name was made to lead here is turned away: its host is another. */
function guard(server: FastifyInstance): void {
  server.addHook('onRequest', async (request, reply) => {
    const { localPort } = request.socket;
    const own = [`${HOST}:${localPort}`, `localhost:${localPort}`];
    if (!own.includes(request.headers.host ?? ''))
      return reply.code(403).type('text/plain').send('not for this host\n');
  });
}

interface Served {
  readonly lab: LiveLab;
  readonly watch: LabWatch;
  readonly code: PageCode;
  readonly token: string;
  readonly pages: Set<Reader>;
}

function route(server: FastifyInstance, { lab, watch, code, token, pages }: Served): void {
  server.get(`/${token}/`, (_request, reply) => {
    void reply.type('text/html; charset=utf-8').header('cache-control', 'no-store');
    return reply.send(htmlOf(watch.report(), '', code));
  });
  server.get(`/${token}/stream`, (_request, reply) => {
    reply.hijack();
    const page = new Reader(reply.raw);
    pages.add(page);
    reply.raw.on('close', () => pages.delete(page));
    page.tell(watch);
  });
  server.post(`/${token}/do`, async (request, reply): Promise<LiveAnswer> => {
    try {
      await act(readAction(request.body, lab.scenario), lab, watch);
      return {};
    } catch (error) {
      if (!(error instanceof LabError || error instanceof InputError)) throw error;
      void reply.code(400);
      return { problem: error.message };
    }
  });
}

/** A page that is open: it is told by server-sent events. */
class Reader {
  readonly #out: ServerResponse;
  #pieces = 0;

  constructor(out: ServerResponse) {
    this.#out = out;
    out.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  }

  /** Sends the report as it is, and what was captured since the last time. */
  tell(watch: LabWatch): void {
    if (this.#out.writableLength > WAITING_MAX) return this.end();
    const pieces = watch.capture(this.#pieces);
    this.#pieces += pieces.length;
    if (pieces.length > 0) this.#send('packets', Buffer.concat(pieces).toString('base64'));
    this.#send('report', JSON.stringify(watch.report()));
  }

  end(): void {
    this.#out.end();
  }

  #send(event: string, data: string): void {
    this.#out.write(`event: ${event}\ndata: ${data}\n\n`);
  }
}
