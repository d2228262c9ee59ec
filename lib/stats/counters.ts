import { counterTable, type CounterName } from './table.ts';

export type { CounterName };

const names = Object.keys(counterTable) as CounterName[];

/** Index of each counter in a `Counters` array, by its short name. */
export const counter = Object.freeze(Object.fromEntries(names.map((name, index) => [name, index]))) as Readonly<
  Record<CounterName, number>
>;

export const counterPath = (index: number): string => counterTable[names[index]].path;

/** The counters of one node: one number for each row of the table, which the packet path increments by index. */
export class Counters {
  readonly values = new Float64Array(names.length);

  /** Value by the path that `show stats` uses, without the words 'show stats'. Undefined if there is no such path. */
  read(path: string): number | undefined {
    const index = names.findIndex((name) => counterTable[name].path === path);
    return index < 0 ? undefined : this.values[index];
  }

  /** Path and value of every counter, in the table's order. */
  all(): ReadonlyMap<string, number> {
    return new Map(names.map((name, index) => [counterTable[name].path, this.values[index]]));
  }
}
