import { deepEqual, equal } from 'node:assert/strict';
import { cellsOf, countCells, parseVariation } from '../../../lib/campaign/cells.ts';

describe('what a campaign varies', () => {
  it('is a key with its values, and a comma in brackets belongs to a value', () => {
    deepEqual(parseVariation('authority session-recovery-detection inactivity-timeout=1,2, 5'), {
      key: 'authority session-recovery-detection inactivity-timeout',
      values: ['1', '2', '5'],
    });
    deepEqual(parseVariation('questions.silences=[2s..3s,4s..5s],[2s..6s]'), {
      key: 'questions.silences',
      values: ['[2s..3s,4s..5s]', '[2s..6s]'],
    });
    for (const text of ['', 'wan.loss', '=1%', 'wan.loss=', 'wan.loss=1%,', 'wan.loss=1%,,5%'])
      equal(parseVariation(text), undefined, text);
  });

  it('makes a cell for each choice of values, the last key fastest', () => {
    const variations = [
      { key: 'inactivity-timeout', values: ['1', '5'] },
      { key: 'wan.loss', values: ['0%', '1%', '5%'] },
    ];
    equal(countCells(variations), 6);
    deepEqual(
      cellsOf(variations).map(({ overrides }) => overrides.join(' ')),
      [
        'inactivity-timeout=1 wan.loss=0%',
        'inactivity-timeout=1 wan.loss=1%',
        'inactivity-timeout=1 wan.loss=5%',
        'inactivity-timeout=5 wan.loss=0%',
        'inactivity-timeout=5 wan.loss=1%',
        'inactivity-timeout=5 wan.loss=5%',
      ],
    );
    deepEqual(cellsOf([]), [{ overrides: [], values: [] }]);
  });
});
