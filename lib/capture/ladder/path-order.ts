/** Puts nodes into the order in which packets pass them, from what is seen of single hops. */
export class PathOrder {
  /** In the order in which they were first seen. */
  readonly #names: string[] = [];
  readonly #places = new Map<string, number>();
  /** By two places: how many more hops went from the first to the second than back. */
  readonly #excess = new Map<string, number>();
  readonly #most: number;

  /** `most` nodes are told apart. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The same order, which may go on by itself. */
  copy(): PathOrder {
    const copy = new PathOrder(this.#most);
    for (const name of this.#names) copy.placeOf(name);
    for (const [key, count] of this.#excess) copy.#excess.set(key, count);
    return copy;
  }

  /** The place of a node in the order of first sight; -1 if there is no room for it. */
  placeOf(name: string): number {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    if (this.#names.length === this.#most) return -1;
    this.#places.set(name, this.#names.length);
    this.#names.push(name);
    return this.#names.length - 1;
  }

  /** A packet of the forward direction went from one place to another; one of the other direction, the other way. */
  follow(before: number, after: number): void {
    this.#add(before, after, 1);
    this.#add(after, before, -1);
  }

  /** The names in order. Among nodes that no hop puts in order, and in a circle, the first seen goes first. */
  ordered(): string[] {
    const left = new Set(this.#names.keys());
    const ordered: string[] = [];
    while (left.size > 0) {
      const free = [...left].find((place) => ![...left].some((other) => this.#comesBefore(other, place)));
      const [next] = free === undefined ? left : [free];
      left.delete(next);
      ordered.push(this.#names[next]);
    }
    return ordered;
  }

  #comesBefore(one: number, other: number): boolean {
    return (this.#excess.get(`${one} ${other}`) ?? 0) > 0;
  }

  #add(before: number, after: number, count: number): void {
    const key = `${before} ${after}`;
    this.#excess.set(key, (this.#excess.get(key) ?? 0) + count);
  }
}
