import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, serve } from '../../../../daemon/api/server.ts';
import { NodeClient } from '../../../../daemon/fabric/node-client.ts';
import { readTcpPlace } from '../../../../daemon/api/token.ts';
import { CaptureReader } from '../../../../lib/capture/capture-reader.ts';
import { NO_IMPAIRMENT } from '../../../../lib/link/impairment.ts';
import { notedApi, SESSION, type NotedApi } from './support.ts';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: unknown;
}

/** A token that is no token of anybody's. */
const TOKEN = 'only-for-this-test-0123';

async function ask(
  api: NotedApi,
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  payload?: object | string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const server = createServer(api);
  const {
    statusCode,
    headers: told,
    body,
  } = await server.inject({ method, url, headers, ...(payload && { payload }) });
  return { status: statusCode, type: String(told['content-type']).split(';')[0], body: JSON.parse(body) as unknown };
}

/** The interface of each packet, and the service that its comment names. */
function captureNames(file: Buffer): string[] {
  let isRead = false;
  const read = (target: Uint8Array): number => (isRead ? 0 : ((isRead = true), file.copy(target)));
  const reader = new CaptureReader({ read });
  const names: string[] = [];
  for (let frame = reader.next(); frame; frame = reader.next())
    names.push(`${frame.at.name} ${frame.comments()[0].replace('service ', '')}`);
  return names;
}

const problem = (status: number, title: string, detail: string, hint?: string): Answer => ({
  status,
  type: 'application/problem+json',
  body: { type: 'about:blank', title, status, detail, ...(hint && { hint }) },
});

describe('the API of a node', () => {
  it('answers in JSON', async () => {
    const { status, type, body } = await ask(notedApi(), 'GET', '/stats');
    deepEqual(
      { status, type, body },
      {
        status: 200,
        type: 'application/json',
        body: { 'service-area sent success': 3 },
      },
    );
  });

  it('opens a stream of events before there is one to tell', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'svrlab-'));
    const path = join(folder, 'spoke.sock');
    const api = notedApi();
    const server = await serve(api, { path });
    const stream = await new NodeClient('spoke', path).open('eventStream');
    equal(stream.headers['content-type'], 'application/x-ndjson');
    api.node.audience.event({ time: 1, node: 'spoke', type: 'session-created' });
    api.node.audience.end();
    equal((await stream.toArray()).join(''), '{"time":1,"node":"spoke","type":"session-created"}\n');
    await server.close();
    rmSync(folder, { recursive: true });
  });

  it('begins and ends session captures, and refuses what makes no sense', async () => {
    const created = await ask(notedApi(), 'POST', '/session-captures', { service: 'web', packetCount: 5 });
    deepEqual([created.status, created.body], [200, { id: 3 }]);
    deepEqual(
      await ask(notedApi(), 'POST', '/session-captures', { service: 'mail' }),
      problem(404, 'Not Found', "there is no service 'mail'", 'one of web, echo'),
    );
    equal((await ask(notedApi(), 'POST', '/session-captures', { service: 'web', packetCount: 0 })).status, 400);
    equal((await ask(notedApi(), 'POST', '/session-captures', {})).status, 400);
    equal((await ask(notedApi(), 'DELETE', '/session-captures/3')).status, 200);
  });

  const missing: [string, string, string, string][] = [
    ['a session', '/sessions/zz', "there is no session 'zz'", `one of ${SESSION}`],
    ['a session', `/sessions/${SESSION.replace('9', '8')}`, '', `did you mean '${SESSION}'?`],
    ['a session capture', '/session-captures/4', "there is no session capture '4'", 'one of 3'],
    ['a capture', '/captures/4', "there is no capture '4'", ''],
  ];
  for (const [what, url, detail, hint] of missing)
    it(`does not find ${what} that is not there: ${url}`, async () => {
      const { status, body } = await ask(notedApi(), 'DELETE', url);
      const found = body as { readonly detail: string; readonly hint?: string };
      equal(status, 404);
      ok(found.detail.startsWith(detail));
      equal(found.hint ?? '', hint);
    });

  it('does not find ports and services that are not there, and tells the nearest', async () => {
    deepEqual(
      await ask(notedApi(), 'GET', '/captures/stream?port=wna'),
      problem(404, 'Not Found', "there is no port 'wna'", "did you mean 'wan'?"),
    );
    deepEqual(
      await ask(notedApi(), 'GET', '/session-captures/packets?service=wbe'),
      problem(404, 'Not Found', "there is no service 'wbe'", "did you mean 'web'?"),
    );
  });

  it('gives what session captures took as pcapng, of one service or of all', async () => {
    const packetsOf = async (url: string): Promise<string[]> => {
      const answer = await createServer(notedApi()).inject({ method: 'GET', url });
      equal(answer.headers['content-type'], 'application/x-pcapng');
      return captureNames(answer.rawPayload);
    };
    deepEqual(await packetsOf('/session-captures/packets'), ['spoke:forward-egress web', 'spoke:forward-egress mail']);
    deepEqual(await packetsOf('/session-captures/packets?service=web'), ['spoke:forward-egress web']);
  });

  it('starts a node at the time that it is told', async () => {
    const api = notedApi();
    equal((await ask(api, 'POST', '/start', { epoch: 1_000_000 })).status, 200);
    equal(api.node.startedAt, 1_000_000);
  });

  it('ends the process of a node when it has answered', async () => {
    const api = notedApi();
    equal((await ask(api, 'POST', '/stop')).status, 200);
    await new Promise(setImmediate);
    deepEqual(api.calls, ['end']);
  });

  it('does to a node what it is told, and names the node itself', async () => {
    const api = notedApi();
    equal((await ask(api, 'POST', '/faults', { kind: 'forget-sessions' })).status, 200);
    equal((await ask(api, 'POST', '/faults', { kind: 'forget-sessions', node: 'spoke' })).status, 200);
    equal((await ask(api, 'POST', '/faults', { kind: 'cut', link: 'wan', direction: 1 })).status, 200);
    deepEqual(api.node.faults, [
      { kind: 'forget-sessions', node: 'spoke' },
      { kind: 'forget-sessions', node: 'spoke' },
      { kind: 'cut', link: 'wan', direction: 1 },
    ]);
  });

  it('does nothing that is meant for another node', async () => {
    const api = notedApi();
    deepEqual(
      await ask(api, 'POST', '/faults', { kind: 'forget-sessions', node: 'hub' }),
      problem(409, 'Conflict', "this is node 'spoke', not 'hub'"),
    );
    deepEqual(api.node.faults, []);
  });

  it('takes for none what is not said of an impairment', async () => {
    const api = notedApi();
    const impair = { kind: 'impair', link: 'wan', direction: 0 };
    const said = { loss: 0.1, lossGemodel: { p: 0.1, r: 0.5, lossInBad: 1, lossInGood: 0 }, slot: { min: 0, max: 9 } };
    equal((await ask(api, 'POST', '/faults', { ...impair, impairment: said })).status, 200);
    deepEqual(api.node.faults, [{ ...impair, impairment: { ...NO_IMPAIRMENT, ...said } }]);
  });

  const refusals: [string, object | string, string, string | undefined][] = [
    [
      'an unknown kind',
      { kind: 'forget-session' + 'z' },
      "body.kind is 'forget-sessionz'",
      "did you mean 'forget-sessions'?",
    ],
    ['a field too many', { kind: 'forget-sessions', nod: 'spoke' }, "body has a field 'nod'", "did you mean 'node'?"],
    ['a field too few', { kind: 'forget-session' }, "body must have required property 'traffic'", undefined],
    [
      'a number as text',
      { kind: 'rotate-key', security: 'a', securityId: '2' },
      'body.securityId must be integer',
      undefined,
    ],
    [
      'more loss than there is',
      { kind: 'impair', link: 'wan', direction: 'both', impairment: { delay: 0, jitter: 0, loss: 1.5, mtu: 0 } },
      'body.impairment.loss must be <= 1',
      undefined,
    ],
  ];
  for (const [what, body, detail, hint] of refusals)
    it(`refuses ${what}, and says what would be right`, async () => {
      const api = notedApi();
      deepEqual(await ask(api, 'POST', '/faults', body), problem(400, 'Bad Request', detail, hint));
      deepEqual(api.node.faults, []);
    });

  it('says so when a body is no JSON', async () => {
    const answer = await ask(notedApi(), 'POST', '/faults', '{', { 'content-type': 'application/json' });
    equal(answer.status, 400);
    equal(answer.type, 'application/problem+json');
  });

  it('tells the nearest path, and the methods that a path takes', async () => {
    deepEqual(
      await ask(notedApi(), 'GET', '/sesions'),
      problem(404, 'Not Found', 'there is nothing at /sesions', 'did you mean /sessions?'),
    );
    deepEqual(
      await ask(notedApi(), 'POST', '/sessions'),
      problem(405, 'Method Not Allowed', '/sessions does not take POST', 'GET, DELETE'),
    );
  });

  it('hands on what the node refuses, with its hint', async () => {
    deepEqual(
      await ask(notedApi(), 'GET', '/config'),
      problem(409, 'Conflict', "there is no configuration 'spok'", "did you mean 'spoke'?"),
    );
  });
});

