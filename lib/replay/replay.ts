import { assert } from '../assert.ts';
import type { Device, PortIndex, Wire } from '../device.ts';
import { Frame, FRAME_LENGTH_MAX } from '../frame.ts';
import type { Random } from '../random.ts';
import { noStatistics, type StateChange, type StateStore, type StoreHealth } from '../state-store.ts';
import { NEVER, type Instant } from '../time.ts';
import {
  records,
  roleOf,
  type AnswerRecord,
  type InputRecord,
  type OutputRecord,
  type RecordOf,
  type TapeRecord,
} from './records.ts';
import type { TapeReader } from './tape-reader.ts';

/** What a device that is replayed is made with. */
export interface Surroundings {
  readonly wire: Wire;
  readonly random: Random;
  readonly store: StateStore;
}

/** A device that is replayed, and what a command of its tape does to it. */
export interface Replayed {
  readonly device: Device;
  readonly command: (text: string, now: Instant) => void;
}

/** Somebody who looks on at a replay. */
export interface Onlooker {
  arrived?(port: PortIndex, frame: Frame, now: Instant): void;
  left?(port: PortIndex, frame: Frame, now: Instant): void;
  /** Everything that came of one input has happened. */
  done?(now: Instant): void;
}

/** Where the device did something else than what is on the tape. */
export interface Difference {
  /** Of the input that it was working on. */
  readonly time: Instant;
  /** Which input that is, from 1. */
  readonly input: number;
  readonly recorded: OutputRecord | AnswerRecord | undefined;
  /** Undefined where the device did nothing more. */
  readonly replayed: OutputRecord | AnswerRecord['kind'] | undefined;
}

export interface ReplayResult {
  readonly inputs: number;
  readonly outputs: number;
  /** From the first input to the last. */
  readonly first: Instant | undefined;
  readonly last: Instant | undefined;
  /** The first one: from there on the device and the tape are about different things. */
  readonly difference: Difference | undefined;
  /** What the device threw, which none should, and at which input. */
  readonly failure: { readonly error: unknown; readonly input: number; readonly time: Instant } | undefined;
  /** Whether the tape has its end. */
  readonly isWhole: boolean;
  /** Whether more had happened than there was room for. */
  readonly isFull: boolean;
}

/** The device asks for, or gives, what is not on the tape. */
class OffTheTape extends Error {}

/** Puts the inputs of a tape into a device that `make` makes anew, and compares what it does with what it did. */
export function replay(
  tape: TapeReader,
  make: (around: Surroundings) => Replayed,
  onlooker: Onlooker = {},
): ReplayResult {
  return new Replay(tape, onlooker).run(make);
}

class Replay implements Wire, Random {
  readonly #tape: TapeReader;
  readonly #onlooker: Onlooker;
  readonly #frame = Frame.allocate(FRAME_LENGTH_MAX);
  #first: Instant | undefined;
  #now = 0 as Instant;
  #inputs = 0;
  #outputs = 0;
  #difference: Difference | undefined;

  constructor(tape: TapeReader, onlooker: Onlooker) {
    this.#tape = tape;
    this.#onlooker = onlooker;
  }

