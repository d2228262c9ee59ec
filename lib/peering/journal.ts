import type { Instant } from '../time.ts';
import type { Trace } from '../trace.ts';
import type { AlarmRow, EventRow } from './rows.ts';

/** Events that are remembered; the oldest go first (emulator choice). */
export const EVENTS_MAX = 1_000;

type NewAlarm = Omit<AlarmRow, 'id' | 'time'>;

/** The alarms of a router that stand, and the events that happened. */
export class Journal {
  readonly #trace: Trace | undefined;
  /** By what they are about: each thing has one alarm at most. */
  readonly #alarms = new Map<string, AlarmRow>();
  readonly #events: EventRow[] = [];
  #lastId = 0;

  constructor(trace: Trace | undefined) {
    this.#trace = trace;
  }

  /** Oldest first. */
  get alarms(): readonly AlarmRow[] {
    return [...this.#alarms.values()];
  }

  /** Oldest first. */
  get events(): readonly EventRow[] {
    return [...this.#events];
  }

  clearEvents(): void {
    this.#events.length = 0;
  }

  event(event: EventRow): void {
    this.#events.push(event);
    if (this.#events.length > EVENTS_MAX) this.#events.shift();
  }

  /** Does nothing if the alarm stands already. */
  raise(about: string, alarm: NewAlarm, time: Instant): void {
    if (this.#alarms.has(about)) return;
    this.#alarms.set(about, { id: ++this.#lastId, time, ...alarm });
    this.#note('alarm-raised', alarm, time);
  }

  /** Does nothing if no such alarm stands. */
  clear(about: string, time: Instant): void {
    const alarm = this.#alarms.get(about);
    if (!alarm) return;
    this.#alarms.delete(about);
    this.#note('alarm-cleared', alarm, time);
  }

  #note(type: 'alarm-raised' | 'alarm-cleared', { source, severity, message }: NewAlarm, time: Instant): void {
    const verb = type === 'alarm-raised' ? 'raised' : 'cleared';
    this.event({ time, category: 'alarm', node: source, message: `${severity} alarm ${verb}: ${message}` });
    this.#trace?.event({ type, packet: 0, reason: message });
  }
}
