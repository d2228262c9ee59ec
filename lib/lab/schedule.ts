import type { Duration } from '../time.ts';
import type { Action } from './actions/action.ts';
import { StandingActions } from './actions/lift.ts';
import type { EventSink, LabEvent } from './fabric.ts';
import type { Condition, Scenario, TimelineEntry, Trigger } from './scenario.ts';

/** What is done at a time of the run. */
export interface ScheduledAction {
  readonly at: Duration;
  readonly action: Action;
}

interface Waiting {
  readonly entries: readonly TimelineEntry[];
  /** How many such events have come. */
  seen: number;
}

/** What a timeline does next. Steps that wait for an event find their time when it comes. */
export class Schedule implements EventSink {
  readonly #coming: ScheduledAction[];
  readonly #waiting = new Map<Trigger, Waiting>();
  readonly #done: ScheduledAction[] = [];
  readonly #standing: StandingActions;

  constructor({ timeline, links }: Scenario) {
    this.#coming = timeline.filter(({ trigger }) => !trigger);
    for (const { trigger } of timeline) {
      if (!trigger || this.#waiting.has(trigger)) continue;
      this.#waiting.set(trigger, { entries: timeline.filter((entry) => entry.trigger === trigger), seen: 0 });
    }
    this.#standing = new StandingActions(links);
  }

  /** Whether it has to be told of events. */
  get awaitsEvents(): boolean {
    return this.awaited.some(({ on }) => 'event' in on);
  }

  get next(): ScheduledAction | undefined {
    return this.#coming.at(0);
  }

  /** What has been done so far. */
  get done(): readonly ScheduledAction[] {
    return this.#done;
  }

  /** What steps still wait for. */
  get awaited(): readonly Trigger[] {
    return [...this.#waiting.keys()];
  }

  event({ time, type, node }: LabEvent): void {
    for (const [trigger, waiting] of this.#waiting) {
      if (!('event' in trigger.on)) continue;
      const { event, nth } = trigger.on;
      if (event.type !== type || (event.node ?? node) !== node || ++waiting.seen < nth) continue;
      this.#begin(trigger, waiting, time);
    }
  }

  /** Conditions that steps wait for. */
  get conditions(): readonly Condition[] {
    return this.awaited.flatMap(({ on }) => ('event' in on ? [] : [on]));
  }

  /** Begins the steps of which the condition holds now. */
  look(holds: (condition: Condition) => boolean, now: Duration): void {
    for (const [trigger, waiting] of this.#waiting)
      if (!('event' in trigger.on) && holds(trigger.on)) this.#begin(trigger, waiting, now);
  }

  #begin(trigger: Trigger, { entries }: Waiting, time: number): void {
    this.#waiting.delete(trigger);
    for (const { at, action } of entries) this.#insert({ at: (time + at) as Duration, action });
  }

  /** Notes that an action is done now; the next one of the timeline, or one that undoes what stands. */
  note(done: ScheduledAction): void {
    const place = this.#coming.indexOf(done);
    if (place >= 0) this.#coming.splice(place, 1);
    this.#done.push(done);
    this.#standing.note(done.action);
  }

  /** What undoes everything that still stands. */
  lifts(): Action[] {
    return this.#standing.lifts();
  }

  #insert(entry: ScheduledAction): void {
    const place = this.#coming.findIndex(({ at }) => at > entry.at);
    this.#coming.splice(place < 0 ? this.#coming.length : place, 0, entry);
  }
}
