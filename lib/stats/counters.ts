import { attackerTable } from './attacker-table.ts';
import { middleboxTable } from './middlebox-table.ts';
import { metricOf, type MetricFamily } from './metrics.ts';
import { bfdTable, peerPathTable } from './peer-path-table.ts';
import { redundancyTable } from './redundancy-table.ts';
import { counterTable, type CounterRow } from './table.ts';

/** All that a router counts. */
export const routerTable = { ...counterTable, ...bfdTable, ...peerPathTable, ...redundancyTable };
/** Counters of routers, middleboxes and attackers stand in one array, so that what they are built from counts for each. */
const table = { ...routerTable, ...middleboxTable, ...attackerTable };

export type CounterName = keyof typeof table;

/** Which kinds of node count. */
export type CountingKind = 'router' | 'nat' | 'firewall' | 'attacker';

const names = Object.keys(table) as CounterName[];
const rowOf = (name: CounterName): CounterRow => table[name];
const belowWord = (word: string): CounterName[] => names.filter((name) => table[name].path.startsWith(`${word} `));

/** What each kind counts: a node shows no counter that it never touches. */
const countedBy: Readonly<Record<CountingKind, readonly CounterName[]>> = {
  router: Object.keys(routerTable) as CounterName[],
  nat: [
    ...belowWord('nat'),
    ...(['arpResolveFailure', 'neighborQueueFull', 'neighborTableFull'] as const),
    ...(['frameMalformed', 'frameNotForUs', 'frameUnsupported', 'fragments', 'ttlExceeded', 'tooBig'] as const),
    ...(['icmpErrorSent', 'icmpErrorSuppressed', 'icmpEchoAnswered'] as const),
  ],
  firewall: [...belowWord('firewall'), 'frameMalformed', 'frameUnsupported', 'fragments'],
  attacker: belowWord('attacks'),
};

/** Index of each counter in a `Counters` array, by its short name. */
export const counter = Object.freeze(Object.fromEntries(names.map((name, index) => [name, index]))) as Readonly<
  Record<CounterName, number>
>;

export const counterPath = (index: number): string => table[names[index]].path;

/** The paths of all counters of a kind of node, in the table's order. */
export const counterPathsOf = (kind: CountingKind): string[] => countedBy[kind].map((name) => table[name].path);

/** The value of one of several things that are counted by themselves, with what tells it from the others. */
export interface LabelledValue {
  readonly name: CounterName;
  /** By the words of `show stats`. */
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

const formatLabels = (labels: LabelledValue['labels']): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')}}`;

/** The same labels by the words of metrics: the peer is `peer`, the device `device`. */
const metricLabels = (labels: LabelledValue['labels']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [name.replace(/-name$/, '').replaceAll('-', '_'), String(value)]),
  );

/** What is counted for each of several things by itself, and combined in `Counters`. */
export interface Dimension {
  /** Those that are 0, too. */
  all(): readonly LabelledValue[];
  /** Sets what is counted to 0, and tells `Counters` what is left. */
  clear(): void;
}

/** The counters of one node: one number for each row of the table, which the packet path increments by index. */
export class Counters {
  readonly values = new Float64Array(names.length);
  readonly #kind: CountingKind;
  #dimension: Dimension | undefined;

  constructor(kind: CountingKind = 'router') {
    this.#kind = kind;
  }

  /** Value by the path that `show stats` uses, without the words 'show stats'. Undefined if there is no such path. */
  read(path: string): number | undefined {
    const name = countedBy[this.#kind].find((name) => table[name].path === path);
    return name && this.values[counter[name]];
  }

  /** Has `all` tell a value for each thing that is counted by itself as well, under a path with labels. */
  setDimension(dimension: Dimension): void {
    this.#dimension = dimension;
  }

  /** Begins anew from 0. What is measured, and not counted, stays until it is measured again. */
  clear(): void {
    this.values.fill(0);
    this.#dimension?.clear();
  }

  /** Path and value of every counter of this kind of node, in the table's order; then those that have labels. */
  all(): ReadonlyMap<string, number> {
    const totals = countedBy[this.#kind].map((name) => [table[name].path, this.values[counter[name]]] as const);
    const counted = this.#labelled().filter(({ value }) => value !== 0);
    const labelled = [...this.#single(), ...counted].map(
      ({ name, labels, value }) => [`${table[name].path} ${formatLabels(labels)}`, value] as const,
    );
    return new Map([...totals, ...labelled]);
  }

  /** Every counter as a metric, in its base unit. What is counted by itself for several things has a sample for each. */
  metrics(): readonly MetricFamily[] {
    const labelled = new Map<CounterName, LabelledValue[]>();
    for (const one of this.#labelled()) labelled.set(one.name, [...(labelled.get(one.name) ?? []), one]);
    return countedBy[this.#kind].map((name) => {
      const { factor, ...family } = metricOf(table[name]);
      const total = { labels: {}, value: this.values[counter[name]] * factor };
      const samples = labelled.get(name)?.map(({ labels, value }) => {
        return { labels: metricLabels(labels), value: value * factor };
      });
      return { ...family, samples: samples ?? [total] };
    });
  }

  /** Of counters that there is one of, which SSR shows with what it is of. */
  #single(): readonly LabelledValue[] {
    return countedBy[this.#kind].flatMap((name) => {
      const { labels } = rowOf(name);
      return labels === undefined ? [] : [{ name, labels, value: this.values[counter[name]] }];
    });
  }

  #labelled(): readonly LabelledValue[] {
    return this.#dimension?.all() ?? [];
  }
}
