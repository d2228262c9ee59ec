import type { Frame } from '../frame.ts';
import { counter, counterPath, type Counters } from '../stats/counters.ts';
import type { Instant } from '../time.ts';
import type { Trace, TraceType } from '../trace.ts';
import type { IcmpErrorKind, IcmpErrors } from './icmp-errors.ts';
import type { Packet } from './packet.ts';

export interface EndingsParts {
  readonly counters: Counters;
  readonly icmpErrors: IcmpErrors;
  readonly trace: Trace | undefined;
}

/** What is told of packets that go no further: to counters, to the trace, to the host that has sent them. */
export class Endings {
  readonly #parts: EndingsParts;
  readonly #counters: Float64Array;

  constructor(parts: EndingsParts) {
    this.#parts = parts;
    this.#counters = parts.counters.values;
  }

  drop(frame: Frame, reason: number): void {
    this.#counters[reason]++;
    this.#counters[counter.framesDropped]++;
    if (this.#parts.trace) this.trace('packet-dropped', frame, counterPath(reason));
  }

  icmpError(kind: IcmpErrorKind, packet: Packet, mtu: number, now: Instant): void {
    if (this.#parts.icmpErrors.send(kind, packet, mtu, now)) this.trace('icmp-error-sent', packet.frame, kind);
  }

  trace(type: TraceType, frame: Frame, reason?: string): void {
    this.#parts.trace?.event({ type, packet: frame.id, ...(reason !== undefined && { reason }) });
  }
}
