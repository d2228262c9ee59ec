import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/**
 * Commands on a page with what they print:
 *
 *     ```sh
 *     ./svrlab run session-recovery
 *     ```
 *     <!-- printed -->
 *     ```text
 *     session-recovery: ...
 *     ```
 *
 * `<!-- printed with tshark -->` says that a program is needed which not every machine has.
 */
const PRINTED =
  /^(```sh\n((?:(?!```).*\n)*)```\n+<!-- printed(?: with (\S+))? -->\n+```text\n)((?:(?!```).*\n)*)(?=```)/gm;
const MARK = /^<!-- printed/gm;

/** What differs from run to run however the same they are: how long a run takes on the clock on the wall. */
const normalized = (text: string): string =>
  text.replace(/( of virtual time in )\d+\.\d s/g, '$1some s').replace(/[\d.]+ runs\/s/g, 'some runs/s');

export interface RefreshedPage {
  readonly text: string;
  /** Programs that are missing here; what needs them stands as it stood. */
  readonly missing: ReadonlySet<string>;
}

/** Whether a page shows what any commands print. */
export function hasPrinted(page: string): boolean {
  const marks = countOf(page, MARK);
  if (marks !== countOf(page, PRINTED))
    throw new Error("'<!-- printed -->' stands between a block of sh and one of text");
  return marks > 0;
}

const countOf = (page: string, pattern: RegExp): number => [...page.matchAll(pattern)].length;

/** A new folder in which the commands of a page can be carried out: it has `./svrlab` and a copy of the scenarios. */
export function commandFolder(home: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'svrlab-docs-'));
  cpSync(join(home, 'scenarios'), join(folder, 'scenarios'), { recursive: true, dereference: true });
  const main = join(home, 'dist', 'cli', 'main.js');
  writeFileSync(join(folder, 'svrlab'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  chmodSync(join(folder, 'svrlab'), 0o755);
  return folder;
}

/**
 * Runs the commands of a page, one after the other in one folder that has `./svrlab` and a copy of the scenarios, and
 * puts what they print in its place. What differs only in the time that it took stays as it was.
 */
export function refreshPrinted(page: string, home: string): RefreshedPage {
  const folder = commandFolder(home);
  const missing = new Set<string>();
  try {
    const text = page.replace(
      PRINTED,
      (_, head: string, commands: string, program: string | undefined, old: string) => {
        if (program !== undefined && !isOnPath(program)) {
          missing.add(program);
          return head + old;
        }
        const now = printedBy(commands, folder);
        return head + (normalized(now) === normalized(old) ? old : now);
      },
    );
    return { text, missing };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Standard output; what comes on standard error, progress and warnings, is for the moment. */
function printedBy(commands: string, folder: string): string {
  const { stdout, error } = spawnSync('sh', ['-c', commands], { cwd: folder, encoding: 'utf8' });
  if (error) throw error;
  return stdout;
}

const isOnPath = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
