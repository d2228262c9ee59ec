import { request, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError, NotFoundError } from '../../lib/lab/fabric.ts';
import type { Problem } from '../api/problem.ts';
import { routes, type AnswerOf, type AskOf, type RouteName } from '../api/table.ts';

/** A node that answers at all does so within this. */
const ANSWER_TIMEOUT_MS = 5_000;
const READY_POLL_MS = 20;

/** Speaks to the API of one node, on its unix socket. */
export class NodeClient {
  readonly #node: string;
  readonly #socketPath: string;

  constructor(node: string, socketPath: string) {
    this.#node = node;
    this.#socketPath = socketPath;
  }

  /** Asks by the name of a route. What the node refuses is a LabError, with its reason and hint. */
  async ask<Name extends RouteName>(name: Name, given: AskOf<Name> = {}): Promise<AnswerOf<Name>> {
    return JSON.parse(await textOf(await this.open(name, given))) as AnswerOf<Name>;
  }

  /** As `ask`, for an answer that is read as it comes. */
  async open<Name extends RouteName>(name: Name, given: AskOf<Name> = {}): Promise<IncomingMessage> {
    const response = await this.#request(name, given);
    if ((response.statusCode ?? 500) < 400) return response;
    const text = await textOf(response);
    const { detail, hint } = JSON.parse(text) as Problem;
    const message = `node '${this.#node}': ${detail}${hint === undefined ? '' : `; ${hint}`}`;
    throw response.statusCode === 404 ? new NotFoundError(message) : new LabError(message, 2);
  }

  async answers(): Promise<boolean> {
    return this.ask('health').then(
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

  #request(name: RouteName, given: Given): Promise<IncomingMessage> {
    const { method, path } = routes[name];
    const { body } = given;
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const asked = request(
        { socketPath: this.#socketPath, method, path: addressOf(path, given), headers, timeout: ANSWER_TIMEOUT_MS },
        (response) => {
          // An answer that has begun may take its time: it may be a stream.
          asked.setTimeout(0);
          resolve(response);
        },
      );
      asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
      asked.on('error', ({ message }) => reject(new LabError(`node '${this.#node}' does not answer: ${message}`, 3)));
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

interface Given {
  readonly path?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

function addressOf(template: string, { path = {}, query = {} }: Given): string {
  const place = template.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(String(path[name])));
  const parameters = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, String(one)]),
  );
  return parameters.length === 0 ? place : `${place}?${new URLSearchParams(parameters).toString()}`;
}

async function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += chunk as string;
  return text;
}
