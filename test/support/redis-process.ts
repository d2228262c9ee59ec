import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A redis-server of a test's own, on a unix socket; it can be stopped, frozen, and replaced by something else. */
export class RedisProcess {
  readonly folder = mkdtempSync(join(tmpdir(), 'svrlab-redis-'));
  readonly socket = join(this.folder, 'redis.sock');
  readonly #words: readonly string[];
  #child: ChildProcess | undefined;
  #impostor: Server | undefined;
  readonly #detours: Server[] = [];

  constructor(...words: readonly string[]) {
    this.#words = words;
  }

  async start(): Promise<void> {
    const words = ['--unixsocket', this.socket, '--save', '', '--appendonly', 'no', '--dir', this.folder];
    const ports = this.#words.some((word) => word.endsWith('port')) ? [] : ['--port', '0'];
    this.#child = spawn('redis-server', [...ports, ...words, ...this.#words], { stdio: 'ignore' });
    while (!(await this.#accepts())) await sleep(10);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    rmSync(this.socket, { force: true });
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Another socket, at which every answer of the server comes later. */
  async slowSocket(delayMs: number): Promise<string> {
    const path = join(this.folder, `slow-${delayMs}.sock`);
    const server = createServer((client) => {
      const redis = createConnection(this.socket);
      client.pipe(redis);
      redis.on('data', (answer) => setTimeout(() => client.write(answer), delayMs));
      for (const end of [client, redis]) end.on('error', () => undefined);
      client.on('close', () => redis.destroy());
      redis.on('close', () => client.destroy());
    });
    server.listen(path);
    await once(server, 'listening');
    this.#detours.push(server);
    return path;
  }

  /** Puts a server in its place that says something to whatever it is told. */
  async impersonate(says: string): Promise<void> {
    await this.stop();
    const server = createServer((connection) => {
      connection.on('data', () => connection.write(says));
      connection.on('error', () => undefined);
    });
    server.listen(this.socket);
    await once(server, 'listening');
    this.#impostor = server;
  }

  async unmask(): Promise<void> {
    this.#impostor?.close();
    this.#impostor = undefined;
    rmSync(this.socket, { force: true });
  }

  async end(): Promise<void> {
    for (const server of this.#detours.splice(0)) server.close();
    await this.unmask();
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #accepts(): Promise<boolean> {
    return new Promise((resolve) => {
      const connection = createConnection(this.socket);
      connection.on('connect', () => resolve(true));
      connection.on('connect', () => connection.destroy());
      connection.on('error', () => resolve(false));
    });
  }
}
