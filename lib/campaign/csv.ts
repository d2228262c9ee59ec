import type { Cell, Variation } from './cells.ts';
import type { RunRow } from './row.ts';

/** Broken runs, which tell of no measure, that wait for the first one that does. */
const HELD_MAX = 1_000;

/**
 * One line for each run: the values that are varied, seed, `passed`, what failed first, and every measure; empty for what
 * never came to be. Columns are the measures of the first run; those that only another one has stand together in `others`.
 */
export class CampaignCsv {
  readonly #variations: readonly Variation[];
  readonly #write: (text: string) => void;
  readonly #held: { cell: Cell; row: RunRow }[] = [];
  #columns: readonly string[] | undefined;

  constructor(variations: readonly Variation[], write: (text: string) => void) {
    this.#variations = variations;
    this.#write = write;
  }

  row(cell: Cell, row: RunRow): void {
    if (!this.#columns && row.measures.length === 0 && this.#held.length < HELD_MAX) this.#held.push({ cell, row });
    else this.#line(cell, row, (this.#columns ??= this.#begin(row)));
  }

  /** Writes what is left. */
  end(): void {
    this.#columns ??= this.#begin(undefined);
  }

  #begin(row: RunRow | undefined): readonly string[] {
    const columns = row?.measures.map(({ what }) => what) ?? [];
    const keys = this.#variations.map(({ key }) => key);
    this.#write(lineOf([...keys, 'seed', 'passed', 'failed', ...columns, 'others']));
    for (const held of this.#held.splice(0)) this.#line(held.cell, held.row, columns);
    return columns;
  }

  #line(cell: Cell, { seed, passed, failed, fault, measures }: RunRow, columns: readonly string[]): void {
    const values = new Map(measures.map(({ what, value }) => [what, value === null ? '' : String(value)]));
    const others = [...values].filter(([what]) => !columns.includes(what)).map(([what, value]) => `${what}=${value}`);
    const own = columns.map((what) => values.get(what) ?? '');
    this.#write(
      lineOf([...cell.values, String(seed), String(passed), fault ?? failed[0] ?? '', ...own, others.join('; ')]),
    );
  }
}

/** RFC 4180, with the line ends of Unix. */
const lineOf = (cells: readonly string[]): string => `${cells.map(quoted).join(',')}\n`;

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
