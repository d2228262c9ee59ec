import { counter, type Counters, type LabelledValue } from './counters.ts';
import { peerPathTable, type PathCounterName, type PathTotal } from './peer-path-table.ts';

/** By what `show stats` tells one path from another. */
export interface PathLabels {
  readonly peerName: string;
  readonly peerHost: string;
  readonly deviceName: string;
  readonly vlan: number;
}

const names = Object.keys(peerPathTable) as PathCounterName[];
const place = Object.fromEntries(names.map((name, index) => [name, index])) as Record<PathCounterName, number>;

/** The counters of each peer path. Every change shows in `Counters` as well, as the value of all paths together. */
export class PathCounters {
  readonly #counters: Counters;
  #labels: readonly PathLabels[];
  /** What has been set: it is measured, not counted. */
  readonly #gauges = new Set<PathCounterName>();
  /** One row of columns for each path. */
  #values: Float64Array;

  constructor(counters: Counters, labels: readonly PathLabels[]) {
    this.#counters = counters;
    this.#labels = labels;
    this.#values = new Float64Array(labels.length * names.length);
    counters.setDimension({ all: () => this.#labelled(), clear: () => this.#clear() });
  }

  /** There are other paths: each with the row that it had before, if it had one. */
  relabel(paths: readonly { readonly labels: PathLabels; readonly before: number | undefined }[]): void {
    const width = names.length;
    const values = new Float64Array(paths.length * width);
    paths.forEach(({ before }, row) => {
      if (before !== undefined) values.set(this.#values.subarray(before * width, (before + 1) * width), row * width);
    });
    this.#labels = paths.map(({ labels }) => labels);
    this.#values = values;
    // What was counted has happened; what was measured of a path is gone with it.
    for (const name of this.#gauges) this.#counters.values[counter[name]] = this.#total(name);
  }

  /** Counts one more. */
  count(path: number, name: PathCounterName): void {
    this.#values[path * names.length + place[name]]++;
    this.#counters.values[counter[name]]++;
  }

  /** Sets what is measured. 0 is not measured. */
  set(path: number, name: PathCounterName, value: number): void {
    this.#gauges.add(name);
    this.#values[path * names.length + place[name]] = value;
    this.#counters.values[counter[name]] = this.#total(name);
  }

  #clear(): void {
    for (const name of names) {
      for (let path = 0; path < this.#labels.length; path++)
        if (!this.#gauges.has(name)) this.#values[path * names.length + place[name]] = 0;
      this.#counters.values[counter[name]] = this.#total(name);
    }
  }

  #total(name: PathCounterName): number {
    const total: PathTotal = peerPathTable[name].total;
    let combined = 0;
    for (let path = 0; path < this.#labels.length; path++) {
      const value = this.read(path, name);
      if (value === 0) continue;
      if (total === 'sum') combined += value;
      else if (combined === 0 || (total === 'highest' ? value > combined : value < combined)) combined = value;
    }
    return combined;
  }

  read(path: number, name: PathCounterName): number {
    return this.#values[path * names.length + place[name]];
  }

  #labelled(): LabelledValue[] {
    return this.#labels.flatMap(({ peerName, peerHost, deviceName, vlan }, path) => {
      const labels = { 'peer-name': peerName, 'peer-host': peerHost, 'device-name': deviceName, vlan };
      return names.map((name) => ({ name, labels, value: this.read(path, name) }));
    });
  }
}
