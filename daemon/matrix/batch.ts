import type { Cell } from '../../lib/lab/matrix/cells.ts';
import { runCell, type CellRow } from '../../lib/lab/matrix/run.ts';
import { nodeCrypto } from '../crypto.ts';
import type { MakeWork } from '../pool/pool.ts';

export interface MatrixSetup {
  readonly seed: number;
}

/** Runs cell after cell, in a worker of a pool. */
export const makeWork: MakeWork<MatrixSetup, Cell, CellRow> =
  ({ seed }) =>
  (cell) =>
    runCell(cell, seed, nodeCrypto);
