import type { Packet } from '../highway/packet.ts';
import { Frame } from '../frame.ts';
import type { PortIndex } from '../device.ts';
import { after, NEVER, type Duration, type Instant } from '../time.ts';

/** Packets that may wait to set up a session (emulator choice). */
const WAITING_MAX = 256;

interface Waiting {
  readonly due: Instant;
  readonly port: PortIndex;
  readonly frame: Frame;
}

/**
 * Packets of no flow wait here while it takes time to set up a session, one after the other. Otherwise, which is as it
 * should be, a session is set up within the call that brings its first packet.
 */
export class SetupQueue {
  readonly #receive: (port: PortIndex, frame: Frame, now: Instant) => void;
  readonly #waiting: Waiting[] = [];
  #each = 0 as Duration;
  #busyUntil = 0 as Instant;
  #isServing = false;

  /** `receive` takes a packet anew when its turn has come. */
  constructor(receive: (port: PortIndex, frame: Frame, now: Instant) => void) {
    this.#receive = receive;
  }

  /** Each set-up takes so long from now on; 0 for no time. What waits keeps its turn. */
  slow(each: Duration, now: Instant): void {
    this.#each = each;
    if (each > 0) return;
    const waiting = this.#waiting.splice(0);
    this.#waiting.push(...waiting.map((one) => ({ ...one, due: now })));
    this.#busyUntil = now;
  }

  /** Whether the packet is to wait. */
  get isSlow(): boolean {
    return (this.#each > 0 || this.#waiting.length > 0) && !this.#isServing;
  }

  /** Keeps a copy of a packet until its turn; false if there is no room. */
  hold({ frame }: Packet, port: PortIndex, now: Instant): boolean {
    if (this.#waiting.length >= WAITING_MAX) return false;
    const copy = Frame.of(frame.bytes.subarray(frame.start, frame.end));
    copy.id = frame.id;
    this.#busyUntil = after(now > this.#busyUntil ? now : this.#busyUntil, this.#each);
    this.#waiting.push({ due: this.#busyUntil, port, frame: copy });
    return true;
  }

  nextDeadline(): Instant {
    return this.#waiting[0]?.due ?? NEVER;
  }

  poll(now: Instant): void {
    this.#isServing = true;
    for (let next = this.#waiting[0]; next?.due <= now; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#receive(next.port, next.frame, now);
    }
    this.#isServing = false;
  }
}
