import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { systemError } from '../../daemon/system-error.ts';
import { InputError } from '../exit.ts';
import { makeFolder } from '../make-folder.ts';
import type { KitFile } from './kit.ts';

/** Lists, in the personal configuration, the files that were installed. */
const LIST = 'svrlab-kit.json';

/** What was put before the files of others that had to give way. */
const ASIDE = '.before-svrlab';

interface InstalledFile {
  readonly path: string;
  /** SHA-256 of what was written. */
  readonly sha256: string;
}

const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');
const sha256OfFile = (path: string): string | undefined => (existsSync(path) ? sha256(readFileSync(path)) : undefined);

export interface Installed {
  readonly written: readonly string[];
  /** Other files that were moved aside, by their new names. */
  readonly movedAside: readonly string[];
}

/**
 * Writes the files. One that is there and is not as it was installed is somebody's own: nothing at all is written then,
 * unless `isForced`, which moves it aside.
 */
export function install(configuration: string, files: readonly KitFile[], isForced: boolean): Installed {
  const before = readList(configuration);
  const own = files.filter(({ path, text }) => {
    const now = sha256OfFile(path);
    return now !== undefined && now !== sha256(text) && now !== before.find((file) => file.path === path)?.sha256;
  });
  if (own.length > 0 && !isForced)
    throw new InputError(
      `these files are not as svrlab has installed them:\n${own.map(({ path }) => `  ${path}`).join('\n')}\n` +
        `nothing was installed; --force moves them aside, to names that end in ${ASIDE}`,
    );
  for (const { path } of files) mayFail(path, () => makeFolder(dirname(path)));
  for (const { path } of own) renameSync(path, path + ASIDE);
  for (const file of files) writeFile(file);
  const installed = files.map(({ path, text }) => ({ path, sha256: sha256(text) }));
  const gone = before.filter(({ path }) => !files.some((file) => file.path === path));
  removeUnchanged(gone, configuration);
  writeFileSync(join(configuration, LIST), `${JSON.stringify({ files: installed }, null, 2)}\n`);
  return { written: files.map(({ path }) => path), movedAside: own.map(({ path }) => path + ASIDE) };
}

const writeFile = ({ path, text, isProgram }: KitFile): void =>
  mayFail(path, () => writeFileSync(path, text, { mode: isProgram ? 0o755 : 0o644 }));

/** What may not be written is for a person to mend. */
function mayFail(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw systemError(`write to '${path}'`, error as Error);
  }
}

export interface Removed {
  readonly removed: readonly string[];
  /** Files that somebody has changed since, and that therefore stay. */
  readonly kept: readonly string[];
}

/** Removes what was installed and is still as it was, and the folders that are empty then. */
export function uninstall(configuration: string): Removed {
  const files = readList(configuration);
  const removed = removeUnchanged(files, configuration);
  rmSync(join(configuration, LIST), { force: true });
  const kept = files.map(({ path }) => path).filter((path) => existsSync(path));
  return { removed, kept };
}

function removeUnchanged(files: readonly InstalledFile[], configuration: string): string[] {
  const unchanged = files.filter((file) => sha256OfFile(file.path) === file.sha256).map(({ path }) => path);
  for (const path of unchanged) {
    rmSync(path);
    removeEmptyFolders(dirname(path), configuration);
  }
  return unchanged;
}

/** Upwards from `folder`, below the personal configuration; other folders are Wireshark's own. */
function removeEmptyFolders(folder: string, configuration: string): void {
  const isBelow = (path: string): boolean => {
    const way = relative(configuration, path);
    return way !== '' && !way.startsWith('..');
  };
  for (let at = folder; isBelow(at) && existsSync(at) && readdirSync(at).length === 0; at = dirname(at)) rmdirSync(at);
}

function readList(configuration: string): readonly InstalledFile[] {
  const path = join(configuration, LIST);
  if (!existsSync(path)) return [];
  try {
    const { files } = JSON.parse(readFileSync(path, 'utf8')) as { files: InstalledFile[] };
    return files.map(({ path: file, sha256: digest }) => ({ path: String(file), sha256: String(digest) }));
  } catch {
    throw new InputError(`${path} cannot be read: it lists what svrlab has installed; remove it to begin anew`);
  }
}
