import { createInterface } from 'node:readline';
import type { EventSink, LabEvent } from '../../lib/lab/fabric.ts';
import type { NodeClient } from './node-client.ts';

/** Follows what the nodes of a lab tell of themselves, while it happens. */
export class EventFollower {
  readonly #sink: EventSink;
  readonly #open = new Set<() => void>();
  #onEvent: (() => void) | undefined;

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  /** Follows a node that has not been started yet, until it ends. */
  async join(client: NodeClient): Promise<void> {
    const stream = await client.open('eventStream');
    const close = (): void => void stream.destroy();
    this.#open.add(close);
    stream.on('error', () => undefined).on('close', () => this.#open.delete(close));
    createInterface({ input: stream }).on('line', (line) => this.tell(JSON.parse(line) as LabEvent));
  }

  tell(event: LabEvent): void {
    this.#sink.event(event);
    this.#onEvent?.();
  }

  /** Resolves with the first event after which `isEnough` holds. */
  async until(isEnough: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#onEvent = () => {
        if (isEnough()) resolve();
      };
      this.#onEvent();
    });
  }

  close(): void {
    for (const close of this.#open) close();
  }
}
