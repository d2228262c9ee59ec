import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Writable } from 'node:stream';
import type { CapturedFrame } from '../lib/capture/captured-frame.ts';
import { LiveMerge } from '../lib/capture/live-merge.ts';
import type { InterfaceTotals } from '../lib/capture/pcapng-writer.ts';
import { LabError } from '../lib/lab/fabric.ts';
import { CAPTURE_HEADER } from './api/captures.ts';
import type { NodeClient } from './fabric/node-client.ts';
import { version } from './version.ts';

/** What is captured at one node: the ports named, or all of them. */
export interface CapturePlace {
  readonly node: string;
  readonly ports: readonly string[];
}

export interface CaptureLimits {
  readonly packetsMax?: number | undefined;
  /** Asked of each packet, in order of time, whether it is to be in the capture. Undefined takes all. */
  readonly wants?: ((frame: CapturedFrame) => boolean) | undefined;
  readonly durationMs?: number | undefined;
  /** Ends the capture in good order. */
  readonly signal: AbortSignal;
  /** Called when every node captures. */
  readonly onBegin?: (() => void) | undefined;
}

export interface LabCaptureOptions extends CaptureLimits {
  readonly lab: string;
  readonly places: readonly CapturePlace[];
  /** Where the capture goes. It is not ended. When it takes no more, or fails, the capture does not wait: nodes drop. */
  readonly sink: Writable;
}

export interface LabCaptureTotals {
  /** Packets in the capture. */
  readonly packets: number;
  /** By interface, `node:port`. */
  readonly interfaces: ReadonlyMap<string, Required<InterfaceTotals>>;
  /** Nodes that ended before the capture did. */
  readonly gone: readonly string[];
}

/** Captures at nodes of a lab that is up, merged in order of time, until something ends it. */
export async function captureLab(
  options: LabCaptureOptions,
  clientOf: (node: string) => NodeClient,
): Promise<LabCaptureTotals> {
  const streams: Stream[] = [];
  try {
    for (const { node, ports } of options.places) {
      const client = clientOf(node);
      const response = await client.open('captureStream', { query: ports.length > 0 ? { port: ports } : {} });
      streams.push({ node, client, response });
    }
  } catch (error) {
    // Nodes see that nobody reads any more, and stop.
    for (const { response } of streams) response.destroy();
    throw error;
  }
  options.onBegin?.();
  return new LabCapture(options, streams).run();
}

interface Stream {
  readonly node: string;
  readonly client: NodeClient;
  readonly response: IncomingMessage;
}

class LabCapture {
  readonly #options: LabCaptureOptions;
  readonly #merge: LiveMerge;
  readonly #streams: readonly Stream[];
  readonly #gone: string[] = [];
  #isBroken = false;
  #isStopping = false;

  constructor(options: LabCaptureOptions, streams: readonly Stream[]) {
    this.#options = options;
    this.#streams = streams;
    const { lab, sink, packetsMax = Infinity, wants = () => true } = options;
    sink.on('error', () => this.#break());
    sink.on('close', () => this.#break());
    const about = { application: `svrlab ${version}`, comments: [`live capture of lab ${lab}`] };
    const write = (bytes: Uint8Array): void => {
      if (!this.#isBroken) sink.write(Buffer.from(bytes));
    };
    this.#merge = new LiveMerge({ write }, about, (frame) => this.#merge.packets < packetsMax && wants(frame()));
  }

  async run(): Promise<LabCaptureTotals> {
    const { signal, durationMs } = this.#options;
    const stop = (): void => this.#stop();
    const timer = durationMs === undefined ? undefined : setTimeout(stop, durationMs);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    try {
      await Promise.all(this.#streams.map((stream) => this.#read(stream)));
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
    this.#merge.close();
    return { packets: this.#merge.packets, interfaces: this.#merge.totals, gone: this.#gone };
  }

  async #read({ node, response }: Stream): Promise<void> {
    const source = this.#merge.addSource();
    const { sink, packetsMax = Infinity } = this.#options;
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        this.#merge.push(source, chunk);
        if (this.#merge.packets >= packetsMax) this.#stop();
        // Whatever is not read here waits at the node, which drops what is too much and counts it.
        if (!this.#isBroken && sink.writableNeedDrain) await Promise.race([once(sink, 'drain'), once(sink, 'close')]);
      }
      if (!this.#isStopping) this.#gone.push(node);
    } catch (error) {
      if (error instanceof LabError) throw error;
      if (!this.#isStopping && !this.#isBroken) this.#gone.push(node);
    } finally {
      this.#merge.end(source);
    }
  }

  /** Every node tells what it still has, and its totals, and ends its stream. */
  #stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    for (const { client, response } of this.#streams) {
      const capture = Number(response.headers[CAPTURE_HEADER]);
      client.ask('stopCapture', { path: { capture } }).catch(() => response.destroy());
    }
  }

  /** Nobody takes what is captured. */
  #break(): void {
    this.#isBroken = true;
    for (const { response } of this.#streams) response.destroy();
  }
}
