import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../../lib/lab/fabric.ts';
import type { LabNode, Scenario } from '../../lib/lab/scenario.ts';
import { runProgram } from './ip.ts';

const READY_TIMEOUT_MS = 5_000;
const READY_POLL_MS = 20;

/** One of the two nodes of a router: it wants the Redis of the lab. */
export const sharesStore = (node: LabNode): boolean => node.kind === 'router' && node.node !== undefined;

export const needsStore = ({ nodes }: Scenario): boolean => nodes.some(sharesStore);

/** Where the Redis of a lab is reached by its nodes. No node has a name with a dash in front, nor a socket. */
export const redisSocket = (folder: string): string => join(folder, '-redis.sock');

/**
 * What a Redis is told that serves a lab: it listens on a socket in the lab's folder alone, and keeps nothing on disk.
 * Who may speak to it is a matter of who may enter the folder, as it is with the nodes.
 */
export const redisWords = (folder: string): string[] => [
  ...['--port', '0', '--unixsocket', redisSocket(folder), '--unixsocketperm', '777'],
  ...['--save', '', '--appendonly', 'no', '--dir', folder],
];

/** Fails with a LabError that says what mends it where there is no Redis. */
export async function checkRedis(): Promise<void> {
  const { status } = await runProgram('sh', ['-c', 'command -v redis-server']);
  if (status !== 0)
    throw new LabError(
      "there is no 'redis-server', which the nodes of a router share: apt-get install --yes redis-server",
      3,
    );
}

/** Starts a Redis for a lab in a namespace, with which it also ends. Returns its process. */
export async function startRedis(namespace: string, folder: string): Promise<number | undefined> {
  const logPath = join(folder, '-redis.log');
  const log = openSync(logPath, 'a');
  const child = spawn('ip', ['netns', 'exec', namespace, 'redis-server', ...redisWords(folder)], {
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  let status: string | undefined;
  child.on('exit', (code, signal) => (status = signal ?? `exit status ${code}`));
  child.on('error', ({ message }) => (status = message));
  child.unref();
  const lastWords = (): string => readFileSync(logPath, 'utf8').trim().split('\n').slice(-2).join('; ');
  await redisReady(folder, () => status && (lastWords() || status));
  return child.pid;
}

/** Waits until the Redis of a lab answers; `hasEnded` tells what it said if it never will. */
export async function redisReady(folder: string, hasEnded: () => string | undefined): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (!(await accepts(redisSocket(folder)))) {
    const said = hasEnded() ?? (performance.now() > deadline ? 'no answer' : undefined);
    if (said !== undefined) throw new LabError(`redis-server did not start: ${said}`, 3);
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
