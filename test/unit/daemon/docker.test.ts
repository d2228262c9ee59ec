import { equal } from 'node:assert/strict';
import { lastWordsIn } from '../../../daemon/fabric/docker.ts';

describe('the last words of a container', () => {
  it('are the error that it ended by, out of what Node prints around it', () => {
    const printed = [
      'node:internal/modules/cjs/loader:1207',
      '  const err = new Error(message);',
      '              ^',
      '',
      "Error: Cannot find module 'nothing'",
      '    at require (node:internal/modules/helpers:182:18) {',
      "  code: 'MODULE_NOT_FOUND'",
      '}',
      '',
      'Node.js v20.20.2',
      '',
    ];
    equal(lastWordsIn(printed.join('\n')), "Error: Cannot find module 'nothing'");
  });

  it('are the last three lines where no error tells itself', () => {
    equal(lastWordsIn('one\ntwo\nthree\nfour\n'), 'two; three; four');
  });
});
