import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { batchModule, type Batch } from '../../daemon/campaign/batch.ts';
import { runCampaign, type CampaignPlan, type CampaignRow } from '../../daemon/campaign/campaign.ts';
import { RedisCrew } from '../../daemon/campaign/redis-crew.ts';
import { readLabTexts } from '../../daemon/load-lab.ts';
import { Pool } from '../../daemon/pool/pool.ts';
import type { RunRow } from '../../lib/campaign/row.ts';
import { RedisProcess } from '../support/redis-process.ts';
import { skip } from '../support/skip.ts';

const main = join(import.meta.dirname, '..', '..', 'cli', 'main.js');

/** A command of svrlab in a process of its own, with what it says. */
class Svrlab {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
  out = '';
  err = '';

  constructor(words: readonly string[], password?: string) {
    const env = { ...process.env, ...(password !== undefined && { SVRLAB_REDIS_PASSWORD: password }) };
    this.child = spawn(process.execPath, [main, ...words], { env });
    this.child.stdout?.on('data', (text: Buffer) => (this.out += text.toString()));
    this.child.stderr?.on('data', (text: Buffer) => (this.err += text.toString()));
    this.ended = once(this.child, 'close');
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      equal(this.child.exitCode, null, `it has ended: ${this.err}`);
      await sleep(10);
    }
  }

  async status(): Promise<number | null> {
    await this.ended;
    return this.child.exitCode;
  }
}

const plan: CampaignPlan = {
  lab: readLabTexts('scenarios/session-recovery.yaml'),
  cells: [
    { overrides: [], values: [] },
    { overrides: ['wan.loss=5%'], values: ['5%'] },
  ],
  seeds: { first: 1, last: 60 },
  batchSize: 4,
};

describe('a campaign', function () {
  this.timeout(60_000);
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'svrlab-campaign-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('tells by Ctrl-C what is known so far, and that it is partial', async () => {
    const out = join(folder, 'partial');
    const campaign = new Svrlab(['campaign', 'session-recovery', '--seeds', '1..1000000', '--jobs', '1', '--out', out]);
    const csv = join(out, 'campaign.csv');
    // Only once there are rows it is sure to listen to signals.
    await campaign.until(() => existsSync(csv) && statSync(csv).size > 0);
    campaign.child.kill('SIGINT');
    equal(await campaign.status(), 130);
    match(campaign.out, /^Partial: \d+ of 1000000 runs were made\.$/m);
    match(campaign.err, /ended by SIGINT/);
    ok(existsSync(join(out, 'campaign.json')) && existsSync(join(out, 'campaign.html')));
  });

  describe('on workers at a Redis', () => {
    let redis: RedisProcess;
    let place = '';
    const workers: Svrlab[] = [];

    before(async function () {
      if (spawnSync('redis-server', ['--version']).status !== 0) skip(this, 'there is no redis-server');
      redis = new RedisProcess();
      await redis.start();
      place = `unix:${redis.socket}`;
    });

    afterEach(async () => {
      for (const { child } of workers) child.kill('SIGKILL');
      await Promise.all(workers.splice(0).map(({ ended }) => ended));
    });

    after(async () => redis?.end());

    async function work(): Promise<Svrlab> {
      const worker = new Svrlab(['campaign', 'worker', '--redis', place, '--jobs', '1']);
      workers.push(worker);
      await worker.until(() => worker.err.includes('working for campaigns, 1 lab at a time'));
      return worker;
    }

    it('loses no run and counts none twice when a worker is killed in the middle', async () => {
      const [first] = await Promise.all([work(), work()]);
      const crew = await RedisCrew.open({ path: redis.socket });
      const rows: CampaignRow[] = [];
      for await (const row of runCampaign(plan, crew)) if (rows.push(row) === 20) first.child.kill('SIGKILL');
      await crew.close();

      const pool = new Pool<undefined, Batch, RunRow[]>({ module: batchModule, setup: undefined, workers: 1 });
      const own: CampaignRow[] = [];
      for await (const row of runCampaign(plan, pool)) own.push(row);
      await pool.close();
      equal(first.child.signalCode, 'SIGKILL');
      equal(rows.length, 120);
      deepEqual(rows, own);
    });

    it('is refused when the only workers there run another svrlab, and so is a worker by a campaign', async () => {
      const client = new Redis({ path: redis.socket });
      await client.flushall();
      const stranger = JSON.stringify({ id: 'x', host: 'elsewhere', code: '0.0.1-abc' });
      const seeds = ['campaign', 'session-recovery', '--seeds', '1..2', '--out', join(folder, 'other')];
      await client.set('svrlab:worker:x', stranger);
      const campaign = new Svrlab([...seeds, '--redis', place]);
      equal(await campaign.status(), 2);
      match(campaign.err, /the worker on elsewhere runs svrlab 0\.0\.1-abc, and this is \d+\.\d+\.\d+-[0-9a-f]{12}/);
      await client.del('svrlab:worker:x');
      await client.set('svrlab:campaign:x', stranger);
      const worker = new Svrlab(['campaign', 'worker', '--redis', place]);
      equal(await worker.status(), 2);
      match(worker.err, /the campaign on elsewhere runs svrlab 0\.0\.1-abc/);
      await client.flushall();
      client.disconnect();
    });

    it('is refused by a Redis that is not there, or wants another password', async () => {
      const nowhere = new Svrlab(['campaign', 'worker', '--redis', `unix:${folder}/nowhere.sock`]);
      equal(await nowhere.status(), 3);
      match(nowhere.err, /there is no Redis at .*nowhere\.sock: connect ENOENT/);

      const locked = new RedisProcess('--requirepass', 'sesame');
      await locked.start();
      const words = ['campaign', 'worker', '--redis', `unix:${locked.socket}`];
      for (const password of [undefined, 'barley']) {
        const worker = new Svrlab(words, password);
        equal(await worker.status(), 2);
        match(worker.err, /does not let us in: (NOAUTH|WRONGPASS).*SVRLAB_REDIS_PASSWORD/);
      }
      const worker = new Svrlab(words, 'sesame');
      await worker.until(() => worker.err.includes('working for campaigns'));
      worker.child.kill('SIGINT');
      equal(await worker.status(), 130);
      await locked.end();
    });
  });
});
