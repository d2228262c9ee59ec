import { closeSync, openSync, writeSync } from 'node:fs';
import type { Device, Wire } from '../lib/device.ts';
import type { Random } from '../lib/random.ts';
import { recordDevice } from '../lib/replay/recorded-device.ts';
import { RecordedRandom, RecordedStore, RecordedWire } from '../lib/replay/recorded-surroundings.ts';
import { formatTapedNode, type TapedNode } from '../lib/replay/taped-node.ts';
import { TapeWriter } from '../lib/replay/tape-writer.ts';
import type { StateStore } from '../lib/state-store.ts';
import { wallClock } from './clock.ts';
import { WRITE_EVERY_MS } from './recording.ts';

/** A tape takes no more than this; what comes then is counted. */
const TAPE_BYTES_MAX = 256 << 20;

/** Records in a file all that enters the device of a node, so that it can be put into the same device again. */
export class NodeTape {
  readonly #file: number;
  readonly #tape: TapeWriter;
  readonly #node: TapedNode;
  readonly #timer = setInterval(() => this.#tape.flush(), WRITE_EVERY_MS).unref();
  readonly #onExit = (): void => this.#tape.flush();

  constructor(path: string, node: TapedNode) {
    this.#node = node;
    const file = openSync(path, 'w');
    this.#file = file;
    const write = (bytes: Uint8Array): void => {
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    };
    this.#tape = new TapeWriter({ write }, formatTapedNode(node), TAPE_BYTES_MAX);
    // Also when the device breaks: then its last inputs are what matters.
    process.on('exit', this.#onExit);
  }

  random(random: Random): Random {
    return new RecordedRandom(random, this.#tape);
  }

  store(store: StateStore): StateStore {
    return new RecordedStore(store, this.#tape);
  }

  wire(wire: Wire): Wire {
    return new RecordedWire(wire, this.#tape);
  }

  /** The device, for whoever drives it, asks it, or does something to it. */
  device<Driven extends Device>(device: Driven): Driven {
    return recordDevice(device, this.#node.described.kind, this.#tape, wallClock);
  }

  close(): void {
    clearInterval(this.#timer);
    process.off('exit', this.#onExit);
    this.#tape.close();
    closeSync(this.#file);
  }
}
