import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const home = join(import.meta.dirname, '..', '..');
const source = join(home, 'web');
const built = join(home, 'dist', 'web');

/** What the page about a run is made of, besides what it shows. */
export interface PageCode {
  readonly script: string;
  readonly style: string;
}

/** The page's code, bundled for a browser. It is bundled when somebody needs it and its source is newer. */
export async function pageCode(): Promise<PageCode> {
  const files = { script: join(built, 'main.js'), style: join(built, 'page.css') };
  if (!isFresh(Object.values(files))) await bundle();
  return { script: readFileSync(files.script, 'utf8'), style: readFileSync(files.style, 'utf8') };
}

/** The page also holds code of ./lib, whose build is as new as its source. */
function isFresh(files: readonly string[]): boolean {
  const oldest = Math.min(...files.map((file) => changedAt(file) ?? 0));
  const sources = [join(source), join(home, 'lib'), join(home, 'package-lock.json')].flatMap(filesIn);
  return sources.every((file) => (changedAt(file) ?? 0) < oldest);
}

function filesIn(place: string): string[] {
  if (!statSync(place).isDirectory()) return [place];
  return readdirSync(place, { recursive: true, encoding: 'utf8' }).map((name) => join(place, name));
}

const changedAt = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.mtimeMs;

async function bundle(): Promise<void> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    absWorkingDir: home,
    entryPoints: [join(source, 'main.tsx'), join(source, 'page.css')],
    outdir: built,
    tsconfig: join(source, 'tsconfig.json'),
    bundle: true,
    format: 'iife',
    target: 'es2023',
    minify: true,
    write: false,
    logLevel: 'silent',
  });
  mkdirSync(built, { recursive: true });
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
}
