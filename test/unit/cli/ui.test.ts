import { deepEqual, equal, match } from 'node:assert/strict';
import { request } from 'node:http';
import { serveUi, type UiServer } from '../../../cli/ui/server.ts';
import { LabWatch } from '../../../cli/ui/watch.ts';
import { FakeLab, session } from '../../support/fake-lab.ts';

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

describe('what is watched of a lab that is up', () => {
  let lab: FakeLab;
  let watch: LabWatch;
  let ending: AbortController;
  let following: Promise<void>;

  beforeEach(async () => {
    lab = new FakeLab('mine');
    watch = new LabWatch(lab);
    ending = new AbortController();
    await watch.ask();
    following = watch.follow(ending.signal);
  });

  afterEach(async () => {
    ending.abort();
    await following;
  });

  const tell = (type: string, more: object = {}): void =>
    lab.followers.get('spoke')?.({ time: 1_000_000, node: 'spoke', type, ...more });
  const typesOf = (node: string): string[] =>
    watch.report().events.flatMap((event) => (event.node === node ? [event.type] : []));

  it('is there as soon as a node tells it, once, whoever else tells it too', async () => {
    equal(watch.hasNews, false);
    tell('peer-path-down', { reason: 'timer-expiry' });
    tell('session-removed', { session: session.sessionId, reason: 'forgotten' });
    equal(watch.hasNews, true);
    tell('session-recreated', { session: session.sessionId, packet: 7 });
    await watch.ask();
    equal(watch.hasNews, false);
    deepEqual(typesOf('spoke'), ['session-created', 'peer-path-down', 'session-removed', 'session-recreated']);
    const [{ losses, returns }] = watch.report().sessions;
    deepEqual([losses.length, returns.length], [1, 1]);
  });

  it('leaves what belongs to packets to their comments in the capture', () => {
    tell('metadata-added', { packet: 7 });
    equal(watch.hasNews, false);
    deepEqual(typesOf('spoke'), ['session-created']);
  });

  it('is the last that a node said, which does not answer any more, and the page says so', async () => {
    deepEqual(watch.report().silent, []);
    lab.silent.add('spoke');
    tell('peer-path-down');
    await watch.ask();
    deepEqual(watch.report().silent, ['spoke']);
    deepEqual(
      watch.report().sessions.map(({ id, losses, knownBy }) => [id, losses, knownBy]),
      [[session.sessionId, [], ['spoke']]],
    );
    lab.silent.clear();
    tell('peer-path-up');
    await watch.ask();
    deepEqual(watch.report().silent, []);
  });

  it('has links cut and healed by whomever it was', async () => {
    const windows = (): [string, boolean][] => {
      const { faults, about } = watch.report();
      return faults.map(({ what, end }) => [what, end >= about.duration]);
    };
    await lab.cut('wan', true);
    tell('peer-path-down');
    await watch.ask();
    deepEqual(windows(), [['cut wan', true]]);
    watch.done({ kind: 'cut', link: 'wan', direction: 'both' });
    await lab.cut('wan', false);
    await watch.ask();
    deepEqual(windows(), [['cut wan', false]]);
  });
});

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
