import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../../lib/lab/fabric.ts';
import type { NodeHealth } from '../node-service.ts';

/** A node that answers at all does so within this. */
const ANSWER_TIMEOUT_MS = 5_000;
const READY_POLL_MS = 20;

/** Speaks to the API of one node. */
export class NodeClient {
  readonly #node: string;
  readonly #socketPath: string;

  constructor(node: string, socketPath: string) {
    this.#node = node;
    this.#socketPath = socketPath;
  }

  get<Answer>(path: string): Promise<Answer> {
    return this.#ask('GET', path, undefined);
  }

  post<Answer>(path: string, body: object = {}): Promise<Answer> {
    return this.#ask('POST', path, JSON.stringify(body));
  }

  health(): Promise<NodeHealth> {
    return this.get('/health');
  }

  async answers(): Promise<boolean> {
    return this.health().then(
      () => true,
      () => false,
    );
  }

  /** Waits until the node answers; `hasEnded` tells what it said if it never will. */
  async ready(timeoutMs: number, hasEnded: () => string | undefined): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!(await this.answers())) {
      const said = hasEnded();
      if (said !== undefined) throw new LabError(`node '${this.#node}' did not start: ${said}`, 3);
      if (performance.now() > deadline) throw new LabError(`node '${this.#node}' does not answer`, 3);
      await sleep(READY_POLL_MS);
    }
  }

  async #ask<Answer>(method: string, path: string, body: string | undefined): Promise<Answer> {
    const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': 'application/json' };
      const asked = request(
        { socketPath: this.#socketPath, method, path, headers, timeout: ANSWER_TIMEOUT_MS },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (text += chunk));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
          response.on('error', reject);
        },
      );
      asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
      asked.on('error', ({ message }) => reject(new LabError(`node '${this.#node}' does not answer: ${message}`, 3)));
      asked.end(body);
    });
    const answer = JSON.parse(text) as Answer & { readonly error?: string };
    if (status >= 400) throw new LabError(`node '${this.#node}': ${answer.error ?? text}`, 2);
    return answer;
  }
}
