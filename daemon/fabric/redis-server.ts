import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../../lib/lab/fabric.ts';
import { runProgram } from './ip.ts';

const READY_TIMEOUT_MS = 5_000;
const READY_POLL_MS = 20;

/** Where the Redis of a lab is reached by its nodes. */
export const redisSocket = (folder: string): string => join(folder, 'redis.sock');

/** Fails with a LabError that says what mends it where there is no Redis. */
export async function checkRedis(): Promise<void> {
  const { status } = await runProgram('sh', ['-c', 'command -v redis-server']);
  if (status !== 0)
    throw new LabError(
      "there is no 'redis-server', which the nodes of a router share: apt-get install --yes redis-server",
      3,
    );
}

/**
 * Starts a Redis for a lab in a namespace, with which it also ends. It listens on a socket in the lab's folder alone and
 * keeps nothing on disk.
 */
export async function startRedis(namespace: string, folder: string): Promise<void> {
  const socket = redisSocket(folder);
  const logPath = join(folder, 'redis.log');
  const log = openSync(logPath, 'a');
  const words = ['--port', '0', '--unixsocket', socket, '--unixsocketperm', '700', '--save', '', '--appendonly', 'no'];
  const child = spawn('ip', ['netns', 'exec', namespace, 'redis-server', ...words, '--dir', folder], {
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  let status: string | undefined;
  child.on('exit', (code, signal) => (status = signal ?? `exit status ${code}`));
  child.on('error', ({ message }) => (status = message));
  child.unref();
  for (let waitedMs = 0; !(await accepts(socket)); waitedMs += READY_POLL_MS) {
    if (status !== undefined || waitedMs > READY_TIMEOUT_MS) {
      const said = readFileSync(logPath, 'utf8').trim().split('\n').slice(-2).join('; ');
      throw new LabError(`redis-server did not start: ${said || (status ?? 'no answer')}`, 3);
    }
    await sleep(READY_POLL_MS);
  }
}

async function accepts(socket: string): Promise<boolean> {
  if (!existsSync(socket)) return false;
  return new Promise((resolve) => {
    const connection = createConnection(socket);
    connection.on('connect', () => resolve(true));
    connection.on('error', () => resolve(false));
    connection.on('connect', () => connection.destroy());
  });
}
