import { deepEqual, equal, ok } from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { wallClock } from '../../daemon/clock.ts';
import { RedisStore } from '../../daemon/stores/redis.ts';
import { readRedisPlace, type RedisPlace } from '../../daemon/stores/redis-place.ts';
import type { StateChange } from '../../lib/state-store.ts';
import { RedisProcess } from '../support/redis-process.ts';
import { skip } from '../support/skip.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** A store, and what it has told. */
class Side {
  readonly told: StateChange[] = [];
  readonly store: RedisStore;

  constructor(place: RedisPlace, own: 'a' | 'b', options: { readonly queueLength?: number } = {}) {
    const names = { own: `test:${own}`, twin: `test:${own === 'a' ? 'b' : 'a'}` };
    const onArrival = (): void => {
      for (let change = this.store.take(); change; change = this.store.take()) this.told.push(change);
    };
    this.store = new RedisStore({ place, ...names, onArrival, answerTimeoutMs: 200, ...options });
  }

  kinds(): string[] {
    return this.told.map((change) => (change.kind === 'put' ? `${change.key}=${change.value.join()}` : change.kind));
  }
}

/** Waits, with an end to patience, until something holds. */
async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 8_000;
  while (!holds()) {
    ok(performance.now() < deadline, `it never came that ${what}`);
    await sleep(5);
  }
}