describe('the API of a node on TCP', () => {
  const statusFor = async (authorization: string | undefined): Promise<number> => {
    const server = createServer(notedApi(), TOKEN);
    const headers = authorization === undefined ? {} : { authorization };
    return (await server.inject({ method: 'GET', url: '/health', headers })).statusCode;
  };

  it('answers who shows the token, and nobody else', async () => {
    equal(await statusFor(`Bearer ${TOKEN}`), 200);
    for (const wrong of [undefined, '', 'Bearer', `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, `Basic ${TOKEN}`])
      equal(await statusFor(wrong), 401, `with ${wrong}`);
  });

  it('keeps silent about what there is', async () => {
    const server = createServer(notedApi(), TOKEN);
    equal((await server.inject({ method: 'GET', url: '/nothing-here' })).statusCode, 401);
    equal((await server.inject({ method: 'POST', url: '/faults', payload: {} })).statusCode, 401);
  });

  it('is not there without a token that is long enough', () => {
    deepEqual(readTcpPlace('127.0.0.1:8080', TOKEN), { host: '127.0.0.1', port: 8080, token: TOKEN });
    deepEqual(readTcpPlace('[::1]:80', TOKEN), { host: '::1', port: 80, token: TOKEN });
    throws(() => readTcpPlace('127.0.0.1:8080', undefined), /SVRLAB_API_TOKEN/);
    throws(() => readTcpPlace('127.0.0.1:8080', 'short'), /SVRLAB_API_TOKEN/);
    for (const wrong of ['8080', '127.0.0.1', 'host:', 'host:70000', '::1:80'])
      throws(() => readTcpPlace(wrong, TOKEN), /no place to listen at/, wrong);
  });
});
