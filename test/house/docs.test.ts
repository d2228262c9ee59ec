import { deepEqual, equal, ok } from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { currentDocument, documentPaths, generatedPaths, home, readDocument } from '../../scripts/docs/pages.ts';
import { hasPrinted, refreshPrinted } from '../../scripts/docs/printed.ts';
import { skip } from '../support/skip.ts';

const renew = "'node dist/scripts/docs.js' writes it anew";

describe('the documents', function () {
  this.timeout(60_000);
  this.slow(20_000);

  for (const path of generatedPaths()) {
    const page = readDocument(path);

    if (page.includes('-- generated:'))
      it(`${path} has the tables of the code`, () => {
        equal(page, currentDocument(path), renew);
      });

    if (hasPrinted(page))
      it(`${path} shows what its commands print`, function () {
        const { text, missing } = refreshPrinted(page, home);
        equal(page, text, renew);
        if (missing.size > 0) skip(this, `not installed: ${[...missing].join(', ')}`);
      });
  }

  it('show in the README what the first command prints', () => {
    ok(hasPrinted(readDocument('README.md')));
  });

  it('link to what is there', () => {
    const broken = documentPaths().flatMap((path) =>
      Array.from(readDocument(path).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g), ([, target]) => target)
        .filter((target) => !existsSync(join(home, dirname(path), target)))
        .map((target) => `${path} -> ${target}`),
    );
    deepEqual(broken, []);
  });

  it('name every file of the code that makes a choice of the emulator', () => {
    const choices = readDocument('docs/emulator-choices.md');
    const makesOne = (path: string): boolean =>
      /emulator choice/i.test(readDocument(path).replace(/\s+(\*|\/\/)?\s*/g, ' '));
    const silent = ['lib', 'daemon']
      .flatMap((folder) =>
        readdirSync(join(home, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
      )
      .filter((path) => path.endsWith('.ts') && makesOne(path))
      .filter((path) => !choices.includes(`\`${path}\``));
    deepEqual(silent, []);
  });

  it('name no file that is not there', () => {
    const FILE = /`((?:lib|daemon|cli|proto|test|bench|scripts|scenarios|docs)\/[\w./-]+)`/g;
    const unknown = documentPaths().flatMap((path) =>
      Array.from(readDocument(path).matchAll(FILE), ([, file]) => file)
        .filter((file) => !existsSync(join(home, file)))
        .map((file) => `${path} names ${file}`),
    );
    deepEqual(unknown, []);
  });
});
