import { deepEqual, equal, match } from 'node:assert/strict';
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { liveLabs, type UpLab } from '../../daemon/live-labs.ts';
import { skip } from '../support/skip.ts';
import { requireNetns } from './netns-support.ts';

const LAB = 'metrics';
const FRONT = '127.0.0.1:19464';
const PROMETHEUS = '127.0.0.1:19090';
/** A token that is no token of anybody's. */
const TOKEN = 'only-for-this-test-0123';
const run = promisify(execFile);

const ask = async (path: string, token = TOKEN, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://${FRONT}${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });

describe('the metrics of a lab', function () {
  this.timeout(90_000);
  let lab: UpLab;
  let front: { close(): Promise<void> };

  before(async function () {
    await requireNetns(this);
    process.env.SVRLAB_API_TOKEN = TOKEN;
    lab = await liveLabs.up({ name: LAB, fabric: 'netns', scenarioPath: 'scenarios/session-recovery.yaml', seed: 1 });
    front = await lab.serve(FRONT);
    equal(await lab.exec('client', ['sh', '-c', 'ping -c 2 -i 0.2 -W 2 10.2.0.10 >/dev/null']), 0);
  });

  after(async () => {
    delete process.env.SVRLAB_API_TOKEN;
    await front?.close();
    await lab?.down();
  });

  it('please promtool, of one node and of all', async function () {
    if (spawnSync('promtool', ['--version']).error) skip(this, 'there is no promtool');
    for (const path of ['/metrics', '/nodes/spoke/metrics']) {
      const input = await (await ask(path)).text();
      match(input, /svr_sessions\{node="spoke",router="spoke"\} 1\n/);
      const { stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
      deepEqual([path, stdout, stderr, status], [path, '', '', 0]);
    }
  });

  it('come by one door, which knows all nodes, and opens to the token alone', async () => {
    deepEqual(await (await ask('/nodes')).json(), ['client', 'spoke', 'hub', 'server']);
    equal((await ask('/nodes', 'wrong')).status, 401);
    equal((await fetch(`http://${FRONT}/metrics`)).status, 401);
    const unknown = await ask('/nodes/spok/health');
    equal(unknown.status, 404);
    match(await unknown.text(), /"hint":"did you mean 'spoke'\?"/);
    const body = JSON.stringify({ kind: 'forget-sessions' });
    const headers = { 'content-type': 'application/json' };
    equal((await ask('/nodes/hub/faults', TOKEN, { method: 'POST', headers, body })).status, 200);
    deepEqual(await (await ask('/nodes/hub/sessions')).json(), []);
  });

  describe('in Prometheus', function () {
    let prometheus: ChildProcess | undefined;
    let folder: string;

    before(function () {
      if (spawnSync('prometheus', ['--version']).error) skip(this, 'there is no prometheus');
      folder = mkdtempSync(join(tmpdir(), 'svrlab-prometheus-'));
      const configuration = [
        'global: { scrape_interval: 1s }',
        'scrape_configs:',
        '  - job_name: svrlab',
        `    authorization: { credentials: ${TOKEN} }`,
        `    static_configs: [{ targets: ['${FRONT}'] }]`,
      ];
      writeFileSync(join(folder, 'prometheus.yml'), `${configuration.join('\n')}\n`);
      const words = ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=${PROMETHEUS}`];
      prometheus = spawn('prometheus', words, { cwd: folder, stdio: 'ignore' });
    });

    after(async () => {
      if (!prometheus) return;
      const ended = new Promise((resolve) => prometheus?.once('exit', resolve));
      prometheus.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true });
    });

    /** What the query tells, as soon as it tells anything. */
    async function query(text: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]> {
      for (let tries = 0; tries < 200; tries++) {
        const words = ['-s', '-G', `http://${PROMETHEUS}/api/v1/query`, '--data-urlencode', `query=${text}`];
        const { stdout } = await run('curl', words).catch(() => ({ stdout: '' }));
        if (stdout.startsWith('{')) {
          const { data } = JSON.parse(stdout) as { data?: { result: Awaited<ReturnType<typeof query>> } };
          if (data && data.result.length > 0) return data.result;
        }
        await sleep(100);
      }
      return [];
    }

    it('are scraped, with their labels', async () => {
      const up = await query('svr_peer_path_up{node="spoke"}');
      deepEqual(
        up.map(({ metric: { node, router, peer }, value: [, value] }) => ({ node, router, peer, value })),
        [{ node: 'spoke', router: 'spoke', peer: 'hub', value: '1' }],
      );
      const [added] = await query('svr_packet_processing_action_success_metadata_added_total{node="spoke"} > 0');
      equal(added.metric.router, 'spoke');
      const [target] = await query('up{job="svrlab"}');
      equal(target.value[1], '1');
    });
  });
});