  run(make: (around: Surroundings) => Replayed): ReplayResult {
    let failure: ReplayResult['failure'];
    let isFull = false;
    try {
      const replayed = make({ wire: this, random: this, store: new ReplayedStore(this) });
      for (let record = this.#tape.upcoming; record; record = this.#tape.upcoming) {
        if (roleOf(record) !== 'input') break;
        this.#tape.next();
        this.#put(record as InputRecord, replayed);
      }
      const rest = this.#tape.upcoming;
      if (rest?.kind === 'end') isFull = rest.isFull === 1;
      else if (rest) this.#differ(undefined);
    } catch (error) {
      if (!(error instanceof OffTheTape)) failure = { error, input: this.#inputs, time: this.#now };
    }
    const isWhole = this.#tape.upcoming?.kind === 'end';
    const { first, last } = { first: this.#first, last: this.#first && this.#now };
    return {
      inputs: this.#inputs,
      outputs: this.#outputs,
      first,
      last,
      difference: this.#difference,
      failure,
      isWhole,
      isFull,
    };
  }

  #put(record: InputRecord, { device, command }: Replayed): void {
    this.#inputs++;
    this.#now = record.time as Instant;
    this.#first ??= this.#now;
    switch (record.kind) {
      case 'receive':
        assert(this.#frame.load(record.bytes), 'a frame of a tape fits where a frame of a port does');
        this.#frame.id = record.packet;
        this.#onlooker.arrived?.(record.port, this.#frame, this.#now);
        device.receive(record.port, this.#frame, this.#now);
        break;
      case 'poll':
        device.poll(this.#now);
        break;
      case 'carrier':
        device.setCarrier?.(record.port, record.hasCarrier === 1, this.#now);
        break;
      case 'command':
        command(record.command, this.#now);
    }
    this.#onlooker.done?.(this.#now);
  }

  transmit(port: PortIndex, frame: Frame): void {
    const bytes = frame.bytes.subarray(frame.start, frame.end);
    this.output({ kind: 'transmit', port, bytes });
    this.#onlooker.left?.(port, frame, this.#now);
  }

  unit(): number {
    return this.#answer('unit').value;
  }

  below(): number {
    return this.#answer('below').value;
  }

  fill(target: Uint8Array): void {
    const { bytes } = this.#answer('fill');
    if (bytes.length !== target.length) this.#leave('fill');
    target.set(bytes);
  }

  output(output: OutputRecord): void {
    if (!isSame(this.#tape.upcoming, output)) this.#leave(copyOf(output));
    this.#tape.next();
    this.#outputs++;
  }

  /** The record if it is the one that comes; a device need not be told what has not changed. */
  offered<Kind extends 'store' | 'change'>(kind: Kind): RecordOf<Kind> | undefined {
    return this.#tape.upcoming?.kind === kind ? (this.#tape.next() as RecordOf<Kind>) : undefined;
  }

  #answer<Kind extends 'unit' | 'below' | 'fill'>(kind: Kind): RecordOf<Kind> {
    if (this.#tape.upcoming?.kind !== kind) this.#leave(kind);
    return this.#tape.next() as RecordOf<Kind>;
  }

  #differ(replayed: Difference['replayed']): void {
    const recorded = this.#tape.upcoming;
    const isAboutThis = recorded && roleOf(recorded) !== 'input' && recorded.kind !== 'end';
    this.#difference = {
      time: this.#now,
      input: this.#inputs,
      recorded: isAboutThis ? (recorded as OutputRecord | AnswerRecord) : undefined,
      replayed,
    };
  }

  /** A tape that was broken off says nothing about what would have come. */
  #leave(replayed: Difference['replayed']): never {
    if (this.#tape.upcoming) this.#differ(replayed);
    throw new OffTheTape();
  }
}

/** The store of a tape: it tells what was told, and compares what it is told. */
class ReplayedStore implements StateStore {
  readonly statistics = noStatistics();
  readonly #replay: Replay;
  #health: StoreHealth = 'lost';
  #reachedAt: Instant | undefined;

  constructor(replay: Replay) {
    this.#replay = replay;
  }

  get health(): StoreHealth {
    this.#look();
    return this.#health;
  }

  get reachedAt(): Instant | undefined {
    this.#look();
    return this.#reachedAt;
  }

  put(key: string, value: Uint8Array): void {
    this.#replay.output({ kind: 'put', key, value });
  }

  delete(key: string): void {
    this.#replay.output({ kind: 'delete', key });
  }

  restart(): void {
    this.#replay.output({ kind: 'restart' });
  }

  complete(): void {
    this.#replay.output({ kind: 'complete' });
  }

  take(): StateChange | undefined {
    const told = this.#replay.offered('change');
    if (!told) return undefined;
    const { change, key, value } = told;
    return { kind: change, key, value: value.slice() } as StateChange;
  }

  nextDeadline(): Instant {
    return NEVER;
  }

  #look(): void {
    const told = this.#replay.offered('store');
    if (!told) return;
    this.#health = told.isConnected === 1 ? 'connected' : 'lost';
    this.#reachedAt = told.reachedAt < 0 ? undefined : (told.reachedAt as Instant);
  }
}

function isSame(a: TapeRecord | undefined, b: OutputRecord): boolean {
  if (a?.kind !== b.kind) return false;
  const [left, right] = [a, b] as unknown as Readonly<Record<string, FieldValue>>[];
  return Object.keys(records[b.kind].fields).every((name) => isSameValue(left[name], right[name]));
}

type FieldValue = string | number | Uint8Array;

function isSameValue(a: FieldValue, b: FieldValue): boolean {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array)) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** The bytes of an output are its owner's again when it is done. */
function copyOf(output: OutputRecord): OutputRecord {
  if (output.kind === 'transmit') return { ...output, bytes: output.bytes.slice() };
  return output.kind === 'put' ? { ...output, value: output.value.slice() } : output;
}
