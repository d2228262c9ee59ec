import type { Duration } from '../../time.ts';

/** What in a run made a number what it is. */
export interface Decider {
  /** Microseconds since the start of the run. */
  readonly time: number;
  readonly node: string;
  readonly port?: string;
  /** The packet's id in the capture. */
  readonly packet?: number;
  /** The type of the event. */
  readonly event?: string;
}

/** A value from one time until the next. */
export interface Point {
  readonly from: Duration;
  readonly value: number;
  readonly by?: Decider | undefined;
}

/** Changes that are kept. Of what changes more often only the last value is known from then on. */
const CHANGES_MAX = 100_000;

/** A number over the time of a run: a step at each change. It is 0 before the first. */
export class Series {
  readonly #points: Point[] = [];

  get last(): number {
    return this.#points.at(-1)?.value ?? 0;
  }

  /** Times never go back. */
  set(time: Duration, value: number, by?: Decider): void {
    const points = this.#points;
    if (points.length > 0 && this.last === value) return;
    const point = { from: time, value, by };
    if (points.length < CHANGES_MAX && points.at(-1)?.from !== time) points.push(point);
    else points[points.length - 1] = point;
  }

  /** One more. */
  count(time: Duration, by: Decider): void {
    this.#points.push({ from: time, value: this.last + 1, by });
    if (this.#points.length > CHANGES_MAX) this.#points.splice(-2, 1);
  }

  /** The value at a time, all changes of that time included. */
  at(time: Duration): Point {
    const place = this.#placeOf(time);
    return place < 0 ? { from: 0 as Duration, value: 0 } : this.#points[place];
  }

  /** The value before all changes of a time. */
  before(time: Duration): number {
    return this.at((time - 1) as Duration).value;
  }

  /** The first of `between` that is as wanted. */
  first(from: Duration, until: Duration, isWanted: (point: Point) => boolean): Point | undefined {
    for (const point of this.between(from, until)) if (isWanted(point)) return point;
    return undefined;
  }

  /** The value at `from`, and every later one until `until`, both included. */
  *between(from: Duration, until: Duration): Generator<Point> {
    yield { ...this.at(from), from };
    for (let place = this.#placeOf(from) + 1; place < this.#points.length; place++) {
      if (this.#points[place].from > until) return;
      yield this.#points[place];
    }
  }

  /** Of the last change at or before a time; -1 if there is none. */
  #placeOf(time: Duration): number {
    let [low, high] = [0, this.#points.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#points[middle].from <= time) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
