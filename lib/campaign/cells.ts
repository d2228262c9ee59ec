/** A key of a scenario, and the values that a campaign gives it. */
export interface Variation {
  readonly key: string;
  readonly values: readonly string[];
}

/** One choice of a value for every key that is varied. */
export interface Cell {
  /** `KEY=VALUE`, as `parseScenario` takes it. */
  readonly overrides: readonly string[];
  /** In the order of the variations. */
  readonly values: readonly string[];
}

/** Reads `KEY=VALUE,VALUE...`; a comma in brackets belongs to its value. Undefined if it is not that. */
export function parseVariation(text: string): Variation | undefined {
  const at = text.indexOf('=');
  const key = text.slice(0, Math.max(0, at)).trim();
  const values = splitOutsideBrackets(text.slice(at + 1)).map((value) => value.trim());
  return key === '' || values.includes('') ? undefined : { key, values };
}

function splitOutsideBrackets(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const letter of text) {
    if ('[{'.includes(letter)) depth++;
    if (']}'.includes(letter)) depth--;
    if (letter === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts;
}

/** How many cells there are: one if nothing is varied. */
export const countCells = (variations: readonly Variation[]): number =>
  variations.reduce((product, { values }) => product * values.length, 1);

/** All of them; the last key varies fastest. */
export function cellsOf(variations: readonly Variation[]): Cell[] {
  let cells: Cell[] = [{ overrides: [], values: [] }];
  for (const { key, values } of variations)
    cells = cells.flatMap((cell) =>
      values.map((value) => ({
        overrides: [...cell.overrides, `${key}=${value}`],
        values: [...cell.values, value],
      })),
    );
  return cells;
}
