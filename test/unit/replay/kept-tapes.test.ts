import { deepEqual, ok } from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { replayFile } from '../../support/tapes.ts';

/** Tapes of real interfaces; the name of each says what it shows. docs/replay.md says how to keep another. */
const folder = 'test/tapes';

describe('a tape of real interfaces that was kept', () => {
  const tapes = readdirSync(folder).filter((name) => name.endsWith('.tape'));

  it('is there', () => ok(tapes.length > 0));

  for (const name of tapes)
    it(`comes out the same: ${name.replace('.tape', '').replaceAll('-', ' ')}`, () => {
      deepEqual(replayFile(join(folder, name)), undefined);
    });
});
