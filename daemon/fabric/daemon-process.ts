import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NodeKind } from '../../lib/lab/scenario.ts';
import { socketPath } from '../node-service.ts';
import { NodeClient } from './node-client.ts';

const READY_TIMEOUT_MS = 15_000;
const END_TIMEOUT_MS = 3_000;

export interface DaemonOptions {
  readonly node: string;
  readonly kind: NodeKind;
  readonly namespace: string;
  readonly folder: string;
  readonly labPath: string;
  readonly seed: number;
  /** A run: the daemon waits to be started, records, and ends with this process. Otherwise it outlives it. */
  readonly isRun: boolean;
  readonly hasTapes?: boolean | undefined;
  /** Where the Redis of the lab is, for a node that shares it. */
  readonly store?: string | undefined;
}

/** The daemon of one node, in its namespace. */
export class DaemonProcess {
  readonly client: NodeClient;
  readonly #process: ChildProcess;
  readonly #logPath: string;
  #status: string | undefined;

  constructor({ node, kind, namespace, folder, labPath, seed, isRun, hasTapes, store }: DaemonOptions) {
    this.client = new NodeClient(node, socketPath(folder, node));
    this.#logPath = join(folder, `${node}.log`);
    const main = fileURLToPath(new URL('../main.js', import.meta.url));
    const words = [kind, '--lab', labPath, '--node', node, '--run', folder, '--seed', seed];
    const ofStore = store === undefined ? [] : ['--store', store];
    const ofRun = isRun ? ['--record', ...(hasTapes ? ['--tape'] : []), '--wait', '--attached'] : [];
    const log = openSync(this.#logPath, 'a');
    // A session of its own: Ctrl-C is for the runner, which ends its daemons in good order.
    this.#process = spawn(
      'ip',
      ['netns', 'exec', namespace, process.execPath, main, ...words.map(String), ...ofStore, ...ofRun],
      {
        stdio: [isRun ? 'pipe' : 'ignore', log, log],
        detached: true,
      },
    );
    closeSync(log);
    this.#process.on('exit', (status, signal) => (this.#status = signal ?? `exit status ${status}`));
    this.#process.on('error', ({ message }) => (this.#status = message));
    if (!isRun) this.#process.unref();
  }

  async ready(): Promise<void> {
    await this.client.ready(READY_TIMEOUT_MS, () => this.#status && (this.#lastWords() || this.#status));
  }

  /** Has it record what it has, and end; kills it if it does not. */
  async end(): Promise<void> {
    if (this.#status !== undefined) return;
    const ended = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()));
    const killer = setTimeout(() => this.#process.kill('SIGKILL'), END_TIMEOUT_MS);
    await this.client.ask('stop').catch(() => this.#process.kill('SIGTERM'));
    await ended;
    clearTimeout(killer);
  }

  /** It stands still with the programs that it has started, and whatever comes waits in the kernel; or they go on. */
  setPaused(isPaused: boolean): void {
    const { pid } = this.#process;
    if (this.#status === undefined && pid !== undefined) process.kill(-pid, isPaused ? 'SIGSTOP' : 'SIGCONT');
  }

  /** It has no time to do anything any more. */
  async kill(): Promise<void> {
    if (this.#status !== undefined) return;
    const ended = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()));
    this.#process.kill('SIGKILL');
    await ended;
  }

  #lastWords(): string {
    return readFileSync(this.#logPath, 'utf8').trim().split('\n').slice(-3).join('; ');
  }
}
