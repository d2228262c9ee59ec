/** Columns closer than this leave no room for an arrow with a word on it. */
const GAP_MIN = 9;
/** Farther apart than this they only make the eye travel. */
const GAP_MAX = 44;

/** Where the columns of a ladder stand. */
export interface Layout {
  readonly width: number;
  /** Columns `first` to `last` are drawn: all, or those in the middle if there is no room for the outer ones. */
  readonly first: number;
  readonly last: number;
  /** Place of a column; one that is not drawn is beside the outermost one that is. */
  readonly placeOf: (column: number) => number;
  /** From column to column. */
  readonly gap: number;
}

/** Lays out columns of the given names behind a gutter. Leaves out outer columns, in turn, until the others fit. */
export function layOut(names: readonly string[], gutter: number, width: number): Layout {
  let first = 0;
  let last = names.length - 1;
  for (;;) {
    const [left, right] = [Math.floor(names[first].length / 2), Math.ceil(names[last].length / 2)];
    const free = width - gutter - left - right;
    const gap = Math.min(GAP_MAX, Math.floor(free / Math.max(1, last - first)));
    if (gap >= GAP_MIN || last - first <= 1) {
      const [from, to] = [first, last];
      const within = (column: number): number => Math.max(from, Math.min(to, column));
      const placeOf = (column: number): number => gutter + left + (within(column) - from) * Math.max(1, gap);
      return { width, first, last, placeOf, gap };
    }
    if (first < names.length - 1 - last) first++;
    else last--;
  }
}
