import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { currentDocument, generatedPaths, home, readDocument } from './docs/pages.ts';
import { hasPrinted, refreshPrinted } from './docs/printed.ts';

/*
 * Writes what is derived in the documents: tables from the code's own tables, and what commands print.
 *
 *     node dist/scripts/docs.js            writes what is out of date, and names it
 *     node dist/scripts/docs.js --check    only names it; exit status 1 if there is any
 */
const isCheck = process.argv.includes('--check');
const outdated: string[] = [];

for (const path of generatedPaths()) {
  const page = currentDocument(path);
  const { text, missing } = hasPrinted(page) ? refreshPrinted(page, home) : { text: page, missing: [] };
  for (const program of missing) console.error(`${path}: without ${program}, what it prints was left as it stands`);
  if (text === readDocument(path)) continue;
  outdated.push(path);
  if (!isCheck) writeFileSync(join(home, path), text);
}

for (const path of outdated)
  console.log(isCheck ? `${path} is out of date: node dist/scripts/docs.js` : `wrote ${path}`);
if (isCheck && outdated.length > 0) process.exitCode = 1;
