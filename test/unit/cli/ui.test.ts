import { deepEqual, equal, match } from 'node:assert/strict';
import { request } from 'node:http';
import { serveUi, type UiServer } from '../../../cli/ui/server.ts';
import { FakeLab } from '../../support/fake-lab.ts';

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

/** Asks a server of this machine, under any name for its host. */
function ask(
  url: string,
  { method = 'GET', host, body }: { method?: string; host?: string; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { ...(host && { host }), ...(body && { 'content-type': 'application/json' }) };
    const asked = request(url, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

describe('the page about a lab that is up', () => {
  let lab: FakeLab;
  let server: UiServer;

  beforeEach(async () => {
    lab = new FakeLab('mine');
    server = await serveUi(lab, 0, { script: '', style: '' });
  });

  afterEach(() => server.close());

  const act = async (action: object): Promise<Answer> =>
    ask(`${server.url}do`, { method: 'POST', body: JSON.stringify(action) });

  it('is there for those who know its address, and for nobody else', async () => {
    match(server.url, /^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/);
    const { status, text } = await ask(server.url);
    equal(status, 200);
    match(text, /<title>session-recovery - svrlab<\/title>/);
    for (const path of ['', 'stream', 'do', `${'0'.repeat(32)}/`])
      equal((await ask(new URL(`/${path}`, server.url).href)).status, 404);
  });

  it('is not for a host of another name, which may be a page of somebody else', async () => {
    equal((await ask(server.url, { host: 'evil.example' })).status, 403);
    equal((await ask(server.url, { host: `127.0.0.1:${Number(new URL(server.url).port) + 1}` })).status, 403);
  });

  it('has sessions forgotten, and links cut and healed', async () => {
    for (const action of [
      { kind: 'forget-sessions', node: 'hub' },
      { kind: 'cut', link: 'wan' },
      { kind: 'heal', link: 'wan' },
    ])
      equal((await act(action)).status, 200);
    deepEqual(
      lab.asked.filter((asked) => !asked.startsWith('capture')),
      ['hub: forget', 'cut wan', 'heal wan'],
    );
  });

  it('commits another inactivity-timeout', async () => {
    equal((await act({ kind: 'inactivity-timeout', seconds: 3 })).status, 200);
    match(await lab.configuration.running(), /inactivity-timeout +3\n/);
  });

  it('says what is wrong with what it is asked to do, and does nothing', async () => {
    for (const [action, problem] of [
      [{ kind: 'forget-sessions', node: 'hbu' }, /there is no router 'hbu'/],
      [{ kind: 'cut', link: 'lan' }, /there is no link 'lan'/],
      [{ kind: 'inactivity-timeout', seconds: -1 }, /inactivity-timeout/],
      [{ kind: 'explode' }, /'explode' is nothing that this page does/],
    ] as const) {
      const { status, text } = await act(action);
      equal(status, 400);
      match(text, problem);
    }
    deepEqual(
      lab.asked.filter((asked) => !asked.startsWith('capture')),
      [],
    );
  });
});