describe('a store in Redis', function () {
  this.timeout(20_000);
  this.slow(5_000);
  let redis: RedisProcess;
  let sides: Side[] = [];

  before(function () {
    if (spawnSync('redis-server', ['--version']).status !== 0) skip(this, "there is no 'redis-server'");
  });

  beforeEach(async () => {
    redis = new RedisProcess();
    await redis.start();
  });

  afterEach(async () => {
    for (const { store } of sides) store.close();
    sides = [];
    await redis.end();
  });

  function side(own: 'a' | 'b', options: ConstructorParameters<typeof Side>[2] = {}): Side {
    const made = new Side(readRedisPlace(`unix:${redis.socket}`, {}), own, options);
    sides.push(made);
    return made;
  }

  async function connected(): Promise<[Side, Side]> {
    const pair: [Side, Side] = [side('a'), side('b')];
    await until('both are connected', () => pair.every(({ store }) => store.health === 'connected'));
    return pair;
  }

  it('carries what a node puts and deletes to its twin, in order', async () => {
    const [a, b] = await connected();
    const now = wallClock();
    a.store.restart(now);
    a.store.put('x', bytes(1), now);
    a.store.put('y', bytes(), now);
    a.store.delete('x', now);
    a.store.complete(now);
    await until('the twin knows', () => b.told.at(-1)?.kind === 'complete');
    deepEqual(b.kinds(), ['connected', 'restarted', 'restarted', 'x=1', 'y=', 'deleted', 'complete']);
    deepEqual({ ...a.store.statistics, received: 0 }, { sent: 3, dropped: 0, received: 0, losses: 0, refused: 0 });
    await until('what was put is known to be there', () => a.store.reachedAt === now);
  });

  it('tells a node that comes later everything, in the order of keys', async () => {
    const [a] = await connected();
    sides[1].store.close();
    const now = wallClock();
    for (let i = 0; i < 2_000; i++) a.store.put(`key ${String(i).padStart(4, '0')}`, bytes(i & 0xff), now);
    a.store.put('beat', bytes(9), now);
    a.store.complete(now);
    await until('it is all there', () => a.store.reachedAt === now);
    await sleep(100);
    const later = side('b');
    await until('all is told', () => later.told.at(-1)?.kind === 'complete');
    deepEqual(
      [later.told.length, later.kinds().slice(0, 4)],
      [2_004, ['connected', 'restarted', 'beat=9', 'key 0000=0']],
    );
  });

  it('never waits for a Redis that has stopped, and finds it again, empty', async () => {
    const [a, b] = await connected();
    await redis.stop();
    await until('it is lost', () => a.told.at(-1)?.kind === 'lost' && b.told.at(-1)?.kind === 'lost');
    const began = performance.now();
    for (let i = 0; i < 10_000; i++) a.store.put(`key ${i}`, bytes(1), wallClock());
    ok(performance.now() - began < 1_000);
    deepEqual([a.store.statistics.dropped, a.store.statistics.losses], [10_000, 1]);
    await redis.start();
    await until('it is back', () => b.told.at(-1)?.kind === 'restarted');
    deepEqual(b.kinds(), ['connected', 'restarted', 'lost', 'connected', 'restarted']);
    await until('the other is back', () => a.store.health === 'connected');
    a.store.put('x', bytes(2), wallClock());
    await until('the twin knows', () => b.kinds().at(-1) === 'x=2');
  });

  it('takes one that does not answer for lost, and is with it again when it does', async () => {
    const [a, b] = await connected();
    redis.freeze();
    a.store.put('x', bytes(1), wallClock());
    await until('it is lost', () => a.told.at(-1)?.kind === 'lost');
    equal(a.store.reachedAt, undefined);
    await sleep(300);
    redis.thaw();
    await until('it is back', () => a.store.health === 'connected');
    a.store.put('x', bytes(2), wallClock());
    await until('the twin knows', () => b.kinds().at(-1) === 'x=2');
    equal(a.store.statistics.losses, 1);
  });

  it('goes on with a Redis that answers slowly, and knows what is there no sooner than it is told', async () => {
    const a = new Side(readRedisPlace(`unix:${await redis.slowSocket(120)}`, {}), 'a');
    sides.push(a);
    const b = side('b');
    await until('both are connected', () => sides.every(({ store }) => store.health === 'connected'));
    const [began, now] = [performance.now(), wallClock()];
    for (let i = 0; i < 50; i++) a.store.put(`key ${i}`, bytes(i), now);
    await until('what was put is known to be there', () => a.store.reachedAt === now);
    ok(performance.now() - began >= 119);
    await until('the twin knows', () => b.kinds().at(-1) === 'key 49=49');
    deepEqual([a.store.statistics.losses, a.store.statistics.dropped], [0, 0]);
  });

  it('takes a Redis that answers too slowly for lost', async () => {
    const a = new Side(readRedisPlace(`unix:${await redis.slowSocket(400)}`, {}), 'a');
    sides.push(a);
    await sleep(1_500);
    a.store.put('x', bytes(1), wallClock());
    deepEqual([a.store.health, a.store.reachedAt, a.store.statistics.dropped], ['lost', undefined, 1]);
    ok(!a.kinds().includes('connected'));
  });

  for (const [what, says] of [
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['noise', '\x00\xff\x17no'],
    ['the same to everything', '+OK\r\n'],
    ['numbers', ':1\r\n'],
    ['an error', '-ERR what do you want\r\n'],
    ['lists of nothing', '*2\r\n$1\r\n0\r\n*1\r\n$-1\r\n'],
    ['a reply without an end', '*1000000\r\n'],
  ])
    it(`lives through a server that answers ${what}`, async () => {
      const [a] = await connected();
      await redis.impersonate(says);
      await until('it is lost', () => a.store.health === 'lost');
      for (let i = 0; i < 100; i++) {
        a.store.put('x', bytes(1), wallClock());
        await sleep(5);
      }
      // Words alone do not make a Redis of it; and what it said is not taken for what the twin has.
      ok(!a.kinds().some((kind) => kind.includes('=')));
      await redis.unmask();
      await redis.start();
      await until('it is back', () => a.store.health === 'connected' && a.told.at(-1)?.kind === 'restarted');
      a.store.put('x', bytes(2), wallClock());
      await until('it reaches it', () => a.store.reachedAt !== undefined);
    });

  it('counts what makes no sense where the twin speaks, and goes on', async () => {
    const [a, b] = await connected();
    const stranger = new Redis({ path: redis.socket });
    await stranger.publish('test:a:changes', 'nonsense');
    await stranger.publish('test:a:changes', Buffer.alloc(0));
    await stranger.publish('test:b:echo', 'never');
    stranger.disconnect();
    await until('it is counted', () => b.store.statistics.refused === 3);
    a.store.put('x', bytes(1), wallClock());
    await until('the twin knows', () => b.kinds().at(-1) === 'x=1');
    deepEqual([b.store.health, b.store.statistics.losses], ['connected', 0]);
  });

  it('gives up a Redis that takes less than it is given, and makes it good', async () => {
    await connected();
    sides[0].store.close();
    const a = side('a', { queueLength: 100 });
    await until('it is connected', () => a.store.health === 'connected');
    for (let i = 0; i < 200; i++) a.store.put(`key ${i}`, bytes(1), wallClock());
    equal(a.store.health, 'lost');
    ok(a.store.statistics.dropped >= 100);
    await until('it is connected again', () => a.store.health === 'connected');
    deepEqual(
      a.told.map(({ kind }) => kind).filter((kind) => kind !== 'restarted'),
      ['connected', 'lost', 'connected'],
    );
  });

  it('enters with a password, and is refused and counted without', async () => {
    await redis.end();
    redis = new RedisProcess('--requirepass', 'open sesame');
    await redis.start();
    const without = side('a');
    const place = readRedisPlace(`unix:${redis.socket}`, { password: 'open sesame' });
    const within = new Side(place, 'b');
    sides.push(within);
    await until('it is in', () => within.store.health === 'connected');
    await until('it is refused', () => without.store.statistics.refused > 0);
    equal(without.store.health, 'lost');
  });

  it('speaks TLS, to a server whose certificate it trusts only', async () => {
    await redis.end();
    const port = 40_000 + (process.pid % 20_000);
    redis = new RedisProcess(
      '--tls-port',
      String(port),
      '--port',
      '0',
      '--tls-cert-file',
      'cert.pem',
      '--tls-key-file',
      'key.pem',
      '--tls-ca-cert-file',
      'cert.pem',
      '--tls-auth-clients',
      'no',
    );
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const files = ['-keyout', join(redis.folder, 'key.pem'), '-out', join(redis.folder, 'cert.pem')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files], {
      stdio: 'ignore',
    });
    await redis.start();
    const url = `rediss://localhost:${port}`;
    const trusting = new Side(readRedisPlace(url, { caFile: join(redis.folder, 'cert.pem') }), 'a');
    const careful = new Side(readRedisPlace(url, {}), 'b');
    sides.push(trusting, careful);
    await until('it is in', () => trusting.store.health === 'connected');
    await sleep(300);
    equal(careful.store.health, 'lost');
  });
});
