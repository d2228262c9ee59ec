import type { CapturedPacket, CaptureSink, EventSink, LabEvent } from '../lib/lab/fabric.ts';

/** Somebody who wants to know what a node sees and does. */
export interface Onlooking extends Partial<EventSink>, Partial<CaptureSink> {
  /** The node tells nothing more. */
  end?(): void;
}

/** Everybody who looks on at one node. While there is nobody, a node goes about its work in silence. */
export class Audience implements EventSink, CaptureSink {
  readonly #all = new Set<Onlooking>();
  readonly #onChange: () => void;

  /** `onChange` is called when somebody has come or gone. */
  constructor(onChange: () => void = () => undefined) {
    this.#onChange = onChange;
  }

  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  /** Returns what has them leave again. */
  add(onlooking: Onlooking): () => void {
    this.#all.add(onlooking);
    this.#onChange();
    return () => {
      if (this.#all.delete(onlooking)) this.#onChange();
    };
  }

  event(event: LabEvent): void {
    for (const onlooking of this.#all) onlooking.event?.(event);
  }

  packet(packet: CapturedPacket): void {
    for (const onlooking of this.#all) onlooking.packet?.(packet);
  }

  end(): void {
    for (const onlooking of [...this.#all]) onlooking.end?.();
    this.#all.clear();
  }
}
