import { isFrameEvent } from '../../link/fate.ts';
import { traceTypes } from '../../trace.ts';
import type { Dissection } from '../dissection.ts';
import { isNoteType } from './note-words.ts';

/** An event of a run, as events.ndjson has it; `time` in microseconds since the start of the run. */
export interface LadderEvent {
  readonly time: number;
  readonly node: string;
  readonly type: string;
  readonly packet?: number;
  readonly session?: string;
  readonly reason?: string;
  readonly path?: unknown;
  readonly what?: unknown;
}

/** Whether a ladder may tell of an event besides its packets. */
export const isTold = ({ type }: LadderEvent): boolean =>
  isDone(type) || (isNoteType(type) && traceTypes[type].where === 'node');

/** Whether an event is something that was done to the lab, and not told by a node or a link. */
export const isDone = (type: string): boolean => !(type in traceTypes) && !isFrameEvent(type);

/** Events that are remembered until a packet is found that one of them is about. */
export const CLOCK_EVENTS_MAX = 1024;

/** When the packet was taken, in microseconds since the first one. */
export const microsecondsOf = ({ secondsSinceFirst }: Dissection): number => Math.round(secondsSinceFirst * 1e6);

/**
 * Finds out how the times of a capture go with those of a run's events: by the first packet whose comment tells of an
 * event that stands in both.
 */
export class RunClock {
  readonly #told = new Map<string, number>();
  #offset: number | undefined;

  constructor(events: readonly LadderEvent[]) {
    for (const { time, node, type, packet } of events) {
      if (this.#told.size === CLOCK_EVENTS_MAX) return;
      const key = `${packet} ${node} ${type}`;
      if (packet !== undefined && !this.#told.has(key)) this.#told.set(key, time);
    }
  }

  /** What has to be added to a time since the first packet, in microseconds; undefined as long as that is not known. */
  get offset(): number | undefined {
    return this.#offset;
  }

  see(packet: Dissection): void {
    if (this.#offset !== undefined || this.#told.size === 0) return;
    const { frame } = packet;
    for (const comment of frame.comments()) {
      const time = this.#told.get(`${frame.id} ${frame.at.node} ${typeOfComment(comment)}`);
      if (time === undefined) continue;
      this.#offset = time - microsecondsOf(packet);
      return;
    }
  }
}

/** Comments begin with the type of an event. */
export const typeOfComment = (comment: string): string => comment.split(':', 1)[0];
