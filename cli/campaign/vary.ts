import { cellsOf, countCells, parseVariation, type Cell, type Variation } from '../../lib/campaign/cells.ts';
import { parseLab, type LabTexts } from '../../daemon/load-lab.ts';
import { InputError } from '../exit.ts';

/** Every cell is read before anything runs, and each worker reads it anew. */
const CELLS_MAX = 4_096;

/** Reads `--vary KEY=V,V...`. */
export function readVariations(texts: readonly string[]): Variation[] {
  const variations = texts.map((text) => {
    const variation = parseVariation(text);
    if (!variation) throw new InputError(`--vary '${text}': write KEY=VALUE,VALUE... such as 'wan.loss=0%,1%,5%'`);
    return variation;
  });
  for (const [i, { key, values }] of variations.entries()) {
    if (variations.findIndex((other) => other.key === key) < i) throw new InputError(`'${key}' is varied twice`);
    const twice = values.find((value, at) => values.indexOf(value) < at);
    if (twice !== undefined) throw new InputError(`--vary ${key}: the value '${twice}' stands there twice`);
  }
  const cells = countCells(variations);
  if (cells > CELLS_MAX) throw new InputError(`these are ${cells} cells; a campaign has at most ${CELLS_MAX}`);
  return variations;
}

/** All cells of a campaign, each of which has been read. Fails with a LabError for the first that makes no sense. */
export function checkedCells(variations: readonly Variation[], lab: LabTexts): Cell[] {
  const cells = cellsOf(variations);
  for (const { overrides } of cells) parseLab(lab, overrides);
  return cells;
}
