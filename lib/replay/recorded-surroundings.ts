import type { PortIndex, Wire } from '../device.ts';
import type { Frame } from '../frame.ts';
import type { Random } from '../random.ts';
import type { StateChange, StateStore, StoreHealth, StoreStatistics } from '../state-store.ts';
import type { Instant } from '../time.ts';
import type { TapeWriter } from './tape-writer.ts';

/** Records what a device draws. */
export class RecordedRandom implements Random {
  readonly #random: Random;
  readonly #tape: TapeWriter;

  constructor(random: Random, tape: TapeWriter) {
    this.#random = random;
    this.#tape = tape;
  }

  unit(): number {
    const value = this.#random.unit();
    this.#tape.write({ kind: 'unit', value });
    return value;
  }

  below(bound: number): number {
    const value = this.#random.below(bound);
    this.#tape.write({ kind: 'below', value });
    return value;
  }

  fill(target: Uint8Array): void {
    this.#random.fill(target);
    this.#tape.write({ kind: 'fill', bytes: target });
  }
}

/** Records what a device sends. */
export class RecordedWire implements Wire {
  readonly #wire: Wire;
  readonly #tape: TapeWriter;

  constructor(wire: Wire, tape: TapeWriter) {
    this.#wire = wire;
    this.#tape = tape;
  }

  transmit(port: PortIndex, frame: Frame): void {
    this.#tape.write({ kind: 'transmit', port, bytes: frame.bytes.subarray(frame.start, frame.end) });
    this.#wire.transmit(port, frame);
  }
}

const nothing = new Uint8Array(0);

/** Records what a device tells its store, and what it hears of it. */
export class RecordedStore implements StateStore {
  readonly #store: StateStore;
  readonly #tape: TapeWriter;
  #health: StoreHealth | undefined;
  #reachedAt: Instant | undefined;

  constructor(store: StateStore, tape: TapeWriter) {
    this.#store = store;
    this.#tape = tape;
  }

  get health(): StoreHealth {
    this.#look();
    return this.#store.health;
  }

  get reachedAt(): Instant | undefined {
    this.#look();
    return this.#store.reachedAt;
  }

  get statistics(): StoreStatistics {
    return this.#store.statistics;
  }

  put(key: string, value: Uint8Array, now: Instant): void {
    this.#tape.write({ kind: 'put', key, value });
    this.#store.put(key, value, now);
  }

  delete(key: string, now: Instant): void {
    this.#tape.write({ kind: 'delete', key });
    this.#store.delete(key, now);
  }

  restart(now: Instant): void {
    this.#tape.write({ kind: 'restart' });
    this.#store.restart(now);
  }

  complete(now: Instant): void {
    this.#tape.write({ kind: 'complete' });
    this.#store.complete(now);
  }

  take(now: Instant): StateChange | undefined {
    const change = this.#store.take(now);
    if (change) {
      const key = 'key' in change ? change.key : '';
      this.#tape.write({ kind: 'change', change: change.kind, key, value: 'value' in change ? change.value : nothing });
    }
    return change;
  }

  nextDeadline(): Instant {
    return this.#store.nextDeadline();
  }

  /** What has not changed since it was last looked at is not told again. */
  #look(): void {
    const { health, reachedAt } = this.#store;
    if (health === this.#health && reachedAt === this.#reachedAt) return;
    this.#health = health;
    this.#reachedAt = reachedAt;
    this.#tape.write({ kind: 'store', isConnected: health === 'connected' ? 1 : 0, reachedAt: reachedAt ?? -1 });
  }
}
